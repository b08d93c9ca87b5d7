"""Runs of site.yml that are ended at random points, each of which would change a setting of every layer.

Nothing is lost meanwhile, and the next run has its settings everywhere.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from lab_cluster import LabCluster, eventually

from lab import machine_docker, playbook, probe
from lab.config import CHECKOUT, Host
from lab.hosts.containers import container_name
from lab.watch import FailOver, Watch

TIMES = int(os.environ.get("INTERRUPTED_TIMES") or 12)
SEED = int(os.environ.get("INTERRUPTED_SEED") or random.SystemRandom().randrange(10**6))
# How a run ends: an operator's Ctrl-C, a terminal that is closed, a controller that goes away.
ENDS = (signal.SIGINT, signal.SIGHUP, signal.SIGKILL)
TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.+?)\] \*", re.MULTILINE)
# A leader that ends and another that is elected, with a session of ZooKeeper that must end between them.
LONGEST_OUTAGE = 20.0


@dataclass
class Point:
    """After how many tasks a run is ended, how many seconds into the next one, and how."""

    tasks: int
    seconds: float
    how: signal.Signals


@dataclass
class Site:
    """The cluster, with its settings by the number of a run."""

    cluster: LabCluster
    random: random.Random = field(default_factory=lambda: random.Random(SEED))
    # Of a run that changes all, as the first one has them.
    tasks: int = 0

    def settings(self, number: int) -> dict[str, Any]:
        inventory = yaml.safe_load(Path(self.cluster.inventory).read_text())
        docker = inventory["all"]["children"]["mesos_slaves"]["vars"]["docker_daemon_options"]
        return {
            "zookeeper_heap_size": f"{300 + number}m",
            # Taken over by a reload, which ends no container.
            "docker_daemon_options": {**docker, "labels": [f"run={number}"]},
            "mesos_master_flags": {"max_completed_frameworks": 100 + number},
            "mesos_slave_flags": {"max_completed_executors_per_framework": 100 + number},
            "marathon_flags": {"zk_max_versions": 100 + number},
        }

    def command(self, number: int) -> list[str]:
        inventory = self.cluster.config.directory / "inventory.yml"
        return playbook.command("quorum.mesos.site", inventory, "-e", json.dumps(self.settings(number)))

    def point(self) -> Point:
        return Point(self.random.randrange(1, self.tasks), self.random.uniform(0, 3), self.random.choice(ENDS))

    def run(self, number: int) -> tuple[int, str]:
        done = subprocess.run(
            self.command(number), cwd=CHECKOUT, env=playbook.plain(), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=playbook.SECONDS, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def interrupt(self, number: int, point: Point) -> str | None:
        """Ends a run at a point; returns its last task, or nothing where it came to its own end before."""
        began, last, output = 0, "", []
        with subprocess.Popen(
            self.command(number), cwd=CHECKOUT, env=playbook.plain(), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        ) as running:  # fmt: skip
            limit = threading.Timer(playbook.SECONDS, running.kill)
            limit.start()
            try:
                for line in running.stdout or ():
                    output.append(line)
                    task = TASK.match(line)
                    if not task:
                        continue
                    began, last = began + 1, task[1]
                    if began == point.tasks:
                        time.sleep(point.seconds)
                        os.killpg(running.pid, point.how)
                        break
                else:
                    assert running.wait() == 0, "".join(output)[-3000:]
                    return None
                try:
                    # The rest of the output, so that nobody waits to write it.
                    running.communicate(timeout=60)
                except subprocess.TimeoutExpired:
                    os.killpg(running.pid, signal.SIGKILL)
            finally:
                limit.cancel()
        return last


def on(cluster: LabCluster, host: Host, *command: str) -> str:
    code, output = machine_docker.client().containers.get(container_name(cluster.config, host)).exec_run(list(command))
    assert code == 0, output
    return output.decode()


def arguments(cluster: LabCluster, host: Host, unit: str) -> list[str]:
    process = on(cluster, host, "systemctl", "show", "-P", "MainPID", unit).strip()
    return on(cluster, host, "cat", f"/proc/{process}/cmdline").split("\0")


def environment(cluster: LabCluster, host: Host, unit: str) -> dict[str, str]:
    """The environment that a running service was started with."""
    process = on(cluster, host, "systemctl", "show", "-P", "MainPID", unit).strip()
    text = on(cluster, host, "cat", f"/proc/{process}/environ")
    return dict(line.split("=", 1) for line in text.split("\0") if "=" in line)


def effective(cluster: LabCluster) -> dict[str, set[str]]:
    """Each layer's setting as it runs, on all hosts of the layer."""
    config = cluster.config
    return {
        "ZooKeeper": {
            option
            for host in config.in_group("zookeeper")
            for option in arguments(cluster, host, "zookeeper")
            if option.startswith("-Xmx")
        },
        "Docker": {
            ",".join(json.loads(on(cluster, host, "docker", "info", "--format", "{{json .Labels}}")) or [])
            for host in config.in_group("mesos_slaves")
        },
        "masters": {
            environment(cluster, host, "mesos-master")["MESOS_MAX_COMPLETED_FRAMEWORKS"]
            for host in config.in_group("mesos_masters")
        },
        "agents": {
            environment(cluster, host, "mesos-slave")["MESOS_MAX_COMPLETED_EXECUTORS_PER_FRAMEWORK"]
            for host in config.in_group("mesos_slaves")
        },
        "Marathon": {
            environment(cluster, host, "marathon")["MARATHON_ZK_MAX_VERSIONS"] for host in config.in_group("marathon")
        },
    }


