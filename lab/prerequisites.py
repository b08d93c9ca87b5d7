"""What a lab needs of this machine: system packages and, on a Debian host, the command that installs them."""

from __future__ import annotations

import subprocess

from lab.config import CHECKOUT, LabError


def check() -> None:
    """Raises LabError, which names what is missing and the command for it; installs nothing."""
    done = subprocess.run(
        [CHECKOUT / "tools" / "prerequisites.sh", "--check", "lab"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LabError(done.stderr.strip())
