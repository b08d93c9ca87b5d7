"""Shared by the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from marathon_harness import Harness, Marathon


@pytest.fixture
def harness() -> Iterator[Harness]:
    """A fake master, in which Marathons can be started."""
    made = Harness()
    yield made
    made.close()


@pytest.fixture
def marathon(harness: Harness) -> Marathon:
    """A leading Marathon with one agent, slave1."""
    harness.agent("slave1")
    return harness.marathon()
