# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Engine would refuse in a ServiceSpec (seen with 20.10.24; constraints by swarmkit), found without it."""

from __future__ import annotations

import re
from typing import Any, Iterator

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_SECRET = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")
_CONSTRAINT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]+(==|!=)[A-Za-z0-9:_\s.*()?+\[\]\\^$|/-]+")
_LEAST_MEMORY = 4 * 1_048_576
_LEAST_NANO_CPUS = 1_000_000


def problems(spec: dict[str, Any]) -> list[str]:
    return [*_names(spec), *_resources(spec), *_ports(spec), *_mounts(spec), *_env(spec)]


def _names(spec: dict[str, Any]) -> Iterator[str]:
    if not _NAME.fullmatch(spec["Name"]):
        yield f"the name {spec['Name']} is not of 1 to 63 letters, digits, '-' and '_'"
    container = spec["TaskTemplate"]["ContainerSpec"]
    if not container["Image"].strip():
        yield "it has no image"
    for constraint in spec["TaskTemplate"].get("Placement", {}).get("Constraints", []):
        if not _CONSTRAINT.fullmatch(constraint):
            yield f"{constraint} is no constraint"
    for secret in container.get("Secrets", []):
        if not _SECRET.fullmatch(secret["SecretName"]):
            yield f"{secret['SecretName']} is no name of a secret"
    files = [secret["File"]["Name"] for secret in container.get("Secrets", [])]
    for name in sorted({name for name in files if files.count(name) > 1}):
        yield f"two secrets have the file {name}"


def _resources(spec: dict[str, Any]) -> Iterator[str]:
    resources = spec["TaskTemplate"]["Resources"]
    reserved, limits = resources["Reservations"], resources.get("Limits", {})
    for part in (reserved, limits):
        if part.get("MemoryBytes", _LEAST_MEMORY) < _LEAST_MEMORY:
            yield "memory is less than 4 MiB"
        if part.get("NanoCPUs", _LEAST_NANO_CPUS) < _LEAST_NANO_CPUS:
            yield "cpus is less than 0.001"
    for name in ("MemoryBytes", "NanoCPUs"):
        if limits.get(name) and limits[name] < reserved.get(name, 0):
            yield f"the limit of {name} is below its reservation"


def _ports(spec: dict[str, Any]) -> Iterator[str]:
    seen = set()
    for port in spec.get("EndpointSpec", {}).get("Ports", []):
        for name in ("TargetPort", "PublishedPort"):
            if not 0 < port.get(name, 1) < 65536:
                yield f"{port[name]} is no number of a port"
        key = (port.get("PublishedPort"), port["Protocol"], port["PublishMode"])
        if key[0] and key in seen:
            yield f"the port {key[0]}/{key[1]} is published twice"
        seen.add(key)


def _mounts(spec: dict[str, Any]) -> Iterator[str]:
    targets = [mount["Target"] for mount in spec["TaskTemplate"]["ContainerSpec"].get("Mounts", [])]
    for target in sorted({one for one in targets if targets.count(one) > 1}):
        yield f"two mounts have the target {target}"
    for target in targets:
        if not target.startswith("/"):
            yield f"the mount target {target} is no absolute path"


def _env(spec: dict[str, Any]) -> Iterator[str]:
    for variable in spec["TaskTemplate"]["ContainerSpec"].get("Env", []):
        name = variable.partition("=")[0]
        if not name or "\0" in variable:
            yield f"the variable {name!r} has no name, or a character that none may have"
