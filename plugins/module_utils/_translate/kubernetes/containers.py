# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of a pod."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .. import escape
from ..definitions import MASKED
from ..model.workload import NODE, SANDBOX, SECRET, TASK, Artifact, Container, Variable
from ..names import dns_label
from ..notes import APPROXIMATE, DROPPED, MANUAL, pointer
from ..options import SERVICE
from . import parameters, probes, quantities, volumes
from .security import run_as, seccomp, secret_key

if TYPE_CHECKING:
    from .pod import Pod

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_FETCHED = ("http://", "https://", "ftp://")
_UNPACKERS = (
    ((".tar.gz", ".tgz"), "tar -xzf {0}"),
    ((".tar.bz2", ".tbz2"), "tar -xjf {0}"),
    ((".tar.xz", ".txz"), "tar -xJf {0}"),
    ((".tar",), "tar -xf {0}"),
    ((".zip",), "unzip -o -q {0}"),
    ((".gz",), "gunzip -c {0} > {1}"),
)


def container(pod: Pod, given: Container) -> dict[str, Any]:
    found: dict[str, Any] = {"name": container_name(given.name), "image": given.image}
    if given.force_pull_at:
        found["imagePullPolicy"] = "Always"
    if given.entrypoint is not None:
        # With a program of its own all goes there, which is the same.
        command = [*given.entrypoint, *(given.args or [])]
        found["command"] = [escape.kubernetes(one) for one in command]
    elif given.args is not None:
        found["args"] = [escape.kubernetes(one) for one in given.args]
    if given.starts_in_sandbox:
        found["workingDir"] = SANDBOX
    env = _env(pod, given)
    found.update({"env": env} if env else {})
    if pod.configured(given):
        found["envFrom"] = [{"configMapRef": {"name": pod.config_name(given)}}]
    found["resources"] = _resources(pod, given)
    ports = _ports(pod, given)
    found.update({"ports": ports} if ports else {})
    if pod.options.kind == SERVICE:
        found.update(probes.probes(pod, given))
    mounts = volumes.mounts(pod, given)
    found.update({"volumeMounts": mounts} if mounts else {})
    found.update({"tty": True} if given.tty else {})
    if pod.options.pre_stop_seconds and pod.options.kind == SERVICE:
        found["lifecycle"] = {"preStop": {"sleep": {"seconds": pod.options.pre_stop_seconds}}}
    security = _security(pod, given)
    found.update({"securityContext": security} if security else {})
    parameters.apply_to_container(pod, given, found)
    return found


def container_name(name: str) -> str:
    return name if _LABEL.fullmatch(name) else dns_label(name)


def _env(pod: Pod, given: Container) -> list[dict[str, Any]]:
    configured = pod.configured(given)
    found = []
    for one in given.env:
        if not _VARIABLE.fullmatch(one.name):
            place = one.at or pointer("env", one.name)
            pod.note(DROPPED, place, "the variable has no name that Kubernetes takes")
        elif one.name not in configured:
            found.append(_variable(pod, one))
    return found


def _variable(pod: Pod, one: Variable) -> dict[str, Any]:
    if one.kind == SECRET:
        reference = {"name": pod.secret, "key": secret_key(one.value)}
        return {"name": one.name, "valueFrom": {"secretKeyRef": reference}}
    if one.kind in (NODE, TASK):
        path = "status.hostIP" if one.kind == NODE else "metadata.name"
        return {"name": one.name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
    return {"name": one.name, "value": escape.kubernetes(one.value)}


def _resources(pod: Pod, given: Container) -> dict[str, Any]:
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    if given.cpus > 0:
        requests["cpu"] = quantities.millis(given.cpus)
    requests["memory"] = quantities.memory(given.mem)
    if given.disk > 0:
        requests["ephemeral-storage"] = quantities.mebibytes(given.disk)
    cpus = given.cpu_limit if given.cpu_limit is not None else given.cpus if pod.options.cfs else 0
    if not isinstance(cpus, str) and cpus > 0:
        limits["cpu"] = quantities.millis(max(cpus, given.cpus))
    mem = given.mem if given.mem_limit is None else given.mem_limit
    if not isinstance(mem, str):
        limits["memory"] = quantities.memory(max(mem * (100 + pod.options.mem_headroom) / 100, given.mem))
    if given.gpus > 0:
        limits[pod.options.gpu_resource] = str(given.gpus)
    return {"requests": requests, **({"limits": limits} if limits else {})}


def _ports(pod: Pod, given: Container) -> list[dict[str, Any]]:
    is_host = pod.options.host_network and pod.workload.is_host_network
    found = []
    for port in given.ports:
        for protocol in port.protocols:
            one = {
                "containerPort": port.number,
                "protocol": protocol.upper(),
                "name": pod.port_names[port.at, protocol],
            }
            host_port = port.number if is_host else port.host_port
            if host_port:
                one["hostPort"] = host_port
            if port.host_port:
                text = "hostPort kept: one pod per node; drop it when clients use the Service"
                pod.note(APPROXIMATE, f"{port.at}/hostPort", text)
            found.append(one)
    return found


def _security(pod: Pod, given: Container) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if given.privileged:
        found["privileged"] = True
    found.update(run_as(pod, given.user, given.user_at))
    if given.seccomp:
        found["seccompProfile"] = seccomp(pod, given.seccomp, given.seccomp_at)
    return found


def init_containers(pod: Pod, given: Container) -> list[dict[str, Any]]:
    lines = [line for one in given.artifacts for line in _fetch(pod, given, one)]
    if not lines:
        return []
    name = f"fetch-{container_name(given.name)}"[:63].rstrip("-") if pod.workload.is_pod else "fetch"
    script = "\n".join(["set -e", f"cd {SANDBOX}", *lines])
    return [
        {
            "name": name,
            "image": pod.options.fetch_image,
            "command": ["/bin/sh", "-c", escape.kubernetes(script)],
            "volumeMounts": [{"name": volumes.sandbox_name(pod, given), "mountPath": SANDBOX}],
        }
    ]


def _fetch(pod: Pod, given: Container, one: Artifact) -> list[str]:
    if MASKED in one.uri:
        # Has its note already.
        return []
    if not one.uri.lower().startswith(_FETCHED):
        text = f"wget cannot fetch {one.uri}: put the file in the image, or mount it"
        pod.note(MANUAL, given.artifacts_at, text)
        return []
    name = escape.quoted(one.name)
    folder = one.name.rpartition("/")[0]
    lines = [f"mkdir -p {escape.quoted(folder)}"] if folder else []
    lines.append(f"wget -q -O {name} {escape.quoted(one.uri)}")
    if one.executable:
        lines.append(f"chmod a+x {name}")
    elif one.extract:
        lines += [
            command.format(name, escape.quoted(one.name[: -len(ending)]))
            for endings, command in _UNPACKERS
            for ending in endings
            if one.name.endswith(ending) and _is_own_ending(one.name, ending)
        ]
    return lines


def _is_own_ending(name: str, ending: str) -> bool:
    """.tar.gz is not .gz."""
    return ending != ".gz" or not name.endswith(".tar.gz")
