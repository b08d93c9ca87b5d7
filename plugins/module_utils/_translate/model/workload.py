# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app or a pod asks of a cluster, in the words of no target. Both targets read this and nothing else.

at is where a thing stands in the definition, for notes about it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional, Union

SANDBOX = "/mnt/mesos/sandbox"

# Kinds of checks, and where the value of a variable comes from.
HTTP, TCP, COMMAND = "http", "tcp", "command"
TEXT, SECRET, NODE, TASK = "text", "secret", "node", "task"


@dataclass(frozen=True)
class Port:
    """number is the container's. A host port of 0 is any free one, None is none."""

    at: str
    index: int
    number: int
    protocols: tuple[str, ...] = ("tcp",)
    name: Optional[str] = None
    host_port: Optional[int] = None
    service_port: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    # Of virtual addresses, a name and a port each.
    addresses: tuple[tuple[str, int], ...] = ()
    is_published: bool = True

    @property
    def front(self) -> int:
        """The port under which clients know it."""
        return self.addresses[0][1] if self.addresses else self.service_port or self.number


@dataclass(frozen=True)
class Variable:
    """An environment variable; the value of kind SECRET is the key of the secret."""

    name: str
    value: str
    kind: str = TEXT
    at: str = ""
    # Marathon sets it.
    is_given: bool = False


@dataclass(frozen=True)
class Check:
    """failures is 0 where it never kills. delay is that of checks which the agent runs."""

    at: str
    kind: str
    port: int = 0
    path: str = "/"
    scheme: str = "HTTP"
    shell: Optional[str] = None
    argv: tuple[str, ...] = ()
    grace: int = 0
    interval: int = 60
    timeout: int = 20
    failures: int = 3
    delay: int = 0
    ipv6: bool = False


@dataclass(frozen=True)
class Volume:
    """kind is host, persistent, scratch, secret, dvdi or csi; name is that of the volume, the secret or the disk."""

    at: str
    kind: str
    name: str = ""
    path: str = ""
    size: int = 0
    driver: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mount:
    volume: Volume
    target: str
    read_only: bool = False


@dataclass(frozen=True)
class Parameter:
    """An option of docker run."""

    at: str
    key: str
    value: str


@dataclass(frozen=True)
class Artifact:
    uri: str
    name: str
    extract: bool = True
    executable: bool = False


@dataclass(frozen=True)
class Rule:
    """A placement constraint. field is hostname, @zone, @region or an attribute of agents."""

    at: str
    field: str
    operator: str
    value: Optional[str] = None


@dataclass
class Container:
    """entrypoint None leaves that of the image, args None its arguments."""

    name: str
    at: str
    image: str = ""
    entrypoint: Optional[list[str]] = None
    args: Optional[list[str]] = None
    cpus: float = 0
    mem: float = 0
    disk: float = 0
    gpus: int = 0
    disk_at: str = "/disk"
    gpus_at: str = "/gpus"
    cpu_limit: Union[float, str, None] = None
    mem_limit: Union[float, str, None] = None
    env: list[Variable] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    check: Optional[Check] = None
    # What says that it may get requests, where that is not the check itself.
    readiness: Optional[Check] = None
    mounts: list[Mount] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    artifacts_at: str = "/fetch"
    uses_sandbox: bool = False
    starts_in_sandbox: bool = False
    parameters: list[Parameter] = field(default_factory=list)
    user: str = ""
    user_at: str = "/user"
    tty: bool = False
    privileged: bool = False
    force_pull_at: str = ""
    pull_secret: str = ""
    pull_at: str = ""
    seccomp: Optional[dict[str, Any]] = None
    seccomp_at: str = ""
    shm_mib: int = 0
    grace_seconds: Optional[int] = None
    grace_at: str = "/taskKillGracePeriodSeconds"


@dataclass
class Workload:
    """role and the like are in the notes already."""

    id: str
    is_pod: bool
    instances: int
    containers: list[Container]
    labels: dict[str, str] = field(default_factory=dict)
    # Networks of the user by name; none is the cluster's own.
    networks: tuple[str, ...] = ()
    is_host_network: bool = False
    rules: list[Rule] = field(default_factory=list)
    roles: tuple[str, ...] = ()
    min_healthy: float = 1.0
    max_over: float = 1.0
    upgrade_at: str = "/upgradeStrategy"
    is_single: bool = False
    backoff: float = 1
    # Seconds until an instance on a lost node is replaced; None is never.
    inactive_after: Optional[int] = 0
    expunge_after: int = 0
    unreachable_at: str = "/unreachableStrategy"
    volumes: list[Volume] = field(default_factory=list)
    user: str = ""
    # Keys of the secret that the targets refer to, each with what it is for.
    secrets: dict[str, str] = field(default_factory=dict)
    seccomp: Optional[dict[str, Any]] = None
    # Why nothing of it may be written.
    refusal: str = ""

    @property
    def ports(self) -> list[Port]:
        return [port for container in self.containers for port in container.ports]

    @property
    def is_stateful(self) -> bool:
        return any(volume.kind == "persistent" for volume in self.volumes)
