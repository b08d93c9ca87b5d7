"""Events out of a stream that is cut anywhere."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.recordio import Records

EVENTS = [{"type": "SUBSCRIBED"}, {"type": "UPDATE", "text": "é\n12\n"}, {"type": "HEARTBEAT"}]

DEEP = b"100000\n" + b"[" * 100_000


def record(event: object) -> bytes:
    text = json.dumps(event, ensure_ascii=False).encode()
    return b"%d\n%s" % (len(text), text)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_events_are_whole_wherever_the_stream_is_cut(size: int) -> None:
    stream = b"".join(map(record, EVENTS))
    records = Records()
    parts = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [event for part in parts for event in records.feed(part)] == EVENTS


@pytest.mark.parametrize(
    "stream", [b"<html>", b"1234567890\n", b"1234567890", b"\n{}", b"-2\n{}", b"2\n[]", b"3\nabc", b"2\n\xff\xff", DEEP]
)
def test_what_is_no_stream_of_events(stream: bytes) -> None:
    with pytest.raises(ValueError):
        Records().feed(stream)