def containers(cluster: LabCluster) -> set[str]:
    """The containers of all tasks, each with its start."""
    return {
        on(cluster, host, "docker", "inspect", "--format={{.Id}} {{.State.StartedAt}}", container)
        for host in cluster.config.in_group("mesos_slaves")
        for container in on(cluster, host, "docker", "ps", "--quiet", "--no-trunc").split()
    }


def whole(cluster: LabCluster) -> bool:
    """Whether both quorums have all their members, and all agents are there."""
    modes = sorted(cluster.zookeeper_modes().values())
    others = len(modes) - 1
    agents = sorted(host.name for host in cluster.config.in_group("mesos_slaves"))
    return modes == ([*["follower"] * others, "leader"] if others else ["standalone"]) and (
        sorted(cluster.active_agents()) == agents
    )


def lists_agents(answer: requests.Response) -> None:
    if answer.status_code != requests.codes.ok or not answer.json()["slaves"]:
        raise LookupError(f"HTTP {answer.status_code}: no agent is listed")


def one_serves(servers: list[str]) -> None:
    failure: Exception = LookupError("no server")
    for server in servers:
        try:
            probe.zookeeper(server)
            return
        except probe.NoAnswer as error:
            failure = error
    raise failure


def watch(cluster: LabCluster) -> Watch:
    masters = [f"http://{host.address}:5050/master/slaves" for host in cluster.config.in_group("mesos_masters")]
    servers = [f"{host.address}:2181" for host in cluster.config.in_group("zookeeper")]
    return Watch(
        {
            "the leading master": FailOver(masters, lists_agents, {"allow_redirects": False}),
            "the ensemble": lambda: one_serves(servers),
        }
    )


def test_what_was_interrupted_is_mended_by_the_next_run(capsys: pytest.CaptureFixture[str]) -> None:
    cluster = LabCluster.from_environment()
    site = Site(cluster)
    tasks, running = cluster.all_task_ids(), containers(cluster)
    assert tasks
    with capsys.disabled(), watch(cluster) as seen:
        print(f"\nINTERRUPTED_SEED={SEED}")
        number, interruptions = 1, 0
        code, output = site.run(number)
        assert code == 0, output[-5000:]
        site.tasks = len(TASK.findall(output))
        while interruptions < TIMES:
            number += 1
            point = site.point()
            last = site.interrupt(number, point)
            interruptions += last is not None
            print(f"  {interruptions}: {point.how.name} after {point.tasks} tasks and {point.seconds:.1f} s, {last}")
            eventually(f"the quorums after {last}", 120, lambda: whole(cluster))
            assert cluster.all_task_ids() == tasks, last
        number += 1
        code, output = site.run(number)
        assert code == 0, output[-5000:]
        assert "This run takes over the lock" in output, output[-5000:]
        found = effective(cluster)
        assert found == {
            "ZooKeeper": {f"-Xmx{300 + number}m"},
            "Docker": {f"run={number}"},
            "masters": {str(100 + number)},
            "agents": {str(100 + number)},
            "Marathon": {str(100 + number)},
        }
        code, output = site.run(number)
        assert code == 0, output[-5000:]
        assert set(re.findall(r"changed=(\d+)", output)) == {"0"}, output[-5000:]
        assert whole(cluster)
        assert cluster.all_task_ids() == tasks
        assert containers(cluster) == running
    for question in seen.questions():
        assert seen.losses(question).longest_outage <= LONGEST_OUTAGE, seen.table()


def test_another_controller_is_refused_while_a_run_has_the_lock() -> None:
    """Its lock is written by hand: a second controller would have to be another machine."""
    cluster = LabCluster.from_environment()
    other = {"run": "other", "who": "alice@controller", "machine": "m", "process": 7, "start": "1", "since": 1}
    hosts = cluster.config.in_group("zookeeper")[:2]
    for host in hosts:
        on(cluster, host, "sh", "-c", f"umask 077; mkdir -p /run/quorum-mesos; echo '{json.dumps(other)}' "
           ">/run/quorum-mesos/lock")  # fmt: skip
    inventory = cluster.config.directory / "inventory.yml"
    try:
        for name in ("quorum.mesos.site", "quorum.mesos.marathon"):
            refused = playbook.run(name, inventory, "--tags", "configure", capture=True)
            assert refused.returncode != 0
            assert "another run is changing this cluster: alice@controller has it for" in refused.stdout
            assert set(re.findall(r"changed=(\d+)", refused.stdout)) == {"0"}, refused.stdout
        checked = playbook.run("quorum.mesos.marathon", inventory, "--check", capture=True)
        assert checked.returncode == 0, checked.stdout
        broken = playbook.run("quorum.mesos.marathon", inventory, "-e", "quorum_lock_break=true", capture=True)
        assert broken.returncode == 0, broken.stdout
        assert "alice@controller has it for" in broken.stdout
    finally:
        for host in hosts:
            on(cluster, host, "rm", "-f", "/run/quorum-mesos/lock")
    for host in cluster.config.in_group("zookeeper"):
        assert on(cluster, host, "find", "/run/quorum-mesos", "-name", "lock*") == ""
