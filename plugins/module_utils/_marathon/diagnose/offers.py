# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Mesos' offers do not suit an app, from its entry in Marathon's launch queue."""

from __future__ import annotations

from typing import Any

from . import held_resources

# Of ranges of ports in a message.
_RANGES = 5
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
    """What refuses the offers that there were, and what of it an old instance of the app holds."""
    if not _waits(item):
        return []
    rows = _reject_rows((item or {}).get("processedOffersSummary") or {})
    if not rows:
        held = held_resources.told(app, held_resources.by_port(app, _fixed_host_ports(app)))
        return [f"host {_ports(sorted(_fixed_host_ports(app)))} is not free: {held}"] if held else []
    total = max(row["processed"] for row in rows.values())
    refusing = [f"{row['declined']} for {reason}" for reason, row in rows.items() if row["declined"]]
    for reason in _FUNNEL:
        row = rows.get(reason)
        if row and row["processed"] > 0 and row["declined"] == row["processed"]:
            others = [entry for entry in refusing if not entry.endswith(f" {reason}")]
            tally = f"{reason}: {row['declined']} of {total} offers declined"
            offers = _offers(item or {}, reason)
            sentence = _told(reason, app, offers, ", ".join([tally, *others]))
            held = held_resources.told(app, _holders(reason, app, offers))
            return [f"{sentence}; {held}" if held else sentence]
    return [f"offers were declined: {', '.join(refusing)} (of {total})"] if refusing else []


def without_offer(app: dict[str, Any], item: dict[str, Any] | None, seen: bool) -> list[str]:
    """That no offer came at all, which an app in the queue also has for a moment. seen: Mesos has run tasks of it."""
    if not _waits(item) or _reject_rows((item or {}).get("processedOffersSummary") or {}):
        return []
    unlikely = "" if seen else "it is not connected to a Mesos master, no agent is registered, "
    return [
        f"Marathon got no offer for it: {unlikely}Mesos gives nothing to role {app.get('role', '*')!r} (quota, weights)"
        f"{'' if seen else ','} or all resources are in use"
    ]


def is_held(app: dict[str, Any], item: dict[str, Any] | None) -> list[str]:
    """The hosts where an old instance of the app has what the new one waits for."""
    if not _waits(item) or not held_resources.keeps_old(app):
        return []
    rows = _reject_rows((item or {}).get("processedOffersSummary") or {})
    refused = [reason for reason in _FUNNEL if reason in rows and rows[reason]["declined"] == rows[reason]["processed"]]
    reason = next((one for one in refused if rows[one]["processed"]), "" if rows else "InsufficientPorts")
    return _holders(reason, app, _offers(item or {}, reason))


def _waits(item: dict[str, Any] | None) -> bool:
    """Not while no instance waits for an offer, or while the back-off keeps Marathon from looking at offers."""
    return bool(item and item.get("count") and item.get("delay", {}).get("overdue", True))


def _holders(reason: str, app: dict[str, Any], offers: list[dict[str, Any]]) -> list[str]:
    if reason == "InsufficientPorts":
        return held_resources.by_port(app, _fixed_host_ports(app))
    if reason == "UnfulfilledConstraint":
        return held_resources.by_place(app)
    if reason not in _RESOURCES or not offers:
        return []
    field = _RESOURCES[reason][0]
    free: dict[str, float] = {}
    for offer in offers:
        host = str(offer.get("hostname"))
        free[host] = free.get(host, 0.0) + _scalar(offer, field, _roles(app))
    return held_resources.by_amount(app, float(app.get(field, 0)), free)


def _roles(app: dict[str, Any]) -> set[str]:
    return set(app.get("acceptedResourceRoles") or ["*", app.get("role", "*")])


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
        best = max(offers, key=lambda offer: _scalar(offer, field, _roles(app)))
        text += f": largest free is {_amount(_scalar(best, field, _roles(app)))} on {best.get('hostname', '?')}"
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
    if _scaled(app) and any(str(part).upper() == "GROUP_BY" for rule in rules for part in rule[1:2]):
        return (
            f"{text}; it was scaled, and Marathon reckons the groups with the instances of the first task: restart the "
            "app"
        )
    return f"{text}; add agents or loosen the constraints"


def _scaled(app: dict[str, Any]) -> bool:
    info = app.get("versionInfo") or {}
    return bool(app["tasks"]) and str(info.get("lastScalingAt", "")) > str(info.get("lastConfigChangeAt", ""))


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
    spans = _merged({span for offer in offers for span in _port_ranges(offer)})
    ranges = ", ".join(f"{low}-{high}" for low, high in spans[:_RANGES])
    if len(spans) > _RANGES:
        ranges += f" and {len(spans) - _RANGES} more ranges up to {spans[-1][1]}"
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


def _merged(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges that touch or overlap as one, as many agents have the same ones."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


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
