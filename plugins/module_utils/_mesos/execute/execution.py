# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one task as a framework of its own, from the subscription to the end of the task, or ends it early."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any, Callable

from ..agents import TERMINAL
from ..errors import MesosError, Unreachable, WaitFailed
from .command import Command
from .ending import Ending, ending
from .placement import Placement, Survey, fits
from .scheduler import Event, Scheduler, StreamEnded

# How often an interruption is looked for.
_TICK_SECONDS = 0.5
# For an offer that is not good enough. Other frameworks get it meanwhile.
_REFUSE_SECONDS = 2.0
# A task has 3 seconds to end after SIGTERM unless its agent says otherwise.
_KILL_SECONDS = 10.0
# An election takes 10 seconds, the start of masters that were all down a little longer.
_LEADERLESS_SECONDS = 120.0
_STALE_OFFER = "REASON_INVALID_OFFERS"


class Execution:
    """check raises what is to end the task early, and nothing as long as all is well."""

    def __init__(
        self,
        scheduler: Scheduler,
        command: Command,
        place: Placement,
        found: Survey,
        principal: str | None,
        clock: Callable[[], float],
        check: Callable[[], None],
    ) -> None:
        self.task_id: str | None = None
        self.agent_id: str | None = None
        self.ending: Ending | None = None
        # The last state that is not the end.
        self.state: str | None = None
        self._scheduler = scheduler
        self._command = command
        self._place = place
        self._found = found
        self._principal = principal
        self._clock = clock
        self._check = check
        self._handlers: dict[str, Callable[[Event], None]] = {
            "SUBSCRIBED": self._subscribed,
            "OFFERS": self._offered,
            "UPDATE": self._updated,
            "ERROR": self._refused,
        }

    def run(self, seconds: float) -> Ending | None:
        """How the task ended; None where time was up, and the task is killed then."""
        end = self._clock() + seconds
        self._subscribe()
        try:
            while self.ending is None and self._clock() < end:
                self._check()
                self._step(end)
            if self.ending is None:
                self._kill()
                return None
        except MesosError:
            raise
        except BaseException:
            self._kill()
            raise
        return self.ending

    def close(self) -> None:
        """Mesos removes the framework and what runs of it; without an answer, when the connection ends."""
        if self._scheduler.framework_id:
            with contextlib.suppress(MesosError):
                self._scheduler.call("TEARDOWN")

    def _subscribe(self) -> None:
        self._scheduler.subscribe(self._command.framework(self._principal, self._scheduler.framework_id))

    def _subscribe_again(self) -> None:
        """A new leader keeps the task, so it is waited for: without its framework nobody would end it."""
        until = self._clock() + _LEADERLESS_SECONDS
        while True:
            try:
                return self._subscribe()
            except Unreachable:
                # Which took some seconds.
                self._check()
                if self._clock() >= until:
                    raise

    def _step(self, end: float) -> None:
        try:
            event = self._scheduler.event(min(_TICK_SECONDS, end - self._clock()))
            if event is not None and event.get("type") in self._handlers:
                self._handlers[event["type"]](event)
        except StreamEnded:
            # Another master may lead now. Where it is the same, it has removed the framework, and says so.
            self._subscribe_again()

    def _kill(self) -> None:
        """What runs gets the time to end; close() ends it in any case."""
        end = self._clock() + _KILL_SECONDS
        with contextlib.suppress(MesosError):
            if self.task_id and self.ending is None:
                self._scheduler.call("KILL", task_id={"value": self.task_id}, agent_id={"value": self.agent_id})
                while self.ending is None and self._clock() < end:
                    self._step(end)

    # Events

    def _subscribed(self, _event: Event) -> None:
        if self.task_id:
            # What has happened to it between the two masters is not sent again.
            named = {"task_id": {"value": self.task_id}, "agent_id": {"value": self.agent_id}}
            self._scheduler.call("RECONCILE", tasks=[named])

    def _offered(self, event: Event) -> None:
        declined = []
        for offer in event["offers"].get("offers") or []:
            resources = None if self.task_id else fits(offer, self._place, self._found)
            if resources is None:
                declined.append(offer["id"])
            else:
                self._launch(offer, resources)
        if declined:
            self._scheduler.call("DECLINE", offer_ids=declined, filters={"refuse_seconds": _REFUSE_SECONDS})

    def _launch(self, offer: dict[str, Any], resources: list[dict[str, Any]]) -> None:
        self.task_id = f"mesos-execute-{uuid.uuid4()}"
        self.agent_id = offer["agent_id"]["value"]
        task = self._command.task(self.task_id, self.agent_id, resources)
        operation = {"type": "LAUNCH", "launch": {"task_infos": [task]}}
        self._scheduler.call("ACCEPT", offer_ids=[offer["id"]], operations=[operation])
        self._scheduler.call("SUPPRESS")

    def _updated(self, event: Event) -> None:
        status = event["update"]["status"]
        if status.get("uuid"):
            named = {name: status[name] for name in ("agent_id", "task_id", "uuid")}
            self._scheduler.call("ACKNOWLEDGE", **named)
        if status["task_id"]["value"] != self.task_id:
            return
        self.state = str(status["state"])
        if self.state not in TERMINAL:
            return
        if status.get("reason") == _STALE_OFFER:
            # It was taken back before the answer came: nothing has run.
            self.task_id = self.agent_id = self.state = None
            self._scheduler.call("REVIVE")
            return
        self.ending = ending(status)

    def _refused(self, event: Event) -> None:
        message = str((event.get("error") or {}).get("message") or "no reason")
        if self._scheduler.framework_id:
            raise WaitFailed(f"Mesos ended the framework with its task: {message}")
        raise MesosError(f"Mesos takes no such framework: {message}")
