# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which every Marathon module finds its server; the doc fragment marathon describes them."""

from __future__ import annotations

import time
from typing import Any, Mapping
from urllib.parse import urlsplit

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import http
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.client import Client


def connection_spec() -> dict[str, dict[str, Any]]:
    return {
        "url": {
            "type": "list",
            "elements": "str",
            "required": True,
            "fallback": (env_fallback, ["MARATHON_URL"]),
        },
        "url_username": {
            "type": "str",
            "aliases": ["username"],
            "fallback": (env_fallback, ["MARATHON_USERNAME"]),
        },
        "url_password": {
            "type": "str",
            "no_log": True,
            "aliases": ["password"],
            "fallback": (env_fallback, ["MARATHON_PASSWORD"]),
        },
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "timeout": {"type": "int", "default": 30},
    }


def open_client(module: AnsibleModule) -> Client:
    """The client; an address that cannot be one raises MarathonError."""
    if http.requests is None:
        module.fail_json(msg=missing_required_lib("requests"), exception=http.REQUESTS_IMPORT_ERROR)
    # A password inside a URL is refused, but its URL would be shown among the arguments of the failed task.
    module.no_log_values.update(word for word in map(_password_in, module.params["url"]) if word)
    return client_from(module.params)


def client_from(params: Mapping[str, Any]) -> Client:
    """The client of these options, for plugins too, which are no modules."""
    return Client(
        http.Http(
            params["url"],
            sleep=time.sleep,
            username=params["url_username"],
            password=params["url_password"],
            verify=(params["ca_path"] or True) if params["validate_certs"] else False,
            timeout=params["timeout"],
        )
    )


def _password_in(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None
