# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads single values of a definition; templates and YAML often give a string where Marathon wants a number."""

from __future__ import annotations

import json
import math
import posixpath
import re
from typing import Any

from ..bounds import details
from ..errors import DefinitionError

_ID_SEGMENT = re.compile(r"([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])(\.([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]))*")

_RESERVED = ("restart", "tasks", "versions")
# The resources of Marathon's API that take all that stands behind them (AppTasksResource, AppVersionsResource).
_TAKING_ALL = ("tasks", "versions")


def absolute_id(value: Any, path: str = "/id") -> str:
    """An id as Marathon stores it. It becomes part of a URL, so anything else than an id is refused here."""
    if not isinstance(value, str):
        raise DefinitionError(f"{path} must be a string, not {shown(value, path)}")
    absolute = posixpath.normpath("/" + value.strip("/"))
    segments = absolute.strip("/").split("/")
    wrong = [segment for segment in segments if not _ID_SEGMENT.fullmatch(segment)]
    if wrong:
        raise DefinitionError(
            f"{path} {value!r} is not an app id: use lower-case letters, digits, '-' and '.' between slashes"
            + (f" ({wrong[0]!r} is not allowed)" if wrong[0] else "")
        )
    if segments[-1] in _RESERVED:
        raise DefinitionError(
            f"{path} {value!r} ends in {segments[-1]}, which Marathon's API takes for a question about "
            f"{posixpath.dirname(absolute)} and not for a name: choose another last part"
        )
    return absolute


def app_id(value: Any, path: str = "/id") -> str:
    """An id under which an app can be asked for; a group or a pod may have any."""
    absolute = absolute_id(value, path)
    segments = absolute.strip("/").split("/")
    taking = next((number for number, segment in enumerate(segments[1:], 1) if segment in _TAKING_ALL), None)
    if taking is not None:
        raise DefinitionError(
            f"{path} {value!r} has the part {segments[taking]}, and Marathon's API takes what is behind that for a "
            f"question about /{'/'.join(segments[:taking])} and not for a name: choose another part"
        )
    return absolute


def integer(value: Any, path: str) -> int:
    found = number(value, path)
    if found != int(found):
        raise DefinitionError(f"{path} must be a whole number, not {shown(value, path)}")
    return int(found)


def number(value: Any, path: str) -> float:
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            found = float(value)
        except (ValueError, OverflowError):
            found = float("nan")
        if math.isfinite(found):
            return found
    raise DefinitionError(f"{path} must be a number, not {shown(value, path)}")


def flag(value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise DefinitionError(f"{path} must be true or false, not {shown(value, path)}")


def mapping(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DefinitionError(f"{path} must be a mapping, not {shown(value, path)}")
    return value


def sequence(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise DefinitionError(f"{path} must be a list, not {shown(value, path)}")
    return value


def mappings(value: Any, path: str) -> list[dict[str, Any]]:
    return [mapping(element, f"{path}({index})") for index, element in enumerate(sequence(value, path))]


def scalar_text(value: Any) -> Any:
    """Environment and labels are text to Marathon, but 8080 and true are what people write in YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): without_nulls(element) for key, element in value.items() if element is not None}
    if isinstance(value, list):
        return [without_nulls(element) for element in value]
    return value


def as_set(elements: list[Any]) -> list[Any]:
    """One order for what has none, each element once."""
    if len(elements) < 2:
        return list(elements)
    unique = {json.dumps(element, sort_keys=True): element for element in elements}
    return [unique[key] for key in sorted(unique)]


def shown(value: Any, path: str) -> str:
    """The value in a message, or its kind where it may be a secret."""
    if details.is_private(path):
        return details.kind_of(value) or ("a text" if isinstance(value, str) else "a number or a switch")
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
