# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the operator API, which only the leading master answers; every failure becomes a typed error.

A call may be sent twice where an answer got lost. All that are used here allow it.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Callable
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from ansible.module_utils.urls import open_url
from ansible_collections.quorum.mesos.plugins.module_utils.mesos.errors import (
    CallRefused,
    MesosError,
    NoLeader,
    Unauthorized,
    Unexpected,
    Unreachable,
)

PATH = "/api/v1"
# A fail-over takes about ten seconds: as long as ZooKeeper remembers the old leader.
_PAUSES = (0.0, 1.0, 1.0, 2.0, 4.0, 8.0)
# Where nothing at all answers, there is less to wait for.
_PAUSES_IN_SILENCE = 2


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str = ""


@dataclass(frozen=True)
class Access:
    username: str | None = None
    password: str | None = None
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 30


# url, body -> Answer; OSError or HTTPException where nothing answers.
Transport = Callable[[str, str], Answer]


def transport(access: Access) -> Transport:
    """Sends a request and follows nothing."""

    def post(url: str, body: str) -> Answer:
        tls = url.startswith("https://")
        try:
            answer = open_url(
                url,
                data=body,
                method="POST",
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout=access.timeout,
                url_username=access.username,
                url_password=(access.password or "") if access.username else None,
                force_basic_auth=bool(access.username),
                follow_redirects="none",
                use_proxy=False,
                validate_certs=access.validate_certs,
                ca_path=access.ca_path if tls else None,
                client_cert=access.client_cert if tls else None,
                client_key=access.client_key if tls else None,
            )
        except HTTPError as error:
            return Answer(error.code, error.read().decode("utf-8", "replace"), error.headers.get("Location") or "")
        return Answer(answer.status, answer.read().decode("utf-8", "replace"))

    return post


class OperatorApi:
    def __init__(self, urls: list[str], post: Transport, sleep: Callable[[float], None]) -> None:
        self._urls = [checked_url(url) for url in urls]
        self._post = post
        self._sleep = sleep

    def call(self, kind: str, **content: Any) -> dict[str, Any]:
        """The content of the leader's answer; empty where the call has none."""
        body = json.dumps({"type": kind, **({kind.lower(): content} if content else {})})
        failures: dict[str, str] = {}
        electing = False
        for number, pause in enumerate(_PAUSES):
            if number > _PAUSES_IN_SILENCE and not electing:
                break
            if pause:
                self._sleep(pause)
            for url in list(self._urls):
                try:
                    return self._asked(url, kind, body)
                except _NoAnswer as no_answer:
                    failures[no_answer.url] = str(no_answer)
                    electing = electing or no_answer.electing
        tried = ", ".join(f"{url} ({reason})" for url, reason in failures.items())
        if electing:
            raise NoLeader(f"No leading Mesos master answers at {tried}: see why the masters elect none")
        raise Unreachable(f"No Mesos master answers at {tried}: check that one runs and that the option url names it")

    def _asked(self, url: str, kind: str, body: str) -> dict[str, Any]:
        answer = self._sent(url, body)
        if answer.status == 307:
            url = _leader(url, answer.location)
            try:
                answer = self._sent(url, body)
            except _NoAnswer as no_answer:
                # Until ZooKeeper has missed a dead leader, the others still name it.
                raise _NoAnswer(no_answer.url, str(no_answer), electing=True) from no_answer
            if answer.status == 307:
                raise _NoAnswer(url, "redirects to another master", electing=True)
        if answer.status in (502, 503, 504):
            raise _NoAnswer(url, f"HTTP {answer.status}: {_words(answer)}", electing=True)
        self._urls = [url, *(known for known in self._urls if known != url)]
        return _content(answer, url, kind)

    def _sent(self, url: str, body: str) -> Answer:
        try:
            return self._post(url + PATH, body)
        except (OSError, HTTPException) as error:
            raise _NoAnswer(url, _cause(error)) from error


class _NoAnswer(Exception):
    def __init__(self, url: str, reason: str, electing: bool = False) -> None:
        super().__init__(reason)
        self.url = url
        self.electing = electing


def checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if "@" in parts.netloc:
        raise MesosError("url holds a user name or password, which would be shown: use url_username, url_password")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise MesosError(f"url '{url}' is not the address of a Mesos master, like http://master1.example.com:5050")
    return url.rstrip("/")


def _leader(url: str, location: str) -> str:
    """A master names the leader as //host:port/master/api/v1; the login goes nowhere else than that."""
    scheme = urlsplit(url).scheme
    target = urlsplit(location, scheme=scheme)
    if not target.netloc or target.scheme != scheme:
        raise Unexpected(f"{url} redirects to '{location or 'nowhere'}': give the address of a Mesos master as url")
    return f"{scheme}://{target.netloc}"


def _content(answer: Answer, url: str, kind: str) -> dict[str, Any]:
    if answer.status in (401, 403):
        raise Unauthorized(
            f"The Mesos master {url} does not let this user call {kind} ({answer.status}): check url_username and "
            "url_password, and the ACLs of the masters"
        )
    if answer.status == 400:
        reason = _words(answer)
        raise CallRefused(f"The Mesos master {url} refuses {kind}: {reason}", reason)
    # A write answers 200 without a body, or 202.
    if answer.status in (200, 202) and not answer.text.strip():
        return {}
    try:
        data = json.loads(answer.text)
    except ValueError:
        data = None
    if answer.status != 200 or not isinstance(data, dict) or data.get("type") != kind:
        raise Unexpected(
            f"{url}{PATH} answers {kind} with HTTP {answer.status}: {_words(answer)}. Is this address a Mesos master?"
        )
    return data.get(kind.lower()) or {}


def _words(answer: Answer) -> str:
    text = " ".join(answer.text.split())
    return (text[:117] + "...") if len(text) > 120 else text or "no body"


def _cause(error: BaseException) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {reason.verify_message}; see ca_path and validate_certs"
    if isinstance(reason, ssl.SSLError):
        return f"TLS failed: {reason.reason or reason}"
    return str(getattr(reason, "strerror", None) or reason)
