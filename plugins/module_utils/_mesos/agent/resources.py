# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes and resources of an agent: as its flags want them, and what is wrong with them."""

from __future__ import annotations

import json
import re
import typing as t

RANGES = re.compile(r"^[0-9]+-[0-9]+(\s*,\s*[0-9]+-[0-9]+)*\Z")
NUMBER = re.compile(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
KEY = re.compile(r"^([^()\s]+)\s*(?:\(\s*([^()\s]+)\s*\))?\Z")
SCALARS = ("cpus", "disk", "gpus", "mem")
SHORT = ("name", "value", "role", "mount", "path")

# name, role and disk of a resource, and what there is of it: a number, ranges or names.
Key = tuple[str, str, str]
Ranges = list[tuple[int, int]]
Amount = t.Union[float, Ranges, frozenset]


class BadValue(ValueError):
    """A value that would stop the agent. The text goes on after: <option> has '<part>', which ..."""


def attributes(value: t.Any) -> str | None:
    """``{rack: a}`` or ``["rack:a"]`` or the text itself -> ``rack:a;zone:b``."""
    if isinstance(value, t.Mapping):
        return ";".join("%s:%s" % (name, _text(part)) for name, part in value.items()) or None
    if isinstance(value, (list, tuple)):
        return ";".join(str(item) for item in value) or None
    return str(value) if value else None


def resources(value: t.Any) -> str | None:
    """``{cpus: 4, ports: ["80-90", "31000-32000"]}`` or the text itself -> ``cpus:4;ports:[80-90,31000-32000]``.

    A list, in which a disk of its own can be told, becomes Mesos' JSON.
    """
    if isinstance(value, t.Mapping):
        return ";".join("%s:%s" % (name, _amount(amount)) for name, amount in value.items()) or None
    if isinstance(value, (list, tuple)):
        return json.dumps([_long(item) for item in value], separators=(",", ":")) if value else None
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


def _long(item: t.Any) -> t.Any:
    """``{name: disk, value: 2048, mount: /mnt/a, role: db}`` as Mesos writes it. What has a type is in that form."""
    if not isinstance(item, t.Mapping) or "type" in item or "value" not in item:
        return item
    try:
        kind, amount = _value(_amount(item["value"]))
    except BadValue:
        kind, amount = "TEXT", str(item["value"])
    content: t.Any = {"value": amount}
    if kind == "RANGES":
        content = {"range": [{"begin": begin, "end": end} for begin, end in t.cast(Ranges, amount)]}
    elif kind == "SET":
        content = {"item": sorted(t.cast("frozenset[str]", amount))}
    found = {"name": item.get("name"), "type": kind, kind.lower(): content}
    if item.get("role"):
        found["role"] = item["role"]
    for source in ("mount", "path"):
        if item.get(source):
            found["disk"] = {"source": {"type": source.upper(), source: {"root": item[source]}}}
    return found


def _value(text: str) -> tuple[str, Amount | str]:
    text = text.strip()
    if text.startswith("["):
        if not text.endswith("]"):
            raise BadValue("lacks the ] at its end")
        return "RANGES", _ranges(text[1:-1])
    if text.startswith("{"):
        if not text.endswith("}"):
            raise BadValue("lacks the } at its end")
        return "SET", frozenset(item.strip() for item in text[1:-1].split(",") if item.strip())
    if NUMBER.match(text):
        return "SCALAR", round(float(text), 3)
    return "TEXT", text


def _ranges(text: str) -> Ranges:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.match(r"^([0-9]+)\s*-\s*([0-9]+)\Z", part)
        if not match or int(match.group(1)) > int(match.group(2)):
            raise BadValue("has the range '%s'; write ranges like [31000-32000]" % part)
        found.append((int(match.group(1)), int(match.group(2))))
    return joined(found)


def joined(ranges: t.Iterable[tuple[int, int]]) -> Ranges:
    """Sorted, overlaps and neighbours made one."""
    result: Ranges = []
    for begin, end in sorted(ranges):
        if result and begin <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((begin, end))
    return result


def parse_attributes(text: str) -> dict[str, t.Any]:
    """Name -> value; names and values that Mesos does not take raise BadValue."""
    found: dict[str, t.Any] = {}
    for part in _parts(text):
        name, _colon, raw = (piece.strip() for piece in part.partition(":"))
        if not name or not raw:
            raise BadValue("'%s', which is no name:value; write it like rack:a" % part)
        found[name] = _told(part, _value, raw)[1]
    return found


def parse_resources(text: str) -> dict[Key, Amount]:
    """What there is of each resource, role by role and disk by disk."""
    items: list[tuple[str, Key, str, t.Any]] = []
    if text.lstrip().startswith("["):
        items = [_told(_shown(item), _of_json, item) for item in _json(text)]
    else:
        for part in _parts(text):
            name, colon, raw = part.partition(":")
            match = KEY.match(name.strip())
            if not colon or not match:
                raise BadValue("'%s', which is no name:value; write it like cpus:4 or mem(role):1024" % part)
            kind, amount = _told(part, _value, raw)
            items.append((part, (match.group(1), match.group(2) or "*", ""), kind, amount))
    found: dict[Key, Amount] = {}
    for shown, key, kind, amount in items:
        _told(shown, _check, key[0], kind, amount)
        found[key] = _sum(found[key], amount) if key in found else amount
    return found


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def _told(shown: str, reader: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
    try:
        return reader(*arguments)
    except BadValue as error:
        raise BadValue("'%s', which %s" % (shown, error)) from error


def _shown(item: t.Any) -> str:
    return str(item.get("name")) if isinstance(item, t.Mapping) and item.get("name") else str(item)


def _json(text: str) -> list[t.Any]:
    try:
        return list(json.loads(text))
    except ValueError as error:
        raise BadValue("a JSON list that cannot be read (%s)" % error) from error


def _of_json(item: t.Any) -> tuple[str, Key, str, t.Any]:
    if not isinstance(item, t.Mapping) or not item.get("name"):
        raise BadValue("is no resource; write it like {name: disk, value: 2048, mount: /mnt/disk1}")
    kind = item.get("type")
    content = item.get(str(kind).lower())
    if kind not in ("SCALAR", "RANGES", "SET", "TEXT") or not isinstance(content, t.Mapping):
        raise BadValue("has no value; write one, like value: 4, or a type with its value as Mesos does")
    try:
        if kind == "SCALAR":
            amount: t.Any = float(content["value"])
        elif kind == "TEXT":
            amount = str(content["value"])
        elif kind == "RANGES":
            amount = joined((int(part["begin"]), int(part["end"])) for part in content["range"])
        else:
            amount = frozenset(content["item"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadValue("has a %s that Mesos does not take" % str(kind).lower()) from error
    reservations = item.get("reservations") or [{"role": item.get("role", "*")}]
    source = (item.get("disk") or {}).get("source")
    key = (str(item["name"]), str(reservations[-1].get("role")), json.dumps(source, sort_keys=True) if source else "")
    return _shown(item), key, kind, amount


def _check(name: str, kind: str, amount: t.Any) -> None:
    if name in SCALARS and kind != "SCALAR":
        raise BadValue("is no number; write one, like %s:4" % name)
    if name == "ports" and kind != "RANGES":
        raise BadValue("is no list of ranges; write ranges like [31000-32000]")
    if kind == "TEXT":
        raise BadValue("is neither a number nor ranges like [31000-32000] nor a set like {a,b}")
    if kind == "SCALAR" and amount < 0:
        raise BadValue("is negative; write a number from 0")


def _sum(one: t.Any, other: t.Any) -> Amount:
    if isinstance(one, list):
        return joined([*one, *other])
    return one | other if isinstance(one, frozenset) else one + other


def attribute_problems(value: t.Any, option: str, host: str) -> list[str]:
    """An attribute without a value stops the agent with a core signal."""
    found = _second_problems(value, option, host)
    for part in _parts(attributes(value) or ""):
        try:
            if any(isinstance(one, frozenset) for one in parse_attributes(part).values()):
                raise BadValue("'%s', which is a set; write a text, a number or ranges" % part)
        except BadValue as error:
            found.append("%s: %s has %s." % (host, option, error))
    return found


def _second_problems(value: t.Any, option: str, host: str) -> list[str]:
    """Parts that would be two."""
    parts = [*value, *value.values()] if isinstance(value, t.Mapping) else value if isinstance(value, list) else []
    return [
        "%s: %s has %s with a semicolon, which begins another one; write each by itself."
        % (host, option, ascii(str(part)))
        for part in parts
        if isinstance(part, str) and ";" in part
    ]


def resource_problems(value: t.Any, option: str, host: str) -> list[str]:
    """The first thing that Mesos would not take."""
    if isinstance(value, (list, tuple)):
        for item in value:
            unknown = (
                [key for key in item if key not in SHORT] if isinstance(item, t.Mapping) and "value" in item else []
            )
            if unknown:
                return ["%s: %s has '%s' with %s, which is none of %s; remove it." % (
                    host, option, _shown(item), unknown[0], ", ".join(SHORT))]  # fmt: skip
            if isinstance(item, t.Mapping) and item.get("name") != "disk" and (item.get("mount") or item.get("path")):
                return ["%s: %s has '%s' with a mount or path, which only a disk has; remove it." % (
                    host, option, _shown(item))]  # fmt: skip
    second = _second_problems(value, option, host) if isinstance(value, t.Mapping) else []
    if second:
        return second[:1]
    try:
        parse_resources(resources(value) or "")
    except BadValue as error:
        text = str(error)
        return ["%s: %s has %s." % (host, option, text if text.startswith(("'", "a ")) else "a value that %s" % text)]
    return []
