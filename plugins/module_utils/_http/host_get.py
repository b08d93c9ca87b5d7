# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET with an answer for every outcome."""

from __future__ import annotations

import json
import ssl
import typing as t
from http.client import HTTPException
from urllib.error import HTTPError, URLError

from .._words import readable
from . import host_request, tls


class Unanswered(Exception):
    """The text says which URL gave what."""

    __str__ = readable


class ServiceAccess(t.NamedTuple):
    """How a service is asked, and which options of its role say so."""

    username: str | None = None
    password: str | None = None
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    plain_too: bool = False
    credentials_option: str = "url_username"
    ca_option: str = "ca_path"


def get(
    url: str, access: ServiceAccess, timeout: float, unix_socket: str | None = None
) -> tuple[str, t.Mapping[str, str]]:
    """The body and the headers of a 200 answer."""
    try:
        return _open(url, access, timeout, unix_socket)
    except HTTPError as error:
        raise Unanswered(_status(url, error.code, access)) from error
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        if access.plain_too and url.startswith("https://") and _speaks_no_tls(reason):
            return get("http" + url[len("https") :], access, timeout, unix_socket)
        raise Unanswered(_failure(url, reason, access)) from error


def get_json(url: str, access: ServiceAccess, timeout: float) -> dict[str, t.Any]:
    """The object that a URL answers with."""
    body, _headers = get(url, access, timeout)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unanswered("%s answers no JSON" % url) from error
    if not isinstance(data, dict):
        raise Unanswered("%s answers no JSON object" % url)
    return data


def _open(url: str, access: ServiceAccess, timeout: float, unix_socket: str | None) -> tuple[str, t.Mapping[str, str]]:
    answer = host_request.send(url, access, timeout, unix_socket=unix_socket)
    return answer.read().decode("utf-8", "replace"), answer.headers


def _status(url: str, code: int, access: ServiceAccess) -> str:
    if code in (401, 403):
        state = "refuses the user %s" % access.username if access.username else "requires a user and a password"
        return "%s answers %d: it %s (option %s)" % (url, code, state, access.credentials_option)
    return "%s answers %d" % (url, code)


def _speaks_no_tls(reason: t.Any) -> bool:
    return not isinstance(reason, ssl.SSLCertVerificationError) and isinstance(reason, (ssl.SSLError, ConnectionError))


def _failure(url: str, reason: t.Any, access: ServiceAccess) -> str:
    if isinstance(reason, ssl.SSLError):
        what, _options_of_modules = tls.failure(reason)
        trust = " (option %s)" % access.ca_option if isinstance(reason, ssl.SSLCertVerificationError) else ""
        return "%s cannot be asked: %s%s" % (url, what, trust)
    return "%s does not answer (%s)" % (url, reason)
