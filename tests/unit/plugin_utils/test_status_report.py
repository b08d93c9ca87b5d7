"""The report of the playbook status, as data and as lines of text."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.plugin_utils import status_report

WEB = {
    "id": "/shop/web",
    "kind": "app",
    "instances": 2,
    "running": 2,
    "healthy": 2,
    "unhealthy": 0,
    "at": ["s1:1", "s2:2"],
}
SLOW = {**WEB, "id": "/shop/slow", "running": 1, "healthy": 0, "at": []}
POD = {**WEB, "id": "/shop/pod", "kind": "pod", "healthy": None, "at": ["s1:3", "s1:4", "s1:5", "s1:6"]}
DEPLOYMENT = {
    "id": "d1",
    "affects": ["/shop/slow"],
    "step": 1,
    "steps": 2,
    "waits_for": ["/shop/slow: no agent offers 100 cpus"],
}
AGENT = {
    "id": "S0",
    "name": "s1",
    "state": "active",
    "total": {"cpus": 4.0, "mem": 4096.0, "disk": 0, "gpus": 0},
    "free": {"cpus": 3.7, "mem": 3968.0, "disk": 0, "gpus": 0},
}


def told(service: str, **facts: Any) -> dict[str, Any]:
    return {"lock": "", "services": {service: {"answers": True, "why": "", "facts": {"open": [], **facts}}}}


def hosts() -> dict[str, Any]:
    master = told(
        "master", version="1.11.0", leads=True, quorum="1", replicas=1.0, recovered=True, frameworks=1.0, agents=[AGENT]
    )
    marathon = told(
        "marathon",
        version="1.11.24",
        leads=True,
        apps=2,
        short=1,
        unhealthy=0,
        deployments=1,
        workloads=[WEB, SLOW, POD],
        running_deployments=[DEPLOYMENT],
    )
    return {"m1": master, "z1": {"lock": "", "services": {"zookeeper": None}}, "n1": marathon}


def drift(**result: Any) -> dict[str, Any]:
    return {"apps": [], "pods": [], "groups": [], "summary": "Plan", "msg": "Plan", **result}


def report(drift: dict[str, Any] | None = None) -> dict[str, Any]:
    directory = "" if drift is None else "apps"
    return status_report.report(hosts(), "2026-03-01 12:00 UTC", directory, drift)


def test_every_part_is_in_the_lines():
    lines = status_report.lines(report())
    assert lines[0].startswith("ZooKeeper     z1  does not answer: ")
    assert lines[1].startswith("Mesos master  m1  leader, 1.11.0")
    rest = lines[lines.index("AGENTS") :]
    assert rest == [
        "AGENTS",
        "  s1  active  cpus 0.3 of 4 used, 3.7 free; mem 128 of 4096 MiB used, 3968 free",
        "APPS",
        "  /shop/web   2 of 2 healthy  s1:1, s2:2",
        "  /shop/slow  0 of 2 healthy",
        "  /shop/pod   2 of 2 stable   s1:3, s1:4, s1:5 and 1 more",
        "DEPLOYMENTS",
        "  /shop/slow  step 1 of 2  /shop/slow: no agent offers 100 cpus",
        "Agents that the masters list and that were not seen here: s1 (active).",
        "Nobody has the lock of the cluster.",
    ]


def test_what_is_not_as_it_should_be_is_named():
    assert status_report.faults(report()) == ["ZooKeeper on z1", "/shop/slow"]


ENTRIES = [
    {"id": "/shop/new", "action": "created", "fields": [], "origin": "new.yml"},
    {"id": "/shop/slow", "action": "updated", "fields": ["cmd", "env.A"], "origin": "slow.yml"},
    {"id": "/shop/web", "action": "none", "fields": [], "origin": "web.yml"},
]


def drift_lines(found: dict[str, Any]) -> list[str]:
    assert found["drift"]["in_step"] is False
    lines = status_report.lines(found)
    return lines[lines.index("DRIFT against apps: 1 of 3 as declared") + 1 :]


def test_drift_is_what_differs_and_what_nothing_declares():
    assert drift_lines(report(drift=drift(apps=ENTRIES)))[:3] == [
        "  /shop/new   declared, does not exist",
        "  /shop/slow  differs from its definition: cmd, env.A",
        "  /shop/pod   runs, not declared",
    ]


def test_where_the_directory_owns_apps_others_are_no_drift():
    lines = drift_lines(status_report.report(hosts(), "now", "apps", drift(apps=ENTRIES), owned=True))
    assert [line.split()[0] for line in lines[:3]] == ["/shop/new", "/shop/slow", "Agents"]


def test_no_drift():
    entries = [{"id": one["id"], "action": "none", "fields": [], "origin": "a.yml"} for one in (WEB, SLOW, POD)]
    found = report(drift=drift(apps=entries))
    assert found["drift"] == {"directory": "apps", "plan": "3 of 3 as declared", "differs": [], "in_step": True}


def test_a_comparison_that_failed_says_why():
    found = report(drift=drift(msg="broken.yml is not valid YAML:\nline 3"))
    assert found["drift"]["plan"] == "broken.yml is not valid YAML: line 3"
    assert not found["drift"]["in_step"]


def test_a_cluster_that_tells_nothing_is_a_report_too():
    found = status_report.report({"h": {"down": "no route", "services": {"agent": None}, "lock": ""}}, "now")
    assert (found["agents"], found["apps"], found["deployments"], found["drift"]) == ([], [], [], None)
    assert status_report.lines(found)[0] == "Mesos agent  h  the host is not reached: no route"


def test_a_terminal_gets_text_only() -> None:
    found = report()
    found["deployments"] = [{**found["deployments"][0], "waits_for": ["rack \x1b[31m\r\x9b\u202e"]}]
    found["notes"] = ["\x1b[2Jdone"]
    assert [line for line in status_report.lines(found) if not line.isprintable()] == []
