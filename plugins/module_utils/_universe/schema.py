# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options against the schema of their package. Nothing is fetched, whatever the schema refers to."""

from __future__ import annotations

import re
import traceback
from typing import Any

try:
    import jsonschema
    import referencing
    import referencing.exceptions
except ImportError:
    jsonschema = None
    JSONSCHEMA_IMPORT_ERROR = traceback.format_exc()
else:
    JSONSCHEMA_IMPORT_ERROR = None

from .._marathon.errors import DefinitionError
from .._names import nearest

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def check(options: dict[str, Any], schema: dict[str, Any]) -> None:
    """Raises for all that is wrong, each by its path. No value is quoted, because it may be a secret."""
    # Packages that name another draft, and those that name none, are held to this one by Cosmos.
    try:
        validator = jsonschema.Draft4Validator(schema, registry=referencing.Registry())
        jsonschema.Draft4Validator.check_schema(schema)
        found = _by_path(validator.iter_errors(options))
    except jsonschema.SchemaError as error:
        place = _pointer(error.path)
        raise DefinitionError(f"the schema of the options is wrong at {place}: {error.message}") from None
    except referencing.exceptions.Unresolvable as error:
        raise DefinitionError(
            f"the schema of the options refers to {error.ref}, which is not in it, and nothing is fetched"
        ) from None
    except RecursionError:
        raise DefinitionError("the schema of the options refers to itself without end") from None
    except (re.error, ArithmeticError, AttributeError, TypeError) as error:
        # Draft 4 does not check the patterns that are names, nor what $ref and id are, before they are used.
        raise DefinitionError(f"the schema of the options cannot be used: {error}") from None
    if not found:
        return
    told = "; ".join(f"{path} {' and '.join(texts)}" for path, texts in sorted(found.items()))
    raise DefinitionError(
        f"the options do not match the schema of the package: {told}",
        details=[{"path": path, "errors": texts} for path, texts in sorted(found.items())],
    )


def _by_path(errors: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for error in errors:
        for path, text in _told(error):
            texts = found.setdefault(_pointer(path), [])
            if text not in texts:
                texts.append(text)
    return found


def _pointer(path: Any) -> str:
    """As RFC 6901 writes it."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _told(error: Any) -> list[tuple[list[Any], str]]:
    """What an error says, each part at the path that it is about."""
    path, keyword, value = list(error.absolute_path), error.validator, error.validator_value
    if keyword == "required":
        return [([*path, name], "is required and not set") for name in value if name not in error.instance]
    if keyword == "additionalProperties" and value is False:
        return _unknown(path, error)
    if keyword == "type":
        types = " or ".join(_TYPES.get(one, one) for one in ([value] if isinstance(value, str) else value))
        return [(path, f"is {_TYPES[_type(error.instance)]}, but must be {types}")]
    number = f"is {error.instance}, but must" if isinstance(error.instance, (int, float)) else "must"
    texts = {
        "minimum": f"{number} be {value} or more",
        "maximum": f"{number} be {value} or less",
        "enum": f"must be one of {', '.join(map(str, value))}" if isinstance(value, list) else "",
        "pattern": f"must match {value}",
        "minLength": f"must have {value} characters or more",
        "maxLength": f"must have {value} characters or less",
        "minItems": f"must have {value} elements or more",
        "maxItems": f"must have {value} elements or less",
        "uniqueItems": "must not have an element twice",
        "multipleOf": f"{number} be a multiple of {value}",
        "anyOf": "has none of the forms that the schema allows",
        "oneOf": "does not have exactly one of the forms that the schema allows",
        "not": "has a form that the schema excludes",
    }
    return [(path, texts.get(keyword) or f"does not meet {keyword} of the schema")]


def _unknown(path: list[Any], error: Any) -> list[tuple[list[Any], str]]:
    known = error.schema.get("properties") or {}
    patterns = error.schema.get("patternProperties") or {}
    found = []
    for name in error.instance:
        if name in known or any(re.search(pattern, name) for pattern in patterns):
            continue
        near = nearest(name, known)
        hint = f"; did you mean {near}?" if near else f"; the options there are {', '.join(known)}" if known else ""
        found.append(([*path, name], f"is no option of the package{hint}"))
    return found


def _type(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    types = {dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return next((name for kind, name in types.items() if isinstance(value, kind)), "string")
