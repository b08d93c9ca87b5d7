# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Mesos' offers do not suit an app, from its entry in Marathon's launch queue."""

from __future__ import annotations

from typing import Any

# Marathon checks offers in this order: the first reason that refuses every offer left is the one that blocks.
_FUNNEL = (
    "UnfulfilledRole",
    "UnfulfilledConstraint",
    "NoCorrespondingReservationFound",
    "AgentMaintenance",
    "InsufficientCpus",
    "InsufficientMemory",
    "InsufficientDisk",
    "InsufficientGpus",
    "InsufficientPorts",
    "DeclinedScarceResources",
)

_RESOURCES = {
    "InsufficientCpus": ("cpus", "cpus"),
    "InsufficientMemory": ("mem", "MiB of memory"),
    "InsufficientDisk": ("disk", "MiB of disk"),
    "InsufficientGpus": ("gpus", "gpus"),
}


def blocked(app: dict[str, Any], item: dict[str, Any] | None) -> list[str]:
    """Nothing while no instance waits for an offer, or while the back-off keeps Marathon from looking at offers."""
    if not item or not item.get("count") or not item.get("delay", {}).get("overdue", True):
        return []
    rows = _reject_rows(item.get("processedOffersSummary") or {})
    if not rows:
        return [
            "Marathon got no offer for it: it is not connected to a Mesos master, no agent is registered, Mesos gives "
            f"nothing to role {app.get('role', '*')!r} (quota, weights), or all resources are in use"
        ]
    total = max(row["processed"] for row in rows.values())
    refusing = [f"{row['declined']} for {reason}" for reason, row in rows.items() if row["declined"]]
    for reason in _FUNNEL:
        row = rows.get(reason)
        if row and row["processed"] > 0 and row["declined"] == row["processed"]:
            others = [entry for entry in refusing if not entry.endswith(f" {reason}")]
            tally = f"{reason}: {row['declined']} of {total} offers declined"
            return [_told(reason, app, _offers(item, reason), ", ".join([tally, *others]))]
    return [f"offers were declined: {', '.join(refusing)} (of {total})"] if refusing else []


def _reject_rows(summary: dict[str, Any]) -> dict[str, dict[str, int]]:
    for name in ("rejectSummaryLastOffers", "rejectSummaryLaunchAttempt"):
        rows = {row["reason"]: row for row in summary.get(name) or []}
        if any(row["processed"] for row in rows.values()):
            return rows
    return {}


def _offers(item: dict[str, Any], reason: str) -> list[dict[str, Any]]:
    """The last offers that were refused for this reason; an agent that lacks something else has no say here."""
    unused = item.get("lastUnusedOffers") or []
    fitting = [entry for entry in unused if reason in (entry.get("reason") or [])]
    return [entry.get("offer") or {} for entry in fitting or unused]


def _told(reason: str, app: dict[str, Any], offers: list[dict[str, Any]], tally: str) -> str:
    if reason in _RESOURCES:
        return _too_small(reason, app, offers, tally)
    if reason == "UnfulfilledConstraint":
        return _constrained(app, offers, tally)
    if reason == "InsufficientPorts":
        return _without_port(app, offers, tally)
    if reason == "UnfulfilledRole":
        offered = sorted({str(one.get("role", "*")) for offer in offers for one in offer.get("resources", [])})
        found = f", they are for {', '.join(offered)}" if offered else ""
        return f"no offer is for role {app.get('role', '*')!r}{found} ({tally}); check role and acceptedResourceRoles"
    if reason == "AgentMaintenance":
        return f"the agents are in maintenance{_on(offers)} ({tally}); end it or add agents"
    if reason == "NoCorrespondingReservationFound":
        return f"no agent has the reservation or the volume that the app needs ({tally}); see whether its agent is back"
    if reason == "DeclinedScarceResources":
        return f"the offers are of agents with GPUs, which are kept for apps with gpus ({tally}); add agents without"
    return f"no offer fits ({tally})"


def _too_small(reason: str, app: dict[str, Any], offers: list[dict[str, Any]], tally: str) -> str:
    field, unit = _RESOURCES[reason]
    text = f"no agent offers {_amount(float(app.get(field, 0)))} {unit}"
    if offers:
        roles = set(app.get("acceptedResourceRoles") or ["*", app.get("role", "*")])
        best = max(offers, key=lambda offer: _scalar(offer, field, roles))
        text += f": largest free is {_amount(_scalar(best, field, roles))} on {best.get('hostname', '?')}"
    return f"{text} ({tally}); lower {field}, free resources or add agents"


