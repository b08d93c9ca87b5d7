"""The bench of a large cluster: its definitions, its sizes, what it says of processes."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from lab import bench_scale
from lab.bench_scale import INSTANCES, Process, Sizes
from lab.config import LabError


def test_ten_definitions_differ_between_releases_and_the_larger_ones_have_twice_the_tasks() -> None:
    first = bench_scale.definitions(40)
    assert len({app["id"] for app in first}) == 40
    assert sum(one != other for one, other in zip(first, bench_scale.definitions(40, release=1), strict=True)) == 10
    larger = bench_scale.definitions(40, larger=4)
    assert [app["instances"] for app in larger] == [2 * INSTANCES] * 4 + [INSTANCES] * 36
    # What is pruned is what is left out.
    assert bench_scale.definitions(20) == first[:20]


@pytest.mark.parametrize(("environ", "wanted"), [
    ({}, Sizes(bench_scale.AGENTS, bench_scale.APPS)),
    ({"BENCH_AGENTS": "", "BENCH_APPS": "1000"}, Sizes(bench_scale.AGENTS, 1000)),
    ({"BENCH_AGENTS": "500", "BENCH_APPS": "20"}, Sizes(500, 20)),
])
def test_sizes(environ: dict[str, str], wanted: Sizes) -> None:
    assert bench_scale.sizes(environ) == wanted


@pytest.mark.parametrize(("name", "text"), [("BENCH_AGENTS", "0"), ("BENCH_AGENTS", "many"), ("BENCH_APPS", "19")])
def test_other_sizes_are_refused(name: str, text: str) -> None:
    with pytest.raises(LabError, match=f"{name}={text}: give a whole number from"):
        bench_scale.sizes({name: text})


def test_a_process_is_told_with_its_memory_and_its_time() -> None:
    head, line = bench_scale.processes([Process(SimpleNamespace(name="own", pid=os.getpid()), 1.25)])
    assert head.split()[:2] == ["process", "start-up"]
    name, started, now, most, cpu = line.split()
    assert (name, started) == ("own", "1.2")
    assert 5 < int(now) <= int(most)
    assert 0 <= float(cpu) <= sum(os.times()[:2]) + 1
