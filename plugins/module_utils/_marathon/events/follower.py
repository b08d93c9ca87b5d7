# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows the event stream of one of several Marathons, and says what happened while it was not followed."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Mapping
from urllib.parse import urlsplit

from ..._http.endpoints import Endpoints
from ..._http.errors import LoginFailed, NoAnswer, Silence
from ..._http.login.options import warned_before
from ..._http.session import SessionStream
from .. import secrets, snapshot
from ..api import responses
from ..api.client import Client
from ..api.http import session_of
from ..errors import MarathonError, Refused, Unreachable
from ..module.argument_spec import access_from, client_from
from . import subject
from .difference import difference
from .seen import FOLLOWED, MarathonSeen
from .server_sent import ServerSentEvents
from .state import MarathonState, state
from .told import Told
from .waiting import Waiting

Event = dict[str, Any]

_PATH = "/v2/events"
_ACCEPT = "text/event-stream"
# Marathon sends an empty line about every 10 seconds.
_SILENCE_SECONDS = 35.0
# All answers that the state is made of.
_STATE_SECONDS = 60.0
_QUEUE_SECONDS = 10.0
_NO_LEADER = (500, 502, 503, 504)


class MarathonEvents:
    """options are those of the plugin; tell takes an event, and says whether the one who takes them is up with them."""

    def __init__(
        self,
        options: Mapping[str, Any],
        tell: Callable[[Event], bool],
        clock: Callable[[], float],
        warn: Callable[[str], None],
    ) -> None:
        self._options = options
        self._tell = tell
        self._clock = clock
        self._seen: MarathonSeen | None = None
        self._told = Told()
        self._waiting = Waiting()
        self._looked = clock()
        # Raises for options that cannot be used.
        client_from(options, warn)
        self._endpoints = Endpoints([url.rstrip("/") for url in options["url"]], sleep=time.sleep)

    def follow(self, options: Mapping[str, Any], connected: Callable[[str], None], stopped: Callable[[], bool]) -> None:
        """Until the stream ends, or is to be given up. options has the login as it is now.

        Raises MarathonError where there is no stream, and NoAnswer or ValueError where it ends.
        """
        access = access_from(options)
        session, login = session_of(access), responses.login_of(access)
        try:
            url, stream = self._endpoints.ask(lambda url: self._opened(session, url, login), repeatable=True, once=True)
        except LoginFailed as failed:
            raise Refused(f"Marathon was not asked. {failed}") from failed
        except Silence as silence:
            raise Unreachable(f"no event stream at {silence}") from silence
        self._endpoints.prefer(url)
        # The state of the one that sends the events; another address may be that of no Marathon.
        urls = [url, *(one for one in options["url"] if one.rstrip("/") != url)]
        client = client_from({**options, "url": urls}, warned_before)
        try:
            now = _state(client, self._clock)
            connected(url)
            in_time = self._catch_up(now)
            for event in self._events(client, stream, stopped):
                in_time = self._streamed(event) and in_time
                if not in_time:
                    # What Marathon drops meanwhile, as before 1.8, is told by the state.
                    raise NoAnswer("events came faster than they were taken", arrived=True)
        finally:
            stream.close()

    def _opened(self, session: Any, url: str, login: str) -> tuple[str, SessionStream]:
        wanted = self._options["event_types"]
        params: dict[str, Any] = {"plan-format": "light"}
        if wanted:
            params["event_type"] = sorted({*wanted, *FOLLOWED})
        stream = session.stream(url + _PATH, params, _ACCEPT, _SILENCE_SECONDS)
        if stream.refusal is not None and 300 <= stream.refusal.status < 400:
            url = self._leader(stream.refusal.headers.get("Location") or "", url)
            stream = session.stream(url + _PATH, params, _ACCEPT, _SILENCE_SECONDS)
        refusal = stream.refusal
        if refusal is not None:
            if refusal.status in (401, 403):
                responses.judged(refusal, url, "GET", _PATH, login)
            said = f"HTTP {refusal.status}: {responses.words_of(refusal)}"
            raise NoAnswer(said, arrived=True, electing=refusal.status in _NO_LEADER, url=url)
        if not (stream.headers.get("Content-Type") or "").startswith(_ACCEPT):
            stream.close()
            raise NoAnswer(f"its answer to {_PATH} is not a stream of events: is it Marathon?", arrived=True, url=url)
        return url, stream

    def _leader(self, location: str, url: str) -> str:
        """The login goes to no other hosts than the configured ones."""
        place = _origin(location)
        found = next((known for known in self._options["url"] if _origin(known) == place), None)
        if found is None:
            raise NoAnswer(f"it redirects to {place or 'nowhere'}, which url does not name", arrived=True, url=url)
        return found.rstrip("/")

    def _catch_up(self, now: MarathonState) -> bool:
        with _of_marathon("the state"):
            missed = difference(self._seen, now) if self._seen is not None else []
            self._told = Told(missed)
            self._seen = MarathonSeen(now)
        return False not in [self._emit(event, "difference") for event in missed]

    def _events(self, client: Client, stream: SessionStream, stopped: Callable[[], bool]) -> Iterator[Event]:
        events = ServerSentEvents()
        for part in stream.parts():
            yield from events.feed(part)
            if stopped():
                return
            self._look_at_queue(client)
        raise NoAnswer("the server ended the event stream", arrived=True)

    def _streamed(self, event: Event) -> bool:
        if self._seen is not None:
            self._seen.apply(event)
        return self._told.has(event) or self._emit(event, "stream")

    def _look_at_queue(self, client: Client) -> None:
        interval = self._options["queue_interval"]
        now = self._clock()
        if not interval or now - self._looked < interval:
            return
        self._looked = now
        with client.limited(lambda: now + _QUEUE_SECONDS - self._clock()):
            waiting = client.queue(offers=False)
        with _of_marathon("the launch queue"):
            events = self._waiting.events(waiting, now)
        for event in events:
            self._emit(event, "queue")

    def _emit(self, event: Event, source: str) -> bool:
        wanted = self._options["event_types"]
        if wanted and event["eventType"] not in wanted:
            return True
        if not subject.is_wanted(event, self._options["apps"]):
            return True
        names = [*self._options["secret_env"], *self._options["secret_labels"]]
        return self._tell({**secrets.mask(event, names), "service": "marathon", "source": source})


def _state(client: Client, clock: Callable[[], float]) -> MarathonState:
    end = clock() + _STATE_SECONDS
    with client.limited(lambda: end - clock()):
        root = client.group("/", snapshot.embed(state=True))
        if root is None:
            raise MarathonError("Marathon has no root group: is the address that of Marathon?")
        deployments = client.deployments()
    with _of_marathon("the state"):
        return state(snapshot.read(root), deployments)


@contextmanager
def _of_marathon(what: str) -> Iterator[None]:
    """Whoever answers may be no Marathon; that ends the stream, and not the source."""
    try:
        yield
    except (AttributeError, KeyError, TypeError):
        raise ValueError(f"{what} has another form than that of Marathon") from None


def _origin(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else None
