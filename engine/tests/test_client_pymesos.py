"""The public scheduler library pymesos on a cluster of the engine: masters found, tasks run, frameworks that return."""

from __future__ import annotations

import contextlib
import json
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymesos
import pytest
import requests
from local_cluster import LocalCluster, Program, wait_until
from mesos_clients import scalar

from labengine import MESOS_VERSION

SECONDS = 15
LONG = {"refuse_seconds": 3600}


class Recorder(pymesos.Scheduler):
    """Keeps what the library calls back."""

    def __init__(self) -> None:
        self._events: queue.Queue[tuple[str, Any]] = queue.Queue()

    def registered(self, driver: Any, framework_id: dict[str, Any], master: dict[str, Any]) -> None:
        self._events.put(("registered", {"id": framework_id["value"], "master": master}))

    def reregistered(self, driver: Any, master: dict[str, Any]) -> None:
        self._events.put(("reregistered", {"master": master}))

    def disconnected(self, driver: Any) -> None:
        self._events.put(("disconnected", None))

    def resourceOffers(self, driver: Any, offers: list[dict[str, Any]]) -> None:
        for offer in offers:
            self._events.put(("offer", offer))

    def offerRescinded(self, driver: Any, offer_id: dict[str, Any]) -> None:
        self._events.put(("rescinded", offer_id))

    def statusUpdate(self, driver: Any, status: dict[str, Any]) -> None:
        self._events.put(("status", status))

    def slaveLost(self, driver: Any, agent_id: dict[str, Any]) -> None:
        self._events.put(("slaveLost", agent_id))

    def processHeartBeat(self, driver: Any) -> None:
        self._events.put(("heartbeat", None))

    def error(self, driver: Any, message: str) -> None:
        self._events.put(("error", message))

    def expect(self, kind: str, seconds: float = SECONDS) -> Any:
        """The next event of this kind; what came before it is dropped."""
        deadline = time.monotonic() + seconds
        seen = []
        with contextlib.suppress(queue.Empty):
            while True:
                name, content = self._events.get(timeout=max(0.01, deadline - time.monotonic()))
                if name == kind:
                    return content
                seen.append(name)
        raise AssertionError(f"no {kind} within {seconds} s; seen: {seen}")

    def nothing(self, kind: str, seconds: float) -> None:
        with pytest.raises(AssertionError, match=f"no {kind} within"):
            self.expect(kind, seconds)


class Driver:
    """A scheduler driver that is ended with its framework, whatever the test left of it."""

    def __init__(self, master: str, *, framework_id: str = "", **options: Any) -> None:
        info: dict[str, Any] = {"user": "root", "name": "pymesos", "failover_timeout": 60, "checkpoint": True,
                                "capabilities": [{"type": "PARTITION_AWARE"}]}
        if framework_id:
            info["id"] = {"value": framework_id}
        self.seen = Recorder()
        self.calls = pymesos.MesosSchedulerDriver(self.seen, info, master, **options)

    def __enter__(self) -> Driver:
        self.calls.start()
        return self

    def __exit__(self, *_why: object) -> None:
        self.stop(failover=False)

    def stop(self, *, failover: bool) -> None:
        if not self.calls.aborted:
            self.calls.stop(failover=failover)
            self.calls.join()

    def status(self, state: str) -> dict[str, Any]:
        """The next update to this state; what comes before it has to be acknowledged first."""
        while (status := self.seen.expect("status"))["state"] != state:
            if not self.calls.implicit_acknowledgements:
                self.calls.acknowledgeStatusUpdate(status)
        return status

    def launch(self, task_id: str, command: str = "sleep 1000") -> dict[str, Any]:
        """Of the next offer; what is left of it does not come back."""
        offer = self.seen.expect("offer")
        task = {"name": task_id, "task_id": {"value": task_id}, "agent_id": offer["agent_id"],
                "resources": [scalar("cpus", 0.1), scalar("mem", 32)],
                "command": {"shell": True, "value": command}}
        self.calls.launchTasks(offer["id"], [task], LONG)
        return task


class Operator(pymesos.OperatorMaster):
    """Keeps what the library calls back for an operator."""

    def __init__(self) -> None:
        self.events: queue.Queue[tuple[str, Any]] = queue.Queue()

    def frameworkAdded(self, framework: dict[str, Any]) -> None:
        self.events.put(("framework added", framework["framework_info"]["name"]))

    def frameworkRemoved(self, info: dict[str, Any]) -> None:
        self.events.put(("framework removed", info["name"]))

    def taskAdded(self, task: dict[str, Any]) -> None:
        self.events.put(("task added", task["task_id"]["value"]))

    def taskUpdated(self, update: dict[str, Any]) -> None:
        self.events.put((update["state"], update["status"]["task_id"]["value"]))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    home: Path = tmp_path_factory.mktemp("cluster")
    with LocalCluster(home, masters=3, agents=1, master_flags={"allocation_interval": "200ms"}) as running:
        yield running


