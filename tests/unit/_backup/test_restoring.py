"""What a restore refuses, what it does, and how the cluster then compares with the backup."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._backup.restoring import comparison, numbers, plan, short

from .test_sources import SILENT, hosts, marathon, master, zookeeper

FILES = ("zookeeper/snapshot.1", "registry/CURRENT", "marathon/a.json")


def manifest(*files: str, **versions: str) -> dict[str, Any]:
    known = {"zookeeper": "3.8.0", "registry": "1.11.0", "marathon": "1.11.24", **versions}
    cluster: dict[str, Any] = {part: {"version": version} for part, version in known.items()}
    cluster["zookeeper"]["znodes"] = 20
    cluster["registry"]["agents"] = [{"id": "S1", "name": "node2", "state": "active"}]
    cluster["marathon"].update(framework="F1", apps=1, pods=0)
    return {"taken": "", "cluster": cluster, "files": {name: {"size": 1} for name in files or FILES}}


def empty() -> dict[str, Any]:
    """Marathon that has nothing."""
    found = marathon()
    found["facts"]["workloads"] = []
    return found


def agent(name: str) -> dict[str, Any]:
    return {"answers": True, "facts": {"id": name}}


def fresh(**services: list[Any]) -> dict[str, Any]:
    return hosts(
        **{"zookeeper": [zookeeper("standalone")], "master": [master(leads=True)], "marathon": [empty()], **services}
    )


UNITS = {"units": ["zookeeper", "mesos-master", "marathon"], "data": True, "restored": "", "begun": ""}
STATES = {"node1": UNITS}


def planned(found: dict[str, Any], states: Any = None, **more: Any) -> dict[str, Any]:
    return plan(more.pop("manifest", manifest()), "sum", found, STATES if states is None else states, **more)


def test_a_fresh_cluster_gets_all_that_the_backup_has() -> None:
    assert planned(fresh()) == {
        "parts": ["zookeeper", "registry"], "needed": True, "done": False, "resumed": False, "halfway": False,
        "problems": [], "gone": [], "agents": [],
    }  # fmt: skip
    assert planned(fresh(), manifest=manifest("zookeeper/snapshot.1"))["parts"] == ["zookeeper"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (fresh(marathon=[marathon()]), "Marathon on node1 has 3 apps and pods, which the restore would replace"),
        (fresh(marathon=[SILENT]), "ZooKeeper has data on node1, and no Marathon leads"),
        # A Marathon that the inventory does not have may run elsewhere.
        (fresh(marathon=[]), "ZooKeeper has data on node1, and no Marathon leads"),
    ],
)
def test_what_is_there_is_not_replaced_unless_told(found: dict[str, Any], words: str) -> None:
    problems = planned(found)["problems"]
    assert any(words in problem and "restore_replace=true" in problem for problem in problems)
    assert planned(found, replace=True)["problems"] == []


def test_hosts_that_never_had_data_need_no_marathon_to_say_so() -> None:
    found = planned(fresh(marathon=[SILENT]), {"node1": {**UNITS, "data": False}})
    assert [problem for problem in found["problems"] if "has data" in problem] == []


@pytest.mark.parametrize(
    ("version", "refused"),
    [("3.9.1", True), ("4.0.0", True), ("3.8.4", False), ("3.7.2", False), ("3.8.0-lab", False), ("", False)],
)
def test_an_older_program_does_not_get_newer_data(version: str, refused: bool) -> None:
    problems = planned(fresh(), manifest=manifest(zookeeper=version), replace=True)["problems"]
    assert bool(problems) is refused
    assert all("node1: ZooKeeper is 3.8.0" in problem for problem in problems)


def test_a_program_that_does_not_answer_has_no_version() -> None:
    found = fresh(zookeeper=[SILENT], marathon=[SILENT])
    assert "ZooKeeper answers on no host, so its version is not known" in planned(found)["problems"][0]
    assert planned(found, replace=True)["problems"] == []


def test_what_is_not_installed_or_not_reached_is_named() -> None:
    (problem,) = planned(fresh(), {"node1": {**UNITS, "units": ["zookeeper", "marathon"]}})["problems"]
    assert problem == "node1: mesos-master is not installed; run the playbook site first"
    found = fresh()
    found["node2"] = {"services": {"zookeeper": None}, "down": "no route"}
    assert "node2 is not reached" in planned(found)["problems"][0]


def test_the_same_backup_is_restored_once() -> None:
    states = {"node1": {**UNITS, "restored": "sum"}}
    found = planned(fresh(marathon=[marathon()]), states)
    assert (found["needed"], found["done"], found["problems"]) == (False, True, [])
    again = planned(fresh(marathon=[marathon()]), states, again=True)
    assert (again["needed"], again["done"]) == (True, False)
    assert "has 3 apps" in again["problems"][0]
    other = planned(fresh(), {"node1": {**UNITS, "restored": "other"}})
    assert (other["needed"], other["done"]) == (True, False)
    part = {"node1": {**UNITS, "restored": "sum zookeeper"}}
    assert planned(fresh(), part, parts="zookeeper")["done"]
    assert planned(fresh(), part, parts="registry")["needed"]
    assert planned(fresh(), {"node1": {**UNITS, "restored": "sum zookeeper,registry"}})["done"]


def test_an_interrupted_restore_goes_on_without_asking_again() -> None:
    states = {"node1": {**UNITS, "begun": "sum"}}
    found = planned(fresh(zookeeper=[SILENT], master=[SILENT], marathon=[SILENT]), states)
    assert (found["needed"], found["resumed"], found["problems"]) == (True, True, [])
    other = planned(
        fresh(zookeeper=[SILENT], master=[SILENT], marathon=[SILENT]), {"node1": {**UNITS, "begun": "other"}}
    )
    assert other["problems"] != []


def test_a_restore_that_was_interrupted_long_ago_does_not_replace_what_runs_since() -> None:
    states = {"node1": {**UNITS, "begun": "sum"}}
    found = planned(fresh(marathon=[marathon()]), states)
    assert (found["resumed"], found["halfway"]) == (False, False)
    assert "has 3 apps" in found["problems"][0]


def test_another_backup_after_an_interrupted_restore_keeps_the_data_of_before() -> None:
    states = {"node1": {**UNITS, "begun": "other"}}
    found = planned(fresh(marathon=[SILENT]), states, replace=True)
    assert (found["resumed"], found["halfway"], found["problems"]) == (False, True, [])


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ("zookeeper,secrets", "restore_parts has secrets"),
        (["zookeeper", "definitions"], "give definitions alone"),
        ("registry", "the backup has no registry"),
    ],
)
def test_parts_that_cannot_be_are_refused(parts: Any, words: str) -> None:
    (problem,) = planned(fresh(), manifest=manifest("zookeeper/snapshot.1"), parts=parts)["problems"]
    assert words in problem


def test_definitions_alone_stop_nothing() -> None:
    found = planned(fresh(marathon=[marathon()]), parts="definitions")
    assert (found["parts"], found["needed"], found["problems"]) == (["definitions"], False, [])


def test_agents_whose_hosts_have_new_ones_are_gone() -> None:
    assert planned(fresh(agent=[agent("S7"), agent("S8")]))["gone"] == [{"id": "S1", "name": "node2"}]
    # The one of the backup, one of a host that is not known, one that does not answer.
    assert planned(fresh(agent=[agent("S7"), agent("S1")]))["gone"] == []
    assert planned(fresh(agent=[agent("S7")]))["gone"] == []
    assert planned(fresh(agent=[agent("S7"), SILENT]))["gone"] == []
    assert planned(fresh(agent=[agent("S7"), agent("S8")]), parts="zookeeper")["gone"] == []
    assert planned(fresh(agent=[agent("S8"), agent("S7")]))["agents"] == ["S7", "S8"]


def test_versions_are_of_numbers() -> None:
    assert numbers("1.11.24-SNAPSHOT") == (1, 11, 24)
    assert numbers("1.11.0 lab engine") == (1, 11, 0)
    assert numbers(None) == ()


def test_what_does_not_run_with_all_instances() -> None:
    apps = [
        {"id": "/b", "instances": 2, "tasksRunning": 1},
        {"id": "/a", "instances": 2, "tasksRunning": 2},
        {"id": "/off", "instances": 0},
    ]
    pods = [
        {"id": "/p", "status": "DEGRADED", "spec": {"scaling": {"instances": 1}}},
        {"id": "/q", "status": "STABLE", "spec": {"scaling": {"instances": 1}}},
        {"id": "/r", "status": "TERMINAL", "spec": {"scaling": {"instances": 0}}},
    ]
    assert short(apps, pods) == ["/b", "/p"]


def restored() -> dict[str, Any]:
    found = fresh()
    found["node1"]["services"]["marathon"]["facts"]["workloads"] = [{"id": "/a", "kind": "app"}]
    found["node1"]["services"]["master"]["facts"]["agents"] = [{"id": "S1", "name": "node2", "state": "active"}]
    return found


def test_a_cluster_that_is_back() -> None:
    found = comparison(manifest(), restored(), {"frameworkId": "F1"}, {"outcome": "no_drift", "differs": []}, [])
    assert found["problems"] == []
    assert ("Marathon, framework", "F1", "F1", "") in found["rows"]
    assert ("Marathon, apps", "1", "1", "") in found["rows"]


@pytest.mark.parametrize(
    ("found", "drift", "waiting", "problem"),
    [
        (restored(), {"outcome": "drift", "differs": [{"id": "/a"}]}, [], "not as in the backup: /a"),
        (restored(), {"outcome": "not_compared", "why": "no answer", "differs": []}, [],
         "the definitions were not compared: no answer"),
        (restored(), {}, ["/a"], "not all instances run: /a"),
        (fresh(), {}, [], "agents are missing: node2"),
        ({**restored(), "node1": {"services": {}, "down": "x"}}, {}, [], "ZooKeeper does not answer; no master leads; "
         "agents are missing: node2; no Marathon leads"),
    ],
)  # fmt: skip
def test_what_is_not_back_is_named(found: Any, drift: Any, waiting: Any, problem: str) -> None:
    assert "; ".join(comparison(manifest(), found, {"frameworkId": "F1"}, drift, waiting)["problems"]) == problem
