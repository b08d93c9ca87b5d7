"""What a task needs of its agent."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from labengine.agent import environment
from labengine.agent.cgroups import Cgroups
from labengine.agent.checkpoint import Checkpoint
from labengine.agent.docker_cli import DockerCli
from labengine.agent.docker_janitor import DockerJanitor
from labengine.agent.metrics import Counters
from labengine.agent.record import TaskRecord
from labengine.agent.sandbox_files import SandboxFiles
from labengine.common.poster import Poster
from labengine.common.tls import Tls
from labengine.common.verbosity import Verbosity

CONNECT_SECONDS = 5.0
Emit = Callable[[TaskRecord, dict[str, Any]], None]


@dataclass
class AgentContext:
    flags: Any
    ip: str
    hostname: str
    checkpoint: Checkpoint
    emit: Emit
    docker: DockerCli | None = None
    janitor: DockerJanitor | None = None
    agent_id: str = ""
    counters: Counters = field(default_factory=Counters)
    verbosity: Verbosity = field(default_factory=Verbosity)
    tls: Tls = field(default_factory=Tls)
    credential: tuple[str, str] | None = None

    def poster(self) -> Poster:
        return Poster(self.tls, auth=self.credential, timeout=CONNECT_SECONDS)

    def client(self) -> httpx.AsyncClient:
        """For the subscription to the master."""
        return self.tls.client(auth=self.credential, timeout=CONNECT_SECONDS)

    @cached_property
    def cgroups(self) -> Cgroups:
        return Cgroups.of(self.flags)

    @property
    def files(self) -> SandboxFiles:
        return SandboxFiles(self.checkpoint.work_dir, self.agent_id)

    def task_environment(self) -> dict[str, str]:
        return environment.inherited(self.flags.executor_environment_variables, os.environ)

    def labels(self) -> dict[str, str]:
        """How this agent knows its own containers on a daemon that others may use too."""
        return {"mesos.agent": f"{self.hostname}:{self.flags.port}", "mesos.work_dir": str(self.checkpoint.work_dir)}
