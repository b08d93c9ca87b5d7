"""Why tasks do not run; the words of Docker are those of 20.10."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import reasons

TEMPLATE: dict[str, Any] = {
    "ContainerSpec": {"Image": "web:2", "Healthcheck": {"Test": ["CMD-SHELL", "curl -f http://127.0.0.1:80"]}},
    "Resources": {"Reservations": {"NanoCPUs": 500000000, "MemoryBytes": 268435456}},
    "Placement": {"Constraints": ["node.labels.rack==c", "node.role == worker"]},
}
SERVICE = {"Spec": {"Name": "web", "Mode": {"Replicated": {"Replicas": 1}}, "TaskTemplate": TEMPLATE}}
NODES = [
    {"ID": "n1", "Spec": {"Role": "manager", "Labels": {"rack": "a"}}, "Description": {"Hostname": "one"}},
    {"ID": "n2", "Spec": {"Role": "worker", "Labels": {}}, "Description": {"Hostname": "two"}},
]


def task(state: str, said: str, node: str = "n2", **more: Any) -> dict[str, Any]:
    status = {"State": state, "Err": said, **more}
    return {"ID": "t1", "Spec": TEMPLATE, "NodeID": node, "DesiredState": "running", "Status": status}


@pytest.mark.parametrize(
    ("seen", "kind", "said"),
    [
        (task("rejected", "No such image: web:2"), "image", "image: web:2 cannot be had on two (No such image: web:2)"),
        (
            task(
                "failed",
                "starting container failed: driver failed programming external connectivity on endpoint: "
                "Bind for 0.0.0.0:80 failed: port is already allocated",
            ),
            "port",
            "port: on two another program",
        ),
        (
            task("rejected", 'invalid mount config for type "bind": bind source path does not exist: /data'),
            "volume",
            "the directory /data is missing on two",
        ),
        (task("failed", "task: non-zero exit (3)"), "exit", "ends by itself on two with exit code 3"),
        (
            task("failed", "task: non-zero exit (137): dockerexec: unhealthy container"),
            "health",
            "health: the check fails on two and Docker ends the task; the check is curl -f http://127.0.0.1:80",
        ),
        (
            task("failed", 'starting container failed: exec: "web": executable file not found in $PATH: unknown'),
            "program",
            "cannot be started on two",
        ),
        (
            task("pending", "no suitable node (insufficient resources on 2 nodes)", ""),
            "resources",
            "the task reserves 0.5 CPUs and 256 MiB",
        ),
        (
            task("pending", "no suitable node (scheduling constraints not satisfied on 2 nodes)", ""),
            "placement",
            "no node has node.labels.rack==c (one has a, two has none)",
        ),
        (task("pending", "no suitable node (host-mode port already in use on 2 nodes)", ""), "port", "port: the port"),
        (
            task("pending", "no suitable node (max replicas per node limit exceed)", ""),
            "limit",
            "as many tasks as it may",
        ),
        (task("pending", "", ""), "pending", "a task waits for a node"),
        (task("preparing", ""), "pull", "image: web:2 is still being pulled on two"),
        (task("starting", ""), "health", "health: the check has not passed yet on two"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_the_reason_in_the_words_of_an_operator(seen: dict[str, Any], kind: str, said: str) -> None:
    (found,) = reasons.reasons(SERVICE, [seen], NODES)
    assert found.kind == kind
    assert said in found.text


def test_each_reason_is_said_once_and_of_the_version_that_is_wanted() -> None:
    wrong = task("rejected", "No such image: web:2")
    older = {**task("failed", "task: non-zero exit (1)"), "Spec": {"ContainerSpec": {"Image": "web:1"}}}
    again = task("preparing", "")
    assert [one.kind for one in reasons.reasons(SERVICE, [wrong, wrong, older, again], NODES)] == ["image"]


def test_constraints_that_no_one_node_meets_together() -> None:
    template = {**TEMPLATE, "Placement": {"Constraints": ["node.labels.rack==a", "node.role==worker"]}}
    service = {"Spec": {**SERVICE["Spec"], "TaskTemplate": template}}
    seen = {
        **task("pending", "no suitable node (scheduling constraints not satisfied on 2 nodes)", ""),
        "Spec": template,
    }
    (found,) = reasons.reasons(service, [seen], NODES)
    assert "each constraint holds on some node, but not all on one" in found.text


def test_what_docker_says_of_the_update_is_better_than_nothing() -> None:
    (found,) = reasons.reasons({**SERVICE, "UpdateStatus": {"State": "paused", "Message": "update paused"}}, [], NODES)
    assert "update paused" in found.text


def test_the_words_of_docker_are_one_line_without_control_characters() -> None:
    (found,) = reasons.reasons(SERVICE, [task("rejected", "no\x1b[31m\r\x9b\u202e\nway")], NODES)
    assert found.text == "two refuses the task: no [31m way"
