# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that a definition leaves alone: what can be named, what a name that matches nothing is told, and the keeping.

A path is a name, or several with dots between them. Keys of mappings that are the user's own may hold dots themselves.
"""

from __future__ import annotations

import copy
from typing import Any, Callable, Iterable, Mapping

from ..._names import nearest
from ..definition import app_fields, legacy, schema
from ..errors import DefinitionError

# What is inside a field that is no record.
KEYS, ELEMENTS, NOTHING = "keys", "elements", "nothing"

Inside = Callable[[Any], Any]


def check_app(paths: Iterable[str], option: str = "ignore_fields") -> None:
    """Refuses a path that no app can have."""
    known = {name: app_fields.FIELDS[name].shape for name in app_fields.names(app_fields.USER) if name != "id"}
    for path in paths:
        moved = legacy.MOVED.get(tuple(path.split(".")))
        if moved is not None:
            raise DefinitionError(f"{option}: {path!r} is {'.'.join(moved)!r} since Marathon 1.5: name that instead")
        check(path, known, _inside_app, "an app", option)


def check(path: str, known: Mapping[str, Any], inside: Inside, what: str, option: str) -> None:
    """known are the fields by name; inside tells the members of one, or which of the words above it is."""
    name, _dot, rest = path.partition(".")
    if name not in known:
        raise DefinitionError(f"{option}: {name!r} is not a field that {what} declares{_hint(name, known)}")
    above, found = name, inside(known[name])
    while rest and found != KEYS:
        if found in (ELEMENTS, NOTHING):
            kind = "a list" if found == ELEMENTS else "a single value"
            raise DefinitionError(
                f"{option}: {path!r} matches nothing, because {above} is {kind}, of which no part can be named: name "
                f"{above} itself"
            )
        name, _dot, rest = rest.partition(".")
        if name not in found:
            raise DefinitionError(f"{option}: {path!r} matches nothing in {above}{_hint(name, found)}")
        above, found = f"{above}.{name}", inside(found[name])


def check_keys(paths: Iterable[str], definitions: Iterable[Mapping[str, Any] | None]) -> None:
    """Refuses a key of env, labels and the like that none of the definitions has, where one is like it."""
    for sentence, near in unmatched(paths, definitions):
        if near is not None:
            remedy = "Declare a first value where another sets it later"
            raise DefinitionError(f"{sentence}; did you mean {near!r}? {remedy}")


def told_of_keys(paths: Iterable[str], definitions: Iterable[Mapping[str, Any] | None]) -> list[str]:
    """The same for a key that is like none: it may come later, as a password that is kept out of the files."""
    return [sentence for sentence, near in unmatched(paths, definitions) if near is None]


def unmatched(paths: Iterable[str], definitions: Iterable[Mapping[str, Any] | None]) -> list[tuple[str, str | None]]:
    """A sentence for every key that none of the definitions has, neither declared nor stored, and the one like it."""
    nested = [path for path in paths if "." in path]
    there = [definition for definition in definitions if definition is not None] if nested else []
    sentences = []
    for path in nested:
        found = [keys for keys in (_keys(path, definition) for definition in there) if keys is not None]
        if not found or any(rest in keys for _above, rest, keys in found):
            continue
        above, rest, _own = found[0]
        keys = sorted({key for _above, _rest, own in found for key in own})
        near = nearest(rest, keys)
        exist = "" if near else f"; there {_listed(keys)}"
        sentences.append(
            (
                f"ignore_fields: {path!r} matches nothing, because {above} has no {rest!r}, neither in the definition "
                f"nor on Marathon{exist}",
                near,
            )
        )
    return sentences


def told_of_carried(app_id: str, carried: tuple[str, ...]) -> str:
    """Why an ignored field may still lose what another writes at the same moment."""
    return (
        f"the write to {app_id} cannot leave out {', '.join(carried)} of ignore_fields, because Marathon replaces what "
        "holds it as a whole; it is read again right before, but a change that another makes in between is lost"
    )


def keep(path: str, base: dict[str, Any], body: dict[str, Any]) -> None:
    """Gives the field of the body its present value. The longest key that exists wins, as keys may hold dots."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        name, rest = ".".join(parts[:length]), ".".join(parts[length:])
        if name not in base and name not in body:
            continue
        if not rest:
            if name in base:
                body[name] = copy.deepcopy(base[name])
            else:
                del body[name]
        elif isinstance(base.get(name, {}), dict) and isinstance(body.get(name, {}), dict):
            inner = dict(body.get(name, {}))
            keep(rest, base.get(name, {}), inner)
            if inner:
                body[name] = inner
            else:
                body.pop(name, None)
        return


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else f"; the fields are {', '.join(known)}"


def _listed(keys: list[str]) -> str:
    return f"are {', '.join(keys)}: name one of these" if keys else "is none: leave it out, or declare it"


def _inside_app(shape: schema.Shape) -> Any:
    if isinstance(shape, schema.Choice):
        # Of the forms that it may have, the one that is a mapping.
        shape = shape.select({})
    if isinstance(shape, schema.Record):
        return {name: row.shape for name, row in shape.rows.items()}
    if isinstance(shape, schema.Dictionary):
        return KEYS
    return ELEMENTS if isinstance(shape, schema.List) else NOTHING


_OWN_KEYS = ("env", "environment", "labels", "secrets")


def _keys(path: str, definition: Mapping[str, Any]) -> tuple[str, str, list[str]] | None:
    """The mapping of the user's own keys that the path leads to, what is named in it, and the keys that it has."""
    name, _dot, rest = path.partition(".")
    if name not in _OWN_KEYS:
        return None
    value = definition.get(name)
    value = value if isinstance(value, dict) else {}
    # Part of one key, as of a secret in env, is reached by that key.
    inside = (str(key) for key, inner in value.items() if isinstance(inner, dict) and rest.startswith(f"{key}."))
    return name, next(inside, rest), [str(key) for key in value]
