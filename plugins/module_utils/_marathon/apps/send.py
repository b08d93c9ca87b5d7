# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One write of a set as the request that it takes."""

from __future__ import annotations

from ..api.client import Client
from .planning import writes as set_writes
from .planning.writes import Write


def send(client: Client, write: Write, force: bool) -> str | None:
    """The id of the deployment, if there is one."""
    if write.kind == set_writes.APPS:
        return client.put_apps(write.body, write.partial, force)
    if write.kind == set_writes.GROUP:
        return client.put_group(write.target, write.body, force)
    if write.kind == set_writes.DELETE_GROUP:
        return client.delete_group(write.target, force)
    if write.kind == set_writes.DELETE_APP:
        return client.delete_app(write.target, force)
    if write.kind == set_writes.DELETE_POD:
        return client.delete_pod(write.target, force)
    if write.kind == set_writes.POD:
        if write.request.method == "POST":
            return client.post_pod(write.request.body, force)
        return client.put_pod(write.target, write.request.body, force)
    if write.request.method == "POST":
        return client.post_app(write.request.body, force)
    return client.put_app(write.target, write.request.body, write.request.partial, force)
