"""Masters and agents answer as Mesos 1.11.0 did: status, headers, keys and types; or it is known how they differ."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests
from agent_master import docker_answers
from conformance import cluster, recordings
from conformance.judging import Record, Verdicts, judge
from conformance.known import KNOWN
from conformance.verdict import verdict
from local_cluster import wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(
    not (cluster.given() or (docker_answers() and zookeeper_installed())),
    reason="neither MESOS_URL is set nor are Docker and ZooKeeper here")

HOUR = 3600 * 10**9


def _all(asked: cluster.Asked, situation: str) -> Verdicts:
    found = {}
    for recording in recordings.answers(situation):
        if recording.who in asked.urls:
            found[recording.name] = verdict(recording, asked.ask(recording), asked.names, given=asked.given)
    return found


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cluster.Asked]:
    if asked := cluster.given():
        yield asked
    else:
        with cluster.running(tmp_path_factory.mktemp("running")) as made:
            yield made


@pytest.fixture(scope="module")
def running(lab: cluster.Asked) -> Verdicts:
    return _all(lab, "running")


def _own(lab: cluster.Asked) -> cluster.Lab:
    if not isinstance(lab, cluster.Lab):
        pytest.skip("the cluster at MESOS_URL is only read")
    return lab


@pytest.fixture(scope="module")
def maintenance_scheduled(lab: cluster.Asked, running: Verdicts) -> Verdicts:
    own = _own(lab)
    # In the recorded cluster both agents were on one machine, so that both frameworks were asked to leave it.
    machines = [{"hostname": agent.ip, "ip": agent.ip} for agent in own.cluster.agents]
    window = {"machine_ids": machines, "unavailability": {
        "start": {"nanoseconds": int((time.time() + 3600) * 10**9)}, "duration": {"nanoseconds": HOUR}}}
    _change(own, "/maintenance/schedule", {"windows": [window]})
    calls = recordings.operator_calls()
    for name in ("quota-update", "quota-old-post", "weights-put", "logging-level"):
        assert own.ask(calls[name]).status_code == 200
    for scheduler in own.schedulers.values():
        scheduler.stream.expect("INVERSE_OFFERS")
    found = _all(own, "maintenance-scheduled")
    _change(own, "/maintenance/schedule", {})
    return found


@pytest.fixture(scope="module")
def drained(lab: cluster.Asked, maintenance_scheduled: Verdicts) -> Verdicts:
    own = _own(lab)
    agent_id = own.second["id"]
    _change(own, "/api/v1", {"type": "DRAIN_AGENT", "drain_agent": {"agent_id": {"value": agent_id}}})
    own.until("long-docker", "TASK_KILLED")

    def is_drained() -> bool:
        agents = requests.get(f"{own.urls['leader']}/slaves", timeout=10).json()["slaves"]
        (mine,) = (agent for agent in agents if agent["id"] == agent_id)
        return mine.get("drain_info", {}).get("state") == "DRAINED"

    wait_until("the agent is drained", is_drained)
    # In the recorded cluster the agents had come back to their master before this.
    own.restart_agents()
    return _all(own, "drained")


def _change(own: cluster.Lab, path: str, body: object) -> None:
    answer = requests.post(own.urls["leader"] + path, json=body, timeout=10)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def no_quorum(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    if cluster.given():
        pytest.skip("the cluster at MESOS_URL is only read")
    with cluster.without_quorum(tmp_path_factory.mktemp("no-quorum")) as asked:
        return _all(asked, "no-quorum")


def _names(situation: str) -> list[str]:
    return [recording.name for recording in recordings.answers(situation)]


@pytest.mark.parametrize("name", _names("running"))
def test_running(running: Verdicts, name: str, record_property: Record) -> None:
    judge(running, name, record_property)


@pytest.mark.parametrize("name", _names("maintenance-scheduled"))
def test_maintenance_scheduled(maintenance_scheduled: Verdicts, name: str, record_property: Record) -> None:
    judge(maintenance_scheduled, name, record_property)


@pytest.mark.parametrize("name", _names("drained"))
def test_drained(drained: Verdicts, name: str, record_property: Record) -> None:
    judge(drained, name, record_property)


@pytest.mark.parametrize("name", _names("no-quorum"))
def test_no_quorum(no_quorum: Verdicts, name: str, record_property: Record) -> None:
    judge(no_quorum, name, record_property)


def test_every_known_difference_is_still_there(lab: cluster.Asked, running: Verdicts, maintenance_scheduled: Verdicts,
                                               drained: Verdicts, no_quorum: Verdicts) -> None:
    seen = {reason for found in (running, maintenance_scheduled, drained, no_quorum) for one in found.values()
            for reason in one.explained}
    assert seen == {known.reason for known in KNOWN}
