"""The image of an execution environment gets all that the plugins use on the controller."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[2]
META = CHECKOUT / "meta"


def imported() -> Iterator[str]:
    for path in (path for name in ("extensions", "plugins") for path in (CHECKOUT / name).rglob("*.py")):
        for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(statement, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in statement.names)
            elif isinstance(statement, ast.ImportFrom) and not statement.level:
                yield statement.module.partition(".")[0]


def requirements(lines: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("#")}


def test_every_package_that_a_plugin_imports_is_there() -> None:
    ours = {"ansible", "ansible_collections"}
    foreign = set(imported()) - sys.stdlib_module_names - ours
    assert {"requests", "jmespath", "kazoo", "jsonschema", "referencing", "yaml"} <= foreign
    providers = packages_distributions()
    needed = {canonicalize_name(providers[name][0]) for name in foreign}
    given = requirements((META / "ee-requirements.txt").read_text().splitlines())
    assert needed == given | (needed & requirements(requires("ansible-core")))


def test_ansible_builder_reads_it(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "ansible-builder"
    installed = tmp_path / "ansible_collections" / "quorum"
    installed.mkdir(parents=True)
    (installed / "mesos").symlink_to(CHECKOUT)
    done = subprocess.run(
        [program, "introspect", tmp_path],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = yaml.safe_load(done.stdout)
    names = {kind: [re.split(r"[\s<>=]", line)[0] for line in lines] for kind, lines in found.items()}
    assert names == {
        "python": ["requests", "jmespath", "cryptography", "kazoo", "jsonschema", "referencing"],
        "system": ["openssh-client", "openssh-clients"],
    }
