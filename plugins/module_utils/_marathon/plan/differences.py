# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the fields in which two sides of a plan differ, without their values, which may be secrets."""

from __future__ import annotations

from typing import Any


def fields(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    """Like instances and env.LEVEL; a list is one field. Nothing for what has one side only."""
    return [] if before is None or after is None else _fields(before, after, "")


def _fields(before: dict[str, Any], after: dict[str, Any], above: str) -> list[str]:
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            found += _fields(old, new, f"{above}{name}.")
        elif name not in before or name not in after or old != new:
            found.append(f"{above}{name}")
    return found
