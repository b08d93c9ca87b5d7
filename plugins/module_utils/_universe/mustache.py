# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates of packages: mustache with the values of JSON in place of those of HTML, as Cosmos renders them.

No ready-made library does: they escape markup and print lists as their own language writes them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from .._marathon.errors import DefinitionError

OPEN, CLOSE = "{{", "}}"
SECTION, INVERTED, END, COMMENT, RAW = "#", "^", "/", "!", "&"
# Of all values, the only one that is a function: it inserts an option whose text is JSON.
AS_JSON = "asJson"
MAX_DEPTH = 50
MAX_OUTPUT = 4 * 1024 * 1024
# A section in a section repeats lists by lists, so that a small template may never end.
MAX_STEPS = 500_000


@dataclass(frozen=True)
class Rendered:
    """empty are the names that had no value, each once."""

    text: str
    empty: tuple[str, ...]


@dataclass
class _Block:
    """A section or, without a name, the whole template."""

    kind: str
    name: str
    place: int
    parts: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class _Variable:
    name: str
    place: int


def render(template: str, values: dict[str, Any]) -> Rendered:
    run = _Run(template, values)
    run.block(_parsed(template), [values])
    return Rendered("".join(run.output), tuple(sorted(run.empty)))


def _parsed(template: str) -> _Block:
    blocks = [_Block(SECTION, "", 0)]
    place = 0
    while True:
        start = template.find(OPEN, place)
        if start < 0:
            break
        kind, name, end = _tag(template, start)
        before, after = start, end
        if kind in (SECTION, INVERTED, END, COMMENT):
            before, after = _lines_taken(template, place, start, end)
        blocks[-1].parts.append(template[place:before])
        place = after
        _add(template, blocks, kind, name, start)
    blocks[-1].parts.append(template[place:])
    if len(blocks) > 1:
        raise _error(template, blocks[-1].place, f"the section {blocks[-1].name} is not closed")
    return blocks[0]


def _add(template: str, blocks: list[_Block], kind: str, name: str, start: int) -> None:
    if kind == RAW:
        blocks[-1].parts.append(_Variable(name, start))
    elif kind in (SECTION, INVERTED):
        if len(blocks) > MAX_DEPTH:
            raise _error(template, start, f"more than {MAX_DEPTH} sections are in each other")
        inner = _Block(kind, name, start)
        blocks[-1].parts.append(inner)
        blocks.append(inner)
    elif kind == END:
        if blocks[-1].name != name or len(blocks) == 1:
            open_one = f"the open section is {blocks[-1].name}" if len(blocks) > 1 else "no section is open"
            raise _error(template, start, f"{name} is closed, but {open_one}")
        blocks.pop()


def _tag(template: str, start: int) -> tuple[str, str, int]:
    """Its kind, the name in it, and where it ends."""
    triple = template.startswith("{", start + len(OPEN))
    closing = "}" + CLOSE if triple else CLOSE
    inner = start + len(OPEN) + triple
    end = template.find(closing, inner)
    if end < 0:
        raise _error(template, start, "a tag is not closed")
    text = template[inner:end].strip()
    after = end + len(closing)
    if triple:
        return RAW, _name(template, start, text), after
    if text[:1] == COMMENT:
        return COMMENT, "", after
    if text[:1] in (">", "="):
        what = "a partial" if text[0] == ">" else "a change of the delimiters"
        raise _error(template, start, f"{what} is not supported")
    if text[:1] in (SECTION, INVERTED, END, RAW):
        return text[0], _name(template, start, text[1:].strip()), after
    return RAW, _name(template, start, text), after


def _name(template: str, start: int, name: str) -> str:
    if not name or any(letter.isspace() or letter in "{}" for letter in name):
        raise _error(template, start, f"{name[:40]!a} is not a name")
    return name


def _lines_taken(template: str, place: int, start: int, end: int) -> tuple[int, int]:
    """Where the text before ends and the text behind begins: a tag alone on its line leaves no line."""
    # No line that begins before place matters, and a long template without lines would be searched again for each tag.
    line = template.rfind("\n", max(place - 1, 0), start) + 1
    if line < place or template[line:start].strip(" \t"):
        return start, end
    behind = end
    while template[behind : behind + 1] in (" ", "\t"):
        behind += 1
    if behind == len(template):
        return line, behind
    for ending in ("\r\n", "\n"):
        if template.startswith(ending, behind):
            return line, behind + len(ending)
    return start, end


class _Run:
    def __init__(self, template: str, values: dict[str, Any]) -> None:
        self._template = template
        self._options = values
        self.output: list[str] = []
        self.empty: set[str] = set()
        self._length = 0
        self._steps = 0

    def block(self, block: _Block, scopes: list[Any]) -> None:
        for part in block.parts:
            self._count(block.place)
            if isinstance(part, str):
                self._write(part, block.place)
            elif isinstance(part, _Variable):
                self._variable(part, scopes)
            elif part.name == AS_JSON and part.kind == SECTION:
                self._write(self._as_json(part), part.place)
            else:
                self._section(part, scopes)

    def _section(self, section: _Block, scopes: list[Any]) -> None:
        value = _value(section.name, scopes)
        # 0 is a value like any other.
        nothing = value is None or value is False or value == "" or value == []
        if section.kind == INVERTED:
            if nothing:
                self.block(section, scopes)
        elif not nothing:
            for element in value if isinstance(value, list) else [value]:
                self.block(section, [*scopes, element])

    def _as_json(self, section: _Block) -> str:
        name = "".join(part for part in section.parts if isinstance(part, str)).strip()
        value = self._options.get(name)
        if not isinstance(value, str):
            return "null"
        try:
            json.loads(value)
        except (ValueError, RecursionError):
            return "null"
        return value

    def _variable(self, variable: _Variable, scopes: list[Any]) -> None:
        value = _value(variable.name, scopes)
        if value is None:
            self.empty.add(variable.name)
            return
        if isinstance(value, dict):
            raise _error(self._template, variable.place, f"{variable.name} is an object, which is not inserted as text")
        if isinstance(value, float) and not math.isfinite(value):
            raise _error(self._template, variable.place, f"{variable.name} is {value}, which JSON does not have")
        self._write(_text(value), variable.place)

    def _write(self, text: str, place: int) -> None:
        self._length += len(text)
        if self._length > MAX_OUTPUT:
            raise _error(self._template, place, f"it gives more than {MAX_OUTPUT} characters")
        self.output.append(text)

    def _count(self, place: int) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _error(self._template, place, f"it takes more than {MAX_STEPS} steps")


def _value(name: str, scopes: list[Any]) -> Any:
    """From the innermost scope that has the whole name; none where no scope has it."""
    if name == ".":
        return scopes[-1]
    parts = name.split(".")
    for scope in reversed(scopes):
        value = scope
        for part in parts:
            if not isinstance(value, dict) or part not in value:
                break
            value = value[part]
        else:
            return value
    return None


def _text(value: Any) -> str:
    if isinstance(value, str):
        # The quotes are the template's.
        return json.dumps(value, ensure_ascii=False)[1:-1]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _error(template: str, place: int, what: str) -> DefinitionError:
    line = template.count("\n", 0, place) + 1
    return DefinitionError(f"the template cannot be rendered: line {line}: {what}")
