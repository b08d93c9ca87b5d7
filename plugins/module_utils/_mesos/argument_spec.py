# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which every Mesos module finds the masters; the doc fragment mesos describes them."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping

from ansible.module_utils.basic import AnsibleModule, env_fallback

from .._http.errors import BadOption
from .._http.login.options import access_of, login_spec, passwords_in_urls, unencrypted
from .errors import MesosError
from .operator_api import OperatorApi
from .transport import LoginTransport, Transport

_PRODUCT = "MESOS"


def connection_spec() -> dict[str, dict[str, Any]]:
    return {
        "url": {"type": "list", "elements": "str", "required": True, "fallback": (env_fallback, ["MESOS_URL"])},
        **login_spec(_PRODUCT),
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "client_cert": {"type": "path"},
        "client_key": {"type": "path", "no_log": False},
        "timeout": {"type": "int", "default": 30},
    }


def open_api(module: AnsibleModule, sleep: Callable[[float], None] = time.sleep) -> OperatorApi:
    """The API of the leading master; an address that cannot be one raises MesosError."""
    return OperatorApi(module.params["url"], open_transport(module), sleep)


def open_transport(module: AnsibleModule) -> Transport | LoginTransport:
    params = module.params
    # A password inside a URL is refused, but its URL would be shown among the arguments of the failed task.
    module.no_log_values.update(passwords_in_urls(params))
    if params.get("wait_timeout", 0) < 0:
        raise MesosError(f"wait_timeout is {params['wait_timeout']}: give a number of seconds, 0 or more")
    return transport_from(params, module.warn)


def transport_from(params: Mapping[str, Any], warn: Callable[[str], None]) -> Transport | LoginTransport:
    """The transport of these options, for plugins too, which are no modules."""
    # The roles give empty texts where a cluster has no login.
    given = {name: None if value == "" else value for name, value in params.items()}
    if given["timeout"] <= 0:
        raise MesosError(f"timeout is {given['timeout']}: give a number of seconds above 0")
    try:
        access = access_of(
            given,
            _PRODUCT,
            validate_certs=given["validate_certs"],
            ca_path=given["ca_path"],
            client_cert=given["client_cert"],
            client_key=given["client_key"],
            timeout=given["timeout"],
        )
        transport = Transport(access)
    except BadOption as error:
        raise MesosError(str(error), **error.facts) from error
    warning = unencrypted(access)
    if warning:
        warn(warning)
    return transport if access.login is None else LoginTransport(transport, access.login)
