# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload as services of Docker Swarm: ServiceSpec of the Engine API 1.41, one for each container of a pod."""

from __future__ import annotations

from typing import Any

from ..model.workload import Container, Workload
from ..names import SWARM_ID_LABEL, Names
from ..notes import MANUAL, SWARM, Notes
from ..options import CRON_JOB, SERVICE, Options
from . import container as container_spec
from . import placement, ports, update, validate
from .units import NANOSECONDS, mebibytes, nano_cpus


def services(workload: Workload, names: Names, options: Options, notes: Notes) -> list[dict[str, Any]]:
    if workload.refusal:
        return []
    found = []
    for container in workload.containers:
        name = names.services[container.name if workload.is_pod else ""]
        spec = _service(workload, container, name, options, notes)
        for problem in validate.problems(spec):
            notes.add(SWARM, MANUAL, "", f"the Engine would refuse the service {name}: {problem}")
        found.append(spec)
    return found


def _service(workload: Workload, container: Container, name: str, options: Options, notes: Notes) -> dict[str, Any]:
    is_job = options.kind != SERVICE
    task: dict[str, Any] = {
        "ContainerSpec": container_spec.spec(workload, container, options, notes),
        "Resources": _resources(container, options, notes),
        "RestartPolicy": {
            "Condition": "on-failure" if is_job else "any",
            "Delay": int(workload.backoff * NANOSECONDS),
        },
    }
    placed = placement.placement(workload, options, notes)
    if placed:
        task["Placement"] = placed
    networks = ports.networks(workload, options)
    if networks:
        task["Networks"] = [{"Target": network} for network in networks]
    spec: dict[str, Any] = {
        "Name": name,
        "Labels": {SWARM_ID_LABEL: workload.id, **workload.labels},
        "TaskTemplate": task,
        "Mode": _mode(workload, is_job),
    }
    container_spec.log_driver(container, task)
    if not is_job:
        spec["UpdateConfig"] = update.config(workload)
    if options.kind == CRON_JOB:
        notes.add(SWARM, MANUAL, "/", "no schedule: start the job from a timer")
    endpoint = ports.endpoint(workload, container, options, notes)
    if endpoint:
        spec["EndpointSpec"] = endpoint
    return spec


def _mode(workload: Workload, is_job: bool) -> dict[str, Any]:
    if is_job:
        count = max(workload.instances, 1)
        return {"ReplicatedJob": {"MaxConcurrent": count, "TotalCompletions": count}}
    return {"Replicated": {"Replicas": workload.instances}}


def _resources(container: Container, options: Options, notes: Notes) -> dict[str, Any]:
    memory = mebibytes(container.mem)
    reserved: dict[str, Any] = {"MemoryBytes": memory}
    if nano_cpus(container.cpus):
        reserved["NanoCPUs"] = nano_cpus(container.cpus)
    if container.gpus:
        resource = {"Kind": options.gpu_kind, "Value": container.gpus}
        reserved["GenericResources"] = [{"DiscreteResourceSpec": resource}]
        text = "every node must declare the generic resource, and the runtime must hand over the device"
        notes.add(SWARM, MANUAL, container.gpus_at, text)
    limits: dict[str, Any] = {}
    cpus = container.cpu_limit if container.cpu_limit is not None else container.cpus if options.cfs else 0
    if not isinstance(cpus, str) and nano_cpus(cpus):
        limits["NanoCPUs"] = max(nano_cpus(cpus), reserved.get("NanoCPUs", 0))
    mem = container.mem if container.mem_limit is None else container.mem_limit
    if not isinstance(mem, str):
        limits["MemoryBytes"] = max(mebibytes(mem * (100 + options.mem_headroom) / 100), memory)
    return {"Reservations": reserved, **({"Limits": limits} if limits else {})}