def address(cluster: LocalCluster, *, leading: bool) -> str:
    leader = cluster.leader()
    master = leader if leading else next(one for one in cluster.masters if one.running and one is not leader)
    return f"{master.ip}:{master.port}"


def frameworks(cluster: LocalCluster, kind: str = "frameworks") -> dict[str, dict[str, Any]]:
    answer = requests.get(cluster.leader().url + "/frameworks", timeout=5).json()
    return {one["id"]: one for one in answer[kind]}


def metric(cluster: LocalCluster, name: str) -> float:
    return requests.get(cluster.leader().url + "/metrics/snapshot", timeout=5).json()[name]


@pytest.mark.parametrize("how", ["zookeeper", "leader", "follower"])
def test_a_scheduler_finds_the_leader_and_registers(cluster: LocalCluster, how: str) -> None:
    master = cluster.zk_url("mesos") if how == "zookeeper" else address(cluster, leading=how == "leader")
    with Driver(master) as driver:
        seen = driver.seen.expect("registered")
        leader = cluster.leader()
        assert seen["master"] == {"hostname": leader.ip, "port": leader.port, "version": MESOS_VERSION}
        driver.seen.expect("heartbeat")
        framework = frameworks(cluster)[seen["id"]]
        assert (framework["name"], framework["connected"], framework["failover_timeout"]) == ("pymesos", True, 60.0)
        # The library adds this one for masters since 1.0.0.
        assert framework["capabilities"] == ["PARTITION_AWARE", "GPU_RESOURCES"]
    assert seen["id"] in frameworks(cluster, "completed_frameworks")


@pytest.mark.parametrize("implicit", [True, False])
def test_a_task_runs_is_reconciled_and_killed(cluster: LocalCluster, implicit: bool) -> None:
    acknowledged = "master/valid_status_update_acknowledgements"
    before = metric(cluster, acknowledged)
    with Driver(cluster.zk_url("mesos"), implicit_acknowledgements=implicit) as driver:
        framework_id = driver.seen.expect("registered")["id"]
        task = driver.launch("t1")
        running = driver.status("TASK_RUNNING")
        assert (running["task_id"], running["agent_id"]) == (task["task_id"], task["agent_id"])
        assert running["source"] == "SOURCE_EXECUTOR"
        assert running["container_status"]["container_id"]["value"]
        if not implicit:
            driver.calls.acknowledgeStatusUpdate(running)
        wait_until("the update is acknowledged", lambda: metric(cluster, acknowledged) > before)
        shown = frameworks(cluster)[framework_id]["tasks"]
        assert [(one["id"], one["state"]) for one in shown] == [("t1", "TASK_RUNNING")]

        for asked in ([], [task]):
            driver.calls.reconcileTasks(asked)
            latest = driver.status("TASK_RUNNING")
            assert (latest["reason"], latest["source"]) == ("REASON_RECONCILIATION", "SOURCE_MASTER")
            assert "uuid" not in latest
        # The library does not tell the agent's id, so nobody can know more of the task than this.
        driver.calls.reconcileTasks([{"task_id": {"value": "never"}}])
        assert driver.seen.expect("status")["state"] == "TASK_UNKNOWN"

        driver.calls.killTask(task["task_id"])
        killed = driver.status("TASK_KILLED")
        if not implicit:
            driver.calls.acknowledgeStatusUpdate(killed)
        wait_until("the task is gone", lambda: not frameworks(cluster)[framework_id]["tasks"])
        ended = frameworks(cluster)[framework_id]["completed_tasks"][0]
        assert (ended["id"], ended["state"]) == ("t1", "TASK_KILLED")


def test_an_update_comes_again_until_it_is_acknowledged(cluster: LocalCluster) -> None:
    with Driver(cluster.zk_url("mesos"), implicit_acknowledgements=False) as driver:
        driver.launch("t1", "exit 3")
        first = driver.seen.expect("status")
        again = driver.seen.expect("status", 30)
        assert (again["state"], again["uuid"]) == (first["state"], first["uuid"])
        driver.calls.acknowledgeStatusUpdate(again)
        assert driver.status("TASK_FAILED")["message"] == "Command exited with status 3"


def test_declined_suppressed_and_revived_offers(cluster: LocalCluster) -> None:
    with Driver(address(cluster, leading=True)) as driver:
        first = driver.seen.expect("offer")
        driver.calls.declineOffer(first["id"], {"refuse_seconds": 1})
        second = driver.seen.expect("offer", 5)
        assert second["agent_id"] == first["agent_id"]
        assert second["id"] != first["id"]
        driver.calls.declineOffer([second["id"]], LONG)
        driver.seen.nothing("offer", 1.5)
        driver.calls.reviveOffers()
        third = driver.seen.expect("offer")
        driver.calls.suppressOffers()
        driver.calls.declineOffer(third["id"], {"refuse_seconds": 0})
        driver.seen.nothing("offer", 1.5)
        driver.calls.reviveOffers(["*"])
        driver.seen.expect("offer")


