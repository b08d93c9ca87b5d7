#!/usr/bin/env python3
"""Check an archive of the collection as Galaxy does when it is published, and fail on warnings and errors.

galaxy-importer itself ends with success whatever its linter finds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / ".build"
FINDINGS = ("WARNING", "ERROR", "CRITICAL")
# A warning that stays: the underscore says that the role is private.
ACCEPTED = "WARNING: roles/_common:1: role-name: Role name _common does not match"
# The importer goes on without its linter where that takes longer than three minutes, as it may on a busy machine.
PATIENT = """
import subprocess
from galaxy_importer.main import main

communicate = subprocess.Popen.communicate
subprocess.Popen.communicate = lambda process, *words, timeout=None: communicate(process, *words, timeout=1200)
main()
"""


def findings(output: str) -> list[str]:
    """What the importer says against the archive."""
    return [line for line in output.splitlines() if line.startswith(FINDINGS) and not line.startswith(ACCEPTED)]


def imported(archive: Path) -> tuple[int, str]:
    """The importer's exit code and its output."""
    BUILD.mkdir(exist_ok=True)
    # The checkout is an installed collection of the same name; in a directory of its own nothing leads to it.
    with tempfile.TemporaryDirectory(prefix="galaxy-import-", dir=BUILD) as directory:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": directory,
            "LC_ALL": "C.UTF-8",
            "TMPDIR": directory,
            "GALAXY_IMPORTER_ANSIBLE_LOCAL_TMP": f"{directory}/ansible",
            **{name: value for name, value in os.environ.items() if name == "TERM"},
        }
        done = subprocess.run(
            [sys.executable, "-c", PATIENT, str(archive)],
            cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False, timeout=1800,
        )  # fmt: skip
    return done.returncode, done.stdout


def main() -> int:
    archive = Path(sys.argv[1]).resolve()
    code, output = imported(archive)
    found = findings(output)
    print("\n".join(line for line in output.splitlines() if not line.startswith("Loading ")))
    if code or found:
        print(f"{archive.name}: Galaxy would refuse it or complain; see the lines above.", file=sys.stderr)
        return code or 1
    print(f"{archive.name}: Galaxy takes it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
