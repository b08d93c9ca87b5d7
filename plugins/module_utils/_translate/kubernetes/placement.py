# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where pods may run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..model.workload import Rule
from ..names import dns_label
from ..notes import DROPPED, MANUAL
from ..patterns import alternatives

if TYPE_CHECKING:
    from .pod import Pod

_HOSTNAME = "kubernetes.io/hostname"
_KEYS = {
    "hostname": _HOSTNAME,
    "@hostname": _HOSTNAME,
    "@zone": "topology.kubernetes.io/zone",
    "@region": "topology.kubernetes.io/region",
}
_KEY = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_REGEX = "regular expression: label the nodes that match and constrain to that label"
# With more domains asked for than there are, the least number in one counts as 0, so that the skew is a limit.
_NO_DOMAINS = 1_000_000
_LOST = ("node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready")


def placement(pod: Pod) -> dict[str, Any]:
    parts = _Parts(pod)
    for rule in pod.workload.rules:
        parts.add(rule)
    return {**parts.made(), **_roles(pod), **_tolerations(pod)}


class _Parts:
    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._apart: list[dict[str, Any]] = []
        self._together: list[dict[str, Any]] = []
        self._nodes: list[dict[str, Any]] = []
        self._spread: list[dict[str, Any]] = []

    def add(self, rule: Rule) -> None:
        key = self._key(rule)
        value = rule.value or ""
        count = _number(value)
        term = {"labelSelector": {"matchLabels": self._pod.labels}, "topologyKey": key}
        if rule.operator == "UNIQUE" or (rule.operator == "MAX_PER" and key == _HOSTNAME and count == 1):
            self._once(self._apart, term)
        elif rule.operator == "MAX_PER" and count >= 1:
            self._spread_over(key, maxSkew=count, minDomains=_NO_DOMAINS)
        elif rule.operator == "GROUP_BY":
            self._spread_over(key, maxSkew=1, **({"minDomains": count} if count > 1 else {}))
        elif rule.operator == "CLUSTER" and not value:
            self._once(self._together, term)
        elif rule.operator in ("CLUSTER", "IS"):
            self._match(rule, key, "In", [value])
        elif rule.operator in ("LIKE", "UNLIKE"):
            self._match(rule, key, "In" if rule.operator == "LIKE" else "NotIn", alternatives(value))
        elif rule.operator == "MAX_PER":
            self._pod.note(MANUAL, rule.at, f"{value} is no number of pods")
        else:
            self._pod.note(DROPPED, rule.at, f"no rule for the operator {rule.operator}")

    def _key(self, rule: Rule) -> str:
        if rule.field in _KEYS:
            return _KEYS[rule.field]
        key = self._pod.options.node_labels.get(rule.field, rule.field)
        if _KEY.fullmatch(key):
            return key
        label = dns_label(key)
        self._pod.note(MANUAL, rule.at, f"{key} is no name of a label: {label} stands for it")
        return label

    def _match(self, rule: Rule, key: str, operator: str, values: list[str] | None) -> None:
        if values is None:
            self._pod.note(MANUAL, rule.at, _REGEX)
        elif not all(_VALUE.fullmatch(value) for value in values):
            text = "a value is none that a label may have: label the nodes with another and constrain to that"
            self._pod.note(MANUAL, rule.at, text)
        else:
            self._once(self._nodes, {"key": key, "operator": operator, "values": values})

    def _spread_over(self, key: str, **how: Any) -> None:
        self._once(
            self._spread,
            {
                **how,
                "topologyKey": key,
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": self._pod.labels},
            },
        )

    @staticmethod
    def _once(found: list[dict[str, Any]], one: dict[str, Any]) -> None:
        if one not in found:
            found.append(one)

    def made(self) -> dict[str, Any]:
        affinity: dict[str, Any] = {}
        required = "requiredDuringSchedulingIgnoredDuringExecution"
        if self._nodes:
            affinity["nodeAffinity"] = {required: {"nodeSelectorTerms": [{"matchExpressions": self._nodes}]}}
        if self._together:
            affinity["podAffinity"] = {required: self._together}
        if self._apart:
            affinity["podAntiAffinity"] = {required: self._apart}
        return {
            **({"affinity": affinity} if affinity else {}),
            **({"topologySpreadConstraints": self._distinct()} if self._spread else {}),
        }

    def _distinct(self) -> list[dict[str, Any]]:
        """One for each key: Kubernetes takes no second one. The narrower counts."""
        found: dict[str, dict[str, Any]] = {}
        for one in self._spread:
            key = one["topologyKey"]
            if key not in found or one["maxSkew"] < found[key]["maxSkew"]:
                found[key] = one
        return list(found.values())


def _number(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        return 0


def _roles(pod: Pod) -> dict[str, Any]:
    labels = [pod.options.role_labels[role] for role in pod.workload.roles if role in pod.options.role_labels]
    return {"nodeSelector": dict(label.split("=", 1) for label in labels)} if labels else {}


def _tolerations(pod: Pod) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    for role in pod.workload.roles:
        key, equals, value = pod.options.role_labels.get(role, "").partition("=")
        if equals:
            found.append({"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"})
    after = pod.workload.inactive_after
    if after is None or after > 0:
        seconds = {} if after is None else {"tolerationSeconds": after}
        found += [{"key": key, "operator": "Exists", "effect": "NoExecute", **seconds} for key in _LOST]
    return {"tolerations": found} if found else {}
