# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of another type than their option has, told by option, value and what it must be.

Ansible's own words leave out the value, for the options inside another one also the name, and where a mapping is
needed inside, a number ends in a traceback (ansible-core 2.19).
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ansible.module_utils.common.validation import (
    check_type_bool,
    check_type_dict,
    check_type_float,
    check_type_int,
    check_type_list,
)

from ..bounds import details

_CHECKS = {
    "bool": (check_type_bool, "true or false"),
    "dict": (check_type_dict, "a mapping"),
    "float": (check_type_float, "a number"),
    "int": (check_type_int, "a whole number"),
    "list": (check_type_list, "a list"),
}
# What is below these may be a secret, as below env and the like.
_PRIVATE = ("definition", "definitions", "docker_parameters")


def wrong(spec: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, str]:
    """A sentence for every option of the spec whose argument cannot be read."""
    found = {}
    for name, option in spec.items():
        for given in (name, *(option.get("aliases") or ())):
            sentence = next(_sentences(option, arguments.get(given), given), None)
            if sentence is not None:
                found[given] = sentence
    return found


def _sentences(option: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    kind = option.get("type", "str")
    if value is None or kind not in _CHECKS:
        return
    read = _read(kind, value)
    if read is None:
        yield f"{place} must be {_CHECKS[kind][1]}, not {_shown(value, place)}"
    elif kind == "list":
        inside = {"type": option.get("elements", "str"), "options": option.get("options")}
        for index, element in enumerate(read):
            yield from _sentences(inside, element, f"{place}[{index}]")
    elif kind == "dict":
        for name, inner in (option.get("options") or {}).items():
            yield from _sentences(inner, read.get(name), f"{place}.{name}")


def _read(kind: str, value: Any) -> Any:
    """None where it cannot be read."""
    try:
        return _CHECKS[kind][0](value)
    except (TypeError, ValueError, OverflowError):
        return None


def _shown(value: Any, place: str) -> str:
    kind = details.kind_of(value)
    names = place.replace("[", ".").split(".")
    if kind is None and (names[0] in _PRIVATE or details.is_private("/" + "/".join(names))):
        return "a text" if isinstance(value, str) else "a number or a switch"
    return kind or details.shown(value, "") or repr(value)
