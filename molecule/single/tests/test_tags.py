"""Every tag of site.yml runs alone, and changes nothing on a host that is as it should be."""

from __future__ import annotations

import re

import pytest
from lab_cluster import LabCluster

from lab import playbook


@pytest.mark.parametrize("tag", ["preflight", "network", "install", "configure", "service", "health"])
def test_a_tag_alone(tag: str) -> None:
    inventory = LabCluster.from_environment().config.directory / "inventory.yml"
    done = playbook.run("quorum.mesos.site", inventory, "--tags", tag, capture=True)
    assert done.returncode == 0, done.stdout
    assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
