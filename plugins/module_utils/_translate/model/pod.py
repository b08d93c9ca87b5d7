# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a canonical pod."""

from __future__ import annotations

from typing import Any

from ..definitions import Definition
from ..notes import APPROXIMATE, BOTH, DROPPED, KUBERNETES, MANUAL, SWARM, Notes, pointer
from ..options import Options
from . import app as app_reader
from . import artifacts, checks, environment, general, ports, secrets, volumes
from .workload import SANDBOX, Container, Port, Rule, Variable, Workload

READ = frozenset(
    (
        "id",
        "labels",
        "user",
        "environment",
        "containers",
        "secrets",
        "volumes",
        "networks",
        "scaling",
        "scheduling",
        "executorResources",
        "role",
        "linuxInfo",
        "legacySharedCgroups",
    )
)
_EXECUTOR_RESOURCES = {"cpus": 0.1, "mem": 32.0, "disk": 10.0}


def read(definition: Definition, options: Options, notes: Notes) -> Workload:
    pod = definition.content
    labels = general.labels(pod.get("labels", {}), definition.hidden, notes)
    workload = Workload(pod["id"], True, max(pod["scaling"]["instances"], 0), [], labels)
    workload.refusal = general.refusal(labels, notes)
    workload.user = str(pod.get("user", ""))
    networks = pod.get("networks", [])
    shared = volumes.of_pod(pod, notes)
    workload.volumes = list(shared.values())
    all_ports = _ports(pod, networks, notes)
    workload.networks, workload.is_host_network = general.networks(networks, _flat(all_ports), options, notes)
    common = secrets.variables(
        pod.get("environment", {}), "/environment", definition.secret_env, workload.secrets, notes
    )
    for index, given in enumerate(pod["containers"]):
        container = _container(given, index, options, notes)
        container.ports = all_ports[index]
        at = container.at
        container.check, container.readiness = checks.of_pod_container(given, at, container.ports, notes)
        container.mounts = volumes.of_pod_container(given, at, shared, notes)
        container.env = _environment(definition, given, container, workload, common, _flat(all_ports), options, notes)
        workload.containers.append(container)
    if len(pod["containers"]) > 1:
        text = "one service for each container: they no longer share localhost, nor start and scale together"
        notes.add(SWARM, MANUAL, "/containers", text)
    _scratch(workload, notes)
    _scheduling(pod, workload, options, notes)
    _rest(definition, workload, notes)
    return workload


def _ports(pod: dict[str, Any], networks: list[dict[str, Any]], notes: Notes) -> list[list[Port]]:
    found: list[list[Port]] = []
    for index, container in enumerate(pod["containers"]):
        first = sum(map(len, found))
        found.append(ports.of_pod_container(container, f"/containers/{index}", first, networks, notes))
    return found


def _flat(listed: list[list[Port]]) -> list[Port]:
    return [port for one in listed for port in one]


def _container(given: dict[str, Any], index: int, options: Options, notes: Notes) -> Container:
    at = f"/containers/{index}"
    resources = given["resources"]
    container = Container(
        given["name"],
        at,
        cpus=resources["cpus"],
        mem=resources["mem"],
        disk=resources["disk"],
        gpus=resources["gpus"],
        disk_at=f"{at}/resources/disk",
        gpus_at=f"{at}/resources/gpus",
        artifacts_at=f"{at}/artifacts",
        user_at=f"{at}/user",
        grace_at=f"{at}/lifecycle/killGracePeriodSeconds",
    )
    image = given.get("image", {})
    container.image = image.get("id", "")
    container.artifacts, login = artifacts.read_all(given.get("artifacts", []), app_reader.LOGIN)
    if login is not None:
        container.pull_secret, container.pull_at = "registry", f"{at}/artifacts/{login}"
    if not container.image:
        container.starts_in_sandbox = bool(container.artifacts)
        container.image = app_reader.stand_in(options, f"{at}/image", notes)
    if image.get("forcePull"):
        container.force_pull_at = f"{at}/image/forcePull"
    if "pullConfig" in image:
        container.pull_secret, container.pull_at = image["pullConfig"]["secret"], f"{at}/image/pullConfig"
    if image.get("kind", "DOCKER") != "DOCKER":
        notes.add(BOTH, MANUAL, f"{at}/image/kind", "appc images run nowhere any more: build an image of Docker's form")
    if image.get("labels"):
        notes.add(BOTH, DROPPED, f"{at}/image/labels", "an image is not chosen by labels")
    _command(given, container)
    limits = given.get("resourceLimits", {})
    container.cpu_limit, container.mem_limit = limits.get("cpus"), limits.get("mem")
    container.user = str(given.get("user", ""))
    container.tty = given.get("tty", False)
    app_reader.read_linux(given.get("linuxInfo", {}), f"{at}/linuxInfo", container)
    if "killGracePeriodSeconds" in given.get("lifecycle", {}):
        container.grace_seconds = max(int(given["lifecycle"]["killGracePeriodSeconds"]), 0)
        text = "one value for the whole pod: the largest of its containers"
        notes.add(KUBERNETES, APPROXIMATE, container.grace_at, text)
    if container.disk > 0:
        notes.add(SWARM, DROPPED, container.disk_at, "no disk accounting")
    if given.get("labels"):
        notes.add(BOTH, DROPPED, f"{at}/labels", "labels of a container: Kubernetes has labels of pods only")
    if container.artifacts:
        text = "no init step: put the files in the image, or small ones in a config"
        notes.add(SWARM, MANUAL, container.artifacts_at, text)
        text = f"an init container downloads to {SANDBOX}; no cache, and its image needs wget and the unpackers"
        notes.add(KUBERNETES, APPROXIMATE, container.artifacts_at, text)
    return container


