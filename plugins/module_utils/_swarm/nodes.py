# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the swarm has on a node and what it is to have; which managers it can do without."""

from __future__ import annotations

import copy
import typing as t

Node = t.Mapping[str, t.Any]

# The names of the labels that the role has set, so that it removes no other.
OWN = "quorum.mesos.labels"
# What services with published ports ask for.
IPVS = "quorum.mesos.ipvs"


def wanted_spec(
    node: Node, role: t.Optional[str], availability: t.Optional[str], labels: t.Optional[t.Mapping[str, str]]
) -> dict[str, t.Any]:
    """The Spec of a node; what is not said stays, and so do labels that the role has not set."""
    spec = copy.deepcopy(dict(node["Spec"]))
    if role:
        spec["Role"] = role
    if availability:
        spec["Availability"] = availability
    if labels is not None:
        had = dict(spec.get("Labels") or {})
        own = [name for name in str(had.get(OWN, "")).split(",") if name]
        kept = {name: value for name, value in had.items() if name not in own and name != OWN}
        spec["Labels"] = {**kept, **labels, **({OWN: ",".join(sorted(labels))} if labels else {})}
    return spec


def is_manager(node: Node) -> bool:
    return bool(node.get("ManagerStatus")) or node["Spec"].get("Role") == "manager"


def is_reachable(node: Node) -> bool:
    return (node.get("ManagerStatus") or {}).get("Reachability") == "reachable"


def is_ready(node: Node) -> bool:
    return (node.get("Status") or {}).get("State") == "ready"


def name(node: Node) -> str:
    return str((node.get("Description") or {}).get("Hostname") or node.get("ID"))


def quorum_problem(nodes: t.Sequence[Node], leaving: str) -> str:
    """Why a manager must not stop being one now; empty where it may."""
    managers = [node for node in nodes if is_manager(node)]
    staying = [node for node in managers if node["ID"] != leaving]
    if len(staying) == len(managers):
        return ""
    if not staying:
        return "it is the only manager; add another one first, for without a manager the swarm is lost"
    reachable = [node for node in staying if is_reachable(node)]
    needed = len(staying) // 2 + 1
    # While it goes it is still counted.
    before = len(managers) // 2 + 1
    if len(reachable) < needed or len(reachable) + 1 < before:
        silent = ", ".join(sorted(name(node) for node in staying if not is_reachable(node)))
        return "of the %d managers that would stay only %d answer and %d must; bring %s back first" % (
            len(staying),
            len(reachable),
            needed,
            silent,
        )
    return ""


def health_problems(nodes: t.Sequence[Node], wanted: t.Mapping[str, str]) -> list[str]:
    """What is not as it must be of the nodes ``id -> role``."""
    by_id = {node["ID"]: node for node in nodes}
    found = []
    for node_id, role in wanted.items():
        node = by_id.get(node_id)
        if node is None:
            found.append("the node %s is not in the swarm" % node_id)
        elif not is_ready(node):
            state = node.get("Status") or {}
            told = state.get("Message") or "see `journalctl -u docker` there"
            found.append("%s is %s (%s)" % (name(node), state.get("State", "unknown"), told))
        elif role == "manager" and not is_reachable(node):
            reachability = (node.get("ManagerStatus") or {}).get("Reachability")
            found.append("the manager %s is %s" % (name(node), reachability or "not a manager yet"))
        elif role == "worker" and node.get("ManagerStatus"):
            found.append("%s is still a manager" % name(node))
    if not any((node.get("ManagerStatus") or {}).get("Leader") for node in nodes):
        found.append("no manager leads")
    return found


def without_ipvs(nodes: t.Sequence[Node]) -> list[str]:
    """The names of nodes of which the role has noted that their kernel has no IPVS."""
    return sorted(name(node) for node in nodes if (node["Spec"].get("Labels") or {}).get(IPVS) == "false")


def takes_tasks(node: Node) -> bool:
    return is_ready(node) and node["Spec"].get("Availability") == "active"
