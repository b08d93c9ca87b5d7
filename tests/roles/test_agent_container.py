"""What an agent that runs from an image gets of its host. The lab's hosts have no more rights than some to give."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

FACTS = {
    "ansible_service_mgr": "systemd", "ansible_os_family": "Debian", "ansible_distribution": "Debian",
    "ansible_distribution_version": "12.11", "ansible_distribution_major_version": "12",
}  # fmt: skip


def words(directory: Path, **variables: Any) -> list[str]:
    """The words after `docker run` in the agent's unit."""
    path, inventory, result = (directory / name for name in ("play.yml", "inventory.yml", "words.json"))
    tasks: list[dict[str, Any]] = [
        {"ansible.builtin.set_fact": {**FACTS, "cacheable": True}},
        {"ansible.builtin.import_role": {"name": "quorum.mesos.mesos_slave", "tasks_from": "restart"}, "when": False},
        {"ansible.builtin.copy": {"content": "{{ __mesos_slave_run | to_json }}", "dest": str(result), "mode": "0600"}},
    ]
    path.write_text(yaml.safe_dump([{"hosts": "a", "gather_facts": False, "tasks": tasks}]))
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"a": host}}}))
    given = {
        "mesos_slave_install_method": "container",
        "mesos_slave_image": "registry.example.org/mesos:1",
        **variables,
    }
    done = playbook.run(str(path), inventory, "-e", json.dumps(given), capture=True)
    assert done.returncode == 0, done.stdout
    return json.loads(result.read_text())


def test_it_is_privileged_and_has_docker_and_control_groups(tmp_path: Path) -> None:
    seen = words(tmp_path)
    assert "--privileged" in seen
    assert seen[seen.index("--network") + 1] == "host"
    assert {
        "--volume=/var/run/docker.sock:/var/run/docker.sock",
        "--volume=/sys/fs/cgroup:/sys/fs/cgroup",
        "--volume=/var/lib/mesos/slave:/var/lib/mesos/slave",
    } <= set(seen)
    assert seen[-1] == "registry.example.org/mesos:1"


@pytest.mark.parametrize("as_text", [False, True])
def test_the_binary_of_docker_for_an_image_without_one(tmp_path: Path, as_text: bool) -> None:
    options = ["--privileged", "--volume=/usr/bin/docker:/usr/bin/docker:ro"]
    seen = words(tmp_path, mesos_slave_container_options=" ".join(options) if as_text else options)
    assert " ".join(options) in " ".join(seen)
