"""How the lab engine's agent turns a TaskInfo into a docker command, and judges health."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from labengine.agent import docker_unit
from labengine.agent.docker_cli import own_words
from labengine.agent.docker_command import BadContainer, DockerSettings, Environment, run_arguments
from labengine.agent.health import HealthCheck, HealthChecker

SANDBOX = Path("/sandbox")
SETTINGS = DockerSettings("/mnt/mesos/sandbox", {"mesos.agent": "host:5051"})


def _task(container: dict[str, Any] | None = None, command: dict[str, Any] | None = None, cpus: float = 0.5,
          mem: float = 64.0, **docker: Any) -> dict[str, Any]:
    return {
        "task_id": {"value": "app.1"},
        "resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": cpus}},
                      {"name": "mem", "type": "SCALAR", "scalar": {"value": mem}}],
        "command": command if command is not None else {"value": "serve $PORT0"},
        "container": {"type": "DOCKER", "docker": {"image": "web:1", **docker}, **(container or {})}}


def _arguments(task: dict[str, Any], settings: DockerSettings = SETTINGS, **variables: str) -> list[str]:
    return run_arguments(task, "mesos-1", SANDBOX, settings, Environment.of(variables), Path("/run/env"))


def test_the_whole_command() -> None:
    assert _arguments(_task(), NAME="value") == [
        "--name=mesos-1", "--label=mesos.agent=host:5051", "--label=MESOS_TASK_ID=app.1", "--cpu-shares=512",
        "--memory=67108864", "--env-file=/run/env", "--volume=/sandbox:/mnt/mesos/sandbox", "--net=host",
        "--entrypoint=/bin/sh", "web:1", "-c", "serve $PORT0"]


@pytest.mark.parametrize(("task", "expected"), [
    (_task(network="BRIDGE", port_mappings=[{"host_port": 31000, "container_port": 80, "protocol": "udp"}]),
     ["--net=bridge", "--publish=31000:80/udp"]),
    (_task(network="BRIDGE", port_mappings=[{"host_port": 31000, "container_port": 80}]), ["--publish=31000:80/tcp"]),
    (_task(network="NONE"), ["--net=none"]),
    (_task({"network_infos": [{"name": "blue"}]}, network="USER"), ["--net=blue"]),
    (_task(privileged=True), ["--privileged"]),
    (_task(parameters=[{"key": "hostname", "value": "a.corp.org"}]), ["--hostname=a.corp.org"]),
    (_task({"volumes": [{"container_path": "/etc/a", "host_path": "/var/a", "mode": "RO"}]}),
     ["--volume=/var/a:/etc/a:ro"]),
    (_task({"volumes": [{"container_path": "data", "host_path": "/var/a", "mode": "RW"}]}),
     ["--volume=/var/a:/mnt/mesos/sandbox/data:rw"]),
    (_task({"volumes": [{"container_path": "/etc/a", "host_path": "conf", "mode": "RW"}]}),
     ["--volume=/sandbox/conf:/etc/a:rw"]),
    (_task({"volumes": [{"container_path": "/db", "mode": "RW",
                         "source": {"type": "DOCKER_VOLUME", "docker_volume": {"driver": "local", "name": "db"}}}]}),
     ["--volume=db:/db:rw", "--volume-driver=local"]),
    (_task(cpus=0.001), ["--cpu-shares=2"]),
    (_task(mem=10), ["--memory=33554432"]),
    (_task(command={"shell": False, "arguments": ["a b", "c"]}), ["web:1", "a b", "c"]),
    (_task(command={"shell": False, "value": "run", "arguments": ["x"]}), ["web:1", "run", "x"]),
    (_task(command={"shell": False}), ["web:1"]),
])
def test_parts_of_the_command(task: dict[str, Any], expected: list[str]) -> None:
    arguments = _arguments(task)
    at = arguments.index(expected[0])
    assert arguments[at:at + len(expected)] == expected


def test_quota_only_with_cfs() -> None:
    assert not [item for item in _arguments(_task()) if "quota" in item]
    with_cfs = DockerSettings("/mnt/mesos/sandbox", {}, cfs_quota=True)
    assert "--cpu-quota=50000" in _arguments(_task(), with_cfs)


@pytest.mark.parametrize(("task", "message"), [
    (_task(network="HOST", port_mappings=[{"host_port": 1, "container_port": 2}]), "Port mappings are only supported"),
    (_task(network="USER"), "No network name"),
    (_task(network="WEIRD"), "'WEIRD'"),
    (_task(image=""), "no docker.image"),
    (_task(command={}), "no command value"),
    (_task({"volumes": [{"container_path": "a", "host_path": "b"}]}), "both relative"),
    (_task({"volumes": [{"container_path": "a"}]}), "neither a host_path nor a Docker volume"),
])
def test_what_cannot_be_run(task: dict[str, Any], message: str) -> None:
    with pytest.raises(BadContainer, match=message):
        _arguments(task)


def test_values_are_never_arguments() -> None:
    environment = Environment.of({"PASSWORD": "secret", "KEY": "first\nsecond"})
    assert environment.file_text == "PASSWORD=secret\n"
    assert environment.inherited == {"KEY": "first\nsecond"}
    arguments = _arguments(_task(), PASSWORD="secret", KEY="first\nsecond")
    assert "--env=KEY" in arguments
    assert not [item for item in arguments if "secret" in item or "first" in item]


@pytest.mark.parametrize(("stderr", "words"), [
    ("output of the app\ndocker: Error response from daemon: no.\n\nRun 'docker run --help' for more information\n",
     "Error response from daemon: no."),
    ("docker: Error response from daemon: no.\nSee 'docker run --help'.\n", "Error response from daemon: no."),
    ('docker: Error response from daemon: port is taken.\n'
     'time="2026-11-21T03:31:13Z" level=error msg="error waiting for container: context canceled"\n',
     "Error response from daemon: port is taken."),
    ('time="2026-11-21T03:31:13Z" level=error msg="error waiting for container: unexpected EOF"\n',
     "error waiting for container: unexpected EOF"),
    ("", ""),
])
def test_what_docker_itself_said(stderr: str, words: str) -> None:
    assert own_words(stderr) == words


@pytest.mark.parametrize(("load", "active", "running", "state"), [
    ("loaded", "active", True, None),
    ("loaded", "deactivating", True, "deactivating"),
    ("loaded", "inactive", False, "inactive"),
    ("loaded", "failed", False, "failed"),
    ("loaded", "inactive", True, None),
    ("loaded", "activating", False, None),
    ("not-found", "inactive", False, None),
])
def test_docker_stopped_by_systemd(load: str, active: str, running: bool, state: str | None) -> None:
    assert docker_unit.judge(f"LoadState={load}\nActiveState={active}\n", running=running) == state


def _judged(problems: list[str | None], *, age: float = 100.0, limit: int = 2,
            was_healthy: bool = False) -> list[tuple[bool, str, bool]]:
    reports: list[tuple[bool, str, bool]] = []
    check = HealthCheck.of({"type": "TCP", "tcp": {"port": 1}, "grace_period_seconds": 10.0,
                            "consecutive_failures": limit})

    async def never(_check: HealthCheck) -> str | None:
        raise AssertionError

    checker = HealthChecker(check, time.time() - age, never, lambda *report: reports.append(report),
                            was_healthy=was_healthy)
    for problem in problems:
        checker.judge(problem)
    return reports


@pytest.mark.parametrize(("problems", "options", "reports"), [
    ([None, None], {}, [(True, "", False)]),
    (["no"], {"age": 1.0}, []),
    ([None, "no"], {"age": 1.0}, [(True, "", False), (False, "no", False)]),
    (["no", "no"], {}, [(False, "no", False), (False, "no", True)]),
    (["no", None, "no"], {}, [(False, "no", False), (True, "", False), (False, "no", False)]),
    (["no", "no"], {"limit": 0}, [(False, "no", False), (False, "no", False)]),
    ([None], {"was_healthy": True}, []),
])
def test_health(problems: list[str | None], options: dict[str, Any], reports: list[tuple[bool, str, bool]]) -> None:
    assert _judged(problems, **options) == reports


def test_defaults_of_a_health_check() -> None:
    check = HealthCheck.of({"type": "COMMAND", "command": {"value": "true"}})
    assert (check.delay, check.interval, check.timeout, check.consecutive_failures, check.grace_period) == (
        15.0, 10.0, 20.0, 3, 10.0)
