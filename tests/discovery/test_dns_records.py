"""States of Mesos beyond the vectors: health, bridges, hostile names, and that names agree with the filter."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.filter.marathon_dns_name import marathon_dns_name
from hypothesis import given, settings
from hypothesis import strategies as st
from marathon_apps import app
from marathon_apps import task as marathon_task
from mesos_state import state, task

from marathon_discovery.names import health
from marathon_discovery.names.model import Names, Now, Settings
from marathon_discovery.names.records import MOST_BYTES, build, size

HOST = frozenset({"10.0.0.10"})
IDS = st.from_regex(r"\A(/[a-z0-9]([a-z0-9.-]{0,6}[a-z0-9])?){1,4}\Z").filter(lambda one: ".." not in one)


def names(*tasks: dict[str, Any], now: Now | None = None, **more: Any) -> Names:
    return build(state(*tasks), Settings(**more), now or Now())


def known(*apps: dict[str, Any], served: frozenset[str] = frozenset()) -> Now:
    tasks, bridged = health.known(apps)
    return Now(tasks=tasks, bridged=bridged, served=served)


@settings(max_examples=30, deadline=None)
@given(IDS)
def test_the_filter_tells_a_name_that_is_there(app_id: str) -> None:
    name = ".".join(reversed(app_id.strip("/").split("/")))
    found = names(task(name, 31001), domain="example.org")
    assert found.records[marathon_dns_name(app_id, domain="example.org"), "A"] == HOST
    assert found.records[f"{name}.marathon.example.org", "A"] == HOST
    assert found.excluded == ()


HOSTILE = [
    "日本",
    "---",
    "web\n@ IN A 6.6.6.6",
    "web; rm",
    'web"',
    "a" * 64,
    ".".join(["a" * 60] * 5),
    "web..x",
    ".web",
    "*.web",
    "web\\.x",
    "web.x y",
    "İweb",
    "$ORIGIN",
    "web\0",
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_is_reported_and_spoils_no_other(name: str) -> None:
    """The dashed form is made of letters, digits and dashes of it; the dotted one must be a name of DNS as it is."""
    found = names(task(name, 31001), task("good", 31002))
    assert found.records["good.marathon.mesos", "A"] == HOST
    assert found.excluded != () and all(one.reason.isprintable() and one.app.isascii() for one in found.excluded)
    for (owner, _kind), values in found.records.items():
        for text in (owner, *values):
            assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.: ")
        assert all(0 < len(label) <= 63 for label in owner.split(".")) and len(owner) <= 253


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"name": 5},
        {"slave_id": None},
        {"resources": {"ports": "[1-65535]"}},
        {"resources": {"ports": "[70000-70001]"}},
        {"discovery": {"name": "x", "ports": {"ports": [{"number": 0, "protocol": "tcp"}]}}},
        {"discovery": {"name": "x", "ports": {"ports": [{"number": 1, "protocol": "日"}]}}},
        {
            "statuses": [
                {
                    "state": "TASK_RUNNING",
                    "container_status": {"network_infos": [{"ip_addresses": [{"ip_address": "x"}]}]},
                }
            ]
        },
    ],
    ids=str,
)
def test_a_wrong_field_leaves_that_task_out_whole(change: dict[str, Any]) -> None:
    found = names({**task("bad", 31001), **change}, task("good", 31002))
    assert not [owner for owner, _kind in found.records if "bad" in owner]
    assert found.records["good.marathon.mesos", "A"] == HOST
    assert len(found.excluded) == 1


@pytest.mark.parametrize("name", ["leader", "master", "master0", "x.master7", "slave", "Slave", "ns1", "日", "", None])
def test_no_framework_takes_a_name_of_the_cluster(name: str | None) -> None:
    given = state(task("web", 31001))
    before = build(given, Settings(), Now()).records
    given["frameworks"].append({"name": name, "pid": "scheduler-2@6.6.6.6:8080", "tasks": [task("slave", 31009)]})
    found = build(given, Settings(), Now())
    assert found.records == before
    assert [one.app.startswith("framework ") for one in found.excluded] == [True]


CHECKED = {"healthChecks": [{"protocol": "HTTP"}]}


@pytest.mark.parametrize(
    ("results", "served", "there"),
    [
        ([{"alive": True}], False, True),
        ([{"alive": False}], False, False),
        ([{"alive": False}], True, False),
        ([], False, False),
        ([], True, True),
    ],
)
def test_what_marathon_says_of_the_health_counts(results: list[Any], served: bool, there: bool) -> None:
    """Without a result, as after an election, a task stays what it is."""
    task_id = task("web", 31001)["id"]
    web = app("/web", 10000, [marathon_task(task_id, 31001, healthCheckResults=results)], **CHECKED)
    (end,) = names(task("web", 31001)).tasks
    single = f"web{end}.marathon.mesos"
    found = names(task("web", 31001), now=known(web, served=frozenset({single} if served else ())))
    assert (("web.marathon.mesos", "A") in found.records) is there
    assert len(found.waiting) == (not there)
    # It runs all the same, so that it is not missed.
    assert found.tasks == {end}


@pytest.mark.parametrize(("healthy", "there"), [(True, True), (False, False), (None, True)])
def test_what_mesos_says_of_the_health_counts_where_marathon_has_no_such_task(
    healthy: bool | None, there: bool
) -> None:
    newest = {"state": "TASK_RUNNING", "timestamp": 2.0, "healthy": healthy}
    older = {"state": "TASK_RUNNING", "timestamp": 1.0, "healthy": not healthy}
    found = names({**task("web", 31001), "statuses": [newest, older]})
    assert (("web.marathon.mesos", "A") in found.records) is there


def test_a_bridge_address_is_not_given_away_and_one_of_a_container_network_is() -> None:
    status = {
        "state": "TASK_RUNNING",
        "container_status": {"network_infos": [{"ip_addresses": [{"ip_address": "172.17.0.2"}]}]},
    }
    one = {**task("web", 31001), "statuses": [status]}
    of_marathon = marathon_task(one["id"], 31001)
    bridge = app("/web", 10000, [of_marathon], networks=[{"mode": "container/bridge"}])
    own = app("/web", 10000, [of_marathon], networks=[{"mode": "container", "name": "net"}])
    key = ("web.marathon.mesos", "A")
    assert names(one, now=known(bridge)).records[key] == HOST
    assert names(one, now=known(own)).records[key] == {"172.17.0.2"}
    assert names(one, now=known(own), ip_sources=("host",)).records[key] == HOST


def test_an_app_that_is_none_says_nothing_and_hides_no_other() -> None:
    bad = {"id": "/bad", "tasks": "none"}
    web = app("/web", 10000, [marathon_task("t", 31001, state="TASK_KILLING")])
    assert set(known(bad, web).tasks) == {"t"}


def test_a_name_with_very_many_tasks_has_as_many_as_a_message_holds() -> None:
    found = names(*(task("web", 20000 + number, number) for number in range(1000)))
    kept = found.records["_web._tcp.marathon.mesos", "SRV"]
    assert 0 < MOST_BYTES - size(kept) < 100
    assert "_web._tcp.marathon.mesos" in found.cut
    assert "web.marathon.mesos" not in found.cut


FRAMEWORKS = ["my_marathon", "My-Marathon", "marathon.prod_1", "m\u00e4rathon", "_a..b_", "x" * 70]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_filter_tells_a_name_that_is_there_below_any_framework(framework: str) -> None:
    known_state = state(task("web.shop", 31001))
    known_state["frameworks"][0]["name"] = framework
    found = build(known_state, Settings(), Now())
    assert found.records[marathon_dns_name("/shop/web", framework), "A"] == HOST
