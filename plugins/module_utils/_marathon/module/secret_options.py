# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that name what is secret in a definition."""

from __future__ import annotations

from typing import Any

_NAMING_OPTIONS = ("secret_env", "secret_labels")


def secret_spec() -> dict[str, dict[str, Any]]:
    return {name: {"type": "list", "elements": "str", "default": [], "no_log": False} for name in _NAMING_OPTIONS}


def secret_names(params: dict[str, Any]) -> tuple[str, ...]:
    """The names of secret variables and labels, also from arguments that Ansible has not converted yet."""
    names: list[str] = []
    for option in _NAMING_OPTIONS:
        value = params.get(option) or []
        names.extend(value.split(",") if isinstance(value, str) else map(str, value))
    return tuple(name.strip() for name in names)
