# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends by the library requests, follows nothing, and tells whether a request without an answer may have arrived."""

from __future__ import annotations

import base64
import dataclasses
import itertools
import traceback
import warnings
from typing import Any, Iterator, Mapping

from . import bounded, failures, proxies, tls
from .errors import NoAnswer
from .exchange import PIECES, Access, Answer, own_token_header

try:
    import requests
except ImportError:
    requests = None
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None


_PROXY_LOGIN = 407
# Of the words of a refusal; a part may be one byte.
_REFUSAL_PARTS = 4096


class Session:
    def __init__(self, access: Access) -> None:
        self._access = access
        self._login = _login(access)
        self._session = self._opened()

    def _opened(self) -> Any:
        def authorized(request: Any) -> Any:
            if self._login is not None:
                request.headers["Authorization"] = self._login
            return request

        session = requests.Session()
        session.headers["Accept"] = "application/json"
        # Without one of its own, requests would take a login from ~/.netrc.
        session.auth = authorized
        return session

    def prepare(self, urls: list[str]) -> None:
        """Raises BadOption for certificates that cannot be used."""
        access = self._access
        # The library reads the certificate of the client for plain HTTP too.
        if access.client_cert or access.client_key or any(url.startswith("https://") for url in urls):
            tls.check_files(access.ca_path, access.client_cert, access.client_key)

    def exchange(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """body is sent as JSON unless it is None; seconds are all that it may take. Raises NoAnswer."""
        limit = self._access.timeout * PIECES if seconds is None else seconds
        session = self._session
        if method != "GET":
            # The server may have closed an idle connection: no way to send what must not be sent twice.
            session.close()
        try:
            answer = bounded.within(limit, lambda: self._exchanged(session, method, url, params, body, limit, headers))
        except bounded.TimeUp:
            # The one before is still busy.
            self._session = self._opened()
            raise NoAnswer(f"no whole answer within {limit:.3g} s", arrived=True) from None
        proxy = _proxy(url) if answer.status == _PROXY_LOGIN else None
        if proxy is not None:
            why = f"the proxy {proxy.address} requires authentication (407)"
            raise NoAnswer(why, arrived=False, lasting=True, remedy=proxy.remedy)
        return answer

    def stream(
        self,
        url: str,
        params: Mapping[str, Any],
        accept: str,
        silence: float,
        headers: Mapping[str, str] | None = None,
    ) -> SessionStream:
        """An answer that goes on, until nothing comes for so many seconds. Raises NoAnswer."""
        access = dataclasses.replace(self._access, timeout=silence)
        limit = access.connect_timeout + silence

        def opened() -> SessionStream:
            asked = {"params": params, "headers": {"Accept": accept, **(headers or {})}, "stream": True}
            return SessionStream(self._sent(self._opened(), access, "GET", url, **asked), access)

        try:
            # A server that sends its headers byte by byte has no end either.
            return bounded.within(limit, opened)
        except bounded.TimeUp:
            raise NoAnswer(f"no answer within {limit:.3g} s", arrived=True) from None

    def _exchanged(
        self, session: Any, method: str, url: str, params: Any, body: Any, limit: float, headers: Any
    ) -> Answer:
        access = dataclasses.replace(
            self._access,
            timeout=_at_most(self._access.timeout, limit),
            connect_timeout=_at_most(self._access.connect_timeout, limit),
        )
        response = self._sent(session, access, method, url, params=params, json=body, headers=headers)
        return Answer(response.status_code, response.content.decode("utf-8", "replace"), response.headers)

    @staticmethod
    def _sent(session: Any, access: Access, method: str, url: str, **request: Any) -> Any:
        try:
            with warnings.catch_warnings():
                # Not to validate is what validate_certs says.
                warnings.filterwarnings("ignore", message="Unverified HTTPS request")
                return session.request(
                    method,
                    url,
                    timeout=(access.connect_timeout, access.timeout),
                    # Not the session's own: REQUESTS_CA_BUNDLE in the environment would be put before that.
                    verify=(access.ca_path or True) if access.validate_certs else False,
                    cert=(access.client_cert, access.client_key) if access.client_key else access.client_cert,
                    allow_redirects=False,
                    **request,
                )
        except requests.exceptions.RequestException as error:
            raise failures.no_answer(error, access, _proxy(url)) from error


class SessionStream:
    """refusal is the answer of a server that gives no stream, else None."""

    def __init__(self, response: Any, access: Access) -> None:
        self.headers = response.headers
        self.refusal: Answer | None = None
        self._response = response
        self._access = access
        if response.status_code != 200:
            text = b"".join(itertools.islice(self.parts(), _REFUSAL_PARTS)).decode("utf-8", "replace")
            self.refusal = Answer(response.status_code, text, response.headers)
            self.close()

    @property
    def status(self) -> int:
        return 200 if self.refusal is None else self.refusal.status

    def parts(self) -> Iterator[bytes]:
        """As they come, until the server ends it. Raises NoAnswer where it breaks off."""
        # A chunk is given when it is there; without chunks the library waits until as much as it is asked for is there.
        size = None if getattr(self._response.raw, "chunked", False) else 1
        try:
            yield from self._response.iter_content(size)
        except (requests.exceptions.RequestException, OSError, AttributeError) as error:
            # The library loses its connection to a close in between.
            raise failures.no_answer(error, self._access) from error

    def close(self) -> None:
        self._response.close()


def _proxy(url: str) -> proxies.Proxy | None:
    named = requests.utils.get_environ_proxies(url, no_proxy=None)
    return proxies.between(url, requests.utils.select_proxy(url, named))


def _at_most(seconds: float, limit: float) -> float:
    # Of 0 seconds requests makes an error.
    return max(min(seconds, limit), 0.001)


def _login(access: Access) -> str | None:
    if access.username is not None:
        # requests itself would take only the letters of Western Europe.
        return "Basic " + base64.b64encode(f"{access.username}:{access.password or ''}".encode()).decode()
    return own_token_header(access)
