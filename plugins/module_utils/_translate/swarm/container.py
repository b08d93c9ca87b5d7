# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ContainerSpec of a service."""

from __future__ import annotations

import re
from typing import Any

from .. import escape
from ..model.workload import NODE, SANDBOX, SECRET, TASK, Container, Mount, Variable, Workload
from ..names import digest, swarm_name
from ..notes import APPROXIMATE, DROPPED, MANUAL, SWARM, Notes, pointer
from ..options import Options
from . import health, parameters
from .units import NANOSECONDS

_LONGEST_SECRET = 64
_OWNER_ONLY = 0o400


def spec(workload: Workload, container: Container, options: Options, notes: Notes) -> dict[str, Any]:
    found: dict[str, Any] = {"Image": container.image}
    if container.entrypoint is not None:
        found["Command"] = list(container.entrypoint)
    if container.args is not None:
        found["Args"] = list(container.args)
    user = container.user or workload.user
    found.update({"User": user} if user else {})
    found.update({"TTY": True} if container.tty else {})
    env = [_variable(one) for one in container.env if _is_name(one, notes)]
    found.update({"Env": env} if env else {})
    mounts = _mounts(workload, container, notes)
    secrets = _secrets(workload, container, user)
    found["Healthcheck"] = health.healthcheck(container.check, notes)
    if container.grace_seconds is not None:
        found["StopGracePeriod"] = container.grace_seconds * NANOSECONDS
    _note_rest(container, notes)
    mounts += parameters.apply(container, found, notes)
    found.update({"Mounts": mounts} if mounts else {})
    found.update({"Secrets": secrets} if secrets else {})
    return found


def _is_name(one: Variable, notes: Notes) -> bool:
    """Whether there can be such a variable in a list of NAME=value."""
    if one.name and "=" not in one.name:
        return True
    notes.add(SWARM, DROPPED, one.at or pointer("env", one.name), "a variable needs a name without =")
    return False


def _variable(one: Variable) -> str:
    if one.kind == SECRET:
        return f"{one.name}_FILE=/run/secrets/{one.name}"
    if one.kind == NODE:
        return f"{one.name}={{{{.Node.Hostname}}}}"
    if one.kind == TASK:
        return f"{one.name}={{{{.Task.Name}}}}"
    return f"{escape.swarm(one.name)}={escape.swarm(one.value)}"


def _mounts(workload: Workload, container: Container, notes: Notes) -> list[dict[str, Any]]:
    found = []
    for mount in container.mounts:
        made = _mount(workload, mount)
        if made is not None:
            found.append({**made, **({"ReadOnly": True} if mount.read_only else {})})
    targets = [one["Target"] for one in found]
    if container.uses_sandbox and SANDBOX not in targets:
        found.append({"Type": "volume", "Target": SANDBOX})
    if container.shm_mib and "/dev/shm" not in targets:
        size = {"SizeBytes": container.shm_mib * 1_048_576}
        found.append({"Type": "tmpfs", "Target": "/dev/shm", "TmpfsOptions": size})
    return found


def _mount(workload: Workload, mount: Mount) -> dict[str, Any] | None:
    volume, target = mount.volume, escape.swarm(mount.target)
    if volume.kind == "host":
        return {"Type": "bind", "Source": escape.swarm(volume.path), "Target": target}
    if volume.kind == "persistent":
        name = volume_name(f"{swarm_name(workload.id)}-{volume.name}")
        return {"Type": "volume", "Source": f"{name}-{{{{.Task.Slot}}}}", "Target": target}
    if volume.kind == "dvdi":
        config: dict[str, Any] = {"Name": volume.driver}
        others = {
            name[len("dvdi/") :] if name.startswith("dvdi/") else name: str(value)
            for name, value in volume.options.items()
            if name != "dvdi/driver"
        }
        config.update({"Options": others} if others else {})
        options = {"VolumeOptions": {"DriverConfig": config}}
        return {"Type": "volume", "Source": volume_name(volume.name), "Target": target, **options}
    if volume.kind == "scratch" and _users(workload, mount) == 1:
        return {"Type": "volume", "Target": target}
    # Secrets are a list of their own, and CSI has its note.
    return None


def _users(workload: Workload, mount: Mount) -> int:
    return sum(any(one.volume is mount.volume for one in container.mounts) for container in workload.containers)


def volume_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).lstrip("_.-") or "volume"


def secret_name(workload_id: str, key: str) -> str:
    """What a person creates on the swarm; another value needs another name."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{swarm_name(workload_id)}.{key}").strip("-_.")
    if name == f"{swarm_name(workload_id)}.{key}" and len(name) <= _LONGEST_SECRET:
        return name
    return f"{name[: _LONGEST_SECRET - 9].rstrip('-_.')}-{digest(f'{workload_id} {key}')}"


def _secrets(workload: Workload, container: Container, user: str) -> list[dict[str, Any]]:
    files = [(one.name, one.value) for one in container.env if one.kind == SECRET]
    files += [(mount.target, mount.volume.name) for mount in container.mounts if mount.volume.kind == "secret"]
    return [
        {
            "File": {"Name": name, "UID": user if user.isdigit() else "0", "GID": "0", "Mode": _OWNER_ONLY},
            "SecretID": "",
            "SecretName": secret_name(workload.id, key),
        }
        for name, key in files
    ]


def _note_rest(container: Container, notes: Notes) -> None:
    if container.force_pull_at:
        text = (
            "the image is pinned to a digest when the service is created or updated, and not looked up again on a "
            "restart"
        )
        notes.add(SWARM, APPROXIMATE, container.force_pull_at, text)
    if container.pull_secret:
        text = "log the manager in to the registry and send the registry login with the service"
        notes.add(SWARM, MANUAL, container.pull_at, text)
    if container.privileged:
        text = "services cannot be privileged on Engine 20.10; add single capabilities"
        notes.add(SWARM, DROPPED, "/container/docker/privileged", text)
    if container.seccomp:
        text = "no seccomp setting for services on Engine 20.10"
        notes.add(SWARM, DROPPED, container.seccomp_at, text)


def log_driver(container: Container, task: dict[str, Any]) -> None:
    """It belongs to the task, not to the container."""
    name = next((one.value for one in container.parameters if one.key == "log-driver"), "")
    options = dict(
        one.value.partition("=")[::2] for one in container.parameters if one.key == "log-opt" and "=" in one.value
    )
    if name or options:
        # Without a name it is the daemon's own.
        task["LogDriver"] = {**({"Name": name} if name else {}), **({"Options": options} if options else {})}
