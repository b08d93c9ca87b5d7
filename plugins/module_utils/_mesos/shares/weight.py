# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The weight of a role: its share of what is offered, relative to that of other roles."""

from __future__ import annotations

import math
from typing import Any

from ..errors import InvalidOption, ModifiedConcurrently
from ..operator_api import OperatorApi
from ..single_write import written
from . import role_names

DEFAULT = 1.0


def declared(role: str, weight: float) -> tuple[str, float]:
    """From the options; refuses what no master takes."""
    name = role_names.checked(role)
    if not 0 < weight < math.inf:
        raise InvalidOption(
            f"weight is {weight:g}: give a number above 0, for example 1, which is the default of Mesos"
        )
    return name, weight


def of_role(content: dict[str, Any], role: str) -> float:
    """From GET_WEIGHTS, which lists those that were ever set."""
    infos = content.get("weight_infos") or []
    return next((float(one["weight"]) for one in infos if one.get("role") == role), DEFAULT)


def keep(api: OperatorApi, role: str, wanted: float, check_mode: bool) -> dict[str, Any]:
    def current() -> float:
        return of_role(api.call("GET_WEIGHTS"), role)

    before = current()
    changed = before != wanted
    if changed and not check_mode:
        infos = [{"role": role, "weight": wanted}]
        written(api, lambda: current() == wanted, "UPDATE_WEIGHTS", weight_infos=infos)
        found = current()
        if found != wanted:
            raise ModifiedConcurrently(
                f"The weight of {role} was modified concurrently: it is {found:g} and not the {wanted:g} that was just "
                "written. Find out who else changes it, and run again",
                weight=found,
            )
    return {
        "changed": changed,
        "weight": wanted,
        "diff": {
            "before": {"weight": before},
            "after": {"weight": wanted},
            "before_header": f"weight of {role}",
            "after_header": f"weight of {role}",
        },
    }
