"""The messages of Mesos for what is to run."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.command import Command

RESOURCES = [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}}]


def test_the_framework_ends_with_its_connection() -> None:
    info = Command("smoke", cmd="true", role="prod", user="nobody").framework(None)
    assert info == {
        "name": "smoke",
        "user": "nobody",
        "roles": ["prod"],
        "capabilities": [{"type": "MULTI_ROLE"}],
        "failover_timeout": 0.0,
        "checkpoint": True,
    }


def test_a_framework_that_comes_back_keeps_its_id_and_its_principal() -> None:
    info = Command("smoke", cmd="true").framework("operator", "F1")
    assert (info["principal"], info["id"]) == ("operator", {"value": "F1"})


def test_a_command_without_an_image() -> None:
    task = Command("smoke", cmd="echo $A", env={"B": True, "A": 1, "C": None}).task("t1", "S1", RESOURCES)
    assert task == {
        "name": "smoke",
        "task_id": {"value": "t1"},
        "agent_id": {"value": "S1"},
        "resources": RESOURCES,
        "command": {
            "shell": True,
            "value": "echo $A",
            "environment": {
                "variables": [
                    {"name": "A", "type": "VALUE", "value": "1"},
                    {"name": "B", "type": "VALUE", "value": "true"},
                    {"name": "C", "type": "VALUE", "value": ""},
                ]
            },
        },
    }


@pytest.mark.parametrize(
    ("containerizer", "container"),
    [
        ("docker", {"type": "DOCKER", "docker": {"image": "busybox:1", "network": "HOST"}}),
        ("mesos", {"type": "MESOS", "mesos": {"image": {"type": "DOCKER", "docker": {"name": "busybox:1"}}}}),
    ],
)
def test_an_image_runs_its_own_command(containerizer: str, container: dict[str, Any]) -> None:
    task = Command("smoke", image="busybox:1", containerizer=containerizer).task("t1", "S1", RESOURCES)
    assert task["container"] == container
    assert task["command"] == {"shell": False}
