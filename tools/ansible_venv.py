#!/usr/bin/env python3
"""Make the virtual environment with the package ansible, which carries the collections that some playbooks can use.

It is one of its own below .build/ansible-package: in .venv its hundred collections would be linted and tested along.
"""

from __future__ import annotations

from pathlib import Path

import extra_venv
from extra_venv import ROOT, Unavailable

__all__ = ["Unavailable", "programs"]

# ansible 12 is the one of ansible-core 2.19; kubernetes and requests are what modules of its collections ask for.
PACKAGES = (
    "ansible==12.3.0", "ansible-core==2.19.*", "kubernetes==37.0.2", "requests",
    "-r", str(ROOT / "meta" / "ee-requirements.txt"),
)  # fmt: skip


def programs() -> Path:
    """The directory of the programs; made where it is not there. Raises Unavailable."""
    return extra_venv.programs("ansible-package", PACKAGES)


if __name__ == "__main__":
    print(programs())
