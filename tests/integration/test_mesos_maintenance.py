"""mesos_maintenance against masters and agents that run: the schedule of all, machines that go down and come up."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import module_runs
import pytest
import requests
from faulty_proxy import CLOSE, Fault, FaultyProxy, Reply
from local_cluster import LocalCluster, wait_until, zookeeper_installed

from lab import playbook

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")

START, HOUR = "2030-01-31T22:00:00Z", 3600
NANOSECONDS = 1896127200000000000
OTHER = {
    "machine_ids": [{"hostname": "other.example", "ip": "10.9.8.7"}],
    "unavailability": {"start": {"nanoseconds": 7}},
}
UNKNOWN = {"hostname": "nobody.example", "ip": "10.9.8.8"}


@dataclass(frozen=True)
class Operator:
    """The module on a cluster of its own: three masters, two agents."""

    cluster: LocalCluster

    def keeps(
        self, state: str, agents: tuple[int, ...] = (0,), check_mode: bool = False, **options: Any
    ) -> dict[str, Any]:
        options.setdefault("url", [master.url for master in self.cluster.masters])
        options.setdefault("machines", [{"hostname": self.cluster.agents[number].ip} for number in agents])
        ran = module_runs.run("mesos_maintenance", {"state": state, **options}, check_mode)
        assert ran.traceback is None, ran.traceback
        return {"failed": False, **ran.result}

    def post(self, kind: str, content: dict[str, Any]) -> None:
        body = {"type": kind, kind.lower(): content}
        requests.post(self.cluster.leader().url + "/api/v1", json=body, timeout=5).raise_for_status()

    def schedule(self) -> list[dict[str, Any]]:
        return requests.get(self.cluster.leader().url + "/maintenance/schedule", timeout=5).json().get("windows", [])

    def down(self) -> list[str]:
        status = requests.get(self.cluster.leader().url + "/maintenance/status", timeout=5).json()
        return [one["hostname"] for one in status.get("down_machines", [])]

    def window(self, *agents: int, start: int = NANOSECONDS, duration: int | None = HOUR) -> dict[str, Any]:
        machines = [
            {"hostname": self.cluster.agents[number].ip, "ip": self.cluster.agents[number].ip} for number in agents
        ]
        length = {} if duration is None else {"duration": {"nanoseconds": duration * 10**9}}
        return {"machine_ids": machines, "unavailability": {"start": {"nanoseconds": start}, **length}}

    def resets(self, *windows: dict[str, Any]) -> None:
        self.post("UPDATE_MAINTENANCE_SCHEDULE", {"schedule": {"windows": list(windows)}})


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    flags = {"containerizers": "mesos"}
    with LocalCluster(
        tmp_path_factory.mktemp("maintenance"), masters=3, agents=2, marathons=1, agent_flags=flags
    ) as made:
        yield Operator(made)


def test_a_window_from_declared_to_removed(operator: Operator) -> None:
    operator.resets(OTHER)
    times = {"start": START, "duration": HOUR}

    shown = operator.keeps("present", check_mode=True, **times)
    assert shown["changed"]
    assert operator.schedule() == [OTHER]
    done = operator.keeps("present", **times)
    assert done["changed"]
    assert done["diff"] == shown["diff"]
    assert operator.schedule() == [OTHER, operator.window(0)]
    ip = operator.cluster.agents[0].ip
    assert done["machines"] == [{"hostname": ip, "ip": ip, "mode": "draining"}]
    assert done["schedule"]["windows"][1] == {
        "machines": [{"hostname": ip, "ip": ip}],
        "start": START,
        "duration": HOUR,
    }
    assert operator.keeps("present", **times)["changed"] is False

    # The start of a window that is there stays unless another one is declared.
    assert operator.keeps("present", duration=HOUR)["changed"] is False
    assert operator.keeps("present", agents=(0, 1), duration=2 * HOUR)["changed"]
    kept = operator.schedule()
    assert kept[:2] == [OTHER, operator.window(0, duration=2 * HOUR)]

    assert operator.keeps("absent", agents=(0, 1), check_mode=True)["changed"]
    assert operator.schedule() == kept
    assert operator.keeps("absent", agents=(0, 1))["changed"]
    assert operator.schedule() == [OTHER]
    assert operator.keeps("absent", agents=(0, 1))["changed"] is False


def test_down_and_up(operator: Operator) -> None:
    operator.resets(operator.window(0, 1))
    agent = operator.cluster.agents[0]

    refused = operator.keeps("down", machines=[UNKNOWN])
    assert "has no maintenance window, and Mesos takes no other machine down" in refused["msg"]
    assert operator.keeps("down", check_mode=True)["changed"]
    assert agent.running

    assert operator.keeps("down")["changed"]
    assert agent.wait(30) == 0
    assert operator.down() == [agent.ip]
    assert operator.keeps("down")["changed"] is False
    refused = operator.keeps("absent")
    assert "is down, and Mesos keeps a machine that is down in the schedule" in refused["msg"]

    # Its leader is another one now, and nothing is forgotten.
    leader = operator.cluster.leader()
    leader.kill()
    operator.cluster.wait_leader()
    operator.cluster.restart_marathons()
    leader.start()
    assert operator.keeps("down")["changed"] is False

    assert operator.keeps("up")["changed"]
    assert operator.schedule() == [operator.window(1)]
    assert operator.keeps("up")["changed"] is False
    refused = operator.keeps("up", agents=(1,))
    assert "is in the schedule and not down, so that it cannot be brought up" in refused["msg"]
    agent.start()
    operator.cluster.wait_agents(2)
    assert operator.keeps("absent", agents=(1,))["changed"]


def test_a_machine_with_tasks_is_not_taken_down(operator: Operator) -> None:
    url = operator.cluster.marathon_url
    app = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.2, "mem": 32, "instances": 1}
    assert requests.put(url + "/v2/apps/web", json=app, timeout=10).status_code in (200, 201)

    def places() -> list[str]:
        leader = operator.cluster.leader().url
        tasks = requests.get(leader + "/tasks", timeout=5).json()["tasks"]
        agents = {one["id"]: one["hostname"] for one in requests.get(leader + "/slaves", timeout=5).json()["slaves"]}
        return [agents[one["slave_id"]] for one in tasks if one["state"] == "TASK_RUNNING"]

    place = wait_until("the app runs", places, 60)[0]
    operator.resets(operator.window(0, 1))
    refused = operator.keeps("down", machines=[{"hostname": place}])
    assert "still runs 1 tasks" in refused["msg"]
    assert refused["tasks"][0]["framework"] == "marathon"
    assert operator.down() == []
    assert requests.delete(url + "/v2/apps/web", timeout=10).ok
    wait_until("the app is gone", lambda: not places(), 60)
    operator.resets()


def test_what_is_refused_changes_nothing(operator: Operator) -> None:
    """In check mode as in a run, and in the same words."""
    operator.resets(OTHER, operator.window(0, 1))
    ip = operator.cluster.agents[0].ip
    machines = [{"hostname": ip}]
    wrong = {
        "no-machine": ({"machines": []}, "machines is an empty list"),
        "half-empty": ({"machines": [{}]}, "Entry 1 of machines is empty"),
        "ipv6": ({"machines": [{"ip": "fd00::1"}]}, "Mesos takes IPv4 addresses alone"),
        "twice": ({"machines": [{"hostname": ip}, {"ip": ip}]}, "twice"),
        "typo": ({"machines": [{"hostname": "slav1"}]}, "has the name slav1 (agents: "),
        "no-time": ({"machines": machines, "start": "tonight"}, "start is 'tonight'"),
        "no-zone": ({"machines": machines, "start": "2030-01-31T22:00:00"}, "without a time zone"),
        "no-length": ({"machines": machines, "duration": 0}, "duration is 0"),
        "times-of-up": ({"machines": machines, "state": "up", "start": START}, "state is up, which has no times"),
        "unknown-state": ({"machines": machines, "state": "away"}, "value of state must be one of"),
        "shared": ({"machines": machines, "start": START, "duration": 1}, "is in a window with 127.0.0."),
        "no-url": ({"machines": machines, "url": ["master1"]}, "is not the address of a Mesos master"),
        "silent": ({"machines": machines, "url": ["http://127.0.0.1:9"]}, "No Mesos master answers"),
    }
    for name, (arguments, words) in wrong.items():
        asked = {"state": "present", "url": [operator.cluster.leader().url], **arguments}
        refused = [operator.keeps(check_mode=check_mode, **asked) for check_mode in (False, True)]
        assert refused[0]["failed"], name
        assert words in refused[0]["msg"], name
        assert refused[0]["msg"] == refused[1]["msg"], name
    assert operator.schedule() == [OTHER, operator.window(0, 1)]
    operator.resets()


def test_writes_without_an_answer(operator: Operator) -> None:
    operator.resets()
    proxy = FaultyProxy(lambda: operator.cluster.leader().url, requests.Session)
    write = {"on": "POST /api/v1", "skip": 3}
    proxy.add("done", Fault(**write, then=CLOSE, lost=False))
    proxy.add("lost", Fault(**write, then=CLOSE))
    proxy.add("gateway", Fault(**write, then=Reply(502, "Bad Gateway")))
    with proxy.serving():
        done = operator.keeps("present", url=[proxy.url("done")], start=START)
        assert done["changed"], done
        assert operator.schedule() == [operator.window(0, duration=None)]
        operator.resets()
        for name in ("lost", "gateway"):
            failed = operator.keeps("present", url=[proxy.url(name)], start=START)
            assert failed["failed"], failed
            assert "which may have been done: run again to see" in failed["msg"]
            assert operator.schedule() == []
    assert operator.keeps("present", start=START)["changed"]
    operator.resets()


def test_an_interrupted_run_is_finished_by_the_next(operator: Operator, tmp_path: Path) -> None:
    """It waits for a master that is silent, and is ended there."""
    proxy = FaultyProxy(lambda: operator.cluster.leader().url, requests.Session)
    proxy.add("slow", Fault("POST /api/v1", then=60.0, skip=3))
    with proxy.serving():
        play = tmp_path / "play.yml"
        play.write_text(
            "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"
            "    - quorum.mesos.mesos_maintenance:\n"
            f"        url: {proxy.url('slow')}\n        machines: [{{hostname: {operator.cluster.agents[0].ip}}}]\n"
            f"        start: '{START}'\n"
        )
        command = playbook.command(str(play), Path("localhost,"))
        environment = {**playbook.plain(), "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            wait_until("it has sent its write", lambda: len(proxy.asked["slow"]) == 4, 300)
            run.send_signal(signal.SIGINT)
            run.wait(60)
    assert run.returncode != 0
    assert operator.schedule() == []
    assert operator.keeps("present", start=START)["changed"]
    assert operator.keeps("present", start=START)["changed"] is False
    operator.resets()
