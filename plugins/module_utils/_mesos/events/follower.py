# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows the operator stream of the leading master, and says what happened while it was not followed."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ..._http import bounded
from ..._http.errors import NoAnswer
from ..._http.login.options import warned_before
from ..argument_spec import transport_from
from ..errors import MesosError, NoLeader, Unauthorized
from ..operator_api import PATH, OperatorApi
from ..recordio import Records
from .cluster_seen import ClusterSeen, difference

Event = dict[str, Any]

# The master sends a heartbeat every 15 seconds.
_SILENCE_SECONDS = 60.0
_HEARTBEAT = "HEARTBEAT"


class MasterEvents:
    """tell takes an event, and says whether the one who takes them is up with them; mask takes its secrets away."""

    def __init__(
        self,
        options: Mapping[str, Any],
        event_types: list[str],
        tell: Callable[[Event], bool],
        mask: Callable[[Event], Event],
        sleep: Callable[[float], None],
        warn: Callable[[str], None],
    ) -> None:
        self._event_types = event_types
        self._tell = tell
        self._mask = mask
        self._sleep = sleep
        self._seen: ClusterSeen | None = None
        # Raises for options that cannot be used.
        OperatorApi(options["url"], transport_from(options, warn), sleep)

    def follow(self, options: Mapping[str, Any], connected: Callable[[str], None], stopped: Callable[[], bool]) -> None:
        """Until the stream ends. options has the login as it is now.

        Raises MesosError where there is no stream, and NoAnswer or ValueError where it ends.
        """
        transport = transport_from(options, warned_before)
        api = OperatorApi(options["url"], transport, self._sleep)
        # Waits until one leads.
        api.call("GET_MASTER")
        url = api.leader
        stream = self._opened(transport, url)
        try:
            records = Records()
            for part in stream.parts():
                for event in records.feed(part):
                    if event.get("type") == "SUBSCRIBED":
                        connected(url)
                    if not self._take(event):
                        raise NoAnswer("events came faster than they were taken", arrived=True)
                if stopped():
                    return
        finally:
            stream.close()
        raise NoAnswer("the master ended the event stream", arrived=True)

    def _opened(self, transport: Any, url: str) -> Any:
        try:
            stream = bounded.within(
                _SILENCE_SECONDS, lambda: transport.stream(url + PATH, {"type": "SUBSCRIBE"}, _SILENCE_SECONDS)
            )
        except bounded.TimeUp:
            raise NoAnswer(f"no answer within {_SILENCE_SECONDS:g} s", arrived=True) from None
        refusal = stream.refusal
        if refusal is None:
            return stream
        if refusal.status in (401, 403):
            raise Unauthorized(
                f"The Mesos master {url} does not let this user call SUBSCRIBE ({refusal.status}): check its login "
                "(url_username and url_password, url_token or url_service_account), and the ACLs of the masters"
            )
        raise NoLeader(f"The Mesos master {url} gives no event stream (HTTP {refusal.status})")

    def _take(self, event: Event) -> bool:
        kind = event.get("type")
        if kind == "SUBSCRIBED":
            return self._catch_up(event)
        if kind == _HEARTBEAT or not isinstance(kind, str):
            return True
        if self._seen is None:
            raise MesosError("the event stream does not begin with SUBSCRIBED: is this address a Mesos master?")
        try:
            self._seen.apply(event)
        except (AttributeError, TypeError):
            raise ValueError(f"the event {kind} has another form than that of Mesos") from None
        return self._emit(event, "stream")

    def _catch_up(self, subscribed: Event) -> bool:
        before = self._seen
        try:
            now = ClusterSeen((subscribed.get("subscribed") or {}).get("get_state") or {})
            if before is not None:
                now.keep(before)
            missed = [] if before is None else difference(before, now)
        except (AttributeError, TypeError):
            raise ValueError("the state in SUBSCRIBED has another form than that of Mesos") from None
        self._seen = now
        return False not in [self._emit(event, "difference") for event in missed]

    def _emit(self, event: Event, source: str) -> bool:
        if self._event_types and event["type"] not in self._event_types:
            return True
        return self._tell({**self._mask(event), "service": "mesos", "source": source})
