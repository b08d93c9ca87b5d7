"""Events out of a stream that is cut anywhere."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events import server_sent
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.server_sent import ServerSentEvents

EVENTS = [{"eventType": "a", "text": "é\n: data"}, {"eventType": "b"}]


def frame(event: dict[str, str], end: str = "\r\n") -> bytes:
    return f"event: {event['eventType']}{end}data: {json.dumps(event, ensure_ascii=False)}{end}{end}".encode()


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_are_whole_wherever_the_stream_is_cut(size: int, end: str) -> None:
    # Empty lines are how Marathon shows that it is there.
    stream = f"{end}{end}".encode().join(frame(event, end) for event in EVENTS) + f": a comment{end}{end}".encode()
    events = ServerSentEvents()
    parts = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [event for part in parts for event in events.feed(part)] == EVENTS


def test_the_data_of_an_event_may_be_on_several_lines() -> None:
    assert ServerSentEvents().feed(b'data: {"eventType":\ndata:"a"}\n\n') == [{"eventType": "a"}]


@pytest.mark.parametrize("data", [b"<html>", b"[]", b"{}", b'{"eventType": 1}', b"\xff"])
def test_what_is_no_event(data: bytes) -> None:
    with pytest.raises(ValueError):
        ServerSentEvents().feed(b"data: " + data + b"\n\n")


@pytest.mark.parametrize("part", [b"x" * 64, b"data: " + b"x" * 58, b"data: x\n" * 10])
def test_an_event_without_an_end_is_refused(part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sent, "_MOST_BYTES", 1000)
    events = ServerSentEvents()
    with pytest.raises(ValueError, match="longer than"):
        for _times in range(1100):
            events.feed(part)


@pytest.mark.parametrize(
    "data", ["[" * 100_000, '{"eventType": "a", "plan": "x"}', '{"eventType": "a", "appDefinition": [1]}']
)
def test_what_has_another_form(data: str) -> None:
    with pytest.raises(ValueError):
        ServerSentEvents().feed(f"data: {data}\n\n".encode())


def test_lines_without_a_value_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sent, "_MOST_BYTES", 100)
    events = ServerSentEvents()
    with pytest.raises(ValueError, match="longer than 100 bytes"):
        for _part in range(30):
            events.feed(b"data:\n")
