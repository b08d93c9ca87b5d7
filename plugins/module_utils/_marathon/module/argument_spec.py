# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which every Marathon module finds its server; the doc fragment marathon describes them."""

from __future__ import annotations

import os
import time
from typing import Any, Mapping

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from ..._http import session
from ..._http.endpoints import password_in
from ..._http.exchange import CONNECT_TIMEOUT, Access
from ..api import http
from ..api.client import Client
from ..errors import MarathonError
from . import progress, wait_options

NO_URL = "no Marathon is named: set url, or the environment variable MARATHON_URL, to its address"


def connection_spec() -> dict[str, dict[str, Any]]:
    return {
        "url": {"type": "list", "elements": "str", "required": True, **_or_variable("URL")},
        "url_username": {"type": "str", "aliases": ["username"], **_or_variable("USERNAME")},
        "url_password": {"type": "str", "no_log": True, "aliases": ["password"], **_or_variable("PASSWORD")},
        "url_token": {"type": "str", "no_log": True, "aliases": ["token"], **_or_variable("TOKEN")},
        "validate_certs": {"type": "bool", "default": True, **_or_variable("VALIDATE_CERTS")},
        "ca_path": {"type": "path", **_or_variable("CA_PATH")},
        "client_cert": {"type": "path", **_or_variable("CLIENT_CERT")},
        "client_key": {"type": "path", "no_log": False, **_or_variable("CLIENT_KEY")},
        "timeout": {"type": "int", "default": 30, **_or_variable("TIMEOUT")},
        "connect_timeout": {"type": "int", "default": CONNECT_TIMEOUT, **_or_variable("CONNECT_TIMEOUT")},
    }


def lacks_url(spec: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    return bool(spec.get("url", {}).get("required")) and not params.get("url") and not os.environ.get("MARATHON_URL")


def _or_variable(name: str) -> dict[str, Any]:
    return {"fallback": (env_fallback, [f"MARATHON_{name}"])}


def open_client(module: AnsibleModule) -> Client:
    """The client; options that cannot be used raise MarathonError."""
    # A password inside a URL is refused, but its URL would be shown among the arguments of the failed task.
    module.no_log_values.update(word for word in map(password_in, module.params["url"]) if word)
    wait_options.check(module.params)
    client = client_from(module.params)
    client.on_deployment = progress.note_of_deployments(module)
    return client


def client_from(params: Mapping[str, Any]) -> Client:
    """The client of these options, for plugins too, which are no modules."""
    return Client(http.Http(params["url"], sleep=time.sleep, access=access_from(params)))


def access_from(params: Mapping[str, Any]) -> Access:
    """How these options ask the server; what cannot be used raises MarathonError."""
    if session.requests is None:
        raise MarathonError(missing_required_lib("requests"), exception=session.REQUESTS_IMPORT_ERROR)
    if params["url_token"] is not None and (params["url_username"] is not None or params["url_password"] is not None):
        raise MarathonError(
            "url_token excludes url_username and url_password: give one login, and see whether the other comes from "
            "the environment (MARATHON_TOKEN, MARATHON_USERNAME, MARATHON_PASSWORD)"
        )
    if params["url_password"] is not None and params["url_username"] is None:
        raise MarathonError("url_password is set without url_username: give the user name too")
    for option in ("timeout", "connect_timeout"):
        if params[option] <= 0:
            raise MarathonError(f"{option} is {params[option]}: give a number of seconds above 0")
    return Access(
        username=params["url_username"],
        password=params["url_password"],
        token=params["url_token"],
        validate_certs=params["validate_certs"],
        ca_path=params["ca_path"] or None,
        client_cert=params["client_cert"] or None,
        client_key=params["client_key"] or None,
        timeout=params["timeout"],
        connect_timeout=params["connect_timeout"],
    )
