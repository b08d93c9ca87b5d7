# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: an event of Mesos without the values of labels and variables whose name is that of a secret."""

from __future__ import annotations

from typing import Any

# Lists of mappings with these two keys, as the messages of Mesos have labels, parameters and variables.
_NAMES = ("key", "name")
_LISTS = ("labels", "variables", "parameters")


def masked(value: Any, holds: Any, stars: str, key: str = "") -> Any:
    """holds says of a name and a value whether it is a secret."""
    if isinstance(value, dict):
        name = next((value[one] for one in _NAMES if one in value), None) if key in _LISTS else None
        if name is not None and "value" in value:
            return {**value, "value": _shown(str(name), value["value"], holds, stars)}
        return {inner: masked(value[inner], holds, stars, inner) for inner in value}
    if isinstance(value, list):
        return [masked(one, holds, stars, key) for one in value]
    return value


def _shown(name: str, value: Any, holds: Any, stars: str) -> Any:
    if holds(name, value):
        return stars
    # A parameter of Docker that sets a variable or a label: env=NAME=value.
    inner, equals, rest = str(value).partition("=")
    return f"{inner}={stars}" if equals and holds(inner, rest) else value
