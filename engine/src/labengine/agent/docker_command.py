"""From a Mesos TaskInfo to the arguments of ``docker run``."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MIN_CPU_SHARES = 2
CPU_SHARES_PER_CPU = 1024
MIN_MEMORY_MB = 32
MEGABYTE = 1024 * 1024
CFS_PERIOD_US = 100_000
MIN_CFS_QUOTA_US = 1_000


class BadContainer(ValueError):
    """A container that cannot be run as it is described."""


@dataclass(frozen=True)
class DockerSettings:
    """What every container of an agent has in common."""

    sandbox_directory: str
    labels: dict[str, str]
    cfs_quota: bool = False


@dataclass(frozen=True)
class Environment:
    """Values never stand in the argument list, where every user of the host can read them."""

    file_text: str
    inherited: dict[str, str]

    @classmethod
    def of(cls, variables: dict[str, str]) -> Environment:
        # An env file has one line a variable and no quoting; what has line breaks is inherited from the docker program.
        plain = {name: value for name, value in variables.items() if "\n" not in value and "\r" not in value}
        return cls(
            "".join(f"{name}={value}\n" for name, value in plain.items()),
            {name: value for name, value in variables.items() if name not in plain},
        )

    def arguments(self, env_file: Path) -> list[str]:
        return [f"--env-file={env_file}", *(f"--env={name}" for name in self.inherited)]


def volume_argument(volume: dict[str, Any], sandbox: Path, sandbox_directory: str) -> list[str]:
    container_path = volume["container_path"]
    host_path = volume.get("host_path")
    relative = not container_path.startswith("/")
    mode = "ro" if volume.get("mode", "RW") == "RO" else "rw"
    source = (volume.get("source") or {}).get("docker_volume")
    driver = []
    if source:
        host_path = source["name"]
        driver = [f"--volume-driver={source['driver']}"] if source.get("driver") else []
    elif not host_path:
        raise BadContainer(f"Volume '{container_path}' has neither a host_path nor a Docker volume as its source")
    elif not host_path.startswith("/"):
        if relative:
            raise BadContainer(
                f"Host path '{host_path}' and container path '{container_path}' of a volume are both "
                "relative: such a directory is in the sandbox already"
            )
        host_path = str(sandbox / host_path)
    if relative:
        container_path = posixpath.join(sandbox_directory, container_path)
    return [f"--volume={host_path}:{container_path}:{mode}", *driver]


def network_arguments(docker: dict[str, Any], container: dict[str, Any], name: str) -> list[str]:
    network = docker.get("network", "HOST")
    mappings = docker.get("port_mappings", [])
    if network not in ("HOST", "BRIDGE", "NONE", "USER"):
        raise BadContainer(f"Unsupported Docker network '{network}': HOST, BRIDGE, NONE or USER")
    if mappings and network not in ("BRIDGE", "USER"):
        raise BadContainer("Port mappings are only supported for bridge and user-defined networks")
    if network != "USER":
        arguments = [f"--net={network.lower()}"]
    else:
        names = [info["name"] for info in container.get("network_infos", []) if info.get("name")]
        if not names:
            raise BadContainer("No network name found in NetworkInfo of a container with network USER")
        arguments = [f"--net={names[0]}"]
    if network != "HOST" and container.get("hostname"):
        arguments.append(f"--hostname={container['hostname']}")
    for mapping in mappings:
        protocol = mapping.get("protocol") or "tcp"
        arguments.append(f"--publish={mapping['host_port']}:{mapping['container_port']}/{protocol}")
    return arguments


def _scalar(task: dict[str, Any], name: str) -> float:
    return sum(item["scalar"]["value"] for item in task.get("resources", []) if item["name"] == name)


def limit_arguments(task: dict[str, Any], *, cfs_quota: bool) -> list[str]:
    arguments = []
    if cpus := _scalar(task, "cpus"):
        arguments.append(f"--cpu-shares={max(int(CPU_SHARES_PER_CPU * cpus), MIN_CPU_SHARES)}")
        if cfs_quota:
            arguments.append(f"--cpu-quota={max(int(CFS_PERIOD_US * cpus), MIN_CFS_QUOTA_US)}")
    if memory := _scalar(task, "mem"):
        arguments.append(f"--memory={int(max(memory, MIN_MEMORY_MB) * MEGABYTE)}")
    return arguments


def process_arguments(command: dict[str, Any], image: str) -> list[str]:
    """Entrypoint, image and the words after it."""
    arguments = list(command.get("arguments", []))
    if not command.get("shell", True):
        value = [command["value"]] if command.get("value") else []
        return [image, *value, *arguments]
    if not command.get("value"):
        raise BadContainer("Shell specified but no command value provided")
    return ["--entrypoint=/bin/sh", image, "-c", command["value"], *arguments]


def run_arguments(
    task: dict[str, Any], name: str, sandbox: Path, settings: DockerSettings, environment: Environment, env_file: Path
) -> list[str]:
    """Everything after ``docker run``."""
    container = task["container"]
    docker = container.get("docker") or {}
    if not docker.get("image"):
        raise BadContainer("The container has type DOCKER but no docker.image")
    arguments = [f"--name={name}"]
    labels = {**settings.labels, "MESOS_TASK_ID": task["task_id"]["value"]}
    arguments += [f"--label={key}={value}" for key, value in labels.items()]
    if docker.get("privileged"):
        arguments.append("--privileged")
    arguments += limit_arguments(task, cfs_quota=settings.cfs_quota)
    arguments += environment.arguments(env_file)
    for volume in container.get("volumes", []):
        arguments += volume_argument(volume, sandbox, settings.sandbox_directory)
    arguments.append(f"--volume={sandbox}:{settings.sandbox_directory}")
    arguments += network_arguments(docker, container, name)
    arguments += [f"--{item['key']}={item['value']}" for item in docker.get("parameters", [])]
    return arguments + process_arguments(task.get("command") or {}, docker["image"])
