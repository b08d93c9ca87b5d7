#!/usr/bin/env python3
"""Run ansible-test on a copy of the collection, in a home of its own and without its download of get-pip.

ansible-test insists on a path that ends in ansible_collections/<namespace>/<name> and walks everything below it, so
it gets a copy of the files that Git knows. What it caches stays under .build.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from collection_copy import ROOT, copy_collection

BUILD = ROOT / ".build" / "ansible-test"
COLLECTION = BUILD / "ansible_collections" / "quorum" / "mesos"
HOME = BUILD / "home"

# What is not the collection's code: ruff, yamllint and ansible-lint look after it.
NOT_SHIPPED = (
    # The link would lead back into the copy.
    ".collections/",
    "ansible.cfg",
    "docs/docsite/",
    "engine/",
    "inventory/",
    "lab/",
    "molecule/",
    "tools/",
    "tests/discovery/",
    "tests/integration/",
    "tests/lab/",
    "tests/properties/",
    "tests/roles/",
    "tests/build/",
    "tests/support/",
)

# The version of pip that the pinned ansible-core asks for.
PIP_VERSION = "24_2"

# ansible-test starts this file as if it were get-pip.py; Python's own ensurepip does the same without a download.
GET_PIP = """\
import subprocess
import sys

subprocess.check_call([sys.executable, "-m", "ensurepip"])
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", *wanted]))
"""


def copy_for_tests() -> None:
    copy_collection(BUILD, lambda name: not name.startswith(NOT_SHIPPED))
    # Without a repository of its own the copy counts as an ignored part of this one, and every file is skipped.
    subprocess.run(["git", "init", "-q", str(COLLECTION)], check=True)


def pip_settings() -> str:
    """What pip is told on this machine, as one file: ansible-test drops the PIP_* variables and changes the home."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    settings = {"quiet": "1"}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if section in ("global", "install", "user", ":env:"):
            settings[option] = value.strip("'\"").replace("\\n", "\n    ")
    return "[global]\n" + "".join(f"{option} = {value}\n" for option, value in settings.items())


def prepare_home() -> None:
    cache = HOME / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (cache / f"get_pip_{PIP_VERSION}.py").write_text(GET_PIP)
    config = HOME / ".config" / "pip"
    config.mkdir(parents=True, exist_ok=True)
    (config / "pip.conf").write_text(pip_settings())


def main(arguments: list[str]) -> int:
    copy_for_tests()
    prepare_home()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(Path(sys.executable).parent / "ansible-test"), *arguments, "--python", python]
    environment = {**os.environ, "HOME": str(HOME), "XDG_CONFIG_HOME": str(HOME / ".config")}
    environment.pop("PIP_CONFIG_FILE", None)
    environment.pop("ANSIBLE_COLLECTIONS_PATH", None)
    return subprocess.call(command, cwd=COLLECTION, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
