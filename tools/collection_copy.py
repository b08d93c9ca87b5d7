"""A copy of files of this checkout below ansible_collections/quorum/mesos, where Ansible looks for a collection."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def copy_collection(directory: Path, wanted: Callable[[str], bool]) -> Path:
    """The copy of the files that Git knows, or would take, and that are wanted by their names."""
    collection = directory / "ansible_collections" / "quorum" / "mesos"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    shutil.rmtree(collection, ignore_errors=True)
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if not wanted(name) or not os.path.lexists(source):
            continue
        target = collection / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    return collection
