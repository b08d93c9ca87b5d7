"""The play in each role's README passes with --check on a host that is as it should be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from lab_cluster import LabCluster

from lab import playbook
from lab.config import CHECKOUT

ROLES = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon"]


def example(role: str) -> list[dict[str, Any]]:
    text = (CHECKOUT / "roles" / role / "README.md").read_text()
    match = re.search(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert match, f"roles/{role}/README.md has no example"
    return yaml.safe_load(match.group(1))


@pytest.mark.parametrize("role", ROLES)
def test_the_example_of_a_readme(role: str, tmp_path: Path) -> None:
    inventory = LabCluster.from_environment().config.directory / "inventory.yml"
    # An example has the archives and sizes of its reader; what the lab says of its host wins, but for Docker.
    groups = yaml.safe_load(inventory.read_text())["all"]["children"].values()
    said = [item for group in groups for item in group.get("vars", {}).items()]
    ours = {name: value for name, value in said if not name.startswith("docker_")}
    # The only agent has no other one to give its tasks to, and with --check nothing is restarted.
    ours["docker_restart_policy"] = "restart"
    play = tmp_path / f"{role}.yml"
    play.write_text(yaml.safe_dump(example(role)))
    given = tmp_path / "given.yml"
    given.write_text(yaml.safe_dump(ours))
    done = playbook.run(str(play), inventory, "--check", "-e", f"@{given}", capture=True)
    assert done.returncode == 0, done.stdout
    assert re.search(r"node1\b.*ok=[1-9]", done.stdout), done.stdout
