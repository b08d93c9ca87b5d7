"""The sandbox of a task, and the user whom it belongs to."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labengine.agent.record import TaskRecord


class SandboxError(Exception):
    """The sandbox cannot be made; the text is fit for a task's message."""


@dataclass(frozen=True)
class User:
    name: str
    uid: int
    gid: int
    groups: list[int]

    def to_json(self) -> dict[str, Any]:
        return {"uid": self.uid, "gid": self.gid, "groups": self.groups}


def task_user(record: TaskRecord, framework: dict[str, Any], *, switch_user: bool) -> User | None:
    """Whom to switch to; None: stay who the agent is."""
    name = record.command.get("user") or framework.get("user")
    if not name or not switch_user or os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise SandboxError(
            f"user '{name}' of the task does not exist on this agent host; create it, set another user "
            "in the app or framework, or start the agent with --no-switch_user"
        ) from None
    if entry.pw_uid == 0:
        return None
    return User(name, entry.pw_uid, entry.pw_gid, os.getgrouplist(name, entry.pw_gid))


def create(sandbox: Path, user: User | None) -> None:
    sandbox.mkdir(parents=True, exist_ok=True)
    sandbox.chmod(0o750)
    for name in ("stdout", "stderr"):
        (sandbox / name).touch(mode=0o644)
    if user:
        for path in (sandbox, sandbox / "stdout", sandbox / "stderr"):
            os.chown(path, user.uid, user.gid)
    latest = sandbox.with_name("latest")
    temporary = sandbox.with_name(".latest.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(sandbox.name)
    temporary.replace(latest)


def show_below(shared: Path, sandbox: Path, container_id: str) -> None:
    """Mesos has the sandbox of a nested container inside that of its executor, in ``containers``."""
    link = shared / "containers" / container_id
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(sandbox)


def link_volumes(record: TaskRecord, sandbox: Path) -> None:
    """Volumes of a task without a root file system of its own: links in its sandbox."""
    for volume in record.container.get("volumes", []):
        host_path, container_path = volume.get("host_path"), volume["container_path"]
        if not host_path or not host_path.startswith("/"):
            raise SandboxError(f"volume '{container_path}' of a task without an image needs an absolute host_path")
        if container_path.startswith("/"):
            raise SandboxError(
                f"volume '{container_path}' of a task without an image must have a container path "
                "relative to the sandbox"
            )
        link = sandbox / container_path
        if sandbox not in Path(os.path.normpath(link)).parents:
            raise SandboxError(f"container path '{container_path}' of a volume leads out of the sandbox")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(host_path)


def tail(path: Path, size: int = 2048) -> str:
    try:
        with open(path, "rb") as stream:
            stream.seek(max(0, path.stat().st_size - size))
            return stream.read().decode(errors="replace")
    except OSError:
        return ""
