"""What operators grant to roles: a limit that offers keep to, a weight that orders them, both in the registry."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from local_cluster import ENGINE, Program, free_port
from mesos_clients import AgentEnd, Scheduler, task


@pytest.fixture
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    directory, port = tmp_path_factory.mktemp("master"), free_port()
    program = Program("master", [
        sys.executable, "-m", "labengine.master", "--ip=127.0.0.1", "--hostname=127.0.0.1", f"--port={port}",
        f"--work_dir={directory}/work", "--allocation_interval=200ms"], directory, "127.0.0.1", port,
        {"PYTHONPATH": str(ENGINE)})
    program.start()
    program.wait_answering("/slaves")
    yield program
    program.kill()


def update_quota(master: Program, **config: Any) -> requests.Response:
    return requests.post(f"{master.url}/api/v1", timeout=5, json={
        "type": "UPDATE_QUOTA", "update_quota": {"quota_configs": [config]}})


def amounts(**values: float) -> dict[str, dict[str, float]]:
    return {name: {"value": value} for name, value in values.items()}


def offered(offer: dict[str, Any], name: str) -> float:
    return next(one["scalar"]["value"] for one in offer["resources"] if one["name"] == name)


def test_no_offer_goes_beyond_a_limit(master: Program) -> None:
    assert update_quota(master, role="batch", limits=amounts(cpus=1.5)).status_code == 200
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = Scheduler(master.url, role="batch")
    scheduler.subscribed()
    offer = scheduler.offer()
    # Of 4 cpus and 4096 MiB.
    assert (offered(offer, "cpus"), offered(offer, "mem")) == (1.5, 4096)
    scheduler.launch(offer, task(offer, cpus=1.0))
    assert offered(scheduler.offer(), "cpus") == 0.5
    (role,) = requests.get(f"{master.url}/roles", timeout=5).json()["roles"]
    assert role["quota"] == {"role": "batch", "guarantee": {}, "limit": {"cpus": 1.5},
                             "consumed": {"cpus": 1.0, "mem": 64.0}}


def test_a_heavier_role_is_offered_first(master: Program) -> None:
    weights = [{"role": "heavy", "weight": 10.0}]
    assert requests.put(f"{master.url}/weights", json=weights, timeout=5).status_code == 200
    assert requests.get(f"{master.url}/weights", timeout=5).json() == weights
    first = AgentEnd(master.url)
    first.subscribed()
    schedulers = {role: Scheduler(master.url, role=role, name=role) for role in ("heavy", "light")}
    for role in ("heavy", "light"):
        schedulers[role].subscribed()
    # Both hold something; the heavy one has twice as much and is still the one to get more.
    offer = schedulers["heavy"].offer()
    schedulers["heavy"].launch(offer, task(offer, "h", cpus=2.0), refuse_seconds=3600)
    offer = schedulers["light"].offer()
    schedulers["light"].launch(offer, task(offer, "l", cpus=1.0), refuse_seconds=3600)
    second = AgentEnd(master.url, port=5052, hostname="second")
    second.subscribed()
    assert schedulers["heavy"].offer()["agent_id"]["value"] == second.id
    schedulers["light"].stream.nothing("OFFERS", 1)


@pytest.mark.parametrize(("config", "message"), [
    ({"role": "*", "limits": amounts(cpus=1)}, "the default '*' role is not supported"),
    ({"role": "a", "guarantees": amounts(cpus=2), "limits": amounts(cpus=1)},
     "the guarantee of 2 cpus for role 'a' is more than its limit of 1"),
    ({"limits": amounts(cpus=1)}, "malformed update_quota"),
])
def test_refused_quota(master: Program, config: dict[str, Any], message: str) -> None:
    answer = update_quota(master, **config)
    assert (answer.status_code, message in answer.text) == (400, True), answer.text
    assert requests.get(f"{master.url}/quota", timeout=5).json() == {}


def test_quota_is_taken_away_and_survives_a_restart(master: Program) -> None:
    update_quota(master, role="a", guarantees=amounts(cpus=1), limits=amounts(cpus=2))
    update_quota(master, role="b", limits=amounts(mem=64))
    assert requests.delete(f"{master.url}/quota/b", timeout=5).status_code == 200
    assert requests.delete(f"{master.url}/quota/b", timeout=5).status_code == 400
    master.kill()
    master.start()
    master.wait_answering("/slaves")
    assert requests.get(f"{master.url}/quota", timeout=5).json() == {
        "infos": [{"role": "a", "guarantee": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 1.0}}]}],
        "configs": [{"role": "a", "guarantees": amounts(cpus=1.0), "limits": amounts(cpus=2.0)}]}
