# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session that logs in before its first request, and once more where its token is not accepted any more."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping, TypeVar

from ..errors import NoAnswer
from ..exchange import Answer, Login
from . import dcos

_REFUSED = 401

# With a status.
T = TypeVar("T")


class LoginSession:
    """session sends the requests, that of the login too, and has no login of its own."""

    def __init__(self, session: Any, login: Login) -> None:
        self.session = session
        self._login = login
        self._header: str | None = None

    def prepare(self, urls: list[str]) -> None:
        """Raises BadOption for certificates that cannot be used."""
        self.session.prepare([*urls, self._login.url])

    def exchange(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """seconds are for the login too. Raises NoAnswer and LoginFailed."""
        left = _countdown(seconds)
        return self.authorized(
            lambda own: self.session.exchange(method, url, params, body, left(), {**(headers or {}), **own}), left
        )

    def stream(self, *wanted: Any) -> Any:
        """What the session gives, which takes the headers of the login last. Raises NoAnswer and LoginFailed."""
        return self.authorized(lambda own: self.session.stream(*wanted, own), lambda: None)

    def authorized(self, request: Callable[[dict[str, str]], T], left: Callable[[], float | None]) -> T:
        """What request gets with the headers of the login. A service has done nothing with what it answers 401 to."""
        fresh = self._header is None
        header = self._header or self._logged_in(left())
        answer = request({"Authorization": header})
        if answer.status == _REFUSED and not fresh:
            answer = request({"Authorization": self._logged_in(left())})
        return answer

    def _logged_in(self, seconds: float | None) -> str:
        self._header = None
        asked = dcos.request(self._login, time.time())
        try:
            answer = self.session.exchange("POST", self._login.url, None, asked, seconds)
        except NoAnswer as no_answer:
            raise dcos.unanswered(self._login, no_answer) from no_answer
        self._header = dcos.header(self._login, asked, answer)
        return self._header


def _countdown(seconds: float | None) -> Callable[[], float | None]:
    """How many of the seconds are left."""
    begun = time.monotonic()

    def left() -> float | None:
        if seconds is None:
            return None
        rest = seconds - (time.monotonic() - begun)
        if rest <= 0:
            raise NoAnswer("the time to wait was up before it was asked", arrived=False)
        return rest

    return left
