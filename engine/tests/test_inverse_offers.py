"""Maintenance asks frameworks to leave an agent; what they answer is in its status."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, Program, wait_until, zookeeper_installed
from mesos_clients import AgentEnd, Scheduler, task

MACHINE = {"hostname": "agent", "ip": "127.0.0.1"}
HOUR = 3600 * 10**9


def schedule(master: Program, *machines: dict[str, str], hours: int = 1) -> dict[str, Any]:
    """Plans an hour for these machines alone; when that is."""
    away = {"start": {"nanoseconds": time.time_ns() + hours * HOUR}, "duration": {"nanoseconds": HOUR}}
    windows = [{"machine_ids": list(machines), "unavailability": away}] if machines else []
    answer = requests.post(master.url + "/maintenance/schedule", json={"windows": windows}, timeout=5)
    assert answer.status_code == 200, answer.text
    return away


def statuses(master: Program) -> list[tuple[str, str]]:
    """Which framework said what."""
    (machine,) = requests.get(master.url + "/maintenance/status", timeout=5).json()["draining_machines"]
    assert machine["id"] == MACHINE
    return [(one["framework_id"]["value"], one["status"]) for one in machine.get("statuses", [])]


def asked(scheduler: Scheduler) -> dict[str, Any]:
    (offer,) = scheduler.stream.expect("INVERSE_OFFERS")["inverse_offers"]["inverse_offers"]
    return offer


def shown(master: Program) -> dict[str, list[dict[str, Any]]]:
    """The inverse offers of each framework in the operator API."""
    frameworks = requests.post(master.url + "/api/v1", json={"type": "GET_FRAMEWORKS"}, timeout=5).json()
    return {one["framework_info"]["id"]["value"]: one.get("inverse_offers", [])
            for one in frameworks["get_frameworks"]["frameworks"]}


def running(master: Program) -> tuple[AgentEnd, Scheduler]:
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    assert "unavailability" not in offer
    scheduler.launch(offer, task(offer), refuse_seconds=3600)
    scheduler.acknowledge(agent.report(agent.stream.expect("RUN_TASK"), "TASK_RUNNING"))
    return agent, scheduler


def test_a_framework_answers(master: Program) -> None:
    agent, scheduler = running(master)
    scheduler.call("SUPPRESS")
    other = Scheduler(master.url, name="other")
    other.subscribed()
    held = other.offer()
    idle = Scheduler(master.url, name="idle")
    idle.subscribed()
    assert requests.get(master.url + "/maintenance/status", timeout=5).json() == {}

    away = schedule(master, MACHINE)
    assert other.stream.expect("RESCIND")["rescind"]["offer_id"] == held["id"], "it may not want such an agent"
    first = asked(scheduler)
    assert first | {"framework_id": {"value": scheduler.id}, "agent_id": {"value": agent.id},
                    "unavailability": away} == first
    assert first["url"] == {"scheme": "http", "path": "/slave(1)",
                            "address": {"hostname": "agent", "ip": "127.0.0.1", "port": 5051}}
    assert shown(master)[scheduler.id or ""] == [first]
    assert shown(master)[idle.id or ""] == [] or shown(master)[other.id or ""] == [], "one of them holds nothing"
    assert statuses(master) == []

    scheduler.call("DECLINE_INVERSE_OFFERS", inverse_offer_ids=[first["id"]], filters={"refuse_seconds": 1.5})
    assert statuses(master) == [(scheduler.id, "DECLINE")]
    answered = time.monotonic()
    second = asked(scheduler)
    assert time.monotonic() - answered > 1
    assert second["id"] != first["id"]
    scheduler.call("ACCEPT_INVERSE_OFFERS", inverse_offer_ids=[second["id"]], filters={"refuse_seconds": 3600})
    assert statuses(master) == [(scheduler.id, "ACCEPT")]
    scheduler.call("DECLINE_INVERSE_OFFERS", inverse_offer_ids=[first["id"]])
    assert statuses(master) == [(scheduler.id, "ACCEPT")], "the first one was answered"
    scheduler.stream.nothing("INVERSE_OFFERS", 1)

    metrics = requests.get(master.url + "/metrics/snapshot", timeout=5).json()
    prefix = f"master/frameworks/test/{scheduler.id}/"
    assert (metrics[prefix + "events/inverse_offers"], metrics[prefix + "calls/decline_inverse_offers"],
            metrics[prefix + "calls/accept_inverse_offers"]) == (2.0, 2.0, 1.0)


def test_another_schedule_asks_again(master: Program) -> None:
    _agent, scheduler = running(master)
    schedule(master, MACHINE)
    first = asked(scheduler)
    scheduler.call("ACCEPT_INVERSE_OFFERS", inverse_offer_ids=[first["id"]], filters={"refuse_seconds": 3600})
    assert statuses(master) != []
    later = schedule(master, MACHINE, hours=2)
    assert statuses(master) == []
    second = asked(scheduler)
    assert second["unavailability"] == later
    schedule(master)
    rescinded = scheduler.stream.expect("RESCIND_INVERSE_OFFER")["rescind_inverse_offer"]
    assert rescinded == {"inverse_offer_id": second["id"]}
    assert shown(master) == {scheduler.id: []}
    scheduler.stream.nothing("INVERSE_OFFERS", 1)


def test_offers_tell_when_the_agent_will_be_away(master: Program) -> None:
    away = schedule(master, {"hostname": "elsewhere", "ip": "10.0.0.1"}, MACHINE)
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    assert scheduler.offer()["unavailability"] == away
    assert asked(scheduler)["agent_id"] == {"value": agent.id}, "an offer is something to lose too"


def test_a_machine_that_goes_down_takes_the_question_back(master: Program) -> None:
    _agent, scheduler = running(master)
    schedule(master, MACHINE)
    offer = asked(scheduler)
    assert requests.post(master.url + "/machine/down", json=[MACHINE], timeout=5).status_code == 200
    rescinded = scheduler.stream.expect("RESCIND_INVERSE_OFFER")["rescind_inverse_offer"]
    assert rescinded == {"inverse_offer_id": offer["id"]}


def test_a_question_that_is_not_answered_is_asked_again(start_master: Callable[..., Program]) -> None:
    master = start_master(offer_timeout="1secs")
    _agent, scheduler = running(master)
    schedule(master, MACHINE)
    offer = asked(scheduler)
    rescinded = scheduler.stream.expect("RESCIND_INVERSE_OFFER")["rescind_inverse_offer"]
    assert rescinded == {"inverse_offer_id": offer["id"]}
    assert asked(scheduler)["id"] != offer["id"]


@pytest.mark.parametrize("window", [{"machine_ids": [MACHINE]}, {"machine_ids": [MACHINE], "unavailability": {}}])
def test_a_schedule_says_when(master: Program, window: dict[str, Any]) -> None:
    answer = requests.post(master.url + "/maintenance/schedule", json={"windows": [window]}, timeout=5)
    assert answer.status_code == 400
    assert requests.get(master.url + "/maintenance/schedule", timeout=5).json() == {}


@pytest.mark.skipif(not zookeeper_installed(), reason="ZooKeeper is not here")
def test_marathon_goes_on_and_does_not_answer(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=1, agents=1, marathons=1) as cluster:
        def tasks() -> list[str]:
            found = requests.get(cluster.marathon_url + "/v2/apps/web/tasks", timeout=5,
                                 headers={"Accept": "application/json"}).json()["tasks"]
            return [one["id"] for one in found if one["state"] == "TASK_RUNNING"]

        app = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
        assert requests.post(cluster.marathon_url + "/v2/apps", json=app, timeout=10).status_code == 201
        before = wait_until("it runs", tasks)
        leader = cluster.leader()
        schedule(leader, {"hostname": cluster.agents[0].ip, "ip": cluster.agents[0].ip})
        wait_until("it is asked", lambda: any(shown(leader).values()))
        answer = requests.put(cluster.marathon_url + "/v2/apps/web", json={"instances": 2}, timeout=10)
        assert answer.status_code == 200
        wait_until("there are two", lambda: len(tasks()) == 2)
        assert set(before) < set(tasks())
        (machine,) = requests.get(leader.url + "/maintenance/status", timeout=5).json()["draining_machines"]
        assert "statuses" not in machine
