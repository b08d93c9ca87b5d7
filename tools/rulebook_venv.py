#!/usr/bin/env python3
"""Make the virtual environment with ansible-rulebook, which the tests of the event source run it from.

It is one of its own below .build/rulebook: the engine of its rules is a Java library of 20 MB with a bridge to Python.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import extra_venv
from extra_venv import ROOT, Unavailable

PACKAGES = ("ansible-rulebook==1.3.2", "ansible-core==2.19.*", "-r", str(ROOT / "meta" / "ee-requirements.txt"))
# The oldest Java that its rules run on.
JAVA = 17


def programs() -> Path:
    """The directory of the programs; made where it is not there. Raises Unavailable."""
    _check_java()
    return extra_venv.programs("rulebook", PACKAGES)


def _check_java() -> None:
    if shutil.which("java") is None:
        raise Unavailable("ansible-rulebook needs Java: install the Debian package default-jre-headless")
    told = subprocess.run(
        ["java", "-XshowSettings:properties", "-version"], capture_output=True, text=True, timeout=60, check=False
    ).stderr
    # Before 9 it is 1.8.
    found = re.search(r"java\.specification\.version = ([0-9]+)", told)
    if found is None or int(found[1]) < JAVA:
        raise Unavailable(f"ansible-rulebook needs Java {JAVA} or newer; `java -version` says what this one is")


if __name__ == "__main__":
    print(programs())
