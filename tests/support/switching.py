"""Moving a lab's hosts from one install method to another, with an app that runs meanwhile."""

from __future__ import annotations

import json
import re
from typing import Any

import requests
from lab_cluster import LabCluster, eventually

from lab import playbook, up

ROLES = ("mesos_master", "mesos_slave", "marathon")
APP = {
    "id": "/web", "cpus": 0.1, "mem": 32, "instances": 1, "networks": [{"mode": "host"}],
    "container": {"type": "DOCKER", "docker": {"image": "nginx"}},
}  # fmt: skip


def archive_variables() -> dict[str, Any]:
    """What a user would write to have the engine from its archive."""
    engine = up.engine_program()
    variables: dict[str, Any] = {}
    for role in ROLES:
        variables |= {
            f"{role}_install_method": "archive", f"{role}_archive": engine.archive,
            f"{role}_archive_checksum": engine.checksum, f"{role}_packages": [],
        }  # fmt: skip
    return variables


def run(cluster: LabCluster, name: str, variables: dict[str, Any] | None = None) -> None:
    """Runs a playbook of the collection; fails with its output."""
    done = attempt(cluster, name, variables or {})
    assert done[0] == 0, done[1]


def attempt(cluster: LabCluster, name: str, variables: dict[str, Any], *arguments: str) -> tuple[int, str]:
    path = cluster.config.directory / "inventory.yml"
    done = playbook.run(f"quorum.mesos.{name}", path, "-e", json.dumps(variables), *arguments, capture=True)
    return done.returncode, done.stdout


def changes(output: str) -> set[str]:
    """The tasks that changed something, in the output of a playbook."""
    return {
        block.split("]", 1)[0].rpartition(" : ")[2]
        for block in re.split(r"^(?:TASK|RUNNING HANDLER) \[", output, flags=re.MULTILINE)[1:]
        if re.search(r"^changed: ", block, re.MULTILINE)
    }


def start_app(cluster: LabCluster) -> str:
    """The id of the app's task."""
    (marathon,) = cluster.config.in_group("marathon")
    answer = requests.put(f"http://{marathon.address}:8080/v2/apps/web", json=APP, timeout=10)
    assert answer.ok, answer.text
    return eventually("the app runs", 120, lambda: [task["id"] for task in cluster.running("web")])[0]


def agent_ids(cluster: LabCluster) -> dict[str, str]:
    (master,) = cluster.config.in_group("mesos_masters")
    slaves = cluster.get(master, 5050, "/slaves").json()["slaves"]
    return {slave["hostname"]: slave["id"] for slave in slaves if slave["active"]}


def command_of(cluster: LabCluster, group: str, unit: str) -> str:
    """What the unit of the group's first host runs."""
    shell = cluster.shell(cluster.config.in_group(group)[0])
    return shell.check_output(f"systemctl show --property=ExecStart {unit}")


__all__ = ["agent_ids", "archive_variables", "attempt", "changes", "command_of", "run", "start_app"]
