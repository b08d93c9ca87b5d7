# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends calls to a master."""

from __future__ import annotations

from typing import Any, Callable, Mapping, TypeVar

from .._http.errors import LoginFailed
from .._http.exchange import Answer
from .._http.host_session import HostSession
from .._http.host_stream import HostStream
from .._http.login.session import LoginSession
from .errors import Unauthorized

T = TypeVar("T")


class Transport(HostSession):
    @property
    def principal(self) -> str | None:
        """Who a framework is for the masters."""
        return self._access.username

    def post(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """body is sent as JSON. Raises NoAnswer."""
        return self.exchange("POST", url, None, body, headers=headers)

    def stream(self, url: str, body: Any, silence: float, headers: Mapping[str, str] | None = None) -> HostStream:
        """An answer that goes on, until nothing comes for so many seconds. Raises NoAnswer."""
        return HostStream(self._access, url, body, silence, {**self._own, **(headers or {})})


class LoginTransport(LoginSession):
    """A Transport with a login at DC/OS; one that fails is an error of the masters' own."""

    @property
    def principal(self) -> str | None:
        return self._login.uid

    def post(self, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        return self.exchange("POST", url, None, body, headers=headers)

    def authorized(self, request: Callable[[dict[str, str]], T], left: Callable[[], float | None]) -> T:
        try:
            return super().authorized(request, left)
        except LoginFailed as failed:
            raise Unauthorized(f"Mesos was not asked. {failed}") from failed
