"""The program that removes unused images removes none when Docker cannot say what is in use."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import jinja2
import pytest

TEMPLATE = Path(__file__).resolve().parents[2] / "roles" / "docker" / "templates" / "docker-cleanup.j2"
DOCKER = """#!/bin/sh
case "$1 $2" in
  "$FAILS"*) exit 1 ;;
  "ps "*) echo container ;;
  "inspect "*) echo sha256:used ;;
  "image ls") echo sha256:used; echo sha256:unused ;;
  "image rm") echo "$4" >>"$REMOVED" ;;
esac
"""


@pytest.mark.parametrize(("fails", "removed"), [("nothing", ["sha256:unused"]), ("ps ", []), ("image ls", [])])
def test_only_what_is_known_to_be_unused_is_removed(fails: str, removed: list[str], tmp_path: Path) -> None:
    program, docker, log, seen = (tmp_path / name for name in ("cleanup", "docker", "removed", "seen"))
    program.write_text(jinja2.Template(TEMPLATE.read_text()).render())
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    seen.mkdir()
    for name in ("used", "unused"):
        (seen / name).touch()
        os.utime(seen / name, (0, 0))
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "STATE_DIRECTORY": str(seen), "FAILS": fails}
    done = subprocess.run(
        ["/bin/sh", str(program), "7", "/dev/null"], env={**environment, "REMOVED": str(log)}, check=False
    )
    assert (done.returncode == 0) == bool(removed)
    assert (log.read_text().split() if log.exists() else []) == removed
