# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which every Marathon module finds its server; the doc fragment marathon describes them."""

from __future__ import annotations

import time
from typing import Any, Callable, Mapping

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from ..._http import session
from ..._http.errors import BadOption
from ..._http.exchange import CONNECT_TIMEOUT, Access
from ..._http.login.options import access_of, login_spec, no_url, passwords_in_urls, unencrypted
from ..api import http
from ..api.client import Client
from ..errors import MarathonError
from . import progress, wait_options

_PRODUCT = "MARATHON"
NO_URL = no_url(_PRODUCT)


def connection_spec() -> dict[str, dict[str, Any]]:
    return {
        "url": {"type": "list", "elements": "str", "required": True, **_or_variable("URL")},
        **login_spec(_PRODUCT),
        "validate_certs": {"type": "bool", "default": True, **_or_variable("VALIDATE_CERTS")},
        "ca_path": {"type": "path", **_or_variable("CA_PATH")},
        "client_cert": {"type": "path", **_or_variable("CLIENT_CERT")},
        "client_key": {"type": "path", "no_log": False, **_or_variable("CLIENT_KEY")},
        "timeout": {"type": "int", "default": 30, **_or_variable("TIMEOUT")},
        "connect_timeout": {"type": "int", "default": CONNECT_TIMEOUT, **_or_variable("CONNECT_TIMEOUT")},
    }


def _or_variable(name: str) -> dict[str, Any]:
    return {"fallback": (env_fallback, [f"{_PRODUCT}_{name}"])}


def open_client(module: AnsibleModule) -> Client:
    """The client; options that cannot be used raise MarathonError."""
    # A password inside a URL is refused, but its URL would be shown among the arguments of the failed task.
    module.no_log_values.update(passwords_in_urls(module.params))
    wait_options.check(module.params)
    client = client_from(module.params, module.warn)
    client.on_deployment = progress.note_of_deployments(module)
    return client


def client_from(params: Mapping[str, Any], warn: Callable[[str], None]) -> Client:
    """The client of these options, for plugins too, which are no modules."""
    access = access_from(params)
    warning = unencrypted(access)
    if warning:
        warn(warning)
    return Client(http.Http(params["url"], sleep=time.sleep, access=access))


def access_from(params: Mapping[str, Any]) -> Access:
    """How these options ask the server; what cannot be used raises MarathonError."""
    if session.requests is None:
        raise MarathonError(missing_required_lib("requests"), exception=session.REQUESTS_IMPORT_ERROR)
    for option in ("timeout", "connect_timeout"):
        if params[option] <= 0:
            raise MarathonError(f"{option} is {params[option]}: give a number of seconds above 0")
    try:
        return access_of(
            params,
            _PRODUCT,
            validate_certs=params["validate_certs"],
            ca_path=params["ca_path"] or None,
            client_cert=params["client_cert"] or None,
            client_key=params["client_key"] or None,
            timeout=params["timeout"],
            connect_timeout=params["connect_timeout"],
        )
    except BadOption as error:
        raise MarathonError(str(error), **error.facts) from error
