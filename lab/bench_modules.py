"""What a set of definitions costs with marathon_apps, beside loops of marathon_app and of plain requests.

On loopback: ZooKeeper, a Marathon of the lab engine without agents, and a proxy that counts what arrives.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local_cluster import ClusterError, LocalCluster

from lab.bench_run import Bench, definition
from lab.bench_table import Cost, Row, table, whole
from lab.config import LabError
from lab.counting_proxy import CountingProxy

DEFINITIONS = 1000
CHANGED = 10
LOOP = 100

SET = "one marathon_apps"
SET_FROM_FILE = "one marathon_apps, src"
LOOPS = {"loop of marathon_app": "bench_marathon_app", "loop of uri (PUT)": "bench_uri"}


def definitions(number: int, release: int) -> list[dict[str, Any]]:
    """The first ten carry the release."""
    return [
        definition(index, release if index < CHANGED else 0, instances=0, protocol="HTTP") for index in range(number)
    ]


def loop_length(environ: Mapping[str, str]) -> int:
    text = environ.get("BENCH_LOOP") or str(LOOP)
    if not text.isdigit() or int(text) < CHANGED or DEFINITIONS % int(text):
        raise LabError(
            f"BENCH_LOOP={text}: give a number of definitions from {CHANGED} that {DEFINITIONS} is a multiple of, "
            f"like {LOOP} or {DEFINITIONS}."
        )
    return int(text)


def measure(bench: Bench, part: int, log: Callable[[str], None]) -> list[Row]:
    """Every way first with definitions that are as declared, then with ten that differ, all on the same Marathon."""
    rows = []
    release = 0

    def run(way: str, name: str, number: int, differing: int) -> Cost:
        cost = bench.cost(name, definitions(number, release), from_file=way == SET_FROM_FILE)
        log(f"{way}: {number} definitions, {differing} of them differ: {cost.seconds:.1f} s, {cost.requests} requests")
        return cost

    rows.append(Row(SET, "all new", run(SET, "bench_marathon_apps", DEFINITIONS, DEFINITIONS)))
    rows.append(Row(SET, "none differs", run(SET, "bench_marathon_apps", DEFINITIONS, 0)))
    rows.append(Row(SET_FROM_FILE, "none differs", run(SET_FROM_FILE, "bench_marathon_apps_src", DEFINITIONS, 0)))
    release += 1
    rows.append(Row(SET, f"{CHANGED} differ", run(SET, "bench_marathon_apps", DEFINITIONS, CHANGED)))
    times = DEFINITIONS // part
    for way, name in LOOPS.items():
        idle = bench.cost(name, []).seconds if times > 1 else 0.0
        unchanged = run(way, name, part, 0)
        release += 1
        changed = run(way, name, part, CHANGED)
        measured = part if times > 1 else None
        rows.append(Row(way, "none differs", whole(unchanged, unchanged, idle, times), measured))
        rows.append(Row(way, f"{CHANGED} differ", whole(changed, unchanged, idle, times), measured))
    return rows


def show(log: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> int:
    part = loop_length(environ)
    with tempfile.TemporaryDirectory(prefix="quorum-bench-") as name:
        directory = Path(name)
        try:
            with (
                LocalCluster(directory / "cluster", masters=1, marathons=1) as cluster,
                CountingProxy(cluster.marathon_url) as proxy,
            ):
                rows = measure(Bench(directory, proxy), part, log)
        except ClusterError as error:
            raise LabError(f"the Marathon to measure did not start: {error}") from error
    print(table(rows, DEFINITIONS))
    return 0