def test_a_launch_on_an_answered_offer_is_refused(cluster: LocalCluster) -> None:
    with Driver(address(cluster, leading=True)) as driver:
        offer = driver.seen.expect("offer")
        driver.calls.declineOffer(offer["id"], LONG)
        driver.calls.launchTasks(offer["id"], [{
            "name": "late", "task_id": {"value": "late"}, "agent_id": offer["agent_id"],
            "resources": [scalar("cpus", 0.1)], "command": {"value": "true"}}])
        status = driver.seen.expect("status")
        assert (status["state"], status["reason"]) == ("TASK_DROPPED", "REASON_INVALID_OFFERS")


def test_a_stop_with_failover_keeps_the_task_and_one_without_ends_it(cluster: LocalCluster) -> None:
    with Driver(cluster.zk_url("mesos")) as driver:
        framework_id = driver.seen.expect("registered")["id"]
        task = driver.launch("stays")
        driver.status("TASK_RUNNING")
        driver.stop(failover=True)
    wait_until("the framework is disconnected", lambda: not frameworks(cluster)[framework_id]["connected"])
    assert [one["state"] for one in frameworks(cluster)[framework_id]["tasks"]] == ["TASK_RUNNING"]

    with Driver(cluster.zk_url("mesos"), framework_id=framework_id) as again:
        again.seen.expect("reregistered")
        again.calls.reconcileTasks([task])
        assert again.seen.expect("status")["state"] == "TASK_RUNNING"
    ended = frameworks(cluster, "completed_frameworks")[framework_id]
    assert [one["state"] for one in ended["completed_tasks"]] == ["TASK_KILLED"]

    with Driver(address(cluster, leading=True), framework_id=framework_id) as refused:
        assert refused.seen.expect("error") == "Framework has been removed"
        # The library would try again every moment; without an id it has nothing to tear down.
        refused.stop(failover=True)


def test_a_scheduler_that_proves_who_it_is(start_master: Callable[..., Program], tmp_path: Path) -> None:
    secrets = tmp_path / "credentials.json"
    secrets.write_text(json.dumps({"credentials": [{"principal": "someone", "secret": "word"}]}), encoding="utf-8")
    master = start_master(authenticate_http_frameworks="true", http_framework_authenticators="basic",
                          credentials=str(secrets))
    with Driver(f"{master.ip}:{master.port}", principal="someone", secret="word") as driver:
        driver.seen.expect("registered")
        (framework,) = requests.get(master.url + "/frameworks", timeout=5).json()["frameworks"]
        # The library names no principal, so the master takes the one that was proven.
        assert framework["principal"] == "someone"
        driver.calls.suppressOffers()


def test_an_operator_sees_what_happens(cluster: LocalCluster) -> None:
    # The library asks below the endpoint, /api/v1/operator, which is the endpoint's to answer.
    seen = Operator()
    operator = pymesos.MesosOperatorMasterDriver(address(cluster, leading=False), seen)
    operator.start()
    try:
        wait_until("the operator is subscribed", lambda: operator.connected)
        assert operator.getHealth() == {"type": "GET_HEALTH", "get_health": {"healthy": True}}
        assert operator.getMaster()["get_master"]["master_info"]["port"] == cluster.leader().port
        assert len(operator.getAgents()["get_agents"]["agents"]) == 1
        with Driver(cluster.zk_url("mesos")) as driver:
            driver.launch("seen")
            driver.status("TASK_RUNNING")
            names = [one["task_id"]["value"] for one in operator.getTasks()["get_tasks"]["tasks"]]
            assert names == ["seen"]
        wanted = [("framework added", "pymesos"), ("task added", "seen"), ("TASK_RUNNING", "seen"),
                  ("TASK_KILLED", "seen"), ("framework removed", "pymesos")]
        told = []
        while not told or told[-1] != wanted[-1]:
            told.append(seen.events.get(timeout=SECONDS))
        assert [event for event in told if event in wanted] == wanted
    finally:
        operator.stop()
        operator.join()


def test_the_next_leader_takes_the_scheduler_over(cluster: LocalCluster) -> None:
    with Driver(cluster.zk_url("mesos")) as driver:
        framework_id = driver.seen.expect("registered")["id"]
        task = driver.launch("survives")
        driver.status("TASK_RUNNING")
        old = cluster.leader()
        old.kill()
        driver.seen.expect("disconnected")
        seen = driver.seen.expect("reregistered", 30)
        assert seen["master"]["hostname"] == cluster.wait_leader().ip != old.ip
        cluster.wait_agents(1)
        assert framework_id in frameworks(cluster)
        driver.calls.killTask(task["task_id"])
        driver.status("TASK_KILLED")
        old.start()
    wait_until("the old leader is back", lambda: requests.get(
        old.url + "/metrics/snapshot", timeout=5).json()["registrar/log/recovered"] == 1.0)
