"""What is installed for development is what requirements-dev.in asks for, every package in one exact version."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[2]


def lines(path: Path) -> list[str]:
    """The requirements of a file and of those that it includes."""
    found = []
    for line in path.read_text().splitlines():
        text = line.partition(" #")[0].strip()
        if text.startswith("-r "):
            found += lines(path.parent / text.removeprefix("-r "))
        elif text and not text.startswith(("#", "./")):
            found.append(text)
    return found


WANTED = [Requirement(line) for line in lines(CHECKOUT / "requirements-dev.in")]
LOCKED = [Requirement(line) for line in lines(CHECKOUT / "requirements-dev.txt")]


def test_every_version_is_exact() -> None:
    assert len(LOCKED) > 60
    assert [str(one) for one in LOCKED if not re.fullmatch(r"==[^*]+", str(one.specifier))] == []


def test_the_lock_has_what_is_asked_for() -> None:
    versions = {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in LOCKED}
    assert [
        f"{one}: run make lock"
        for one in WANTED
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"), prereleases=True)
    ] == []
