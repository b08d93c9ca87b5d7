# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a placement constraint may have as value, by its operator (api.md 2.4)."""

from __future__ import annotations

import re

OPERATORS = ("UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_TEXT_OR_NUMBER = re.compile(r"[a-zA-Z0-9_/.-]*")
# What Java's expressions have and Python's have not, or not in every release.
_JAVA_ONLY = re.compile(r"[*+?}]\+|\\[pPQEhHzGRX]|&&|\(\?[<>a-zA-Z-]")


def wrong(operator: str, value: str | None) -> str | None:
    """What is wrong with the value, None if nothing is."""
    if operator == "UNIQUE" and value is not None:
        return "must not be set with UNIQUE"
    if operator == "MAX_PER" and not _is_integer(value):
        return "must be a whole number with MAX_PER"
    if operator == "GROUP_BY" and value is not None and not _is_integer(value):
        return "must be a whole number, or absent, with GROUP_BY"
    if operator in ("LIKE", "UNLIKE") and (value is None or not _is_expression(value)):
        return f"must be a regular expression with {operator}"
    if operator == "IS" and not _TEXT_OR_NUMBER.fullmatch(value or ""):
        return "must be text of letters, digits and _ / . - with IS"
    return None


def _is_integer(value: str | None) -> bool:
    return value is not None and bool(_INTEGER.fullmatch(value)) and -(2**31) <= int(value) < 2**31


def _is_expression(value: str) -> bool:
    if _JAVA_ONLY.search(value):
        return True
    try:
        re.compile(value)
    except re.error:
        return False
    return True
