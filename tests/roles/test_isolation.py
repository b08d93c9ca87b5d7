"""The isolators of an agent: those of Mesos and the one for the volumes of pods, unless the user says otherwise."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from lab import playbook

PODS = "posix/cpu,posix/mem,volume/sandbox_path"
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "default": ({}, PODS),
    "mesos-alone": ({"mesos_slave_containerizers": ["mesos"]}, PODS),
    "as-text": ({"mesos_slave_containerizers": "docker,mesos"}, PODS),
    "docker-alone": ({"mesos_slave_containerizers": ["docker"]}, None),
    "own": ({"mesos_slave_isolation": ["cgroups/cpu", "cgroups/mem"]}, "cgroups/cpu,cgroups/mem"),
    "own-text": ({"mesos_slave_isolation": "posix/cpu"}, "posix/cpu"),
    "none": ({"mesos_slave_isolation": []}, None),
    "own-flag": ({"mesos_slave_flags": {"isolation": "posix/mem"}}, "posix/mem"),
    "left-out": ({"mesos_slave_flags": {"isolation": None}}, None),
}


def test_the_isolation_of_an_agent(tmp_path: Path) -> None:
    path, inventory = tmp_path / "play.yml", tmp_path / "inventory.yml"
    content = "{{ __mesos_slave_variables.MESOS_ISOLATION | default(none) | to_json }}"
    tasks: list[dict[str, Any]] = [
        {"ansible.builtin.import_role": {"name": "quorum.mesos.mesos_slave", "tasks_from": "restart"}, "when": False},
        {"ansible.builtin.copy": {"content": content, "dest": f"{tmp_path}/{{{{ inventory_hostname }}}}.json",
                                  "mode": "0600"}},
    ]  # fmt: skip
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    local = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "mesos_slave_install_method": "archive",
        "mesos_slave_archive": "/srv/mesos.tar.gz",
    }
    hosts = {name: variables for name, (variables, _wanted) in CASES.items()}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": local}}))
    done = playbook.run(str(path), inventory, capture=True)
    assert done.returncode == 0, done.stdout
    found = {name: json.loads((tmp_path / f"{name}.json").read_text()) for name in CASES}
    assert found == {name: wanted for name, (_variables, wanted) in CASES.items()}
