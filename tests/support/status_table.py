"""The table that the playbook status shows of a lab."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from lab_cluster import LabCluster

from lab import playbook


def shown(output: str) -> list[str]:
    """The message of the last task."""
    found = re.findall(r'"msg": (\[\n.*?\n    \])', output, re.DOTALL)
    assert found, output
    return [str(line) for line in json.loads(found[-1])]


def line(lines: list[str], service: str, host: str) -> str:
    """The only line of a service of a host."""
    (one,) = [text for text in lines if re.match(rf"{service} +{re.escape(host)}  ", text)]
    return one


def of_lab(cluster: LabCluster, *arguments: str) -> tuple[str, list[str]]:
    """What a run prints, which changes nothing, and its table."""
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "quorum.mesos.status", "-i", cluster.inventory, *arguments],
        env=playbook.plain(),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
    return done.stdout + done.stderr, shown(done.stdout)
