"""Day-2 playbooks have the password and the certificate that the masters ask for. Ends the tasks, so it runs last."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lab_cluster import eventually

from lab import playbook
from lab.config import Host

if TYPE_CHECKING:
    from conftest import Secured


def agent(secured: Secured) -> dict[str, object]:
    """What the leading master says of the agent."""
    answers = [secured.get(host, 5050, "/slaves", "operator") for host in secured.config.in_group("mesos_masters")]
    (one,) = next(answer for answer in answers if answer.status_code == 200).json()["slaves"]
    return one


def run(secured: Secured, name: str, host: Host, *arguments: str) -> int:
    """Runs a playbook on one host; returns how many tasks changed something."""
    done = playbook.run(
        f"quorum.mesos.{name}",
        secured.config.directory / "inventory.yml",
        "--limit",
        host.name,
        *arguments,
        capture=True,
    )
    assert done.returncode == 0, done.stdout
    return sum(map(int, re.findall(r"changed=(\d+)", done.stdout)))


def test_an_agent_is_drained_and_gets_tasks_again(secured: Secured) -> None:
    (slave,) = secured.config.in_group("mesos_slaves")
    # It is the only one, so its tasks have no other place.
    alone = '{"mesos_slave_drain_force": true, "quorum_drain_surge": false}'
    assert run(secured, "mesos_slave_drain", slave, "-e", alone) > 0
    assert agent(secured)["deactivated"]
    assert run(secured, "mesos_slave_activate", slave) > 0
    assert not agent(secured)["deactivated"]
    (node, *_) = secured.config.in_group("marathon")
    eventually(
        "nginx runs again", 120,
        lambda: secured.get(node, 8443, "/v2/apps/nginx", "marathon").json()["app"]["tasksRunning"] == 1,
    )  # fmt: skip
