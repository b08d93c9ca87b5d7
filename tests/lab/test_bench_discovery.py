"""The bench of the agent: apps that are all served, and a table of what they cost."""

from __future__ import annotations

import pytest
from marathon_apps import built

from lab import bench_discovery
from lab.config import LabError
from marathon_discovery.marathon.answer import apps


def test_all_of_its_apps_are_served() -> None:
    found = built(apps(bench_discovery.body(50)))
    assert (len(found.backends), len(found.servers), found.excluded, found.conflicts) == (50, 250, (), ())


def test_it_prints_seconds_and_memory(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    assert bench_discovery.show(said.append, {"BENCH_APPS": "20"}) == 0
    printed = capsys.readouterr().out
    assert "20 apps with 100 tasks" in said[0]
    assert "model and text" in printed and "MB at most" in printed


def test_a_wrong_number_is_refused() -> None:
    with pytest.raises(LabError, match="BENCH_APPS"):
        bench_discovery.show(print, {"BENCH_APPS": "x"})
