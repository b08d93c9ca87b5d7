# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Constraints and preferences of a service. Constraints are ANDed; they know no OR and no pattern."""

from __future__ import annotations

import re
from typing import Any, Optional

from ..model.workload import Rule, Workload
from ..notes import APPROXIMATE, DROPPED, MANUAL, SWARM, Notes
from ..options import Options
from ..patterns import alternatives

# What the Engine takes in a constraint (swarmkit); a slash is no part of a name there.
_VALUE = re.compile(r"[A-Za-z0-9:_\s.*()?+\[\]\\^$|/-]+")
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
            constraints.append(f"node.labels.{label_name(key)}=={value}")
    if constraints:
        found["Constraints"] = list(dict.fromkeys(constraints))
    if spread:
        found["Preferences"] = [{"Spread": {"SpreadDescriptor": one}} for one in dict.fromkeys(spread)]
    return found


def _apply(
    rule: Rule, constraints: list[str], spread: list[str], found: dict[str, Any], options: Options, notes: Notes
) -> None:
    field = _field(rule, options, notes)
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
        _match(rule, field, "==", [value], constraints, notes)
    elif rule.operator in ("LIKE", "UNLIKE"):
        _match(rule, field, "==" if rule.operator == "LIKE" else "!=", alternatives(value), constraints, notes)
    else:
        notes.add(SWARM, DROPPED, rule.at, f"no rule for the operator {rule.operator}")


def _match(
    rule: Rule, field: str, sign: str, values: Optional[list[str]], constraints: list[str], notes: Notes
) -> None:
    if values is None:
        notes.add(SWARM, MANUAL, rule.at, _REGEX)
    elif not all(_VALUE.fullmatch(one) and one.strip() for one in values):
        text = "a value is none that a constraint may have: label the nodes with another and constrain to that"
        notes.add(SWARM, MANUAL, rule.at, text)
    elif sign == "==" and len(values) > 1:
        text = "constraints are ANDed and know no OR: give the matching nodes one common label"
        notes.add(SWARM, MANUAL, rule.at, text)
    else:
        constraints.extend(f"{field}{sign}{one}" for one in values)


def _field(rule: Rule, options: Options, notes: Notes) -> str:
    if rule.field in ("hostname", "@hostname"):
        return "node.hostname"
    label = options.node_labels.get(rule.field, rule.field.lstrip("@"))
    name = label_name(label)
    if name != label:
        notes.add(SWARM, MANUAL, rule.at, f"a constraint takes no label {label}: {name} stands for it")
    return f"node.labels.{name}"


def label_name(label: str) -> str:
    """The label of a node under a name that a constraint takes."""
    return re.sub(r"[^A-Za-z0-9_.-]", ".", label)


def _number(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        return 0
