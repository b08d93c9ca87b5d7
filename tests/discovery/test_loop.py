"""When the next round is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from marathon_discovery import loop


@pytest.fixture
def wakes(monkeypatch: pytest.MonkeyPatch) -> loop.Wakes:
    monkeypatch.setattr(loop, "backoff", lambda _failures, _longest: 60.0)
    return loop.Wakes()


def seconds_between(wakes: loop.Wakes, answer: float, event: Callable[[], None]) -> float:
    """From a round with this answer to the next one, where the event comes meanwhile."""
    times: list[float] = []

    def once() -> float:
        times.append(time.monotonic())
        if len(times) > 1:
            wakes.end()
        else:
            threading.Timer(0.3, event).start()
        return answer

    # A fault of the loop is a wait of a minute, not one without end.
    loop.repeat(once, 60.0, 0.0, wakes)
    return times[1] - times[0]


def test_who_asks_ends_the_wait_after_a_failure(wakes: loop.Wakes) -> None:
    assert seconds_between(wakes, 60.0, wakes.ask) < 30


@pytest.mark.parametrize("event", ["ask", "hint"])
def test_both_end_the_wait_after_a_success(wakes: loop.Wakes, event: str) -> None:
    assert seconds_between(wakes, 0.0, wakes.ask if event == "ask" else wakes.hint.set) < 30


def test_a_hint_does_not_end_the_wait_after_a_failure(wakes: loop.Wakes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "backoff", lambda _failures, _longest: 2.0)
    assert seconds_between(wakes, 60.0, wakes.hint.set) >= 1.5
