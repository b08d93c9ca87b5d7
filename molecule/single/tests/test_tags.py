"""Every tag of site.yml runs alone and changes nothing on a host that is as it should be.

They are run as in a clone: the plain command with nothing but PATH and HOME.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from lab_cluster import LabCluster

from lab.config import CHECKOUT


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize(
    "tag",
    [
        "preflight", "install", "configure",
        *(pytest.param(tag, marks=pytest.mark.long) for tag in ("network", "service", "health")),
    ],
)  # fmt: skip
def test_a_tag_alone(tag: str, home: Path) -> None:
    done = subprocess.run(
        ["ansible-playbook", "-i", LabCluster.from_environment().inventory, "playbooks/site.yml", "--tags", tag],
        cwd=CHECKOUT,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
