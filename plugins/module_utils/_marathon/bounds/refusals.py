# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of definitions that Marathon refuses, or would refuse: all of them in one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from ..._words import ended
from ..errors import DefinitionError, Invalid, MarathonError
from .limits import Problem

_NAMED = 20


@dataclass(frozen=True)
class Refusal:
    """status is that of Marathon's answer; None where it was not asked, because its rules are known."""

    name: str
    reasons: str
    details: Any = None
    origin: str | None = None
    status: int | None = None

    @property
    def whose(self) -> str:
        return f"{self.name} ({self.origin})" if self.origin else self.name


def by_rules(name: str, found: Iterable[Problem], origin: str | None = None) -> list[Refusal]:
    """None or one."""
    problems = list(found)
    if not problems:
        return []
    details = [{"path": one.path, "errors": [one.reason]} for one in problems]
    return [Refusal(name, "; ".join(map(str, problems)), details, origin)]


def told(found: list[Refusal]) -> MarathonError:
    """With facts in the form of Marathon's own, so that a play that looks at them sees no difference."""
    asked = [one.status for one in found if one.status is not None]
    kind = Invalid if asked else DefinitionError
    facts: dict[str, Any] = {"details": found[0].details}
    if asked:
        facts["status"] = asked[0]
    if len(found) == 1:
        return kind(f"Marathon {_verb(found[0])}: {ended(found[0].reasons)} {_remedy(found[0])}", **facts)
    facts["details"] = [detail for one in found for detail in one.details or [] if isinstance(one.details, list)]
    facts["refused"] = [{"id": one.name, "origin": one.origin, "reasons": one.reasons} for one in found]
    parts = [f"{one.whose}: {one.reasons}" for one in found[:_NAMED]]
    if len(found) > _NAMED:
        parts.append(f"and {len(found) - _NAMED} more")
    return kind(
        f"Marathon refuses {len(found)} definitions: {ended('; '.join(parts))} Correct these definitions and run "
        "again; nothing was changed",
        **facts,
    )


def _verb(one: Refusal) -> str:
    return "would refuse the definition" if one.status is None else f"refuses the definition ({one.status})"


def _remedy(one: Refusal) -> str:
    return f"Correct that in the definition of {one.whose} and run again; nothing was changed"
