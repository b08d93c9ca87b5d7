"""Control groups of version 1 for executors, as the real agent makes them where there are any.

There they outlive the unit of the agent, and what they start cannot leave, whatever it does to its environment.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from labengine.common import log

logger = log.get(__name__)

SLICE = "mesos_executors.slice"
PROCESSES = "cgroup.procs"
REMOVE_SECONDS = 2.0
PAUSE_SECONDS = 0.02


class Cgroups:
    """``launcher`` and ``systemd`` are the hierarchies that the launcher linux and the support of systemd use."""

    def __init__(self, root: str, *, launcher: Path | None, systemd: Path | None) -> None:
        self._root = root
        self._launcher = launcher
        self._systemd = systemd

    @classmethod
    def of(cls, flags: Any) -> Cgroups:
        mounted = Path(flags.cgroups_hierarchy)
        return cls(
            flags.cgroups_root,
            launcher=_hierarchy(mounted / "freezer") if flags.launcher == "linux" else None,
            systemd=_hierarchy(mounted / "systemd") if flags.systemd_enable_support else None,
        )

    def of_shell_task(self, container_id: str) -> list[Path]:
        """The container's own; without the launcher linux its executor is with all the others."""
        if self._launcher is None:
            return self.of_docker_task()
        return [one / self._root / container_id for one in (self._launcher, self._systemd) if one]

    def of_docker_task(self) -> list[Path]:
        """The executor's; Docker makes the container's."""
        return [self._systemd / SLICE] if self._systemd else []


def _hierarchy(path: Path) -> Path | None:
    """None: it is not mounted, or not for this agent."""
    return path if os.access(path / PROCESSES, os.W_OK) else None


def create(groups: Sequence[Path]) -> None:
    for group in groups:
        group.mkdir(parents=True, exist_ok=True)


def members(groups: Sequence[Path]) -> set[int]:
    """Who is in a container's own groups."""
    found: set[int] = set()
    for group in groups:
        if group.name != SLICE:
            with contextlib.suppress(OSError):
                found.update(map(int, (group / PROCESSES).read_text(encoding="ascii").split()))
    return found


def remove(groups: Sequence[Path]) -> None:
    """A container's own, as soon as the last process has left."""
    deadline = time.monotonic() + REMOVE_SECONDS
    for group in groups:
        while group.name != SLICE:
            try:
                group.rmdir()
            except FileNotFoundError:
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    logger.error("The control group %s cannot be removed: %s", group, error.strerror)
                    break
                time.sleep(PAUSE_SECONDS)
