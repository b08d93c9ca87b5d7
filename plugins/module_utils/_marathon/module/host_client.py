# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marathon as the roles ask it from a host of the cluster; the doc fragment _marathon_client describes the options."""

from __future__ import annotations

import os
import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..._http.exchange import Access
from ..._http.host_session import HostSession
from ..api.client import Client
from ..api.http import Http


def host_client_spec() -> dict[str, dict[str, Any]]:
    return {
        "url": {"type": "list", "elements": "str", "required": True},
        "url_username": {"type": "str"},
        "url_password": {"type": "str", "no_log": True},
        "ca": {"type": "str"},
    }


def host_client(module: AnsibleModule) -> Client:
    params = module.params
    ca_path = None
    if params["ca"]:
        ca_path = os.path.join(module.tmpdir, "marathon-ca.pem")
        with open(ca_path, "w", encoding="utf-8") as file:
            file.write(params["ca"])
    access = Access(username=params["url_username"], password=params["url_password"], ca_path=ca_path)
    return Client(Http(params["url"], time.sleep, HostSession(access), access))
