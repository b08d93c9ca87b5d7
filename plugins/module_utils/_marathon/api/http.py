# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session with a Marathon that answers at one or several endpoints; every failure becomes a typed error."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping

from ..._http.endpoints import Endpoints, checked_urls
from ..._http.errors import BadOption, LoginFailed, NoAnswer, Silence, Uncertain
from ..._http.exchange import Access
from ..._http.login.session import LoginSession
from ..._http.session import Session
from ..errors import MarathonError, Refused, Unreachable, WriteUncertain
from . import responses

# A standby answers 502 (503 before release 1.7) while no leader is known, which is over as soon as ZooKeeper has missed
# the old one. A leader that cannot finish in time answers 503 (504 before 0.14).
_ELECTING = (502, 503, 504)
# In the words of these, the request was passed to nobody.
_NEVER_PASSED_ON = (
    "Could not determine the current leader",
    "Connection to leader refused",
    "Detected proxying loop",
    "Too many concurrent requests",
)


@dataclass(frozen=True)
class MarathonAnswer:
    """base is the address of the service that answered, path what was asked there."""

    status: int
    data: Any
    headers: Mapping[str, str]
    base: str
    path: str


class Http:
    def __init__(
        self,
        urls: list[str],
        sleep: Callable[[float], None],
        session: Any = None,
        access: Access | None = None,
    ) -> None:
        """session is what sends the requests, for tests."""
        access = access or Access()
        try:
            checked = checked_urls(urls, "a Marathon", "http://marathon.example.com:8080")
            self._session = session or session_of(access)
            self._session.prepare(checked)
        except BadOption as error:
            raise MarathonError(str(error), **error.facts) from error
        self._endpoints = Endpoints(checked, sleep)
        self._login = responses.login_of(access)
        self._left: Callable[[], float] | None = None
        self.requests = 0

    @contextmanager
    def limited(self, left: Callable[[], float]) -> Iterator[None]:
        """Every address is asked once at most, and nothing takes longer than the seconds that are left."""
        before, self._left = self._left, left
        try:
            yield
        finally:
            self._left = before

    def get(self, path: str, params: dict[str, Any] | None = None) -> MarathonAnswer:
        """A read is safe to repeat: every endpoint is tried, and all of them again after a pause."""
        return self._ask("GET", path, params, None)

    def write(self, method: str, path: str, params: dict[str, Any] | None = None, body: Any = None) -> MarathonAnswer:
        """A write is repeated only where it surely did not arrive; else the caller has to look first."""
        try:
            return self._ask(method, path, params, body)
        except Uncertain as uncertain:
            raise WriteUncertain(
                f"Marathon at {uncertain.url} gave no answer to {method} {path} ({uncertain}), so it may or may not "
                "have been done. Run again to see; raise timeout if this Marathon is slow"
            ) from uncertain

    def _ask(self, method: str, path: str, params: Any, body: Any) -> MarathonAnswer:
        try:
            return self._endpoints.ask(
                lambda url: self._answer(url, method, path, params, body),
                repeatable=method == "GET",
                once=self._left is not None,
            )
        except LoginFailed as failed:
            raise Refused(f"Marathon was not asked. {failed}") from failed
        except Silence as silence:
            if silence.remedy:
                raise Unreachable(f"Marathon was not reached: {silence}; {silence.remedy}") from silence
            if silence.electing:
                raise Unreachable(
                    f"Marathon has no leader that answers at {silence}. See in its logs, and in ZooKeeper's, "
                    "why none is elected"
                ) from silence
            raise Unreachable(
                f"Marathon does not answer at {silence}. Check that Marathon runs and that the option url (or "
                "MARATHON_URL) names it"
            ) from silence

    def _answer(self, url: str, method: str, path: str, params: Any, body: Any) -> MarathonAnswer:
        left = None if self._left is None else self._left()
        if left is not None and left <= 0:
            raise NoAnswer("the time to wait was up before it was asked", arrived=False)
        self.requests += 1
        answer = self._session.exchange(method, url + path, params, body, left)
        if answer.status in _ELECTING or (answer.status == 500 and not responses.is_json(answer)):
            # The 500 is that of a standby whose leader went away in the middle; the leader itself explains one in JSON.
            passed_on = not any(words in answer.text for words in _NEVER_PASSED_ON)
            raise NoAnswer(f"HTTP {answer.status}: {responses.words_of(answer)}", arrived=passed_on, electing=True)
        if responses.is_cut_off(answer):
            raise NoAnswer(f"HTTP {answer.status} with JSON that is cut off", arrived=True)
        if method != "GET" and responses.is_page(answer):
            # Whoever answered instead of Marathon may have passed the write on before.
            said = f"HTTP {answer.status} and something that is not JSON: {responses.words_of(answer)}"
            raise NoAnswer(said, arrived=True)
        self._endpoints.prefer(url)
        data = responses.judged(answer, url, method, path, self._login, body)
        return MarathonAnswer(answer.status, data, answer.headers, url, path)


def session_of(access: Access) -> Session | LoginSession:
    """What sends the requests with this login."""
    return Session(access) if access.login is None else LoginSession(Session(access), access.login)
