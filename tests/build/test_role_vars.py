"""The variables of a role are tables: what it decides and what it says is computed in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROLES = Path(__file__).resolve().parent.parent.parent / "roles"
# Still programs; a role that is done leaves this list, and none comes to it.
PROGRAMS = {"_common", "marathon", "mesos_slave"}
LINES = 3
LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")
# Four words one after another, which no name, path or option has.
SENTENCE = re.compile(r"[A-Za-z]{2,},?( [A-Za-z]+,?){3}")


def scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for _name, value in node.value:
            yield from scalars(value)


def length(scalar: yaml.ScalarNode, source: list[str]) -> int:
    """The lines of its text; a folded one ends where less is indented, and comments may follow it."""
    first, last = scalar.start_mark.line, scalar.end_mark.line
    if scalar.style not in (">", "|"):
        return last - first + 1
    key = len(source[first]) - len(source[first].lstrip(" -"))
    inside = [line for line in source[first + 1 : last] if line.strip()]
    return sum(1 for line in inside if len(line) - len(line.lstrip()) > key)


def faults(path: Path) -> list[str]:
    """File and line of each expression that is too long and of each sentence."""
    text = path.read_text()
    root = yaml.compose(text)
    found = []
    for scalar in scalars(root) if root else ():
        place = f"{path.relative_to(ROLES)}:{scalar.start_mark.line + 1}"
        is_expression = "{{" in scalar.value or "{%" in scalar.value
        lines = length(scalar, text.splitlines())
        if is_expression and lines > LINES:
            found.append(f"{place}: an expression of {lines} lines; compute it in Python")
        texts = ["".join(parts) for parts in LITERAL.findall(scalar.value)] if is_expression else [scalar.value]
        found += [f"{place}: says '{part}'; say it in Python" for part in texts if SENTENCE.search(part)]
    return found


def of_role(role: str) -> list[str]:
    return [fault for path in sorted((ROLES / role / "vars").rglob("*.yml")) for fault in faults(path)]


@pytest.mark.parametrize("role", sorted({path.name for path in ROLES.iterdir() if path.is_dir()} - PROGRAMS))
def test_variables_are_tables(role: str) -> None:
    assert of_role(role) == []


@pytest.mark.parametrize("role", sorted(PROGRAMS))
def test_a_role_that_is_done_leaves_the_list(role: str) -> None:
    assert of_role(role) != []
