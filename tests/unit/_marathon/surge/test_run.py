"""Which apps an agent has alone, and how they come to serve elsewhere before it is drained."""

from __future__ import annotations

import contextlib
import copy
import itertools
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.tasks import Killed
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import (
    Conflict,
    Unreachable,
    WaitFailed,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.surge import plan as surge_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.surge.record import Entry, SurgeRecord
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.surge.run import (
    NOTICE_SECONDS,
    DrainedAgent,
    Surge,
)

from ..fakes import FakeTime

HERE, THERE = "S1", "S2"
CHECKED = [{"protocol": "MESOS_TCP"}]


def task(name: str, agent: str, state: str = "TASK_RUNNING", alive: bool | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": name, "slaveId": agent, "host": agent.lower(), "state": state, "startedAt": name}
    if alive is not None:
        found["healthCheckResults"] = [{"alive": alive}]
    return found


def app(*tasks: dict[str, Any], app_id: str = "/web", **fields: Any) -> dict[str, Any]:
    return {"id": app_id, "instances": len(tasks), "tasks": list(tasks), "deployments": [], **fields}


def runner(*tasks: dict[str, Any], **fields: Any) -> surge_plan.Runner:
    return surge_plan.of_app(app(*tasks, **fields), HERE, "s1")


@pytest.mark.parametrize(
    ("tasks", "fields", "surge"),
    [
        ([("a", HERE)], {}, 1),
        ([("a", HERE), ("b", HERE)], {}, 2),
        # Served elsewhere too, or nowhere at all.
        ([("a", HERE), ("b", THERE)], {}, None),
        ([("a", THERE)], {}, None),
        ([("a", HERE, "TASK_STAGING")], {}, None),
        ([("a", HERE, "TASK_RUNNING", False)], {"healthChecks": CHECKED}, None),
        # What does not serve elsewhere is no help.
        ([("a", HERE), ("b", THERE, "TASK_STAGING")], {}, 1),
        ([("a", HERE, "TASK_RUNNING", True), ("b", THERE, "TASK_RUNNING", False)], {"healthChecks": CHECKED}, 1),
        ([("a", HERE, "TASK_RUNNING", True), ("b", THERE, "TASK_RUNNING")], {"healthChecks": CHECKED}, 1),
        ([("a", HERE), ("b", THERE, "TASK_KILLING")], {}, 1),
        # Marathon's own bounds for a rolling upgrade.
        ([("a", HERE)], {"upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 0}}, 1),
        ([("a", HERE)], {"upgradeStrategy": {"minimumHealthCapacity": 0, "maximumOverCapacity": 0}}, 0),
        (
            [(str(one), HERE) for one in range(4)],
            {"upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.5}},
            2,
        ),
        # What cannot be elsewhere, or not with its data.
        ([("a", HERE)], {"constraints": [["hostname", "CLUSTER"]]}, 0),
        ([("a", HERE)], {"constraints": [["@hostname", "CLUSTER", "s1"]]}, 0),
        ([("a", HERE)], {"constraints": [["hostname", "IS", "s1"]]}, 0),
        ([("a", HERE)], {"constraints": [["hostname", "UNIQUE"]]}, 1),
        ([("a", HERE)], {"constraints": [["rack", "CLUSTER", "r1"]]}, 1),
        ([("a", HERE)], {"residency": {"taskLostBehavior": "WAIT_FOREVER"}}, 0),
        ([("a", HERE)], {"container": {"volumes": [{"persistent": {"size": 10}, "containerPath": "data"}]}}, 0),
    ],
)
def test_what_is_started_elsewhere(tasks: list[tuple[Any, ...]], fields: dict[str, Any], surge: int | None) -> None:
    one = runner(*(task(*arguments) for arguments in tasks), **fields)
    assert (one.surge if one.only_here else None) == surge
    assert bool(one.stays) == (surge == 0)


@pytest.mark.parametrize(
    ("fields", "ports"),
    [
        ({"portDefinitions": [{"port": 8080}], "requirePorts": True}, (8080,)),
        ({"portDefinitions": [{"port": 10001}], "requirePorts": False}, ()),
        ({"container": {"portMappings": [{"containerPort": 80, "hostPort": 8080}]}}, (8080,)),
        ({"container": {"portMappings": [{"containerPort": 80, "hostPort": 0}]}}, ()),
        ({"container": {"docker": {"portMappings": [{"containerPort": 80, "hostPort": 31001}]}}}, (31001,)),
    ],
)
def test_fixed_ports(fields: dict[str, Any], ports: tuple[int, ...]) -> None:
    assert runner(task("a", HERE), **fields).ports == ports


def test_who_goes_first() -> None:
    one = runner(task("1", HERE), task("2", THERE), task("3", HERE), task("4", THERE, "TASK_STAGING"))
    assert surge_plan.victims(one, 4, from_here=True) == ["3", "1", "4", "2"]
    assert surge_plan.victims(one, 4, from_here=False) == ["4", "3", "2", "1"]


class FakeMarathon:
    """Starts what is missing at each look, on the other agent, unless nothing fits there."""

    def __init__(self, *apps: dict[str, Any], pods: list[dict[str, Any]] | None = None) -> None:
        self.all = {one["id"]: one for one in apps}
        self.all_pods = {one["id"]: one for one in pods or []}
        self.writes: list[Any] = []
        self.fits = True
        self.refusals: list[Exception] = []
        self.silent = 0
        self.at_look: dict[int, Any] = {}
        self.looks = 0
        self._names = map(str, itertools.count(100))

    def limited(self, _left: Any) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def apps(self, **_selectors: Any) -> list[dict[str, Any]]:
        if self.silent:
            self.silent -= 1
            raise Unreachable("Marathon does not answer")
        self.looks += 1
        if self.looks in self.at_look:
            self.at_look[self.looks](self)
        seen = copy.deepcopy(list(self.all.values()))
        for one in self.all.values():
            while self.fits and len(one["tasks"]) < one["instances"]:
                alive = True if one.get("healthChecks") else None
                one["tasks"].append(task(next(self._names), THERE, alive=alive))
            del one["tasks"][one["instances"] :]
        return seen

    def pod_statuses(self) -> list[dict[str, Any]]:
        seen = copy.deepcopy(list(self.all_pods.values()))
        for one in self.all_pods.values():
            wanted = one["spec"]["scaling"]["instances"]
            while len(one["instances"]) < wanted:
                one["instances"].append({"id": next(self._names), "agentId": THERE, "status": "STABLE"})
            del one["instances"][wanted:]
        return seen

    def pod(self, pod_id: str) -> dict[str, Any]:
        return dict(self.all_pods[pod_id]["spec"])

    def put_pod(self, pod_id: str, body: dict[str, Any], force: bool) -> None:
        self.writes.append((pod_id, body["scaling"]["instances"], force))
        self.all_pods[pod_id]["spec"] = body

    def app(self, app_id: str) -> dict[str, Any]:
        return self.all[app_id]

    def queue(self) -> list[dict[str, Any]]:
        return []

    def put_app(self, app_id: str, body: dict[str, Any], partial: bool, force: bool) -> None:
        self._refuse()
        self.writes.append((app_id, body["instances"], force))
        assert partial
        self.all[app_id]["instances"] = body["instances"]

    def kill_tasks(self, ids: list[str], scale: bool, force: bool, app_ids: tuple[str, ...]) -> Killed:
        self._refuse()
        self.writes.append((*app_ids, sorted(ids), force))
        assert scale
        one = self.all[app_ids[0]]
        one["tasks"] = [item for item in one["tasks"] if item["id"] not in ids]
        one["instances"] -= len(ids)
        return Killed([], "d")

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)


@pytest.fixture
def record(tmp_path: Path) -> SurgeRecord:
    return SurgeRecord(str(tmp_path / "surge"))


def surge_of(marathon: FakeMarathon, record: SurgeRecord, time: FakeTime | None = None, timeout: float = 60) -> Surge:
    time = time or FakeTime()
    return Surge(marathon, DrainedAgent(HERE, "s1"), record, timeout, time.clock, time.sleep)


def places(marathon: FakeMarathon, name: str = "/web") -> list[str]:
    return [item["slaveId"] for item in marathon.all[name]["tasks"]]


def test_both_instances_are_elsewhere_before_the_drain(record: SurgeRecord) -> None:
    marathon, time = FakeMarathon(app(task("1", HERE), task("2", HERE), healthChecks=CHECKED)), FakeTime()
    for item in marathon.all["/web"]["tasks"]:
        item["healthCheckResults"] = [{"alive": True}]
    (report,) = surge_of(marathon, record, time).move(only_report=False)
    assert report["moves"]
    assert marathon.writes == [("/web", 4, False), ("/web", ["1", "2"], False)]
    assert places(marathon) == [THERE, THERE]
    assert NOTICE_SECONDS in time.sleeps
    assert record.load() == {}


def test_a_report_writes_nothing(record: SurgeRecord) -> None:
    marathon = FakeMarathon(app(task("1", HERE)))
    assert [one["moves"] for one in surge_of(marathon, record).move(only_report=True)] == [True]
    assert (marathon.writes, record.load()) == ([], {})


def test_the_count_is_on_disk_before_marathon_is_asked(record: SurgeRecord) -> None:
    marathon = FakeMarathon(app(task("1", HERE)))
    seen = {}
    marathon.put_app = lambda *_arguments, **_options: (one for one in ()).throw(KeyboardInterrupt)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        surge_of(marathon, record).move(only_report=False)
    seen = record.load()
    assert seen == {"/web": Entry("app", 1, 2)}


def test_an_interrupted_run_is_gone_on_with(record: SurgeRecord) -> None:
    record.save({"/web": Entry("app", 1, 2)})
    marathon = FakeMarathon(app(task("1", HERE), task("2", THERE)))
    surge_of(marathon, record).move(only_report=False)
    assert marathon.writes == [("/web", ["1"], False)]
    assert record.load() == {}


@pytest.mark.parametrize("instances", [1, 3, 0])
def test_a_count_that_someone_else_has_set_is_left_alone(record: SurgeRecord, instances: int) -> None:
    record.save({"/web": Entry("app", 1, 2)})
    marathon = FakeMarathon(app(*(task(str(one), THERE) for one in range(instances))))
    assert surge_of(marathon, record).settle(only_report=False) == []
    assert (marathon.writes, record.load()) == ([], {})


def test_an_app_that_is_gone_is_forgotten(record: SurgeRecord) -> None:
    record.save({"/web": Entry("app", 1, 2)})
    assert surge_of(FakeMarathon(), record).settle(only_report=False) == []
    assert record.load() == {}


def test_what_was_never_started_goes_first(record: SurgeRecord) -> None:
    record.save({"/web": Entry("app", 2, 4)})
    marathon = FakeMarathon(app(task("1", HERE), task("2", HERE), task("3", THERE, "TASK_STAGING"), instances=4))
    marathon.fits = False
    assert surge_of(marathon, record).settle(only_report=False) == ["/web"]
    assert marathon.writes == [("/web", 3, False), ("/web", ["3"], False)]
    assert [item["id"] for item in marathon.all["/web"]["tasks"]] == ["1", "2"]
    assert record.load() == {}


def test_no_place_elsewhere_stops_it_and_is_taken_back(record: SurgeRecord) -> None:
    marathon = FakeMarathon(app(task("1", HERE)))
    marathon.fits = False
    with pytest.raises(
        WaitFailed,
        match=r"s1 is not drained, .* after 60 s no instance elsewhere of /web",
    ):
        surge_of(marathon, record).move(only_report=False)
    assert marathon.writes == [("/web", 2, False), ("/web", 1, True)]
    assert places(marathon) == [HERE]
    assert record.load() == {}


def test_an_autoscaler_that_takes_it_back_is_not_fought(record: SurgeRecord) -> None:
    marathon = FakeMarathon(app(task("1", HERE)))
    marathon.fits = False
    marathon.at_look[5] = lambda self: self.all["/web"].update(instances=1)
    with pytest.raises(WaitFailed, match="scaled back concurrently"):
        surge_of(marathon, record).move(only_report=False)
    assert marathon.writes == [("/web", 2, False)]
    assert record.load() == {}


def test_another_deployment_and_a_silent_marathon_are_waited_for(record: SurgeRecord) -> None:
    marathon = FakeMarathon(app(task("1", HERE)))
    marathon.refusals = [Conflict("another deployment holds /web")] * 3
    marathon.at_look[2] = lambda self: setattr(self, "silent", 2)
    surge_of(marathon, record).move(only_report=False)
    assert marathon.writes == [("/web", 2, False), ("/web", ["1"], False)]


def test_a_deployment_that_never_ends_is_named(record: SurgeRecord) -> None:
    marathon = FakeMarathon(app(task("1", HERE)))
    marathon.refusals = [Conflict("another deployment holds /web")] * 1000
    with pytest.raises(WaitFailed, match="another deployment holds /web"):
        surge_of(marathon, record).move(only_report=False)
    assert (marathon.writes, record.load()) == ([], {})


def test_a_pod_is_taken_back_after_the_drain(record: SurgeRecord) -> None:
    spec = {"scaling": {"kind": "fixed", "instances": 1}, "containers": []}
    pod = {"id": "/pod", "spec": spec, "instances": [{"id": "1", "agentId": HERE, "status": "STABLE"}]}
    marathon = FakeMarathon(pods=[pod])
    surge_of(marathon, record).move(only_report=False)
    assert record.load() == {"/pod": Entry("pod", 1, 2)}
    # The drain.
    marathon.all_pods["/pod"]["instances"].pop(0)
    assert surge_of(marathon, record).settle(only_report=False) == ["/pod"]
    assert marathon.writes == [("/pod", 2, False), ("/pod", 1, False)]
    assert record.load() == {}
