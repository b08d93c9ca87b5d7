# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends by what Ansible has on every managed host, where the library requests may be missing, and follows nothing."""

from __future__ import annotations

import json
import socket
import ssl
from http.client import HTTPException
from typing import Any, Mapping
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

from . import bounded, host_request, tls
from .errors import NoAnswer
from .exchange import PIECES, Access, Answer, own_token_header


class HostSession:
    def __init__(self, access: Access) -> None:
        self._access = access
        token = own_token_header(access)
        self._own: dict[str, str] = {"Authorization": token} if token else {}

    def prepare(self, urls: list[str]) -> None:
        """Raises BadOption for certificates that cannot be used, where one of the addresses needs them."""
        if any(url.startswith("https://") for url in urls):
            tls.check_files(self._access.ca_path, self._access.client_cert, self._access.client_key)

    def exchange(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """body is sent as JSON unless it is None; seconds are left for it. Raises NoAnswer."""
        access = self._access
        limit = access.timeout if seconds is None else max(min(access.timeout, seconds), 0.001)
        query = "?" + urlencode(params, doseq=True) if params else ""
        kind = {} if body is None else {"Content-Type": "application/json"}
        whole = access.timeout * PIECES if seconds is None else seconds

        def exchanged() -> Answer:
            try:
                answer = host_request.send(
                    url + query,
                    access,
                    limit,
                    data=None if body is None else json.dumps(body),
                    method=method,
                    headers={"Accept": "application/json", **kind, **self._own, **(headers or {})},
                    validate_certs=access.validate_certs,
                )
            except HTTPError as error:
                answer = error
            return Answer(answer.code, answer.read().decode("utf-8", "replace"), answer.headers)

        try:
            return bounded.within(whole, exchanged)
        except bounded.TimeUp:
            raise NoAnswer(f"no whole answer within {whole:.3g} s", arrived=True) from None
        # A ValueError is that of a host name that cannot be one.
        except (OSError, HTTPException, ValueError) as error:
            raise no_answer(error) from error


def no_answer(error: Exception) -> NoAnswer:
    """What an exception of the library means."""
    reason = error.reason if isinstance(error, URLError) else error
    # Nothing was sent where there was no connection.
    arrived = not isinstance(reason, (ConnectionRefusedError, socket.gaierror, UnicodeError))
    return NoAnswer(_words(reason), arrived=arrived)


def _words(reason: Any) -> str:
    if isinstance(reason, ssl.SSLError):
        return tls.in_words(reason)
    text = str(getattr(reason, "strerror", None) or reason)
    return text[:1].lower() + text[1:]
