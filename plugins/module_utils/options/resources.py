# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes and resources of an agent, as its flags want them."""

from __future__ import annotations

import re
import typing as t

RANGES = re.compile(r"^\d+-\d+(\s*,\s*\d+-\d+)*$")


def attributes(value: t.Any) -> str | None:
    """``{rack: a}`` or ``["rack:a"]`` or the text itself -> ``rack:a;zone:b``."""
    if isinstance(value, t.Mapping):
        return ";".join("%s:%s" % (name, _text(part)) for name, part in value.items()) or None
    if isinstance(value, (list, tuple)):
        return ";".join(str(item) for item in value) or None
    return str(value) if value else None


def resources(value: t.Any) -> str | None:
    """``{cpus: 4, ports: ["80-90", "31000-32000"]}`` or the text itself -> ``cpus:4;ports:[80-90,31000-32000]``."""
    if isinstance(value, t.Mapping):
        return ";".join("%s:%s" % (name, _amount(amount)) for name, amount in value.items()) or None
    return str(value) if value else None


def _text(value: t.Any) -> str:
    """A constraint compares the text: a boolean is written as in YAML, and null is no value."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _amount(amount: t.Any) -> str:
    if isinstance(amount, (list, tuple)):
        return "[%s]" % ",".join(str(part) for part in amount)
    return "[%s]" % amount if RANGES.match(str(amount)) else str(amount)


def attribute_problems(value: t.Any, option: str, host: str) -> list[str]:
    """An attribute without a value stops the agent with a core signal."""
    text = attributes(value) or ""
    return [
        "%s: %s has '%s', which is no name:value; write it like rack:a." % (host, option, part)
        for part in text.split(";")
        if part and (not part.partition(":")[0].strip() or not part.partition(":")[2].strip())
    ]
