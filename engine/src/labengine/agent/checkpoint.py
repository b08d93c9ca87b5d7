"""What the agent keeps in its work_dir, in Mesos' layout.

meta/slaves/latest -> <agent id>                                    who this host was last time
meta/slaves/<id>/slave.info                                         the agent info
meta/slaves/<id>/frameworks/<fid>/framework.info
meta/slaves/<id>/frameworks/<fid>/executors/<eid>/runs/<cid>/       task.info, the executor's pids and exit
slaves/<id>/frameworks/<fid>/executors/<eid>/runs/<cid>/            the sandbox
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labengine.agent.record import TaskRecord
from labengine.common.files import read_json, write_json


def _component(identifier: str) -> str:
    """A framework chooses its ids; they must stay one path component."""
    name = quote(identifier, safe=" !#$&'()*+,:;=@[]^`{|}~")
    return name if name not in ("", ".", "..") else f"%2E{name[1:]}"


class Checkpoint:
    def __init__(self, work_dir: str | Path) -> None:
        self.work_dir = Path(os.path.abspath(work_dir))
        self.meta = self.work_dir / "meta"
        self.latest = self.meta / "slaves" / "latest"

    def prepare(self) -> None:
        (self.meta / "slaves").mkdir(parents=True, exist_ok=True)
        (self.work_dir / "slaves").mkdir(exist_ok=True)

    def agent_info(self) -> dict[str, Any] | None:
        """The info of the agent that ran here before, with its id."""
        return read_json(self.latest / "slave.info")

    def save_agent_info(self, info: dict[str, Any]) -> None:
        directory = self.meta / "slaves" / info["id"]["value"]
        write_json(directory / "slave.info", info)
        temporary = self.latest.with_name(".latest.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(directory)
        temporary.replace(self.latest)

    def _frameworks(self, agent_id: str) -> Path:
        return self.meta / "slaves" / agent_id / "frameworks"

    def save_framework(self, agent_id: str, framework: dict[str, Any]) -> None:
        write_json(self._frameworks(agent_id) / _component(framework["id"]["value"]) / "framework.info", framework)

    def frameworks(self, agent_id: str) -> list[dict[str, Any]]:
        found = (read_json(path) for path in sorted(self._frameworks(agent_id).glob("*/framework.info")))
        return [framework for framework in found if framework]

    def run_dir(self, agent_id: str, record: TaskRecord) -> Path:
        """Where the executor of this task keeps its pids and its exit status."""
        return (
            self._frameworks(agent_id)
            / _component(record.framework_id)
            / "executors"
            / _component(record.task_id)
            / "runs"
            / record.container_id
        )

    def sandbox(self, agent_id: str, record: TaskRecord) -> Path:
        return (
            self.work_dir
            / "slaves"
            / agent_id
            / "frameworks"
            / _component(record.framework_id)
            / "executors"
            / _component(record.task_id)
            / "runs"
            / record.container_id
        )

    def group_sandbox(self, agent_id: str, record: TaskRecord) -> Path:
        """The executor's own, which a group's tasks share."""
        return self.work_dir / self._group_path(agent_id, record)

    def save_group(self, agent_id: str, record: TaskRecord) -> None:
        """Without this its sandbox would count as a forgotten one."""
        (self.meta / self._group_path(agent_id, record)).mkdir(parents=True, exist_ok=True, mode=0o700)

    def forget_group(self, agent_id: str, record: TaskRecord) -> None:
        directory = self.meta / self._group_path(agent_id, record)
        with contextlib.suppress(OSError):
            directory.rmdir()
            directory.parent.rmdir()
            directory.parent.parent.rmdir()

    @staticmethod
    def _group_path(agent_id: str, record: TaskRecord) -> Path:
        return (
            Path("slaves", agent_id, "frameworks", _component(record.framework_id), "executors")
            / _component(record.executor_id)
            / "runs"
            / str(record.group_id)
        )

    def save_task(self, agent_id: str, record: TaskRecord) -> None:
        directory = self.run_dir(agent_id, record)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_json(directory / "task.info", record.to_json())

    def tasks(self, agent_id: str) -> Iterator[TaskRecord]:
        for path in sorted(self._frameworks(agent_id).glob("*/executors/*/runs/*/task.info")):
            if content := read_json(path):
                yield TaskRecord(**content)

    def forget_task(self, agent_id: str, record: TaskRecord) -> None:
        run_dir = self.run_dir(agent_id, record)
        shutil.rmtree(run_dir, ignore_errors=True)
        # Only empty directories go: another run of the same task may be there.
        with contextlib.suppress(OSError):
            run_dir.parent.rmdir()
            run_dir.parent.parent.rmdir()

    def forget_framework(self, agent_id: str, framework_id: str) -> None:
        shutil.rmtree(self._frameworks(agent_id) / _component(framework_id), ignore_errors=True)

    def old_sandboxes(self, before: float) -> Iterator[Path]:
        """Runs whose task is forgotten and in which nothing changed since ``before``."""
        for path in self.work_dir.glob("slaves/*/frameworks/*/executors/*/runs/*"):
            if path.is_symlink() or (self.meta / path.relative_to(self.work_dir)).exists():
                continue
            try:
                changed = path.stat().st_mtime
            except FileNotFoundError:
                continue
            if changed < before:
                yield path
