# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of variables and labels: those that are said to be secret, those that look like it, and those that are none."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator

from .._names import nearest

_LIKELY = re.compile(
    r"passw(or)?d|passphrase|secret|token|credential|(api|access|private|signing|encryption)[_.-]?key|basic[_.-]?auth"
    r"|(^|[_.-])(pass|pwd|auth)($|[_.-]?\d*$)",
    re.IGNORECASE,
)
# What is said of a secret, like where it lies or how long it is good for.
_ABOUT = re.compile(
    r"[_.-](file|path|dir|ttl|url|uri|host|port|length|len|name|user|username|timeout|expiry|expires|enabled|id|type|policy)$",
    re.IGNORECASE,
)
_MAPPINGS = ("env", "environment", "labels")
_PARAMETERS = ("env", "e", "label", "l")


class SecretNames:
    """The names that somebody has given; with likely also those that look like the name of a secret."""

    def __init__(self, given: Iterable[str], likely: bool) -> None:
        self._given = frozenset(given)
        self._likely = likely

    def hold(self, name: Any, value: Any) -> bool:
        """Whether what has this name is a secret."""
        if value is None:
            return False
        return name in self._given or (self._likely and is_likely(name, value))

    def occur_in(self, text: str) -> bool:
        return any(name in text for name in self._given)


def is_likely(name: Any, value: Any) -> bool:
    text = str(name)
    if not isinstance(value, (str, int, float)) or str(value).strip().lower() in ("", "true", "false"):
        # The reference to one of `secrets` is no secret, nor is a switch.
        return False
    return _LIKELY.search(text) is not None and _ABOUT.search(text) is None


def told(given: Iterable[str], *definitions: Any) -> str:
    """For the head of a diff: what is masked though nobody has named it."""
    given = frozenset(given)
    found = {name for definition in definitions for name, value in _named(definition) if is_likely(name, value)} - given
    return f" (masked for their names: {', '.join(sorted(found))})" if found else ""


def unmatched(given: Iterable[str], *definitions: Any) -> list[str]:
    """One sentence for every name that none of the definitions has; none where there is no definition."""
    present = [definition for definition in definitions if definition] if given else []
    known = {name for definition in present for name, _value in _named(definition)}
    sentences = []
    for name in sorted(set(given) - known) if present else []:
        near = nearest(name, known)
        hint = f"; did you mean {near!r}?" if near else ""
        sentences.append(
            f"secret_env or secret_labels names {name!r}, but there is no such variable or label{hint}. What it was to "
            "mask is masked only if its own name looks like that of a secret"
        )
    return sentences


def _named(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """The names of all variables and labels, with their values."""
    if isinstance(value, dict):
        if key in ("parameters", "docker_parameters") and value.get("key") in _PARAMETERS:
            name, separator, text = str(value.get("value", "")).partition("=")
            if separator:
                yield name, text
        for name, inner in value.items():
            if key in _MAPPINGS:
                yield str(name), inner
            yield from _named(inner, str(name))
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _named(element, key)
