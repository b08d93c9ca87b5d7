# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the difference of two texts that hold secrets, by the names in them and without any of their values."""

from __future__ import annotations

import json
import re
import typing as t

HIDDEN = "<hidden>"
CHANGED = "<hidden, changed>"
# What a text is not split into: a key, a certificate, a bare password, lines that are no setting.
REST = "(content)"
COMMENTS = "(comments)"
FORMS = ("lines", "json", "whole")
# A password may have signs that a URL must quote; a number after the host is its port.
USER = re.compile(r"^([\w+.-]+:/*|/*)(?:[^/?#]*@|[^/@?#:]+:(?!\d*(?:[/?#]|$)).*@)", re.DOTALL)
SETTING = re.compile(r"^\s*([A-Za-z_][\w.:-]*|\d\w*(?:\.[\w-]+)+)\s*=(.*)$")


def _flat(value: t.Any, name: str) -> t.Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key in value:
            yield from _flat(value[key], "%s.%s" % (name, key) if name else str(key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _flat(item, "%s[%d]" % (name, index))
    else:
        yield name or REST, json.dumps(value, sort_keys=True)


def _entries(text: str, form: str) -> dict[str, str]:
    """What a text sets, by name."""
    if form == "json":
        try:
            return dict(_flat(json.loads(text), ""))
        except ValueError:
            return {REST: text}
    if form == "whole":
        return {REST: text}
    return _lines(text)


def _lines(text: str) -> dict[str, str]:
    """The settings of a text. One whose value goes on in the next line has that line, whatever it looks like."""
    found: dict[str, str] = {}
    name, goes_on = REST, ""
    for line in text.splitlines():
        setting = None if goes_on else SETTING.match(line)
        if setting:
            name = setting.group(1)
            found[name] = setting.group(2)
            goes_on = _goes_on(setting.group(2).strip())
        elif goes_on:
            found[name] += "\n" + line
            goes_on = _goes_on(goes_on + line)
        elif line.strip():
            name = COMMENTS if line.startswith("#") else REST
            found[name] = found.get(name, "") + line + "\n"
    return found


def _goes_on(value: str) -> str:
    """The quote that is open at the end of a line of a value, or a space where a backslash ends the line."""
    quote = value[:1]
    if quote in ("'", '"') and not re.search(r"(?<!\\)" + quote, value[1:]):
        return quote
    return " " if value.endswith("\\") else ""


def without_user(url: str) -> str:
    """A URL, or an address without a scheme, without its user and password."""
    return USER.sub(r"\1***@", url)


def name_alone(name: t.Any) -> str:
    """A name of a setting for a sentence, without the value that somebody has written into it."""
    return ascii(str(name).split("=", 1)[0])


def without(text: str, values: t.Mapping[str, t.Any]) -> str:
    """What another program says of a JSON text, without the texts that stand in its lists and dictionaries."""
    nested = {name: value for name, value in values.items() if isinstance(value, (dict, list))}
    secrets = {json.loads(value) for _name, value in _flat(nested, "") if value[:1] == '"'}
    # What is as short as a number would be found in every word.
    for secret in sorted((one for one in secrets if len(one) > 3), key=len, reverse=True):
        # In quotes, and in those of a log's line, it stands escaped.
        quoted = json.dumps(secret, ensure_ascii=False)[1:-1]
        for form in (json.dumps(quoted, ensure_ascii=False)[1:-1], quoted, secret):
            text = text.replace(form, HIDDEN)
    return text


def difference(path: str, before: str | None, after: str | None, form: str) -> dict[str, str]:
    """A diff in Ansible's form: every name, and whether its value changes, but no value. ``None`` is no file."""
    old = _entries(before, form) if before is not None else {}
    new = _entries(after, form) if after is not None else {}
    return {
        "before_header": path,
        "after_header": path,
        "before": "".join("%s=%s\n" % (name, HIDDEN) for name in sorted(old)),
        "after": "".join(
            "%s=%s\n" % (name, HIDDEN if name not in old or old[name] == new[name] else CHANGED) for name in sorted(new)
        ),
    }
