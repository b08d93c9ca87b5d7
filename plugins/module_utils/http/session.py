# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a request, follows nothing, and tells whether one without an answer may have arrived."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import socket
import ssl
import zlib
from dataclasses import dataclass, field
from http.client import (
    BadStatusLine,
    HTTPConnection,
    HTTPException,
    HTTPSConnection,
    IncompleteRead,
    RemoteDisconnected,
)
from typing import Any, Mapping
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from ansible_collections.quorum.mesos.plugins.module_utils.http import tls
from ansible_collections.quorum.mesos.plugins.module_utils.http.errors import BadOption, NoAnswer

CONNECT_TIMEOUT = 10
# Two classes before Python 3.10.
_TIMEOUTS = (TimeoutError, socket.timeout)


@dataclass(frozen=True)
class Answer:
    """headers has the names as they are written in HTTP; the real ones are found in any case of letters."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Access:
    """How a service is asked. timeout is the longest silence, in seconds; proxies are those of the environment."""

    username: str | None = None
    password: str | None = None
    token: str | None = None
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30
    connect_timeout: float = CONNECT_TIMEOUT
    proxies: bool = False


@dataclass
class _Request:
    method: str
    target: str
    headers: dict[str, str]
    content: bytes | None


class Session:
    def __init__(self, access: Access) -> None:
        self._access = access
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **_login(access)}
        self._context: ssl.SSLContext | None = None
        self._idle: dict[str, HTTPConnection] = {}

    def prepare(self, urls: list[str]) -> None:
        """Raises BadOption for certificates that cannot be used, where one of the addresses needs them."""
        if any(url.startswith("https://") for url in urls):
            access = self._access
            self._context = tls.client_context(
                access.validate_certs, access.ca_path, access.client_cert, access.client_key
            )

    def exchange(self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        """body is sent as JSON unless it is None. Raises NoAnswer."""
        parts = urlsplit(url)
        proxy = self._proxy(parts)
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        path = quote(parts.path or "/", safe="/:%")
        request = _Request(method, path + query, self._headers, None)
        if proxy is not None and parts.scheme == "http":
            request.target = f"http://{parts.netloc}{request.target}"
            request.headers = {**request.headers, **_proxy_login(proxy)}
        if body is not None:
            request.content = json.dumps(body).encode()
            request.headers = {**request.headers, "Content-Type": "application/json"}
        origin = f"{parts.scheme}://{parts.netloc}"
        idle = self._idle.pop(origin, None)
        if idle is not None and method == "GET":
            # The server may have closed it meanwhile: no way to send what must not be sent twice.
            with contextlib.suppress(ConnectionError, HTTPException):
                return self._answered(idle, origin, request)
        if idle is not None:
            idle.close()
        connection = self._connected(parts, proxy)
        try:
            return self._answered(connection, origin, request)
        except (ConnectionError, HTTPException) as error:
            raise NoAnswer(self._in_words(error), arrived=True) from error

    def _answered(self, connection: HTTPConnection, origin: str, request: _Request) -> Answer:
        """Lets only those errors through that a connection gives which the server has closed before."""
        try:
            return self._spoken(connection, origin, request)
        except (ConnectionError, HTTPException):
            connection.close()
            raise
        except (OSError, EOFError, zlib.error) as error:
            connection.close()
            refused = tls.refused_by_server(error)
            raise NoAnswer(self._in_words(error), arrived=not refused, lasting=refused) from error

    def _spoken(self, connection: HTTPConnection, origin: str, request: _Request) -> Answer:
        connection.request(request.method, request.target, body=request.content, headers=request.headers)
        response = connection.getresponse()
        data = response.read()
        if response.will_close:
            connection.close()
        else:
            self._idle[origin] = connection
        if response.headers.get("Content-Encoding", "").lower() == "gzip":
            data = gzip.decompress(data) if data else data
        return Answer(response.status, data.decode("utf-8", "replace"), response.headers)

    def _connected(self, parts: SplitResult, proxy: SplitResult | None) -> HTTPConnection:
        try:
            connection = self._connection(parts, proxy)
            connection.connect()
        except _TIMEOUTS as error:
            raise NoAnswer(f"no connection within {self._access.connect_timeout:g} s", arrived=False) from error
        except (OSError, HTTPException, UnicodeError) as error:
            lasting = isinstance(error, ssl.SSLCertVerificationError)
            raise NoAnswer(self._in_words(error), arrived=False, lasting=lasting) from error
        connection.sock.settimeout(self._access.timeout)
        return connection

    def _connection(self, parts: SplitResult, proxy: SplitResult | None) -> HTTPConnection:
        host, port = (parts if proxy is None else proxy).hostname or "", (parts if proxy is None else proxy).port
        seconds = self._access.connect_timeout
        if parts.scheme == "http":
            return HTTPConnection(host, port, timeout=seconds)
        connection = HTTPSConnection(host, port, timeout=seconds, context=self._context)
        if proxy is not None:
            connection.set_tunnel(parts.hostname or "", parts.port or 443, headers=_proxy_login(proxy))
        return connection

    def _proxy(self, parts: SplitResult) -> SplitResult | None:
        if not self._access.proxies or proxy_bypass(parts.netloc):
            return None
        address = getproxies().get(parts.scheme)
        if not address:
            return None
        return urlsplit(address if "://" in address else f"http://{address}")

    def _in_words(self, error: BaseException) -> str:
        if isinstance(error, ssl.SSLError):
            return tls.in_words(error)
        if isinstance(error, _TIMEOUTS):
            return f"no answer within {self._access.timeout:g} s"
        if isinstance(error, RemoteDisconnected):
            return "it closed the connection without an answer"
        if isinstance(error, (IncompleteRead, EOFError, zlib.error)):
            return "its answer was cut off"
        if isinstance(error, BadStatusLine):
            return "its answer is not HTTP, maybe HTTPS is spoken there"
        text = str(getattr(error, "strerror", None) or error)
        return text[:1].lower() + text[1:]


def _login(access: Access) -> dict[str, str]:
    if access.token is not None:
        token = access.token.strip()
        if not token or not token.isascii() or any(letter.isspace() or not letter.isprintable() for letter in token):
            raise BadOption("url_token is not a token: it is empty, or has blanks or letters that no token has")
        return {"Authorization": f"token={token}"}
    if access.username is not None:
        return {"Authorization": _basic(access.username, access.password or "")}
    return {}


def _proxy_login(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    return {"Proxy-Authorization": _basic(unquote(proxy.username), unquote(proxy.password or ""))}


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
