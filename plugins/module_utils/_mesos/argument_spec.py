# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which every Mesos module finds the masters; the doc fragment mesos describes them."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping

from ansible.module_utils.basic import AnsibleModule, env_fallback

from .._http.endpoints import password_in
from .._http.exchange import Access
from .errors import MesosError
from .operator_api import OperatorApi
from .transport import Transport


def connection_spec() -> dict[str, dict[str, Any]]:
    return {
        "url": {"type": "list", "elements": "str", "required": True, "fallback": (env_fallback, ["MESOS_URL"])},
        "url_username": {"type": "str", "aliases": ["username"], "fallback": (env_fallback, ["MESOS_USERNAME"])},
        "url_password": {
            "type": "str",
            "no_log": True,
            "aliases": ["password"],
            "fallback": (env_fallback, ["MESOS_PASSWORD"]),
        },
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "client_cert": {"type": "path"},
        "client_key": {"type": "path", "no_log": False},
        "timeout": {"type": "int", "default": 30},
    }


def open_api(module: AnsibleModule, sleep: Callable[[float], None] = time.sleep) -> OperatorApi:
    """The API of the leading master; an address that cannot be one raises MesosError."""
    return OperatorApi(module.params["url"], open_transport(module), sleep)


def open_transport(module: AnsibleModule) -> Transport:
    params = module.params
    if params.get("wait_timeout", 0) < 0:
        raise MesosError(f"wait_timeout is {params['wait_timeout']}: give a number of seconds, 0 or more")
    # A password inside a URL is refused, but its URL would be shown among the arguments of the failed task.
    module.no_log_values.update(word for word in map(password_in, params["url"]) if word)
    return transport_from(params)


def transport_from(params: Mapping[str, Any]) -> Transport:
    """The transport of these options, for plugins too, which are no modules."""
    access = Access(
        username=params["url_username"],
        password=params["url_password"],
        validate_certs=params["validate_certs"],
        ca_path=params["ca_path"] or None,
        client_cert=params["client_cert"] or None,
        client_key=params["client_key"] or None,
        timeout=params["timeout"],
    )
    return Transport(access)
