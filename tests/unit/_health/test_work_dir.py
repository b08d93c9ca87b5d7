"""What is told of the work directory of an agent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health import work_dir


@pytest.mark.parametrize(("used", "free", "percent"), [(0, 0, 0), (0, 5, 0), (5, 0, 100), (1, 999, 1), (41, 59, 41)])
def test_percent(used: int, free: int, percent: int) -> None:
    assert work_dir.percent(used, free) == percent


def test_sandboxes_of_this_and_of_earlier_agents(tmp_path: Path) -> None:
    executors = tmp_path / "slaves" / "{}" / "frameworks" / "F" / "executors" / "web.1" / "runs"
    for agent, run in (("S1", "c1"), ("S1", "c2"), ("S0", "c0")):
        Path(str(executors).format(agent), run).mkdir(parents=True)
    Path(str(executors).format("S1"), "latest").symlink_to("c2")
    state: dict[str, Any] = {"frameworks": [{"executors": [{"container": "c2"}]}], "completed_frameworks": []}
    found = work_dir.look(str(tmp_path), state)
    assert found is not None
    assert (found["sandboxes"], found["ended"], found["path"]) == (3, 2, str(tmp_path))
    system = os.statvfs(tmp_path)
    assert found["total"] == system.f_blocks * system.f_frsize
    assert 0 < found["used_percent"] <= 100


def test_a_directory_that_cannot_be_read() -> None:
    assert work_dir.look("", {}) is None
    assert work_dir.look("/none/such", {}) is None
    assert work_dir.words(None) == []


@pytest.mark.parametrize(
    ("free", "size"),
    [(0, "0 B"), (1023, "1023 B"), (13 * 2**30, "13 GiB"), (1536 * 2**20, "1.5 GiB"), (2**45, "32 TiB")],
)
def test_sizes(free: int, size: str) -> None:
    words = work_dir.words({"used_percent": 1, "free": free, "sandboxes": 1, "ended": 0})
    assert words == [f"disk 1 % used, {size} free", "1 sandbox"]
