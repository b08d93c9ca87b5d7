"""`--check --diff` of site.yml on the running cluster."""

from __future__ import annotations

import re

from lab_cluster import LabCluster

from lab import playbook


def test_check_mode_on_the_running_cluster_changes_nothing() -> None:
    cluster = LabCluster.from_environment()
    done = playbook.run(
        "quorum.mesos.site", cluster.config.directory / "inventory.yml", "--check", "--diff", capture=True
    )
    assert done.returncode == 0, done.stdout
    assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
