# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a package: the defaults of its schema, what the user sets, and both together."""

from __future__ import annotations

import copy
from typing import Any


def defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """A default ends the way: those below it do not count. Only properties are looked into, as Cosmos does."""
    found = {}
    properties = schema.get("properties")
    for name, option in properties.items() if isinstance(properties, dict) else ():
        if not isinstance(option, dict):
            continue
        if "default" in option:
            found[name] = copy.deepcopy(option["default"])
        elif inner := defaults(option):
            found[name] = inner
    return found


def joined(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Objects key by key; anything else, also a list or null, replaces what is there."""
    result = dict(base)
    for name, value in over.items():
        below = result.get(name)
        result[name] = joined(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def without_nulls(options: dict[str, Any]) -> dict[str, Any]:
    return {
        name: without_nulls(value) if isinstance(value, dict) else value
        for name, value in options.items()
        if value is not None
    }
