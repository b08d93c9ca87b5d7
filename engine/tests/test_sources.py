"""The engine's page names files that exist, and the files stay readable."""

from __future__ import annotations

import re
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[1]
SOURCES = ENGINE / "src" / "labengine"
PAGE = (ENGINE / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_page_names_files_that_exist() -> None:
    named = set(re.findall(r"`((?:agent|master|marathon)/\w+(?:/\w+)*\.py)`", PAGE))
    assert len(named) > 10
    assert sorted(name for name in named if not (SOURCES / name).is_file()) == []
    tests = set(re.findall(r"`((?:engine/)?tests/[\w/]+\.py)`", PAGE))
    assert tests
    assert sorted(name for name in tests if not (ENGINE.parent / name).is_file()) == []


def test_no_file_is_longer_than_500_lines() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES.rglob("*.py")}
    assert lines
    assert [f"{path.relative_to(SOURCES)}: {count} lines" for path, count in lines.items() if count > 500] == []
