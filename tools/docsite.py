#!/usr/bin/env python3
"""Build the docs site in .build/docsite/html; any warning of it is an error.

Its pages are the guides and READMEs, in the places that they have in the repository, so that their links lead to the
same pages as there, and in ``reference`` what antsibull-docs writes of the public roles and plugins.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from collection_copy import ROOT, copy_collection
from role_readme import FIRST, LAST

DOCSITE = ROOT / "docs" / "docsite"
BUILD = ROOT / ".build" / "docsite"
SOURCE = BUILD / "source"
REFERENCE = SOURCE / "reference"
HTML = BUILD / "html"
PAGES = ("README.md", "CHANGELOG.rst", "docs/*.md", "docs/*.svg", "inventory/*/README.md", "roles/*/README.md")
OPTION = re.compile(r"\bO\((\w+)(?=[=)])")
PRIVATE = re.compile(r"(roles|plugins/(action|filter|inventory|lookup|modules))/_")


def documented(name: str) -> bool:
    """Whether a file of the repository is a part of the public documentation of roles and plugins."""
    return name.startswith(("galaxy.yml", "meta/", "plugins/", "roles/")) and not PRIVATE.match(name)


def options_once(specs: Path) -> None:
    """Leave the options to the entry point main: all others take the same, and would repeat them.

    What the others say of an option leads to main.
    """
    text = yaml.safe_load(specs.read_text(encoding="utf-8"))
    of_main = rf"O(quorum.mesos.{specs.parents[1].name}#role:main:\1"
    for name, entry_point in text["argument_specs"].items():
        if name != "main":
            description = entry_point["description"]
            sentences = [description] if isinstance(description, str) else description
            linked = [OPTION.sub(of_main, sentence) for sentence in sentences]
            entry_point["description"] = [*linked, "Takes the options of the entry point C(main)."]
            entry_point["options"] = {}
    specs.write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")


def write_reference() -> None:
    collection = copy_collection(BUILD, documented)
    for specs in collection.glob("roles/*/meta/argument_specs.yml"):
        options_once(specs)
    # antsibull-docs refuses a directory that others may write to.
    REFERENCE.mkdir(parents=True, mode=0o755)
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(BUILD), "ANSIBLE_HOME": str(BUILD / "ansible")}
    program = str(Path(sys.executable).parent / "antsibull-docs")
    subprocess.run(
        [
            *(program, "--config-file", str(DOCSITE / "antsibull-docs.cfg"), "collection", "--use-current"),
            *("--squash-hierarchy", "--fail-on-error", "--dest-dir", str(REFERENCE), "quorum.mesos"),
        ],
        cwd=BUILD,
        env=environment,
        check=True,
    )


def page(path: Path) -> str:
    """A page as the site has it: the tables that ``make docs`` puts into a role's README are in the reference."""
    text = path.read_text(encoding="utf-8")
    if FIRST not in text:
        return text
    link = f"[All options and entry points](../../reference/{path.parent.name}_role.rst)"
    return f"{text[: text.index(FIRST)]}## Options\n\n{link}\n{text[text.index(LAST) + len(LAST) :]}"


def write_pages() -> None:
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            target = SOURCE / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(page(path), encoding="utf-8")
    shutil.copy(DOCSITE / "index.rst", SOURCE)


def main() -> int:
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    write_reference()
    write_pages()
    subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--jobs", "auto"),
            *("--conf-dir", str(DOCSITE), "--doctree-dir", str(BUILD / "doctrees"), str(SOURCE), str(HTML)),
        ],
        check=True,
    )
    print(f"The docs site: {HTML / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
