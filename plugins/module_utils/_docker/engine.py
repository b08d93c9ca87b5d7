# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker's Engine API on a host's own socket."""

from __future__ import annotations

import contextlib
import json
import typing as t
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode

from .._http import host_request
from .._http.host_get import ServiceAccess
from .._words import readable

SOCKET = "/run/docker.sock"
# A node that joins answers when it is a member; the Engine itself gives up after 20 s.
SECONDS = 45.0
_NOT_FOUND = 404
# What is no manager answers so.
_NO_MANAGER = 503
# Standard output or error, three empty bytes, the length.
_HEAD = 8


def socket_spec() -> dict[str, dict[str, t.Any]]:
    """The option whose text is quorum.mesos.docker_engine."""
    return {"socket": {"type": "path", "default": SOCKET}}


class EngineRefusal(Exception):
    """An answer that is an error, with the Engine's own words."""

    __str__ = readable

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status

    @property
    def is_missing(self) -> bool:
        return self.status == _NOT_FOUND

    @property
    def is_no_manager(self) -> bool:
        return self.status == _NO_MANAGER


class EngineSilence(Exception):
    """No answer at all."""

    __str__ = readable


class Engine:
    """Without a version in its paths, because old and new Engines have none in common."""

    def __init__(self, socket: str = SOCKET) -> None:
        self.socket = socket

    def get(self, path: str, headers: t.Optional[t.Mapping[str, str]] = None, **query: t.Any) -> t.Any:
        return self._asked("GET", path, query, headers=headers)

    def post(
        self, path: str, body: t.Any = None, headers: t.Optional[t.Mapping[str, str]] = None, **query: t.Any
    ) -> t.Any:
        return self._asked("POST", path, query, body, headers)

    def delete(self, path: str, **query: t.Any) -> t.Any:
        return self._asked("DELETE", path, query)

    def found(self, path: str, headers: t.Optional[t.Mapping[str, str]] = None, **query: t.Any) -> t.Any:
        """Like get, with nothing for what is not there."""
        try:
            return self.get(path, headers, **query)
        except EngineRefusal as error:
            if error.is_missing:
                return None
            raise

    def last_lines(self, task: str, count: int) -> list[str]:
        """What a task has printed last; nothing where its log driver keeps nothing, or its node is gone."""
        try:
            body = self._sent("GET", "/tasks/%s/logs" % name(task), {"stdout": 1, "stderr": 1, "tail": count}, None, {})
        except (EngineRefusal, EngineSilence):
            return []
        return log_lines(body)[-count:]

    def _asked(
        self,
        method: str,
        path: str,
        query: t.Mapping[str, t.Any],
        body: t.Any = None,
        headers: t.Optional[t.Mapping[str, str]] = None,
    ) -> t.Any:
        answer = self._sent(method, path, query, body, headers or {})
        try:
            return json.loads(answer) if answer.strip() else None
        except ValueError as error:
            raise EngineSilence("Docker answers %s without JSON" % path) from error

    def _sent(
        self, method: str, path: str, query: t.Mapping[str, t.Any], body: t.Any, headers: t.Mapping[str, str]
    ) -> bytes:
        url = "http://localhost" + path + ("?" + _query(query) if query else "")
        data = None if body is None and method != "POST" else json.dumps({} if body is None else body)
        try:
            answer = host_request.send(
                url,
                ServiceAccess(),
                SECONDS,
                method=method,
                data=data,
                headers={"Content-Type": "application/json", **headers},
                unix_socket=self.socket,
            )
            return answer.read()
        except HTTPError as error:
            raise EngineRefusal(error.code, _words(error)) from error
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise EngineSilence("Docker does not answer at %s (%s)" % (self.socket, reason)) from error


def name(text: str) -> str:
    """A name or id as a part of a path."""
    return quote(text, safe="")


def filters(**wanted: str) -> str:
    return json.dumps({key: [value] for key, value in wanted.items()})


def log_lines(body: bytes) -> list[str]:
    """The lines of a stream of frames, or of a terminal that has none."""
    text, at = b"", 0
    while at + _HEAD <= len(body) and body[at] in (0, 1, 2) and body[at + 1 : at + 4] == b"\0\0\0":
        length = int.from_bytes(body[at + 4 : at + _HEAD], "big")
        text += body[at + _HEAD : at + _HEAD + length]
        at += _HEAD + length
    return (text or body).decode("utf-8", "replace").splitlines()


def _query(query: t.Mapping[str, t.Any]) -> str:
    return urlencode({key: str(value).lower() if isinstance(value, bool) else value for key, value in query.items()})


def _words(error: HTTPError) -> str:
    text = error.read().decode("utf-8", "replace").strip()
    with contextlib.suppress(KeyError, TypeError, ValueError):
        text = json.loads(text)["message"]
    # In front of what matters.
    text = str(text).replace("rpc error: code = ", "").strip()
    # A proxy may answer with a whole page.
    return text[:500] or "HTTP %d" % error.code
