"""Placement constraints: their rules, and whether an agent satisfies one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

OPERATORS = ("UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS")

Agent = Mapping[str, Any]

_INTEGER = re.compile(r"[+-]?[0-9]+")
_SCALAR = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TEXT_OR_SCALAR = re.compile(r"[a-zA-Z0-9_/.-]*")


def is_integer(text: str | None) -> bool:
    return text is not None and bool(_INTEGER.fullmatch(text)) and -(2**31) <= int(text) < 2**31


def is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def as_list(rule: Mapping[str, str]) -> list[str]:
    """The form of apps for the rule of a pod."""
    return [rule[name] for name in ("fieldName", "operator", "value") if name in rule]


def failure(constraint: Sequence[str]) -> str | None:
    """What Marathon finds wrong with one element of an app's `constraints`."""
    if not 2 <= len(constraint) <= 3:
        return "Each constraint must have either 2 or 3 fields"
    field, operator = constraint[0], constraint[1].upper()
    value = constraint[2] if len(constraint) == 3 else None
    if not field:
        return "illegal constraint specification"
    if operator not in OPERATORS:
        return "operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS"
    return _value_failure(operator, value)


def _value_failure(operator: str, value: str | None) -> str | None:
    if operator == "UNIQUE" and value is not None:
        return "UNIQUE does not accept a value"
    if operator == "GROUP_BY" and value is not None and not is_integer(value):
        return "GROUP BY must define an integer value or else no value at all"
    if operator == "MAX_PER" and not is_integer(value):
        return "MAX_PER requires an integer value"
    if operator in ("LIKE", "UNLIKE"):
        if value is None:
            return "LIKE and UNLIKE require a non-empty, regular expression value"
        if not is_pattern(value):
            return "is not a valid regular expression"
    if operator == "IS" and not _TEXT_OR_SCALAR.fullmatch(value or ""):
        return (
            "IS only supports Mesos text and float values "
            "(see http://mesos.apache.org/documentation/latest/attributes-resources/)"
        )
    return None


def scalar_text(value: float) -> str:
    """A scalar attribute as Marathon compares it: at most three decimals, no trailing zeros."""
    rounded = Decimal(repr(float(value))).quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN)
    text = f"{rounded:f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def agent_facts(offer: Mapping[str, Any]) -> dict[str, Any]:
    """Hostname, attributes, region and zone from an offer of the v1 scheduler API."""
    fault_domain = offer.get("domain", {}).get("fault_domain", {})
    return {
        "hostname": offer["hostname"],
        "attributes": {attribute["name"]: _attribute_text(attribute) for attribute in offer.get("attributes", [])},
        "region": fault_domain.get("region", {}).get("name"),
        "zone": fault_domain.get("zone", {}).get("name"),
    }


def _attribute_text(attribute: Mapping[str, Any]) -> str:
    if attribute["type"] == "SCALAR":
        return scalar_text(attribute["scalar"]["value"])
    if attribute["type"] == "RANGES":
        ranges = sorted((r["begin"], r["end"]) for r in attribute["ranges"]["range"])
        return "[" + ",".join(f"{begin}-{end}" for begin, end in ranges) + "]"
    if attribute["type"] == "SET":
        return "{" + ",".join(sorted(attribute["set"]["item"])) + "}"
    return attribute["text"]["value"]


def _value(field: str, agent: Agent) -> str | None:
    if field in ("hostname", "@hostname"):
        return agent["hostname"]
    if field in ("@region", "@zone"):
        return agent.get(field[1:])
    value = agent.get("attributes", {}).get(field)
    if isinstance(value, (int, float)):
        return scalar_text(value)
    return value


def accepts(constraint: Sequence[str], agent: Agent, placed: Sequence[Agent], *, instances: int = 1) -> bool:
    """True when one more instance may run on the agent.

    `placed` holds the agent of every existing instance of the app, `instances` is the number the app wants.
    """
    field, operator = constraint[0], constraint[1]
    wanted = constraint[2] if len(constraint) == 3 else ""
    value = _value(field, agent)
    if value is None:
        return operator == "UNLIKE"
    occupied = [_value(field, other) for other in placed]
    if operator == "UNIQUE":
        return value not in occupied
    if operator == "CLUSTER":
        return value == wanted if wanted else not occupied or occupied[0] == value
    if operator == "MAX_PER":
        return value not in occupied or occupied.count(value) < int(wanted)
    if operator == "GROUP_BY":
        return _group_by(value, occupied, instances, int(wanted) if is_integer(wanted) else 0)
    if operator == "IS":
        return value == (scalar_text(float(wanted)) if _SCALAR.fullmatch(wanted) else wanted)
    matches = bool(wanted) and bool(re.fullmatch(wanted, value))
    return matches if operator == "LIKE" else bool(wanted) and not matches


def _group_by(value: str, occupied: list[str | None], instances: int, groups: int) -> bool:
    if groups < 1:
        # Marathon 1.11 divides by the number of groups here, so without one no instance is ever placed.
        return False
    counts = Counter(occupied)
    share, rest = divmod(instances, groups)
    rest -= sum(max(0, count - share) for count in counts.values())
    if value not in counts:
        return len(counts) < groups
    return counts[value] < share or (counts[value] == share and rest > 0)
