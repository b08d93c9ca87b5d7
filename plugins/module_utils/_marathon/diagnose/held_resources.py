# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an old instance of the same app holds that its replacement needs.

Marathon keeps as many healthy instances as minimumHealthCapacity says (TaskReplaceActor.scala), so with the default of
1 it starts the new instance before it stops the old one.
"""

from __future__ import annotations

import math
from typing import Any

_ONE_PER_PLACE = ("UNIQUE", "MAX_PER")


def by_port(app: dict[str, Any], ports: set[int]) -> list[str]:
    """The hosts where an instance that is to be replaced has one of these ports."""
    return _hosts(task for task in _old(app) if ports & set(task.get("ports") or []))


def by_place(app: dict[str, Any]) -> list[str]:
    """The hosts that an instance that is to be replaced takes up for a constraint."""
    operators = {str(rule[1]).upper() for rule in app.get("constraints") or [] if len(rule) > 1}
    return _hosts(_old(app)) if operators.intersection(_ONE_PER_PLACE) else []


def by_amount(app: dict[str, Any], needed: float, free: dict[str, float]) -> list[str]:
    """The hosts that have enough of a resource without an instance that is to be replaced.

    What that has is taken to be what the new one needs; an agent that has nothing left is not among the offers.
    """
    return _hosts(task for task in _old(app) if needed > free.get(str(task.get("host")), 0.0))


def told(app: dict[str, Any], hosts: list[str]) -> str:
    """Empty where nothing is held, or where Marathon may stop an old instance first."""
    if not hosts or not keeps_old(app):
        return ""
    field = app.get("capacityField", "upgradeStrategy.minimumHealthCapacity")
    who = "the app's own instance on" if len(hosts) == 1 else "the app's own instances on"
    verb = "holds" if len(hosts) == 1 else "hold"
    return (
        f"{who} {', '.join(hosts)} {verb} it; lower {field} ({_capacity(app):.12g}), with which Marathon starts the "
        "new instance before it stops the old one"
    )


def keeps_old(app: dict[str, Any]) -> bool:
    """Whether Marathon must not stop an instance before another one runs."""
    return math.ceil(int(app.get("instances") or 0) * _capacity(app)) >= len(_running(app)) > 0


def _capacity(app: dict[str, Any]) -> float:
    value = (app.get("upgradeStrategy") or {}).get("minimumHealthCapacity")
    return 1.0 if value is None else float(value)


def _old(app: dict[str, Any]) -> list[dict[str, Any]]:
    changed_at = str((app.get("versionInfo") or {}).get("lastConfigChangeAt", ""))
    return [task for task in _running(app) if str(task.get("version", "~")) < changed_at]


def _running(app: dict[str, Any]) -> list[dict[str, Any]]:
    return [task for task in app.get("tasks") or [] if task.get("state", "TASK_RUNNING") == "TASK_RUNNING"]


def _hosts(tasks: Any) -> list[str]:
    return sorted({str(task.get("host")) for task in tasks})
