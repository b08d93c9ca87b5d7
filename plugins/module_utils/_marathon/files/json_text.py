# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads JSON strictly and says in which line it is wrong, without a quote of the text, which may hold secrets."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|(?:NaN|-?Infinity)\b', re.DOTALL)
_COMMENT = re.compile(r"//|/\*|#")
_WORDS = re.compile(r"(True|False|None)\b")


class Broken(Exception):
    """What is wrong with a text, to be told behind the name of its file."""

    @classmethod
    def at(cls, form: str, line: int, column: int, told: str) -> Broken:
        return cls(f"is not valid {form}: line {line}, column {column}: {told}")


class _Ambiguous(Exception):
    """A key twice in one object, or a number that JSON does not have."""


def parse(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except _Ambiguous:
        _say_which(text)
    except json.JSONDecodeError as error:
        comma = _comma_too_many(text, error.pos)
        at = error.pos if comma is None else comma
        told = f"{error.msg}{_guess(text, error)}" if comma is None else "this comma is one too many"
        raise _at(text, at, told) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Ambiguous
    return found


def _refused(_constant: str) -> NoReturn:
    raise _Ambiguous


def _say_which(text: str) -> NoReturn:
    """The reader itself gives no places, so the text is gone through once more."""
    seen: list[dict[str, int] | None] = []
    last = None
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word == "{":
            seen.append({})
        elif word == "[":
            seen.append(None)
        elif word in ("}", "]"):
            seen.pop()
        elif word == ":":
            keys, (key, at) = seen[-1], last
            if keys is not None and key in keys:
                first = text.count("\n", 0, keys[key]) + 1
                raise _at(text, at, f"the key {key} is here again, after line {first}: keep one of them")
            if keys is not None:
                keys[key] = at
        elif word[0] in "NI-":
            raise _at(text, token.start(), f"{word} is no number in JSON")
        elif word[0] == '"':
            last = (json.dumps(json.loads(word, strict=False), ensure_ascii=False), token.start())
    raise AssertionError("nothing is ambiguous")


def _at(text: str, at: int, told: str) -> Broken:
    return Broken.at("JSON", text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), told)


def _comma_too_many(text: str, at: int) -> int | None:
    """Where it is; newer Pythons point at the comma itself, older ones behind it."""
    before, after = text[:at].rstrip(), text[at:].lstrip()
    if before.endswith(",") and after[:1] in ("}", "]", ""):
        return len(before) - 1
    if after[:1] == "," and after[1:].lstrip()[:1] in ("}", "]"):
        return text.index(",", at)
    return None


def _guess(text: str, error: json.JSONDecodeError) -> str:
    """The usual slips, in words that do not quote the text, which may hold secrets."""
    if _COMMENT.match(text, error.pos):
        return (
            "; this looks like a comment, which JSON does not have: remove it, or write a file *.yml, where comments "
            "begin with #"
        )
    found = text[error.pos : error.pos + 1]
    if error.msg.startswith("Invalid control character") and found == "\t":
        return "; a tab in a text is written \\t"
    if error.msg.startswith(("Invalid control character", "Unterminated string")):
        return "; the closing quote of a text in this line is missing"
    if found == "'" and ("double quotes" in error.msg or error.msg == "Expecting value"):
        words = "" if "double quotes" in error.msg else " enclosed in double quotes"
        return f"{words}, which JSON does not take single ones for"
    if _WORDS.match(text, error.pos):
        return "; JSON writes true, false and null, which the filter to_json makes of a variable"
    if "double quotes" in error.msg:
        return "; is an opening quote missing?"
    if error.msg == "Extra data":
        return "; one file holds one value: put several definitions into a list, [ … , … ]"
    if "delimiter" in error.msg:
        return "; is a comma or a quote missing before it?"
    return ""