def _constrained(app: dict[str, Any], offers: list[dict[str, Any]], tally: str) -> str:
    rules = app.get("constraints") or []
    told = "; ".join(" ".join(str(part) for part in rule) for rule in rules)
    found = [_found(str(rule[0]), offers) for rule in rules]
    seen = f", offered are {'; '.join(text for text in found if text)}" if any(found) else ""
    used = sorted({str(task.get("host")) for task in app["tasks"]})
    if used and any(str(part).upper() in ("UNIQUE", "MAX_PER") for rule in rules for part in rule[1:2]):
        seen += f", instances are on {', '.join(used)} already"
    text = f"no agent meets the constraints {told}{seen} ({tally})"
    if any(rule[1:] in (["GROUP_BY"], ["GROUP_BY", "0"]) for rule in rules):
        # It divides by that number (api.md 2.4).
        return f"{text}; give GROUP_BY the number of groups, without which Marathon 1.11 places no instance"
    return f"{text}; add agents or loosen the constraints"


def _found(field: str, offers: list[dict[str, Any]]) -> str:
    """What the agents have for the field of a constraint."""
    values = set()
    for offer in offers:
        if field in ("hostname", "@hostname"):
            values.add(str(offer.get("hostname")))
        for attribute in offer.get("attributes") or []:
            if attribute.get("name") == field:
                value = attribute.get("text", attribute.get("scalar", attribute.get("set", attribute.get("ranges"))))
                values.add(_amount(value) if isinstance(value, float) else str(value))
    if not offers:
        return ""
    return f"{field} {', '.join(sorted(values))}" if values else f"no agents with {field}"


def _without_port(app: dict[str, Any], offers: list[dict[str, Any]], tally: str) -> str:
    fixed = sorted(_fixed_host_ports(app))
    spans = sorted({span for offer in offers for span in _port_ranges(offer)})
    ranges = ", ".join(f"{low}-{high}" for low, high in spans)
    outside = [port for port in fixed if spans and not spans[0][0] <= port <= max(high for _low, high in spans)]
    if outside:
        verb = "is" if len(outside) == 1 else "are"
        return (
            f"host {_ports(outside)} {verb} outside the agents' ports {ranges} ({tally}); use a port inside, 0 for "
            "any, or give the agents the port as a resource"
        )
    if fixed:
        told = f"no agent has host {_ports(fixed)} free"
        return f"{told}{f', free are {ranges}' if ranges else ''} ({tally}); free it, use another one, or 0 for any"
    needed = max(len(_port_list(app)), 1)
    return f"no agent has {needed} free {'port' if needed == 1 else 'ports'} ({tally}); free ports on the agents"


def _ports(ports: list[int]) -> str:
    return f"port{'s' if len(ports) > 1 else ''} {', '.join(str(port) for port in ports)}"


def _port_list(app: dict[str, Any]) -> list[dict[str, Any]]:
    mappings = (app.get("container") or {}).get("portMappings")
    return (app.get("portDefinitions") if mappings is None else mappings) or []


def _fixed_host_ports(app: dict[str, Any]) -> set[int]:
    container = app.get("container") or {}
    # Up to 1.4 the mappings are Docker's.
    mappings = container.get("portMappings") or (container.get("docker") or {}).get("portMappings") or []
    ports = {mapping.get("hostPort") or 0 for mapping in mappings}
    if app.get("requirePorts"):
        ports |= {definition.get("port") or 0 for definition in app.get("portDefinitions") or []}
    return ports - {0}


def _port_ranges(offer: dict[str, Any]) -> list[tuple[int, int]]:
    return [
        (int(span["begin"]), int(span["end"]))
        for resource in offer.get("resources", [])
        if resource.get("name") == "ports"
        for span in resource.get("ranges") or []
    ]


def _scalar(offer: dict[str, Any], name: str, roles: set[str]) -> float:
    return sum(
        float(resource.get("scalar") or 0)
        for resource in offer.get("resources", [])
        if resource.get("name") == name and resource.get("role", "*") in roles
    )


def _on(offers: list[dict[str, Any]]) -> str:
    hosts = sorted({str(offer.get("hostname")) for offer in offers})
    return f" ({', '.join(hosts)})" if hosts else ""


def _amount(value: float) -> str:
    return f"{value:.12g}"
