# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where and why Marathon refuses a definition: in words, with the value that was sent, without what may be secret."""

from __future__ import annotations

import re
from typing import Any, Iterator

from ..._words import one_line
from .. import secrets
from . import app as app_bounds
from . import pod as pod_bounds

MISSING = "error.path.missing"
_NO_MAPPING = "error.expected.jsobject"

_MEANINGS = {
    MISSING: "is required",
    "error.pattern": "is not of the allowed form",
    "error.min": "is too small",
    "error.max": "is too large",
    "error.minLength": "is too short",
    "error.maxLength": "is too long",
    "error.minItems": "has too few elements",
    "error.unknown.enum.literal": "is not one of the allowed words",
    "error.expected.jsstring": "must be a string",
    "error.expected.jsnumber": "must be a number",
    "error.expected.int": "must be a whole number of at most 2147483647",
    "error.expected.long": "must be a whole number",
    "error.expected.jsboolean": "must be true or false",
    _NO_MAPPING: "must be a mapping",
    "error.expected.jsarray": "must be a list",
    "error.expected.date.isoformat": "must be a date and time",
}
# What these ask for is in the tables of bounds.
_OUT_OF_BOUNDS = ("error.pattern", "error.min", "error.max", "error.minLength", "error.maxLength", "error.minItems")
_OUT_OF_BOUNDS += ("error.unknown.enum.literal",)
_BOUNDS = {**pod_bounds.BOUNDS, **app_bounds.BOUNDS}
# 1.11 quotes the whole object, which may hold secrets, in place of the first and the last of these words (recorded).
_UNDEFINED = re.compile(r"'[^']*' is undefined on object: ")
_NO_OBJECT = re.compile(r".* is not an object", re.DOTALL)
# Below these anything may be a secret.
_PRIVATE = re.compile(
    r"/(env|environment|labels|secrets|parameters|credential|pullConfig|options|cmd|args|command)(?=[/(]|$)"
)
_STEPS = re.compile(r"/?([^/()]+)|\((\d+)\)")
_LONGEST = 60


def cleaned(details: Any) -> Any:
    """The details with the words of type errors in place of sentences that quote the object."""
    if not isinstance(details, list):
        return details
    found = []
    for detail in details:
        if isinstance(detail, dict) and isinstance(detail.get("errors"), list):
            detail = {**detail, "errors": [_unquoted(reason) for reason in detail["errors"]]}
        found.append(detail)
    return found


def described(details: Any, body: Any = None) -> str:
    """The details as 'path: reason, it is value', one after the other; their order on the wire is random."""
    if isinstance(details, str):
        return one_line(details)
    return "; ".join(sorted(_sentences(details, body)))


def paths(details: Any) -> list[str]:
    return [str(detail.get("path", "")) for detail in details or [] if isinstance(detail, dict)]


def value_at(body: Any, path: str) -> Any:
    """What was sent at a path like /container/volumes(0)/mode; None where there is nothing."""
    for found in _STEPS.finditer(path):
        name, index = found.groups()
        if index is not None:
            body = body[int(index)] if isinstance(body, list) and int(index) < len(body) else None
        else:
            body = body.get(name) if isinstance(body, dict) else None
    return body


def shown(value: Any, path: str) -> str | None:
    """The value where a message may quote it; None where there is none, or where it may be secret or is large."""
    if value == "":
        return '""'
    if value is None or isinstance(value, (dict, list)) or is_private(path):
        return None
    if isinstance(value, str):
        text = secrets.mask(value, ())
        return f'"{text}"' if len(text) <= _LONGEST else f'"{text[: _LONGEST - 3]}..."'
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_private(path: str) -> bool:
    """Whether what is there may be a secret."""
    return _PRIVATE.search(path) is not None


def kind_of(value: Any) -> str | None:
    """Of what is too large to be quoted."""
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else None


def _sentences(details: Any, body: Any) -> Iterator[str]:
    for detail in details if isinstance(details, list) else []:
        if not isinstance(detail, dict):
            yield str(detail)
            continue
        path = detail.get("path") or detail.get("attribute") or "/"
        reasons = detail.get("errors") or [detail.get("error")]
        told = ", ".join(_explained(reason) for reason in reasons if reason)
        found = value_at(body, path)
        value = shown(found, path)
        if value is None and any(str(reason).startswith("error.expected") for reason in reasons):
            value = kind_of(found)
        quoted = value is None or value.strip('"') in re.split(r"[ ,]+", told)
        asked = _asked(reasons, path)
        yield (f"{path}: {told}" if quoted else f"{path}: {told}, it is {value}") + (f", but {asked}" if asked else "")


def _asked(reasons: list[Any], path: str) -> str | None:
    """What the value must be, where Marathon says only that it is not."""
    if not any(reason in _OUT_OF_BOUNDS for reason in reasons):
        return None
    place = re.sub(r"^/secrets/[^/]+", "/secrets/*", re.sub(r"\(\d+\)", "()", path))
    bounds = _BOUNDS.get(re.sub(r"^\(\)", "", place))
    return bounds.rule() if bounds else None


def _unquoted(reason: Any) -> Any:
    if not isinstance(reason, str):
        return reason
    if _UNDEFINED.match(reason):
        return MISSING
    return _NO_MAPPING if _NO_OBJECT.fullmatch(reason) else reason


def _explained(reason: Any) -> str:
    meaning = _MEANINGS.get(str(reason))
    return f"{meaning} ({reason})" if meaning else str(reason)
