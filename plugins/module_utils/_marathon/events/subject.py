# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: whether an event is about apps, pods or groups that are wanted."""

from __future__ import annotations

from typing import Any, Iterator, Sequence
from urllib.parse import unquote

_IDS = ("appId", "podId", "runSpecId", "groupId")
# Of the path of a request, before the id of what it is about.
_KINDS = ("apps", "pods", "groups")


def concerned(event: dict[str, Any]) -> set[str]:
    """The ids that an event names."""
    found = {str(event[name]) for name in _IDS if event.get(name)}
    definition = event.get("appDefinition")
    if isinstance(definition, dict) and definition.get("id"):
        found.add(str(definition["id"]))
    parts = unquote(str(event.get("uri") or "")).split("/")
    if len(parts) > 3 and parts[1] == "v2" and parts[2] in _KINDS:
        found.add("/" + "/".join(parts[3:]))
    found.update(name for _action, name in actions(event.get("plan")))
    return found


def actions(plan: Any) -> Iterator[tuple[str, str]]:
    """What a deployment does to which app or pod."""
    steps = plan.get("steps") if isinstance(plan, dict) else None
    for step in _list(steps):
        # Before 1.1 a step is a bare list.
        for action in _list(step.get("actions") if isinstance(step, dict) else step):
            name = isinstance(action, dict) and (action.get("app") or action.get("pod"))
            if name:
                yield str(action.get("action") or action.get("type") or ""), str(name)


def is_wanted(event: dict[str, Any], paths: Sequence[str]) -> bool:
    """Whether it is about one of these apps, pods and groups, or about what is in one of these groups."""
    if not paths:
        return True
    ids = concerned(event)
    return any(name == path or name.startswith(path.rstrip("/") + "/") for name in ids for path in paths)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
