# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: names of roles that Mesos takes."""

from __future__ import annotations

import re

from ..errors import InvalidOption

_BLANK = re.compile(r"[\s\x7f\x08]")


def checked(role: str) -> str:
    """The name, or InvalidOption: parts divided by slashes, each a word."""
    problem = _problem(role)
    if problem:
        raise InvalidOption(f"role is {role!r}, which {problem}: give a name like prod or prod/web")
    return role


def _problem(role: str) -> str | None:
    if role == "*":
        return None
    if not role:
        return "is empty"
    if _BLANK.search(role):
        return "has white space or a control character"
    parts = role.split("/")
    if "" in parts:
        return "has a slash at an end or two in a row"
    for part in parts:
        if part in (".", "..", "*"):
            return f"has the part {part}"
        if part.startswith("-"):
            return "has a part that begins with a hyphen"
    return None
