# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what is wrong with the options of a command, before anything is sent."""

from __future__ import annotations

import math
from typing import Any, Mapping

_SMALLEST = 0.001


def problems(params: Mapping[str, Any]) -> list[str]:
    """One sentence for each. Ansible has checked the types."""
    found = []
    if params["cmd"] is None and params["image"] is None:
        found.append("neither cmd nor image is set: give a command, an image, or both")
    found += [
        f"{name} is empty: give {what}, or leave it out"
        for name, what in (("cmd", "a command"), ("image", "an image"), ("role", "a role"), ("user", "a user"))
        if params[name] is not None and not params[name].strip()
    ]
    for name, least in (("cpus", _SMALLEST), ("mem", _SMALLEST), ("disk", 0)):
        if not math.isfinite(params[name]) or params[name] < least:
            found.append(f"{name} is {params[name]:g}: give a number of at least {least:g}")
    if params["wait_timeout"] < 1:
        found.append(f"wait_timeout is {params['wait_timeout']}: give at least 1 second")
    found += _of_env(params["env"], params["secret_env"])
    return found


def _of_env(env: Mapping[str, Any], secret: list[str]) -> list[str]:
    # Not the name: a value may have got into it.
    wrong = sum(1 for name in env if not str(name) or "=" in str(name) or "\0" in str(name))
    found = ["env has a name that is empty or has a = in it: write {NAME: value}"] if wrong else []
    found += [
        f"env.{name} is a list or a mapping: give a text or a number"
        for name, value in env.items()
        if isinstance(value, (dict, list))
    ]
    return found + [
        f"secret_env names {name}, which env does not have: correct it" for name in secret if name not in env
    ]
