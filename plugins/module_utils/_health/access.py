# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module asks a service on its host: the option access, whose text is quorum.mesos._service_access."""

from __future__ import annotations

import time
import typing as t

from .._http import exchange
from .._http.host_get import ServiceAccess
from .._mesos.operator_api import OperatorApi
from .._mesos.transport import Transport

ANSWER_SECONDS = 5.0
Params = t.Mapping[str, t.Any]


_OPTIONS: dict[str, dict[str, t.Any]] = {
    "url_username": {"type": "str"},
    "url_password": {"type": "str", "no_log": True},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    "plain_too": {"type": "bool", "default": False},
}


def spec() -> dict[str, dict[str, t.Any]]:
    return {"access": {"type": "dict", "default": {}, "options": _OPTIONS}}


def unfolded(params: Params) -> dict[str, t.Any]:
    """The arguments with those in access beside them. The roles give empty texts for what they do not have."""
    return {**params, **{name: params["access"].get(name) or None for name in _OPTIONS}}


def given(params: Params, **options: str) -> ServiceAccess:
    """options are names of role options, for what goes wrong."""
    tls = {name: params[name] for name in ("ca_path", "client_cert", "client_key")}
    plain_too = bool(params["plain_too"])
    return ServiceAccess(params["url_username"], params["url_password"], **tls, plain_too=plain_too, **options)


def operator_api(masters: list[str], username: str | None, password: str | None, params: Params) -> OperatorApi:
    """That of the masters, with the certificates of the service's options."""
    access = exchange.Access(
        username=username or None,
        password=password or None,
        ca_path=params["ca_path"],
        client_cert=params["client_cert"],
        client_key=params["client_key"],
        timeout=ANSWER_SECONDS,
    )
    return OperatorApi(masters, Transport(access), time.sleep)
