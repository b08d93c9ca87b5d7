"""How a stream that ends is followed again, and what the rules are told of that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("requests")

from ansible_collections.quorum.mesos.plugins.module_utils._events import feed
from ansible_collections.quorum.mesos.plugins.module_utils._events.feed import Feed, pause
from ansible_collections.quorum.mesos.plugins.module_utils._events.options import OptionError
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import Refused, Unreachable

SECONDS = 20


class Follower:
    """Fails with each of these in turn; None in front of one is a connection before it."""

    def __init__(self, stop: threading.Event, *ends: Exception | None) -> None:
        self._stop, self._ends = stop, list(ends)

    def follow(self, options: Any, connected: Callable[[str], None], stopped: Callable[[], bool]) -> None:
        if not self._ends:
            self._stop.set()
            return
        if self._ends[0] is None:
            del self._ends[0]
            connected("http://one")
        error = self._ends.pop(0)
        assert error is not None
        raise error


class Box:
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.failure: BaseException | None = None
        self.failed = threading.Event()

    def put(self, event: dict[str, Any]) -> bool:
        self.events.append(event)
        return True

    def fail(self, failure: BaseException) -> None:
        self.failure = failure
        self.failed.set()


def ran(monkeypatch: pytest.MonkeyPatch, *ends: Exception | None, options: Callable[[], Any] = dict) -> Box:
    monkeypatch.setattr(feed, "pause", lambda failures: 0.001)
    stop, box = threading.Event(), Box()
    Feed("marathon", Follower(stop, *ends), options, box, stop).start()  # type: ignore[arg-type]
    for _times in range(SECONDS * 20):
        if stop.wait(0.05) or box.failed.is_set():
            return box
    raise AssertionError("it does not end")


def told(box: Box) -> list[tuple[str, str]]:
    return [(event["eventType"], event.get("url") or event.get("reason") or "") for event in box.events]


def test_an_outage_is_told_once_and_its_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [None, NoAnswer("ended", True), Unreachable("nobody"), ValueError("what"), OSError("file"), None]
    ends.append(NoAnswer("again", True))
    box = ran(monkeypatch, *ends)
    assert told(box) == [
        ("event_stream_connected", "http://one"), ("event_stream_lost", "ended"),
        ("event_stream_connected", "http://one"), ("event_stream_lost", "again")]  # fmt: skip
    assert {(event["service"], event["source"]) for event in box.events} == {("marathon", "connection")}


def test_a_login_that_is_refused_ends_it_only_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(ran(monkeypatch, Refused("401")).failure, Refused)
    assert isinstance(ran(monkeypatch, Unreachable("nobody"), Refused("401")).failure, Refused)
    later = ran(monkeypatch, None, NoAnswer("ended", True), Refused("401"))
    assert later.failure is None
    assert told(later)[-1] == ("event_stream_lost", "ended")


def test_a_file_of_the_login_that_is_missing_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([OptionError("no file"), None, None])

    def options() -> dict[str, Any]:
        error = next(times)
        if error:
            raise error
        return {}

    assert told(ran(monkeypatch, options=options)) == [("event_stream_lost", "no file")]


def test_a_fault_of_ours_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(ran(monkeypatch, KeyError("x")).failure, KeyError)


def test_the_pause_grows_to_a_cap() -> None:
    longest = [pause(failures, lambda: 1.0) for failures in range(1, 20)]
    assert longest[0] == 1.0
    assert longest == sorted(longest)
    assert longest[-1] == 30.0
    assert [pause(failures, lambda: 0.0) for failures in range(1, 20)] == [one / 2 for one in longest]
