"""Each message on the troubleshooting page is one that the collection prints."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs" / "troubleshooting.md").read_text()
ROWS = re.findall(r"^\| `(.+?)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)


@cache
def texts() -> list[str]:
    """What may be printed: strings of Python, parts of which are joined or filled in, and the words of YAML files."""
    found = []
    for path in sorted((CHECKOUT / "plugins").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    for directory in ("roles", "playbooks"):
        for path in sorted((CHECKOUT / directory).rglob("*.yml")):
            found.append(re.sub(r"'\s+~ '", "", " ".join(path.read_text().split())))
    return found


def printed(part: str) -> bool:
    return any(part in text for text in texts())


def test_there_are_at_least_twenty() -> None:
    assert len(ROWS) >= 20
    assert len({message for message, _, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize("message", [row[0] for row in ROWS])
def test_the_collection_prints_it(message: str) -> None:
    parts = [part.strip() for part in message.split("…")]
    fixed = [part for part in parts if len(part) > 11]
    assert fixed, "too few fixed words to search for"
    assert [part for part in fixed if not printed(part)] == []


def test_a_wrong_checksum_is_told_in_the_same_words_everywhere() -> None:
    assert len([text for text in texts() if "checksum is sha256" in text]) == 1


def test_a_message_that_nothing_prints_is_found() -> None:
    assert not printed("the moon is in the wrong phase")