def _command(given: dict[str, Any], container: Container) -> None:
    execute = given.get("exec", {})
    command = execute.get("command", {})
    argv = [str(one) for one in command.get("argv", [])]
    if command.get("shell"):
        container.entrypoint, container.args = ["/bin/sh"], ["-c", str(command["shell"])]
    elif argv and (execute.get("overrideEntrypoint") or not given.get("image", {}).get("id")):
        container.entrypoint, container.args = argv[:1], argv[1:] or None
    elif argv:
        container.args = argv


def _environment(
    definition: Definition,
    given: dict[str, Any],
    container: Container,
    workload: Workload,
    common: list[Variable],
    endpoints: list[Port],
    options: Options,
    notes: Notes,
) -> list[Variable]:
    at = f"{container.at}/environment"
    own = secrets.variables(given.get("environment", {}), at, definition.secret_env, workload.secrets, notes)
    declared = environment.merged(own, common)
    texts = [*(container.args or []), *(one.value for one in declared)]
    made: list[Variable] = []
    if options.compat_env != "none":
        # In a pod those of Marathon win.
        made = environment.of_endpoints(endpoints)
    others = environment.of_task(definition.content, container, workload.labels, "", texts, options.compat_env)
    names = {
        "MARATHON_CONTAINER_ID": container.name,
        "MARATHON_CONTAINER_RESOURCE_CPUS": str(float(container.cpus)),
        "MARATHON_CONTAINER_RESOURCE_MEM": str(float(container.mem)),
        "MARATHON_CONTAINER_RESOURCE_DISK": str(float(container.disk)),
        "MARATHON_CONTAINER_RESOURCE_GPUS": str(container.gpus),
    }
    wanted = options.compat_env
    others += [
        Variable(name, value, is_given=True)
        for name, value in names.items()
        if wanted == "all" or (wanted == "auto" and environment.names(name, texts))
    ]
    found = environment.merged(made, environment.merged(declared, others))
    container.uses_sandbox = any(one.name == "MESOS_SANDBOX" and one.is_given for one in found)
    general.unset_variables(texts, at, notes)
    general.note_host(found, at, notes)
    return found


def _scratch(workload: Workload, notes: Notes) -> None:
    for volume in workload.volumes:
        users = [one for one in workload.containers for mount in one.mounts if mount.volume is volume]
        if volume.kind == "scratch" and len(users) > 1:
            text = "a scratch volume cannot be shared between services: not carried over"
            notes.add(SWARM, MANUAL, volume.at, text)


def _scheduling(pod: dict[str, Any], workload: Workload, options: Options, notes: Notes) -> None:
    scheduling = pod["scheduling"]
    placement = scheduling["placement"]
    at = "/scheduling/placement"
    workload.rules = [
        Rule(f"{at}/constraints/{index}", str(one.get("fieldName", "")), one["operator"], one.get("value"))
        for index, one in enumerate(placement.get("constraints", []))
    ]
    general.placement(workload.rules, options, notes)
    roles = placement.get("acceptedResourceRoles", [])
    workload.roles = general.accepted_roles(roles, f"{at}/acceptedResourceRoles", options, notes)
    general.upgrade(workload, scheduling["upgrade"], "/scheduling/upgrade", notes)
    general.unreachable(workload, scheduling["unreachableStrategy"], "/scheduling/unreachableStrategy", notes)
    backoff = scheduling["backoff"]
    workload.backoff = backoff["backoff"]
    places = tuple(f"/scheduling/backoff/{name}" for name in ("backoff", "backoffFactor", "maxLaunchDelay"))
    general.backoff(backoff["backoff"], backoff["backoffFactor"], backoff["maxLaunchDelay"], places, notes)
    general.kill_selection(scheduling["killSelection"], "/scheduling/killSelection", notes)


def _rest(definition: Definition, workload: Workload, notes: Notes) -> None:
    pod = definition.content
    secrets.note_declared(pod.get("secrets", {}), workload.secrets, notes)
    for volume in workload.volumes:
        if volume.kind == "secret":
            workload.secrets.setdefault(volume.name, f"the secret {volume.name} of the definition")
    general.note_proxy(pod.get("labels", {}), notes)
    general.role(pod, notes)
    general.dependencies(definition.dependencies, notes)
    general.executor_resources(pod.get("executorResources"), _EXECUTOR_RESOURCES, notes)
    if pod.get("legacySharedCgroups"):
        notes.add(BOTH, DROPPED, "/legacySharedCgroups", "each container has control groups of its own")
    linux = pod.get("linuxInfo", {})
    if linux.get("seccomp", {}).get("unconfined") or linux.get("seccomp", {}).get("profileName"):
        workload.seccomp = linux["seccomp"]
        notes.add(SWARM, DROPPED, "/linuxInfo/seccomp", "no seccomp setting for services on Engine 20.10")
    if linux.get("ipcInfo"):
        text = "the containers of a pod share their IPC; a size of /dev/shm is set for a container"
        notes.add(KUBERNETES, APPROXIMATE, "/linuxInfo/ipcInfo", text)
        notes.add(SWARM, DROPPED, "/linuxInfo/ipcInfo", "services share no IPC")
    places = [*definition.secret_env, *(pointer("labels", name) for name in pod.get("labels", {}))]
    places += [note.field for note in notes.found if note.level == MANUAL]
    secrets.note_hidden(definition.hidden, places, notes)
    for name in pod:
        if name not in READ:
            notes.add(BOTH, DROPPED, pointer(name), "no rule knows this field")
