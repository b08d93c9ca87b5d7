# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the Docker of this host, by its socket."""

from __future__ import annotations

import base64
import json
import typing as t
from http.client import HTTPException
from urllib.error import HTTPError

from .._http import host_request
from .._http.host_get import ServiceAccess

SECONDS = 60


class NoDocker(Exception):
    """It gave no answer; the text says why."""


class EngineAnswer(t.NamedTuple):
    status: int
    data: dict[str, t.Any]

    @property
    def message(self) -> str:
        return str(self.data.get("message") or "status %d" % self.status).strip()


def get(socket: str, path: str, headers: t.Mapping[str, str] | None = None) -> EngineAnswer:
    try:
        with host_request.send(
            "http://localhost" + path, ServiceAccess(), SECONDS, unix_socket=socket, headers=dict(headers or {})
        ) as answer:
            return EngineAnswer(answer.status, _data(answer.read()))
    except HTTPError as error:
        return EngineAnswer(error.code, _data(error.read()))
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise NoDocker(str(getattr(reason, "strerror", None) or reason)) from error


def _data(body: bytes) -> dict[str, t.Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {"message": body.decode("utf-8", "replace")[:500]}
    return found if isinstance(found, dict) else {}


def registry_login(found: t.Mapping[str, t.Any], host: str) -> dict[str, str]:
    """The header by which Docker is given what a config.json has for a registry."""
    if not found:
        return {}
    given: dict[str, t.Any] = {"serveraddress": host}
    if found.get("auth"):
        user, _colon, password = base64.b64decode(found["auth"]).decode().rstrip("\0").partition(":")
        given.update(username=user, password=password)
    if found.get("identitytoken"):
        given["identitytoken"] = found["identitytoken"]
    return login_header(given)


def login_header(given: t.Mapping[str, t.Any]) -> dict[str, str]:
    """The header in which Docker takes a login for a registry."""
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(given).encode()).decode()}
