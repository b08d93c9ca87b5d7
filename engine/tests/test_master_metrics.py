"""The numbers of a master are those of what happened: of its frameworks, its allocator, its registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from local_cluster import Program, wait_until
from mesos_clients import AgentEnd, Scheduler, scalar, task

from labengine.common import timing

RESOURCES = [scalar("cpus", 4), scalar("mem", 1024), scalar("cpus", 2, "web")]


def metrics(master: Program) -> dict[str, float]:
    return requests.get(master.url + "/metrics/snapshot", timeout=5).json()


def of_framework(master: Program, scheduler: Scheduler) -> dict[str, float]:
    prefix = f"master/frameworks/my%20scheduler/{scheduler.id}/"
    return {name.removeprefix(prefix): value for name, value in metrics(master).items() if name.startswith(prefix)}


def test_the_percentiles_of_a_timing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(timing.time, "monotonic", lambda: now)
    measured = timing.Timing("run_ms", 60.0)
    assert measured.snapshot() == {}
    measured.record(0.5)
    assert measured.snapshot() == {"run_ms": 500.0}, "one value has no statistics"
    now += 50
    for milliseconds in (10, 20, 30, 40, 50):
        measured.record(milliseconds / 1000)
    now += 20
    shown = measured.snapshot()
    assert (shown["run_ms"], shown["run_ms/count"], shown["run_ms/min"], shown["run_ms/max"]) == (
        50.0, 5.0, 10.0, 50.0), "the first one is too old"
    assert shown["run_ms/p50"] == pytest.approx(30.0)
    assert shown["run_ms/p90"] == pytest.approx(46.0)
    without_window = timing.Timing("fetch_ms")
    without_window.record(0.1)
    without_window.record(0.2)
    assert without_window.snapshot() == {"fetch_ms": 200.0}


def test_what_is_counted_of_a_framework(master: Program) -> None:
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = Scheduler(master.url, name="my scheduler", role="web/shop")
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.call("DECLINE", offer_ids=[offer["id"]], filters={"refuse_seconds": 0})
    offer = scheduler.offer()
    scheduler.launch(offer, task(offer), task(offer, "t2", cpus=100), refuse_seconds=3600)
    assert scheduler.update()["state"] == "TASK_ERROR"
    run = agent.stream.expect("RUN_TASK")
    scheduler.acknowledge(agent.report(run, "TASK_RUNNING"))
    scheduler.update()
    shown = of_framework(master, scheduler)
    expected = {
        "subscribed": 1, "calls": 4, "calls/subscribe": 1, "calls/decline": 1, "calls/accept": 1,
        "calls/acknowledge": 1, "calls/kill": 0, "offers/sent": 2, "offers/declined": 1, "offers/accepted": 1,
        "offers/rescinded": 0, "operations": 1, "operations/launch": 1, "operations/reserve": 0,
        "events/subscribed": 1, "events/offers": 2, "events/update": 2, "tasks/active/task_running": 1,
        "tasks/active/task_staging": 0, "tasks/terminal/task_error": 0, "roles/web/shop/suppressed": 0}
    assert shown | expected == shown
    seen = metrics(master)
    assert (seen["master/tasks_error"], seen["master/task_error/source_master/reason_task_invalid"]) == (1, 1)
    assert seen["master/messages_register_slave"] == 1

    scheduler.call("SUPPRESS")
    scheduler.acknowledge(agent.report(run, "TASK_FAILED"))
    shown = of_framework(master, scheduler)
    expected = {"roles/web/shop/suppressed": 1, "tasks/active/task_running": 0, "tasks/terminal/task_failed": 1}
    assert shown | expected == shown
    scheduler.call("TEARDOWN")
    assert of_framework(master, scheduler)["subscribed"] == 0, "a completed framework is still shown"
    assert metrics(master)["master/messages_unregister_framework"] == 1


def test_frameworks_are_left_out_on_demand(start_master: Callable[..., Program]) -> None:
    master = start_master(publish_per_framework_metrics="false")
    scheduler = Scheduler(master.url, name="my scheduler")
    scheduler.subscribed()
    assert of_framework(master, scheduler) == {}


def test_what_the_allocator_gave(master: Program) -> None:
    agent = AgentEnd(master.url, resources=RESOURCES)
    agent.subscribed()
    for call in ({"type": "UPDATE_QUOTA", "update_quota": {"quota_configs": [
                     {"role": "web", "limits": {"cpus": {"value": 5}}, "guarantees": {"cpus": {"value": 1}}}]}},
                 {"type": "UPDATE_WEIGHTS", "update_weights": {"weight_infos": [{"role": "web", "weight": 2.0}]}}):
        assert requests.post(master.url + "/api/v1", json=call, timeout=5).status_code == 200
    scheduler = Scheduler(master.url, role="web")
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.launch(offer, task(offer, cpus=3, mem=128), refuse_seconds=3600)
    agent.report(agent.stream.expect("RUN_TASK"), "TASK_RUNNING")

    wait_until("it has run some times", lambda: metrics(master)["allocator/mesos/allocation_runs"] > 2, 5)
    seen = metrics(master)
    quota = "allocator/mesos/quota/roles"
    expected: dict[str, Any] = {
        "allocator/mesos/resources/cpus/total": 6.0, "allocator/mesos/resources/cpus/offered_or_allocated": 3.0,
        "allocator/mesos/resources/mem/offered_or_allocated": 128.0,
        "allocator/mesos/offer_filters/roles/web/active": 1.0,
        # Half of the cpus, at twice the weight.
        "allocator/mesos/roles/web/shares/dominant": 0.25,
        # The reservation counts whether it is used or not: 2 reserved, and 3 of the unreserved ones.
        f"{quota}/web/resources/cpus/consumed": 5.0, f"{quota}//resources/cpus/consumed": 5.0,
        f"{quota}/web/resources/cpus/limit": 5.0, f"{quota}/web/resources/cpus/guarantee": 1.0,
        f"{quota}/web/resources/cpus/offered_or_allocated": 3.0}
    assert {name: seen.get(name) for name in expected} == expected
    runs = seen["allocator/mesos/allocation_runs"]
    assert runs == seen["allocator/mesos/allocation_run_ms/count"]
    assert 0 < seen["allocator/mesos/allocation_run_ms/min"] <= seen["allocator/mesos/allocation_run_ms/p99"]
    wait_until("it goes on", lambda: metrics(master)["allocator/mesos/allocation_runs"] > runs, 5)


def test_what_the_registry_took(master: Program) -> None:
    before = metrics(master)
    assert before["registrar/registry_size_bytes"] > 0
    assert before["registrar/state_fetch_ms"] >= 0
    for port in (5051, 5052):
        AgentEnd(master.url, port=port).subscribed()
    after = metrics(master)
    assert after["registrar/registry_size_bytes"] > before["registrar/registry_size_bytes"] + 200
    assert after["registrar/state_store_ms/count"] == before.get("registrar/state_store_ms/count", 1.0) + 2
    assert after["registrar/queued_operations"] == 0.0
