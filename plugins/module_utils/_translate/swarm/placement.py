# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Constraints and preferences of a service. Constraints are ANDed; they know no OR and no pattern."""

from __future__ import annotations

from typing import Any

from ..model.workload import Rule, Workload
from ..notes import APPROXIMATE, DROPPED, MANUAL, SWARM, Notes
from ..options import Options
from ..patterns import alternatives

_REGEX = "regular expression: label the nodes that match and constrain to that label"


def placement(workload: Workload, options: Options, notes: Notes) -> dict[str, Any]:
    constraints: list[str] = []
    spread: list[str] = []
    found: dict[str, Any] = {}
    for rule in workload.rules:
        _apply(rule, constraints, spread, found, options, notes)
    for role in workload.roles:
        label = options.role_labels.get(role)
        if label:
            key, _equals, value = label.partition("=")
            constraints.append(f"node.labels.{key}=={value}")
    if constraints:
        found["Constraints"] = list(dict.fromkeys(constraints))
    if spread:
        found["Preferences"] = [{"Spread": {"SpreadDescriptor": one}} for one in dict.fromkeys(spread)]
    return found


def _apply(
    rule: Rule, constraints: list[str], spread: list[str], found: dict[str, Any], options: Options, notes: Notes
) -> None:
    field = _field(rule.field, options)
    on_host = field == "node.hostname"
    value = rule.value or ""
    if rule.operator in ("UNIQUE", "MAX_PER"):
        count = 1 if rule.operator == "UNIQUE" else _number(value)
        if on_host and count >= 1:
            found["MaxReplicas"] = min(count, found.get("MaxReplicas", count))
        elif on_host:
            notes.add(SWARM, MANUAL, rule.at, f"{value} is no number of tasks for a node")
        else:
            text = "tasks are spread over the values of the label, but their number for one value has no limit"
            notes.add(SWARM, APPROXIMATE, rule.at, text)
            spread.append(field)
    elif rule.operator == "GROUP_BY":
        # Over nodes the tasks are spread anyway.
        spread.extend([] if on_host else [field])
    elif rule.operator == "CLUSTER" and not value:
        notes.add(SWARM, MANUAL, rule.at, 'no way to say "all on one value": choose the value and constrain to it')
    elif rule.operator in ("CLUSTER", "IS"):
        constraints.append(f"{field}=={value}")
    elif rule.operator == "LIKE":
        values = alternatives(value)
        if values is None:
            notes.add(SWARM, MANUAL, rule.at, _REGEX)
        elif len(values) > 1:
            text = "constraints are ANDed and know no OR: give the matching nodes one common label"
            notes.add(SWARM, MANUAL, rule.at, text)
        else:
            constraints.append(f"{field}=={values[0]}")
    elif rule.operator == "UNLIKE":
        values = alternatives(value)
        if values is None:
            notes.add(SWARM, MANUAL, rule.at, _REGEX)
        else:
            constraints.extend(f"{field}!={one}" for one in values)
    else:
        notes.add(SWARM, DROPPED, rule.at, f"no rule for the operator {rule.operator}")


def _field(field: str, options: Options) -> str:
    if field in ("hostname", "@hostname"):
        return "node.hostname"
    return f"node.labels.{options.node_labels.get(field, field.lstrip('@'))}"


def _number(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        return 0
