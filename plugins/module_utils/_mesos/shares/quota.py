# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quota of a role: what it is guaranteed, and what it may use at most."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Mapping

from ..errors import InvalidOption, ModifiedConcurrently, WriteRefused
from ..operator_api import OperatorApi
from ..single_write import written
from . import role_names

# Mesos keeps amounts with three decimals.
_DECIMALS = 3
_WITHOUT_QUOTA = ("ports",)


@dataclass(frozen=True)
class Quota:
    """Amounts by the name of a resource; one that is not named has no guarantee, or no limit."""

    guarantees: dict[str, float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)

    def to_json(self, role: str) -> dict[str, Any]:
        parts = {"guarantees": self.guarantees, "limits": self.limits}
        amounts = {
            kind: {name: {"value": value} for name, value in part.items()} for kind, part in parts.items() if part
        }
        return {"role": role, **amounts}

    @property
    def shown(self) -> dict[str, Any]:
        return {"guarantees": dict(sorted(self.guarantees.items())), "limits": dict(sorted(self.limits.items()))}


@dataclass(frozen=True)
class DesiredQuota:
    role: str
    quota: Quota
    force: bool = False


def declared(role: str, state: str, guarantees: Any, limits: Any) -> tuple[str, Quota]:
    """From the options; refuses what no master takes."""
    name = role_names.checked(role)
    if name == "*":
        raise InvalidOption("role is '*', for which Mesos takes no quota: name another role")
    quota = Quota(_declared("guarantees", guarantees or {}), _declared("limits", limits or {}))
    if state == "absent":
        if guarantees or limits:
            raise InvalidOption("state is absent, which has no amounts: leave out guarantees and limits")
        return name, Quota()
    if quota == Quota():
        raise InvalidOption(
            "guarantees and limits name no amount: give one, or set state: absent to remove the quota of the role"
        )
    for resource, amount in quota.guarantees.items():
        most = quota.limits.get(resource, math.inf)
        if amount > most:
            raise InvalidOption(
                f"guarantees.{resource} is {amount:g} and limits.{resource} is {most:g}: a role is guaranteed at most "
                "what it may use, so raise the limit or lower the guarantee"
            )
    return name, quota


def _declared(option: str, amounts: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    for name, given in amounts.items():
        if name in _WITHOUT_QUOTA:
            raise InvalidOption(
                f"{option} names {name}: Mesos has quota for amounts alone, like cpus, mem, disk and gpus"
            )
        try:
            # A boolean is a number to Python.
            amount = math.nan if isinstance(given, bool) else round(float(given), _DECIMALS)
        except (TypeError, ValueError):
            amount = math.nan
        if not 0 <= amount < math.inf:
            raise InvalidOption(f"{option}.{name} is {given!r}: give a number, 0 or more (mem and disk in MiB)")
        found[str(name)] = amount
    # A guarantee of nothing is none, and Mesos does not keep it; a limit of 0 is one.
    return {name: amount for name, amount in found.items() if amount or option == "limits"}


def by_role(content: dict[str, Any]) -> dict[str, Quota]:
    """From GET_QUOTA."""
    configs = (content.get("status") or {}).get("configs") or []
    return {one["role"]: Quota(_amounts(one.get("guarantees"), True), _amounts(one.get("limits"))) for one in configs}


def _amounts(entries: Any, without_zero: bool = False) -> dict[str, float]:
    found = {name: round(float(one["value"]), _DECIMALS) for name, one in (entries or {}).items()}
    return {name: amount for name, amount in found.items() if amount or not without_zero}


def excess(quotas: Mapping[str, Quota], agents: dict[str, Any]) -> list[str]:
    """What all roles together are guaranteed beyond what the agents of GET_AGENTS have, one text a resource.

    What a nested role is guaranteed is a part of what its parent is.
    """
    tops = [quota.guarantees for role, quota in quotas.items() if "/" not in role]
    guaranteed = {name: sum(each.get(name, 0) for each in tops) for each in tops for name in each}
    capacity = _capacity(agents)
    return [
        f"{name} {total:g} of {capacity.get(name, 0):g}"
        for name, total in sorted(guaranteed.items())
        # Sums of fractions are never exact.
        if total > capacity.get(name, 0) + 1e-6
    ]


def _capacity(content: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for agent in content.get("agents") or []:
        for resource in agent.get("total_resources") or []:
            if "scalar" in resource and "revocable" not in resource:
                found[resource["name"]] = found.get(resource["name"], 0) + float(resource["scalar"]["value"])
    return found


def keep(api: OperatorApi, desired: DesiredQuota, check_mode: bool) -> dict[str, Any]:
    role, wanted = desired.role, desired.quota

    def current() -> Quota:
        return by_role(api.call("GET_QUOTA")).get(role, Quota())

    quotas = by_role(api.call("GET_QUOTA"))
    before = quotas.get(role, Quota())
    changed = before != wanted
    if changed and not desired.force:
        beyond = excess({**quotas, role: wanted}, api.call("GET_AGENTS"))
        if beyond:
            raise WriteRefused(
                f"All roles together would be guaranteed more than the agents have ({', '.join(beyond)}), which Mesos "
                "refuses: lower the guarantees, add agents, or set force"
            )
    if changed and not check_mode:
        content = {"force": desired.force, "quota_configs": [wanted.to_json(role)]}
        written(api, lambda: current() == wanted, "UPDATE_QUOTA", **content)
        found = current()
        if found != wanted:
            raise ModifiedConcurrently(
                f"The quota of {role} was modified concurrently: it is {found.shown} and not what was just written. "
                "Find out who else changes it, and run again",
                quota=found.shown,
            )
    return {
        "changed": changed,
        "quota": wanted.shown,
        "diff": {
            "before": before.shown,
            "after": wanted.shown,
            "before_header": f"quota of {role}",
            "after_header": f"quota of {role}",
        },
    }
