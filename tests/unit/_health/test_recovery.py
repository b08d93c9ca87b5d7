"""Which apps have not recovered after work on a host, and how long they are waited for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health import recovery
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import Unreachable, WaitFailed


def row(name: str, instances: int, running: int, healthy: int | None = None) -> dict[str, Any]:
    return {"id": name, "instances": instances, "running": running, "healthy": healthy}


@pytest.mark.parametrize(
    ("before", "now", "missing"),
    [
        (2, row("/a", 2, 2), {}),
        (2, row("/a", 2, 1), {"/a": "1 of 2 ready"}),
        # Running is not enough where health is known.
        (2, row("/a", 2, 2, 1), {"/a": "1 of 2 ready"}),
        (2, row("/a", 2, 2, 2), {}),
        # It was no better before; it was scaled down; it has one more for a moment.
        (1, row("/a", 2, 1), {}),
        (2, row("/a", 1, 1), {}),
        (2, row("/a", 2, 3), {}),
        (0, row("/a", 5, 0), {}),
    ],
)
def test_what_is_missing(before: int, now: dict[str, Any], missing: dict[str, str]) -> None:
    assert recovery.missing({"/a": before, "/removed": 3}, [now]) == missing
    assert recovery.missing({}, [now]) == {}


class Marathon:
    """As many instances as its plan says at each look; something that is no number is an error."""

    def __init__(self, *plan: Any) -> None:
        self.plan = list(plan)
        self.now = 0.0

    @contextlib.contextmanager
    def limited(self, _left: Any) -> Iterator[None]:
        yield

    def apps(self, embed: list[str]) -> list[dict[str, Any]]:
        assert "apps.counts" in embed
        step = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
        if isinstance(step, Exception):
            raise step
        return [{"id": "/a", "instances": 2, "tasksRunning": step, "tasks": []}]

    def pod_statuses(self) -> list[dict[str, Any]]:
        return []

    def app(self, app_id: str) -> dict[str, Any]:
        return {"id": app_id, "instances": 2, "tasksRunning": 1, "tasks": [], "cpus": 1}

    def queue(self) -> list[dict[str, Any]]:
        return []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def waited(marathon: Marathon, timeout: float = 30) -> None:
    recovery.Recovery(marathon, marathon.clock, marathon.sleep).wait({"/a": 2}, timeout)


def test_it_is_waited_for() -> None:
    marathon = Marathon(2)
    assert recovery.Recovery(marathon, marathon.clock, marathon.sleep).before() == {"/a": 2}
    waited(marathon)
    assert marathon.now == 0
    late = Marathon(1, Unreachable("no leader"), 1, 2)
    waited(late)
    assert 0 < late.now < 30


def test_marathon_never_answers() -> None:
    with pytest.raises(WaitFailed) as failed:
        waited(Marathon(Unreachable("no leader")), 30)
    assert str(failed.value) == "after 30 s it is not known whether the apps have recovered: no leader"


def test_what_was_known_before_the_last_look_is_told() -> None:
    with pytest.raises(WaitFailed) as failed:
        waited(Marathon(1, 1, Unreachable("no leader")), 30)
    assert failed.value.facts["apps"] == ["/a"]
    assert "/a (1 of 2 ready" in str(failed.value)
    assert str(failed.value).endswith("The last look at it failed: no leader")


def test_it_does_not_come() -> None:
    marathon = Marathon(1)
    with pytest.raises(WaitFailed) as failed:
        waited(marathon, 30)
    assert str(failed.value).startswith("after 30 s these have not recovered: /a (1 of 2 ready: ")
    assert failed.value.facts["apps"] == ["/a"]
    assert marathon.now <= 31
