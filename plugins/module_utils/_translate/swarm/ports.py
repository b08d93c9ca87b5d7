# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of a service and the ports that it publishes."""

from __future__ import annotations

from typing import Any

from ..model.workload import Container, Workload
from ..notes import MANUAL, SWARM, Notes
from ..options import Options


def networks(workload: Workload, options: Options) -> list[str]:
    if _is_on_host(workload, options):
        return ["host"]
    if workload.networks:
        return list(dict.fromkeys(workload.networks))
    return [options.swarm_network] if workload.ports else []


def _is_on_host(workload: Workload, options: Options) -> bool:
    return options.host_network and workload.is_host_network


def endpoint(workload: Workload, container: Container, options: Options, notes: Notes) -> dict[str, Any]:
    if _is_on_host(workload, options):
        return {}
    published: list[dict[str, Any]] = []
    taken: set[tuple[int, str, str]] = set()
    for port in container.ports:
        for protocol in port.protocols if port.is_published else ():
            entry = {"Protocol": protocol, "TargetPort": port.number, "PublishMode": options.publish_mode}
            if port.host_port:
                entry["PublishedPort"], entry["PublishMode"] = port.host_port, "host"
            elif port.service_port:
                entry["PublishedPort"] = port.service_port
            number = entry.get("PublishedPort", 0)
            if number and (number, protocol, entry["PublishMode"]) in taken:
                text = f"another port of the app is published as {number}/{protocol}: give this one another number"
                notes.add(SWARM, MANUAL, port.at, text)
                continue
            taken.add((number, protocol, entry["PublishMode"]))
            published.append(entry)
    return {"Mode": "vip", "Ports": published} if published else {}
