"""The environment of tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from labengine.agent.record import TaskRecord

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def inherited(executor_environment_variables: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """What a shell task starts from: the flag's variables, or the agent's own without its configuration."""
    if executor_environment_variables:
        variables = {str(name): str(value) for name, value in json.loads(executor_environment_variables).items()}
    else:
        variables = {name: value for name, value in environ.items() if not name.startswith(("MESOS_", "LIBPROCESS_"))}
    variables.setdefault("PATH", DEFAULT_PATH)
    return variables


def declared(record: TaskRecord) -> dict[str, str]:
    """What the framework asks for."""
    variables = (record.command.get("environment") or {}).get("variables", [])
    return {variable["name"]: str(variable.get("value", "")) for variable in variables}


def of_shell_task(record: TaskRecord, agent_id: str, sandbox: Path, base: Mapping[str, str]) -> dict[str, str]:
    return {
        **base,
        "MESOS_SANDBOX": str(sandbox),
        "MESOS_DIRECTORY": str(sandbox),
        "MESOS_TASK_ID": record.task_id,
        "MESOS_EXECUTOR_ID": record.executor_id,
        "MESOS_FRAMEWORK_ID": record.framework_id,
        "MESOS_SLAVE_ID": agent_id,
        "MESOS_CONTAINER_ID": record.container_id,
        **declared(record),
    }


def of_docker_task(record: TaskRecord, container_name: str, sandbox_directory: str) -> dict[str, str]:
    return {
        "MESOS_SANDBOX": sandbox_directory,
        "MESOS_CONTAINER_NAME": container_name,
        "MESOS_TASK_ID": record.task_id,
        **declared(record),
    }
