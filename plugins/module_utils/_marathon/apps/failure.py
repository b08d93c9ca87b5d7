# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told when a write of a set is refused: which apps and files are meant, and what was written before."""

from __future__ import annotations

import re
from typing import Any, Callable

from ..bounds import refusals
from ..bounds.refusals import Refusal
from ..errors import Conflict, Invalid, MarathonError
from ..plan import ownership
from .planning import writes as set_writes
from .planning.plan import SetPlan
from .planning.writes import Write


def explained(
    error: MarathonError, write: Write, plan: SetPlan, done: int, total: int, refused: Callable[[], list[Refusal]]
) -> MarathonError:
    """The error with the apps and files that it is about, and with what was written before.

    done of all writes were done; refused asks for all apps that Marathon does not take.
    """
    text = str(error)
    if isinstance(error, Conflict) and write.kind in (set_writes.APPS, set_writes.DELETE_GROUP):
        ids = set(error.facts.get("deployments") or [])
        held = [name for name in write.apps if ids & _deployments_of(plan.tree.apps.get(name))]
        names = ownership.listed(held) or write.target
        text = (
            f"another deployment ({', '.join(sorted(ids))}) holds {names}: wait until it is done and run "
            "again, or set force to cancel it"
        )
    if isinstance(error, Invalid) and write.kind in (set_writes.APPS, set_writes.APP):
        text = _refusal(error, write, plan, refused)
    if done:
        text = text.replace("; nothing was changed", "")
        text += f". {done} of {total} writes were done before; run again to continue"
    elif total > 1:
        text += f". None of the {total} writes was done"
    error.args = (text,)
    return error


def _refusal(error: Invalid, write: Write, plan: SetPlan, refused: Callable[[], list[Refusal]]) -> str:
    """With all apps that are meant, of which Marathon tells the number of one at best."""
    try:
        found = refused()
    except MarathonError:
        found = []
    if found:
        same = refusals.told(found)
        error.facts = {**error.facts, **same.facts}
        return str(same)
    named = _with_origins(str(error), write.apps, plan)
    return named.replace("the definition of /v2/apps", "that definition")


def _with_origins(text: str, apps: tuple[str, ...], plan: SetPlan) -> str:
    origins = {one.app_id: one.origin for one in plan.apps}

    def named(found: re.Match[str]) -> str:
        index = int(found.group(1))
        if index >= len(apps):
            return found.group(0)
        name = apps[index]
        return f"{name} of {origins[name]}: "

    return re.sub(r"(?<![\w)])/?\((\d+)\)", named, text)


def _deployments_of(app: dict[str, Any] | None) -> set[str]:
    return {entry["id"] for entry in (app or {}).get("deployments") or []}
