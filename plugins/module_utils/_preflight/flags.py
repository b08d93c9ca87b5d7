# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flags of Mesos and Marathon: whether a value suits its flag, and the line of the environment file it becomes."""

from __future__ import annotations

import json
import re
import typing as t

from .. import _masked as masked
from .._names import unknown_names
from . import characters

DURATION = re.compile(r"^[0-9]+(\.[0-9]+)?(ns|us|ms|secs|mins|hrs|days|weeks)\Z")
BYTES = re.compile(r"^[0-9]+(B|KB|MB|GB|TB)\Z")
RATE = re.compile(r"^[0-9]+/[0-9]+(\.[0-9]+)?(ns|us|ms|secs|mins|hrs|days|weeks)\Z")
UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "secs": 1.0,
    "mins": 60.0,
    "hrs": 3600.0,
    "days": 86400.0,
    "weeks": 604800.0,
}
WORDS = {"true": True, "false": False, "1": True, "0": False}


def as_boolean(value: t.Any) -> bool | None:
    """What Mesos takes for a boolean; nothing for all else."""
    if isinstance(value, bool):
        return value
    return WORDS.get(str(value))


def seconds(duration: t.Any) -> float:
    """The seconds of a duration as Mesos writes it."""
    match = DURATION.match(str(duration))
    if not match:
        raise ValueError("%s is no duration" % duration)
    unit = match.group(2)
    return float(str(duration)[: -len(unit)]) * UNITS[unit]


def _is_json_or_file(text: str) -> bool:
    if not text.startswith(("{", "[")):
        return text.startswith(("/", "file:///"))
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def complaint(kind: str, value: t.Any) -> str | None:
    """Why a value does not suit a flag of this kind."""
    text = str(value)
    if kind.startswith("="):
        return "is an older name; write %s" % kind[1:]
    if kind == "json" and isinstance(value, (dict, list)):
        return None
    if isinstance(value, (dict, list)):
        return "is a %s; write the value as the program reads it, as one string" % type(value).__name__
    if kind in ("boolean", "toggle", "switch"):
        return None if as_boolean(value) is not None else "is '%s'; write true or false" % text
    if isinstance(value, bool):
        return "is a boolean; write the value as a string"
    if kind == "duration" and not DURATION.match(text):
        return "is '%s'; write a number and a unit: ns, us, ms, secs, mins, hrs, days or weeks, like 15secs" % text
    if kind == "bytes" and not BYTES.match(text):
        return "is '%s'; write a number and a unit: B, KB, MB, GB or TB, like 2GB" % text
    if kind == "integer" and not re.match(r"^[0-9]+\Z", text):
        return "is '%s'; write a whole number" % text
    if kind == "number" and not re.match(r"^[0-9]+(\.[0-9]+)?\Z", text):
        return "is '%s'; write a number" % text
    if kind == "rate" and not RATE.match(text):
        return "is '%s'; write a number and a duration, like 1/10mins" % text
    if kind == "percentage" and not re.match(r"^[0-9]+(\.[0-9]+)?%\Z", text):
        return "is '%s'; write a percentage, like 50%%" % text
    if kind == "json" and not _is_json_or_file(text):
        return "is neither JSON nor the path of a file; write JSON, /path or file:///path"
    if "|" in kind and text not in kind.split("|"):
        return "is '%s'; write %s" % (text, " or ".join(kind.split("|")))
    return None


def problems(flags: t.Mapping[str, t.Any], known: t.Mapping[str, str], option: str, host: str) -> list[str]:
    """One sentence for every flag that the program would ignore or refuse."""
    found = []
    for name, near in unknown_names(flags, known):
        remedy = "write %s" % near if near else "remove it"
        if known.get(name[3:]) == "boolean" and name.startswith("no_"):
            remedy = "write %s: false" % name[3:]
        found.append(
            "%s: %s has the flag %s, which the program does not know; %s."
            % (host, option, masked.name_alone(name), remedy)
        )
    for name, value in flags.items():
        if name in known and value is not None:
            wrong = complaint(known[name], value)
            if wrong:
                # What ends so is the beginning of the names of options.
                dot = "" if option.endswith("_") else "."
                found.append("%s: %s%s%s %s." % (host, option, dot, name, wrong))
    return found


def environment(flags: t.Mapping[str, t.Any], known: t.Mapping[str, str], prefix: str) -> dict[str, str]:
    """The variables that give these flags to a program; a flag that is null is left out.

    Marathon's toggles and switches have no value: a toggle that is off is the variable with DISABLE_ before its name.
    """
    variables = {}
    for name, value in flags.items():
        if value is None:
            continue
        kind = known.get(name, "text")
        if kind == "boolean":
            variables[prefix + name.upper()] = "true" if as_boolean(value) else "false"
        elif kind == "toggle":
            variables[prefix + ("" if as_boolean(value) else "DISABLE_") + name.upper()] = ""
        elif kind == "switch":
            if as_boolean(value):
                variables[prefix + name.upper()] = ""
        else:
            text = json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else str(value)
            variables[prefix + name.upper()] = text
    return variables


def misplaced(variables: t.Iterable[str], known: t.Mapping[str, str], prefix: str, option: str, host: str) -> list[str]:
    """Flags among the further variables of a program, where nobody checks them."""
    found = []
    for name in variables:
        flag = name[len(prefix) :].lower() if name.startswith(prefix) else ""
        flag = flag[3:] if flag.startswith("no_") and flag not in known else flag
        if flag in known:
            found.append(
                "%s: %s_environment has %s; set %s_flags.%s instead, where it is checked."
                % (host, option, name, option, flag)
            )
    return found


def environment_problems(variables: t.Mapping[str, t.Any], option: str, host: str) -> list[str]:
    """Values that systemd or docker would not hand on as they are written."""
    found = []
    for name, value in variables.items():
        text = str(value)
        if not re.match(r"[A-Za-z_][A-Za-z0-9_]*\Z", str(name)):
            found.append(
                "%s: %s has %s, which is no name of an environment variable; rename it."
                % (host, option, masked.name_alone(name))
            )
        wrong = "a backslash" if "\\" in text else characters.wrong(text)
        if not wrong and text[:1] in ("'", '"'):
            wrong = "a quote at its start"
        elif not wrong and text != text.strip():
            wrong = "white space at its start or end"
        if wrong:
            found.append(
                "%s: the value of %s in %s has %s, which an environment file does not keep; "
                "change it or put it into a file and name that file (file:///...)."
                % (host, str(name).split("=", 1)[0], option, wrong)
            )
    return found
