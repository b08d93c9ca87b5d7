# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what holds for a host whatever role it is asked for."""

from __future__ import annotations

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import hosts

Values = t.Mapping[str, t.Any]


def as_bool(value: t.Any) -> bool:
    """As the filter bool reads an option that may be text."""
    return value in (True, 1) or str(value).lower() in ("yes", "on", "1", "true", "t", "y")


def host_problems(values: Values, needs: Values) -> list[str]:
    """What the host lacks of what a service needs."""
    seen, host = values["__internal_host"], values["inventory_hostname"]
    units = needs.get("units", [])
    return [
        *hosts.port_problems(seen["ports"], needs.get("ports", {}), units, host),
        *hosts.unit_problems(seen.get("services") or {}, units, as_bool(values["__internal_start_stopped"]), host),
        *hosts.disk_problems(
            seen["directories"], needs.get("directories", {}), int(values["__internal_minimum_disk"]), host
        ),
    ]
