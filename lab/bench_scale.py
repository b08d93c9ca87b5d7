"""What a large cluster costs: apps with tasks on simulated agents, written as one set by marathon_apps.

On loopback: ZooKeeper, a master and a Marathon of the lab engine, one process for all agents (and a real agent, for the
table of processes alone), and a proxy that counts what arrives at Marathon.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cluster import ClusterError, LocalCluster, Program

from lab.bench_run import Bench, definition
from lab.bench_table import Row, aligned, costs
from lab.config import LabError, whole_number
from lab.counting_proxy import CountingProxy

AGENTS, APPS, INSTANCES = 100, 200, 5
CHANGED = 10
START_SECONDS = 120
WAIT_SECONDS = 1800
# As an operator would set them for such a cluster.
MARATHON_FLAGS = {"max_running_deployments": "1000", "min_revive_offers_interval": "1000"}
# Too little to be offered.
NEXT_TO_NOTHING = "cpus:0.001;mem:1;disk:1"
_COLUMNS = ("process", "start-up s", "MB now", "MB at most", "CPU s")


@dataclass(frozen=True)
class Sizes:
    agents: int
    apps: int


@dataclass(frozen=True)
class Process:
    """``started`` is how long it took until it did its work."""

    program: Program
    started: float


def sizes(environ: Mapping[str, str]) -> Sizes:
    return Sizes(
        whole_number(environ, "BENCH_AGENTS", AGENTS),
        whole_number(environ, "BENCH_APPS", APPS, least=2 * CHANGED),
    )


def definitions(number: int, *, release: int = 0, larger: int = 0) -> list[dict[str, Any]]:
    """The first ten carry the release; the first ``larger`` have twice as many instances."""
    return [
        definition(
            index,
            release if index < CHANGED else 0,
            instances=INSTANCES * (2 if index < larger else 1),
            protocol="MESOS_HTTP",
        )
        for index in range(number)
    ]


def measure(bench: Bench, apps: int, log: Callable[[str], None]) -> list[Row]:
    """Each after the other on the same Marathon; a run ends when everything runs as declared."""
    larger = apps // 10
    stages = {
        "all new": definitions(apps),
        "none differs": definitions(apps),
        f"{CHANGED} differ": definitions(apps, release=1),
        f"{larger} scaled up": definitions(apps, release=1, larger=larger),
        f"{larger} scaled down": definitions(apps, release=1),
        f"{apps - apps // 2} pruned": definitions(apps // 2, release=1),
    }
    rows = []
    for name, wanted in stages.items():
        cost = bench.cost("bench_marathon_apps", wanted)
        log(f"{name}: {cost.seconds:.1f} s, {cost.requests} requests")
        rows.append(Row("one marathon_apps", name, cost))
    return rows


def start(cluster: LocalCluster, agents: int) -> list[Process]:
    """One after the other, so that each can be timed."""

    def timed(action: Callable[[], Program]) -> Process:
        began = time.monotonic()
        return Process(action(), time.monotonic() - began)

    def zookeeper() -> Program:
        cluster.start()
        return cluster.zookeeper

    def master() -> Program:
        cluster.add_master()
        return cluster.wait_leader()

    def agent() -> Program:
        program = cluster.add_agent(resources=NEXT_TO_NOTHING)
        cluster.wait_agents(1)
        return program

    def simulated() -> Program:
        program = cluster.add_simulated(agents)
        cluster.wait_agents(agents + 1, START_SECONDS)
        return program

    def marathon() -> Program:
        program = cluster.add_marathon(**MARATHON_FLAGS)
        program.wait_answering("/ping")
        return program

    return [timed(action) for action in (zookeeper, master, agent, simulated, marathon)]


def processes(running: list[Process]) -> list[str]:
    cells = [_COLUMNS]
    for one in running:
        memory = _memory(one.program.pid)
        megabytes = [f"{memory[name] / 1024:.0f}" for name in ("VmRSS", "VmHWM")]
        cells.append((one.program.name, f"{one.started:.1f}", *megabytes, f"{_cpu_seconds(one.program.pid):.1f}"))
    return aligned(cells)


def _memory(pid: int) -> dict[str, int]:
    """In KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {
        name: int(rest.split()[0]) for name, _colon, rest in (line.partition(":") for line in lines) if "Vm" in name
    }


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(log: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> int:
    wanted = sizes(environ)
    with tempfile.TemporaryDirectory(prefix="quorum-bench-") as name:
        directory = Path(name)
        cluster = LocalCluster(directory / "cluster", masters=0)
        try:
            running = start(cluster, wanted.agents)
            with CountingProxy(cluster.marathon_url) as proxy:
                rows = measure(Bench(directory, proxy, WAIT_SECONDS), wanted.apps, log)
            memory = processes(running)
        except ClusterError as error:
            raise LabError(f"the cluster to measure did not start: {error}") from error
        finally:
            cluster.stop()
    title = (
        f"{wanted.apps:,} apps with {INSTANCES} tasks each ({wanted.apps * INSTANCES:,}) on {wanted.agents:,} "
        "simulated agents, until all run as declared"
    )
    print("\n".join([title, *costs(rows), "", *memory]))
    return 0
