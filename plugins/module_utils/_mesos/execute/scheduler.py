# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One framework at the scheduler API: the stream of its events, and its calls."""

from __future__ import annotations

import queue
import threading
from typing import Any

from ..._http.errors import NoAnswer
from ..._http.exchange import Answer
from ..._words import one_line
from ..errors import CallRefused, MesosError, NoLeader, Unauthorized
from ..operator_api import OperatorApi
from ..recordio import Records

PATH = "/api/v1/scheduler"
# The master sends a heartbeat every 15 seconds.
_SILENCE_SECONDS = 60.0
_SUBSCRIPTIONS = 3
_STREAM_ID = "Mesos-Stream-Id"
# What the queue holds when the stream is over: never an event of Mesos.
_ENDED = "ended"
# The answer to a call that comes after the end of the stream, and before it was noticed.
_NOT_CONNECTED = "not subscribed"

Event = dict[str, Any]


class StreamEnded(MesosError):
    """The framework is not connected any more: no more events come, or a call found no master."""


class Scheduler:
    """transport is a Transport, or what stands for it in a test."""

    def __init__(self, api: OperatorApi, transport: Any) -> None:
        self.framework_id: str | None = None
        self._api = api
        self._transport = transport
        self._url = ""
        self._stream_id = ""
        self._events: queue.Queue[Event] = queue.Queue()

    def subscribe(self, info: dict[str, Any]) -> None:
        """At the leading master, which may be another one than before."""
        body: dict[str, Any] = {"type": "SUBSCRIBE", "subscribe": {"framework_info": info}}
        if "id" in info:
            body["framework_id"] = info["id"]
        reason = ""
        for _attempt in range(_SUBSCRIPTIONS):
            # Waits until one leads.
            self._api.call("GET_MASTER")
            self._url = self._api.leader
            try:
                stream = self._transport.stream(self._url + PATH, body, _SILENCE_SECONDS)
            except NoAnswer as no_answer:
                reason = str(no_answer)
                continue
            if stream.refusal is None:
                self._listen(stream)
                return
            if stream.refusal.status not in (307, 502, 503, 504):
                raise _refused(self._url, "SUBSCRIBE", stream.refusal)
            reason = f"HTTP {stream.refusal.status}"
        raise NoLeader(f"The Mesos master {self._url} takes no framework ({reason}): see why the masters elect none")

    def _listen(self, stream: Any) -> None:
        self._stream_id = str(stream.headers.get(_STREAM_ID) or "")
        # Another one than before: a late end of the old stream is not one of this.
        events = self._events = queue.Queue()

        def read() -> None:
            records = Records()
            reason = "the master closed the connection"
            try:
                for part in stream.parts():
                    for event in records.feed(part):
                        events.put(event)
            except (NoAnswer, ValueError) as error:
                reason = str(error)
            events.put({"type": _ENDED, "reason": reason})

        # A daemon does not keep the module from ending.
        threading.Thread(target=read, name="events", daemon=True).start()

    def event(self, seconds: float) -> Event | None:
        """The next one; None where none comes in that time. Raises StreamEnded."""
        try:
            event = self._events.get(timeout=max(seconds, 0.001))
        except queue.Empty:
            return None
        if event.get("type") == _ENDED:
            raise StreamEnded(str(event["reason"]))
        if event.get("type") == "SUBSCRIBED":
            self.framework_id = event["subscribed"]["framework_id"]["value"]
        return event

    def call(self, kind: str, **content: Any) -> None:
        """Raises StreamEnded and CallRefused."""
        body: dict[str, Any] = {"type": kind, "framework_id": {"value": self.framework_id}}
        if content:
            body[kind.lower()] = content
        try:
            answer = self._transport.post(self._url + PATH, body, {_STREAM_ID: self._stream_id})
        except NoAnswer as no_answer:
            raise StreamEnded(f"The Mesos master {self._url} does not answer {kind}: {no_answer}") from no_answer
        if answer.status == 403 and _NOT_CONNECTED in answer.text:
            raise StreamEnded(answer.text)
        if answer.status != 202:
            raise _refused(self._url, kind, answer)


def _refused(url: str, kind: str, answer: Answer) -> MesosError:
    if answer.status in (401, 403):
        return Unauthorized(
            f"The Mesos master {url} does not let this user call {kind} ({answer.status}): check its login "
            "(url_username and url_password, url_token or url_service_account), and the ACLs of the masters"
        )
    reason = one_line(answer.text)[:200] or "no body"
    return CallRefused(f"The Mesos master {url} refuses {kind} with HTTP {answer.status}: {reason}", reason)
