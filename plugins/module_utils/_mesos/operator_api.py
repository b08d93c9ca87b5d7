# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the operator API, which only the leading master answers; every failure becomes a typed error."""

from __future__ import annotations

import json
from typing import Any, Callable
from urllib.parse import urlsplit

from .._http import endpoints
from .._http.errors import BadOption, NoAnswer, Silence, Uncertain
from .._http.exchange import Answer
from .._words import ended, one_line
from .errors import CallRefused, MesosError, NoLeader, Unauthorized, Unexpected, Unreachable, WriteUncertain

PATH = "/api/v1"


class OperatorApi:
    def __init__(self, urls: list[str], transport: Any, sleep: Callable[[float], None]) -> None:
        """transport is a Transport, or what stands for it in a test."""
        checked = checked_urls(urls)
        try:
            transport.prepare(checked)
        except BadOption as error:
            raise MesosError(str(error), **error.facts) from error
        # Of the master that gave the last answer.
        self.leader = checked[0]
        self._transport = transport
        self._endpoints = endpoints.Endpoints(checked, sleep)

    def call(self, kind: str, **content: Any) -> dict[str, Any]:
        """The content of the leader's answer; empty where the call has none. Sent again where an answer got lost."""
        return self._ask(kind, content, repeatable=True)

    def write(self, kind: str, **content: Any) -> None:
        """A call that must not be done twice; WriteUncertain where it was sent and not answered."""
        try:
            self._ask(kind, content, repeatable=False)
        except Uncertain as uncertain:
            raise WriteUncertain(
                f"The Mesos master {uncertain.url} did not answer {kind} ({uncertain}), which may have been done: "
                "run again to see"
            ) from uncertain

    def _ask(self, kind: str, content: dict[str, Any], repeatable: bool) -> dict[str, Any]:
        body = {"type": kind, **({kind.lower(): content} if content else {})}
        try:
            return self._endpoints.ask(lambda url: self._asked(url, kind, body), repeatable)
        except Silence as silence:
            if silence.electing:
                raise NoLeader(
                    f"No leading Mesos master answers at {silence}: see why the masters elect none"
                ) from silence
            raise Unreachable(
                f"No Mesos master answers at {silence}: "
                f"{silence.remedy or 'check that one runs and that the option url names it'}"
            ) from silence

    def _asked(self, url: str, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._sent(url, body)
        if answer.status == 307:
            url = _leader(url, answer.headers.get("Location") or "")
            try:
                answer = self._sent(url, body)
            except NoAnswer as no_answer:
                # Until ZooKeeper has missed a dead leader, the others still name it.
                raise NoAnswer(str(no_answer), arrived=no_answer.arrived, electing=True, url=url) from no_answer
            if answer.status == 307:
                raise NoAnswer("redirects to another master", arrived=False, electing=True, url=url)
        if answer.status in (502, 503, 504):
            # A master without a leader or without its registry does nothing; a gateway may have passed the call on.
            arrived = answer.status != 503
            raise NoAnswer(f"HTTP {answer.status}: {_words(answer)}", arrived=arrived, electing=True, url=url)
        self._endpoints.prefer(url)
        self.leader = url
        return _content(answer, url, kind)

    def _sent(self, url: str, body: dict[str, Any]) -> Answer:
        return self._transport.post(url + PATH, body)


def checked_urls(urls: list[str]) -> list[str]:
    try:
        return endpoints.checked_urls(urls, "a Mesos master", "http://master1.example.com:5050")
    except BadOption as error:
        raise MesosError(str(error)) from error


def _leader(url: str, location: str) -> str:
    """A master names the leader as //host:port/master/api/v1; the login goes nowhere else than that."""
    scheme = urlsplit(url).scheme
    try:
        target = urlsplit(location, scheme=scheme)
    except ValueError:
        target = urlsplit("")
    if not target.netloc or target.scheme != scheme:
        raise Unexpected(f"{url} redirects to '{location or 'nowhere'}': give the address of a Mesos master as url")
    return f"{scheme}://{target.netloc}"


def _content(answer: Answer, url: str, kind: str) -> dict[str, Any]:
    if answer.status in (401, 403):
        raise Unauthorized(
            f"The Mesos master {url} does not let this user call {kind} ({answer.status}): check its login "
            "(url_username and url_password, url_token or url_service_account), and the ACLs of the masters"
        )
    if answer.status == 400:
        reason = _words(answer)
        raise CallRefused(f"The Mesos master {url} refuses {kind}: {reason}", reason)
    # A write answers 200 without a body, or 202.
    if answer.status in (200, 202) and not answer.text.strip():
        return {}
    try:
        data = json.loads(answer.text)
    except (ValueError, RecursionError):
        data = None
    if answer.status != 200 or not isinstance(data, dict) or data.get("type") != kind:
        raise Unexpected(
            f"{url}{PATH} answers {kind} with HTTP {answer.status}: {ended(_words(answer))} "
            "Is this address a Mesos master?"
        )
    content = data.get(kind.lower()) or {}
    if not isinstance(content, dict):
        raise Unexpected(f"{url}{PATH} answers {kind} without an object in it. Is this address a Mesos master?")
    return content


def _words(answer: Answer) -> str:
    text = one_line(answer.text)
    return (text[:117] + "...") if len(text) > 120 else text or "no body"
