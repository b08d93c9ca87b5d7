"""Playbooks that take out hosts by name refuse a name that their group does not have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from lab import playbook

LOCAL = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}


@pytest.mark.parametrize(
    ("name", "groups", "option", "said"),
    [
        (
            "mesos_masters_remove", {"mesos_masters": ["m1", "m2"], "other": ["m3"]}, "mesos_masters_leaving",
            "mesos_masters_leaving names m3, mm1, which the group of the masters does not have. It has m1, m2.",
        ),
        (
            "swarm_leave", {"swarm_managers": ["m1"], "swarm_workers": ["m2"], "other": ["m3"]}, "swarm_leaving",
            "swarm_leaving names m3, mm1, which the groups of managers and workers do not have. They have m1, m2.",
        ),
        (
            "swarm_leave", {"swarm_managers": ["m1", "m2"], "other": ["m3"]}, "swarm_leaving",
            "swarm_leaving names m3, mm1, which the groups of managers and workers do not have. They have m1, m2.",
        ),
    ],
)  # fmt: skip
def test_a_name_that_is_not_in_the_group_is_refused(
    tmp_path: Path, name: str, groups: dict[str, list[str]], option: str, said: str
) -> None:
    inventory = tmp_path / "hosts.yml"
    children = {group: {"hosts": {host: {} for host in hosts}} for group, hosts in groups.items()}
    inventory.write_text(yaml.safe_dump({"all": {"vars": LOCAL, "children": children}}), encoding="utf-8")
    done = playbook.run(f"quorum.mesos.{name}", inventory, "--check", "-e", f"{option}=m2,m3,mm1", capture=True)
    assert done.returncode != 0
    assert said in " ".join(done.stdout.replace('"', " ").split())
    assert "changed=1" not in done.stdout
