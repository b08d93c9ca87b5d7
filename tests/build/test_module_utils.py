"""How plugins/module_utils is divided: small folders that import each other in one direction, each thing once."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
UTILS = CHECKOUT / "plugins" / "module_utils"
FILES = sorted(path for path in UTILS.rglob("*.py") if path.name != "__init__.py")
ABSOLUTE = "ansible_collections.quorum.mesos."
LARGEST = 12
# Counts as one folder: what starts a translation lies beside what its parts share.
UNDIVIDED = "_translate"
# What reads and plans definitions needs neither Ansible nor a server.
PURE = (
    "_marathon.bounds",
    "_marathon.definition",
    "_marathon.plan",
    "_marathon.rules",
    "_marathon.apps.planning",
    "_universe",
)


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(CHECKOUT)}:{line}"


def imports(path: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node


def folder(path: Path) -> str:
    parts = path.relative_to(UTILS).parts[:-1]
    return ".".join(parts[:1] if parts[:1] == (UNDIVIDED,) else parts)


def sources(path: Path, node: ast.Import | ast.ImportFrom) -> set[str]:
    """The folders of module_utils from which a line takes something."""
    if isinstance(node, ast.Import):
        return set()
    if node.level:
        above = list(path.relative_to(UTILS).parts[:-1])
        start = above[: len(above) - node.level + 1]
    elif (node.module or "").startswith(f"{ABSOLUTE}plugins.module_utils"):
        start = []
    else:
        return set()
    named = (node.module or "").removeprefix(f"{ABSOLUTE}plugins.module_utils").strip(".")
    parts = [*start, *(part for part in named.split(".") if part)]
    found = set()
    for alias in node.names:
        for taken in (UTILS.joinpath(*parts, f"{alias.name}.py"), UTILS.joinpath(*parts).with_suffix(".py")):
            if taken.is_file():
                found.add(folder(taken))
                break
    return found


def crossings() -> dict[tuple[str, str], str]:
    """Folder and folder above or below it, with the first line that imports."""
    found: dict[tuple[str, str], str] = {}
    for path in FILES:
        for node in imports(path):
            for source in sources(path, node) - {folder(path)}:
                found.setdefault((folder(path), source), place(path, node.lineno))
    return found


def circle(edges: dict[str, set[str]]) -> list[str]:
    """Folders of which each imports the next and the last the first; empty where there are none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for below in sorted(edges.get(name, ())):
            found = walk(below, [*way, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(edges) if (found := walk(name, []))), [])


def test_no_folder_is_larger_than_can_be_overlooked():
    held = defaultdict(list)
    for path in FILES:
        held[path.parent].append(path)
    wrong = [
        f"{where.relative_to(CHECKOUT)}: {len(files)} files" for where, files in held.items() if len(files) > LARGEST
    ]
    assert wrong == [], f"at most {LARGEST}"


def test_imports_inside_are_relative():
    wrong = [
        place(path, node.lineno)
        for path in FILES
        for node in imports(path)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        if name.startswith(ABSOLUTE)
    ]
    assert wrong == []


def test_folders_import_in_one_direction():
    found = crossings()
    assert found
    edges = defaultdict(set)
    for above, below in found:
        edges[above].add(below)
    way = circle(edges)
    assert way == [], [f"{a or '.'} -> {b or '.'} {found[a, b]}" for a, b in pairwise(way)]


def test_pure_folders_know_neither_ansible_nor_a_server():
    wrong = []
    seen = set()
    for path in FILES:
        if folder(path) not in PURE:
            continue
        seen.add(folder(path))
        for node in imports(path):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            above = isinstance(node, ast.Import) or node.level == 0
            outside = above and any(re.match(r"(ansible|requests|http|urllib)\b", name) for name in names)
            if outside or any(source.split(".")[0] == "_http" for source in sources(path, node)):
                wrong.append(place(path, node.lineno))
    assert wrong == []
    assert seen == set(PURE)


def test_one_file_sends_by_each_http_library():
    users = defaultdict(list)
    for path in sorted((CHECKOUT / "plugins").rglob("*.py")):
        for node in imports(path):
            for alias in node.names:
                module = node.module if isinstance(node, ast.ImportFrom) else alias.name
                if (module or "").split(".")[0] == "requests":
                    users["requests"].append(place(path, node.lineno))
                if alias.name == "open_url":
                    users["open_url"].append(place(path, node.lineno))
    assert {name: len(places) for name, places in users.items()} == {"requests": 1, "open_url": 1}, dict(users)


def test_no_class_name_is_there_twice():
    """But for the errors of different products, which are never in one file."""
    where = defaultdict(list)
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and path.name != "errors.py":
                where[node.name].append(place(path, node.lineno))
    assert {name: places for name, places in where.items() if len(places) > 1} == {}
