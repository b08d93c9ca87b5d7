"""Task groups, as the default executor runs them: they start together, and the failure of one ends all.

Where the real one nests containers below the executor's, here each task is what a lone one would be: a process, or,
with an image, a container of the host's Docker in the host's network.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from labengine.agent.record import TaskRecord

# The isolator that mounts what the tasks of a group share.
SANDBOX_VOLUMES = "volume/sandbox_path"


def members(records: Iterable[TaskRecord], one: TaskRecord) -> list[TaskRecord]:
    """The others of its group."""
    if one.group_id is None:
        return []
    return [record for record in records if record.group_id == one.group_id and record is not one]


def ends_the_others(record: TaskRecord) -> bool:
    return record.group_id is not None and record.terminal and record.state != "TASK_FINISHED"


def problem(record: TaskRecord) -> str | None:
    """What the engine does not do for a group."""
    executor = record.info.get("executor") or {}
    if record.group_id and (executor.get("container") or {}).get("network_infos"):
        return (
            "The lab engine runs the containers of a pod in the host's network only: leave networks out or use "
            "the mode host"
        )
    return None


def launched_as(info: dict[str, Any], shared: Path) -> dict[str, Any]:
    """Command and container of a group's task in the words of a lone one; ``shared`` is the executor's sandbox."""
    container = copy.deepcopy(info.get("container") or {})
    command = copy.deepcopy(info.get("command") or {})
    container["volumes"] = [_volume(volume, shared) for volume in container.get("volumes", [])]
    image = (container.pop("mesos", None) or {}).get("image")
    if image:
        parameters = []
        if not command.get("shell", True) and command.get("value"):
            # The value names the program, the arguments are all its words.
            parameters = [{"key": "entrypoint", "value": command.pop("value")}]
            command["arguments"] = command.get("arguments", [])[1:]
        container["type"] = "DOCKER"
        container["docker"] = {
            "image": (image.get("docker") or {}).get("name", ""),
            "network": "HOST",
            "force_pull_image": not image.get("cached", True),
            "parameters": parameters,
        }
    return {"container": container, "command": command}


def _volume(volume: dict[str, Any], shared: Path) -> dict[str, Any]:
    source = volume.get("source") or {}
    if source.get("type") != "SANDBOX_PATH":
        return volume
    path = shared / source["sandbox_path"]["path"]
    return {"container_path": volume["container_path"], "mode": volume.get("mode", "RW"), "host_path": str(path)}


def without_sandbox_volumes(info: dict[str, Any]) -> dict[str, Any]:
    """As the task runs where the isolator is missing: nobody refuses the volume, and nobody mounts it."""
    container = info.get("container") or {}
    kept = [one for one in container.get("volumes", []) if (one.get("source") or {}).get("type") != "SANDBOX_PATH"]
    return {**info, "container": {**container, "volumes": kept}} if "container" in info else info


def create_volumes(info: dict[str, Any], shared: Path) -> None:
    """The directories that the group's tasks share; for every user that one of them may run as."""
    for volume in (info.get("container") or {}).get("volumes", []):
        source = volume.get("source") or {}
        if source.get("type") == "SANDBOX_PATH":
            directory = shared / source["sandbox_path"]["path"]
            directory.mkdir(parents=True, exist_ok=True)
            directory.chmod(0o777)
