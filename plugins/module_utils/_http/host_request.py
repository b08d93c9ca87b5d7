# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request by what Ansible has on every managed host, where the library requests may be missing."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.urls import open_url


def send(url: str, access: Any, timeout: float, **request: Any) -> Any:
    """The open answer. Redirects and proxies are not followed; certificates are only shown to https."""
    secure = url.startswith("https://")
    return open_url(
        url,
        timeout=timeout,
        url_username=access.username,
        url_password=(access.password or "") if access.username else None,
        force_basic_auth=bool(access.username),
        follow_redirects="none",
        use_proxy=False,
        # A login from ~/.netrc would be put before the one that is given.
        use_netrc=False,
        ca_path=access.ca_path if secure else None,
        client_cert=access.client_cert if secure else None,
        client_key=access.client_key if secure else None,
        **request,
    )
