# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of what a wait believes and tells; the doc fragment marathon_stay describes them."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import remove_values

from ..._http.exchange import Access
from ..._http.session import Session
from ..api.client import Client
from ..errors import MarathonError
from ..wait.sandbox import Outputs
from .secret_options import secret_names

# Of one request to a master or an agent.
_SECONDS = 3


def wait_spec() -> dict[str, dict[str, Any]]:
    return {"wait": {"type": "bool", "default": True}, "wait_timeout": {"type": "int", "default": 300}}


def stay_spec() -> dict[str, dict[str, Any]]:
    return {"healthy_for": {"type": "int"}, "task_output": {"type": "bool", "default": True}}


def check(params: Mapping[str, Any]) -> None:
    """Of the module's arguments, as far as it has these options."""
    timeout, healthy_for = params.get("wait_timeout"), params.get("healthy_for")
    for option, value in (("wait_timeout", timeout), ("healthy_for", healthy_for)):
        if value is not None and value < 0:
            raise MarathonError(f"{option} is {value}: give a number of seconds, 0 or more")
    if healthy_for and timeout is not None and params.get("wait") and healthy_for >= timeout:
        raise MarathonError(
            f"healthy_for is {healthy_for} and wait_timeout is {timeout}: no wait can succeed before healthy_for is "
            "over, so give a longer wait_timeout"
        )


def outputs(module: AnsibleModule, client: Client) -> Outputs | None:
    """None where task_output is off. Masters and agents get no login of Marathon's."""
    params = module.params
    if not params["task_output"]:
        return None
    access = Access(
        validate_certs=params["validate_certs"],
        ca_path=params["ca_path"] or None,
        timeout=_SECONDS,
        connect_timeout=_SECONDS,
    )

    def hide(text: str) -> str:
        return remove_values(text, module.no_log_values)

    return Outputs(client, Session(access), secret_names(params), hide)
