"""What the role docker decides before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import docker

from .hosts import HOST, NO_SYSTEMD, NO_SYSTEMD_SAID

IDLE = {"running": False, "silent": False}
VALUES: dict[str, Any] = {
    **HOST,
    "groups": {"mesos_slaves": ["a", "b"]},
    "group_names": ["mesos_slaves"],
    "hostvars": {"a": {}},
    "ansible_check_mode": False,
    "__common_family": "debian",
    "__common_master_group": "mesos_masters",
    "__docker_agent_group": "mesos_slaves",
    "__docker_marathon_group": "marathon",
    "__docker_needs": {},
    "__docker_own": {},
    "__docker_option_of": {"log-driver": "docker_log_driver"},
    "__docker_image_names": [],
    "__docker_other_agents": ["b"],
    "__docker_agent": {"agent": IDLE},
    "__docker_containers": {},
    "docker_daemon_options": {},
    "docker_cleanup_schedule": "daily",
    "docker_credentials_archive": "/etc/docker/credentials.tar.gz",
    "docker_repository": {},
    "docker_packages": ["docker.io"],
    "docker_restart_policy": "drain",
}


def planned(**values: Any) -> dict[str, Any]:
    return docker.main({**VALUES, **values})


def test_what_can_work_has_no_problem() -> None:
    assert planned() == {"problems": [], "unless_restart": ""}


def test_the_problems_of_the_host_come_first() -> None:
    found = planned(
        **NO_SYSTEMD,
        __common_host={**HOST["__common_host"], "services": {"docker": {"masked": True, "stopped": False}}},
        __docker_needs={"units": ["docker"]},
        docker_daemon_options={"debug": "yes"},
    )["problems"]
    assert found[0] == NO_SYSTEMD_SAID
    assert "docker" in found[1]
    assert found[2] == "a: docker_daemon_options.debug is 'yes'; write true or false."


@pytest.mark.parametrize("value", [True, "true", "yes"])
def test_live_restore_is_refused(value: object) -> None:
    (found,) = [
        text for text in planned(docker_daemon_options={"live-restore": value})["problems"] if "orphaned" in text
    ]
    assert found.endswith("leaves orphaned containers to Mesos; remove it.")


def test_a_setting_has_one_place() -> None:
    given = {"__docker_own": {"log-driver": "local"}, "docker_daemon_options": {"log-driver": "journald"}}
    assert planned(**given)["problems"] == [
        "a: docker_daemon_options says again what docker_log_driver says; leave one of them out."
    ]


@pytest.mark.parametrize(
    ("policy", "others", "said"),
    [
        ("restart", [], ""),
        ("drain", ["b"], ""),
        ("drain", [], "there is no other agent to take them; set docker_restart_policy to restart if they may end"),
        ("refuse", ["b"], "docker_restart_policy is refuse; drain the agent, stop it, or set another policy."),
    ],
)
def test_when_a_restart_is_refused(policy: str, others: list[str], said: str) -> None:
    found = planned(docker_restart_policy=policy, __docker_other_agents=others)["unless_restart"]
    assert said in found
    assert bool(found) == bool(said)


OURS = {"stdout_lines": ["mesos-slave", "mesos-0a1b2c3d-x"]}


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, []),
        ({"__docker_agent": {"agent": {"running": True}}}, ["would lose its containers"]),
        ({"__docker_agent": {"agent": {"running": False, "silent": True}}}, ["would lose its containers"]),
        ({"__docker_agent": {"agent": {"running": True}}, "quorum_uninstall": "true"}, []),
        ({"__docker_containers": {"stdout_lines": ["web", "db"]}}, [": db, web; stop them first"]),
        ({"__docker_containers": OURS}, [": mesos-0a1b2c3d-x, mesos-slave; stop them first"]),
        ({"__docker_containers": OURS, "quorum_uninstall": True}, [": mesos-0a1b2c3d-x; stop them first"]),
        ({"__docker_containers": OURS, "quorum_uninstall": True, "__docker_agent": {"agent": {"running": True}}}, []),
        (
            {
                "__docker_containers": {"stdout_lines": ["mesos-slave"]}, "quorum_uninstall": True,
                "__uninstall_checked": True,
            },
            [": mesos-slave; stop them first"],
        ),
        (
            {
                "__docker_containers": {"stdout_lines": ["mesos-slave"]}, "quorum_uninstall": True,
                "__uninstall_checked": True, "ansible_check_mode": True,
            },
            [],
        ),
    ],
)  # fmt: skip
def test_why_docker_must_stay(values: dict[str, Any], problems: list[str]) -> None:
    found = docker.uninstall({**VALUES, **values})["problems"]
    assert len(found) == len(problems)
    for text, part in zip(found, problems, strict=True):
        assert part in text
