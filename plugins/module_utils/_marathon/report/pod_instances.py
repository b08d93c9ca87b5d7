# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances of a pod, out of its status, and where they answer."""

from __future__ import annotations

from typing import Any

from .endpoints import bracketed


def described(status: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [_instance(one) for one in (status or {}).get("instances") or []]


def addresses(instances: list[dict[str, Any]]) -> list[str]:
    return sorted(f"{bracketed(one['host'])}:{port}" for one in instances for port in one["endpoints"].values())


def _instance(instance: dict[str, Any]) -> dict[str, Any]:
    containers = instance.get("containers") or []
    return {
        "id": instance.get("id"),
        "status": instance.get("status"),
        "host": instance.get("agentHostname"),
        "version": str(instance.get("specReference", "")).rpartition("/")[2],
        "containers": {str(one.get("name")): one.get("status") for one in containers},
        "endpoints": {
            endpoint["name"]: endpoint["allocatedHostPort"]
            for one in containers
            for endpoint in one.get("endpoints") or []
            if endpoint.get("allocatedHostPort")
        },
    }
