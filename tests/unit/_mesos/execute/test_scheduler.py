"""Where a framework subscribes, how its calls are sent, and what refusals mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    CallRefused,
    NoLeader,
    Unauthorized,
)
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.scheduler import Scheduler, StreamEnded

from ..fakes import FakeTime, Masters, leader_at

ACCEPTED = Answer(202, "")
MASTER = Answer(200, '{"type": "GET_MASTER", "get_master": {}}')
SUBSCRIBED = {"type": "SUBSCRIBED", "subscribed": {"framework_id": {"value": "F1"}}}


class Stream:
    def __init__(self, *parts: bytes | Exception, refusal: Answer | None = None) -> None:
        self.refusal = refusal
        self.headers = {"Mesos-Stream-Id": "stream-1"}
        self._parts = parts

    def parts(self) -> Iterator[bytes]:
        for part in self._parts:
            if isinstance(part, Exception):
                raise part
            yield part


class Transport:
    """Streams and answers to calls, in their order."""

    def __init__(self, *streams: Stream | Exception, answer: Answer | Exception = ACCEPTED) -> None:
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.posted: list[tuple[str, dict[str, Any], Any]] = []
        self._streams = list(streams)
        self._answer = answer

    def stream(self, url: str, body: dict[str, Any], silence: float) -> Stream:
        self.opened.append((url, body))
        one = self._streams.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    def post(self, url: str, body: dict[str, Any], headers: Any) -> Answer:
        self.posted.append((url, body, headers))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def record(event: dict[str, Any]) -> bytes:
    text = json.dumps(event).encode()
    return b"%d\n%s" % (len(text), text)


def scheduler(transport: Transport) -> Scheduler:
    return Scheduler(Masters(m1=leader_at("m2"), m2=MASTER).api(FakeTime()), transport)


def test_it_subscribes_at_the_leader_and_calls_with_what_it_was_given() -> None:
    transport = Transport(Stream(record(SUBSCRIBED)))
    framework = scheduler(transport)
    framework.subscribe({"name": "smoke"})
    assert framework.event(5) == SUBSCRIBED
    framework.call("KILL", task_id={"value": "t1"})
    framework.call("SUPPRESS")
    url = "http://m2:5050/api/v1/scheduler"
    assert transport.opened == [(url, {"type": "SUBSCRIBE", "subscribe": {"framework_info": {"name": "smoke"}}})]
    of_framework = {"framework_id": {"value": "F1"}}
    header = {"Mesos-Stream-Id": "stream-1"}
    assert transport.posted == [
        (url, {"type": "KILL", **of_framework, "kill": {"task_id": {"value": "t1"}}}, header),
        (url, {"type": "SUPPRESS", **of_framework}, header),
    ]


def test_one_that_comes_back_names_itself() -> None:
    transport = Transport(Stream())
    scheduler(transport).subscribe({"name": "smoke", "id": {"value": "F1"}})
    assert transport.opened[0][1]["framework_id"] == {"value": "F1"}


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (Stream(), "the master closed the connection"),
        (Stream(NoAnswer("timed out", arrived=True)), "timed out"),
        (Stream(b"<html>"), "is no length"),
    ],
)
def test_the_end_of_the_stream(stream: Stream, words: str) -> None:
    framework = scheduler(Transport(stream))
    framework.subscribe({})
    with pytest.raises(StreamEnded, match=words):
        framework.event(5)


def test_nothing_happens() -> None:
    assert scheduler(Transport()).event(0.01) is None


def test_a_leader_that_is_gone_is_looked_for_again() -> None:
    transport = Transport(NoAnswer("connection refused", arrived=False), Stream(refusal=Answer(307, "")), Stream())
    scheduler(transport).subscribe({})
    assert len(transport.opened) == 3


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (503, NoLeader, r"takes no framework \(HTTP 503\)"),
        (401, Unauthorized, r"does not let this user call SUBSCRIBE \(401\): check its login"),
        (400, CallRefused, "refuses SUBSCRIBE with HTTP 400: bad call"),
    ],
)
def test_a_subscription_that_is_refused(status: int, kind: type[Exception], words: str) -> None:
    refusal = Answer(status, "bad\ncall")
    with pytest.raises(kind, match=words):
        scheduler(Transport(*[Stream(refusal=refusal) for _attempt in range(3)])).subscribe({})


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Answer(403, "Framework is not subscribed"), StreamEnded, "Framework is not subscribed"),
        (Answer(403, "no"), Unauthorized, "does not let this user call KILL"),
        (
            Answer(400, "Framework cannot be found"),
            CallRefused,
            "refuses KILL with HTTP 400: Framework cannot be found",
        ),
        (NoAnswer("timed out", arrived=True), StreamEnded, "does not answer KILL: timed out"),
    ],
)
def test_a_call_that_is_refused(answer: Answer | Exception, kind: type[Exception], words: str) -> None:
    framework = scheduler(Transport(Stream(), answer=answer))
    framework.subscribe({})
    with pytest.raises(kind, match=words):
        framework.call("KILL")
