# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a canonical app."""

from __future__ import annotations

from typing import Any, Optional

from ..definitions import Definition
from ..notes import APPROXIMATE, BOTH, DROPPED, KUBERNETES, MANUAL, SWARM, Notes, pointer
from ..options import Options
from . import checks, environment, general, ports, secrets, volumes
from .artifacts import read_all
from .workload import SANDBOX, SECRET, Container, Mount, Parameter, Rule, Variable, Workload

# Each of these is read below; a field that Marathon gets one day has a note until it is.
READ = frozenset(
    (
        "id",
        "cmd",
        "args",
        "user",
        "env",
        "instances",
        "cpus",
        "mem",
        "disk",
        "gpus",
        "executor",
        "executorResources",
        "resourceLimits",
        "constraints",
        "acceptedResourceRoles",
        "role",
        "fetch",
        "networks",
        "portDefinitions",
        "requirePorts",
        "container",
        "healthChecks",
        "check",
        "readinessChecks",
        "dependencies",
        "upgradeStrategy",
        "backoffSeconds",
        "backoffFactor",
        "maxLaunchDelaySeconds",
        "taskKillGracePeriodSeconds",
        "killSelection",
        "unreachableStrategy",
        "labels",
        "secrets",
        "tty",
    )
)
SINGLE_INSTANCE = "MARATHON_SINGLE_INSTANCE_APP"
_EXECUTOR_RESOURCES = {"cpus": 0.1, "mem": 32.0, "disk": 10.0}
# Options of docker run that set what fields set.
_ENV = ("env", "e")
# The login of a registry lies in this archive, which Mesos hands to Docker.
LOGIN = ("docker.tar.gz", ".dockercfg", "docker.tgz")


def read(definition: Definition, options: Options, notes: Notes) -> Workload:
    app = definition.content
    container = Container("main", "", cpus=app["cpus"], mem=app["mem"], disk=app["disk"], gpus=app["gpus"])
    labels = general.labels(app.get("labels", {}), definition.hidden, notes)
    workload = Workload(app["id"], False, max(app["instances"], 0), [container], labels)
    workload.refusal = general.refusal(labels, notes)
    workload.is_single = labels.get(SINGLE_INSTANCE, "").lower() == "true"
    _image(app, container, options, notes)
    _command(app, container)
    _parameters(app, container)
    _resources(app, container, notes)
    texts = _texts(app)
    is_named = environment.names_port(texts, options.env_vars_prefix) or _speaks_of_ports(app)
    container.ports, declared = ports.of_app(app, notes, is_named)
    workload.networks, workload.is_host_network = general.networks(app["networks"], container.ports, options, notes)
    container.check, container.readiness = checks.of_app(app, container.ports, notes)
    container.mounts = volumes.of_app(app, notes)
    workload.volumes = _distinct(container.mounts)
    container.artifacts, login = read_all(app.get("fetch", []), LOGIN)
    _environment(definition, container, workload, declared, texts, options, notes)
    _secrets(definition, container, workload, login, notes)
    workload.rules = rules(app.get("constraints", []), "/constraints")
    general.placement(workload.rules, options, notes)
    roles = app.get("acceptedResourceRoles", [])
    workload.roles = general.accepted_roles(roles, "/acceptedResourceRoles", options, notes)
    general.upgrade(workload, app["upgradeStrategy"], "/upgradeStrategy", notes)
    general.unreachable(workload, app["unreachableStrategy"], "/unreachableStrategy", notes)
    workload.backoff = app["backoffSeconds"]
    places = ("/backoffSeconds", "/backoffFactor", "/maxLaunchDelaySeconds")
    general.backoff(app["backoffSeconds"], app["backoffFactor"], app["maxLaunchDelaySeconds"], places, notes)
    _rest(definition, container, notes)
    return workload


def _image(app: dict[str, Any], container: Container, options: Options, notes: Notes) -> None:
    given = app.get("container", {})
    docker = given.get("docker", {})
    container.image = docker.get("image", "")
    if "appc" in given:
        notes.add(BOTH, MANUAL, "/container/appc", "appc images run nowhere any more: build an image of Docker's form")
    if not container.image:
        container.starts_in_sandbox = bool(app.get("fetch"))
        container.image = stand_in(options, "/container", notes)
    if docker.get("forcePullImage"):
        container.force_pull_at = "/container/docker/forcePullImage"
    container.privileged = docker.get("privileged", False)
    linux = given.get("linuxInfo", {})
    read_linux(linux, "/container/linuxInfo", container)
    if given.get("type") == "DOCKER" and not docker.get("image") and "docker" in given:
        notes.add(BOTH, MANUAL, "/container/docker/image", "no image is named")


def stand_in(options: Options, at: str, notes: Notes) -> str:
    # The name resolves nowhere, so that the pull fails and says why.
    image = options.default_image or "no-image.invalid/set-default-image:latest"
    text = f"no image: the command used the agent's own files; build an image that has them (stand-in: {image})"
    notes.add(BOTH, MANUAL, at, text)
    return image


def read_linux(linux: dict[str, Any], at: str, container: Container) -> None:
    if linux.get("seccomp", {}).get("unconfined") or linux.get("seccomp", {}).get("profileName"):
        container.seccomp, container.seccomp_at = linux["seccomp"], f"{at}/seccomp"
    container.shm_mib = max(linux.get("ipcInfo", {}).get("shmSize") or 0, 0)


def _command(app: dict[str, Any], container: Container) -> None:
    if app.get("cmd") is not None:
        container.entrypoint, container.args = ["/bin/sh"], ["-c", app["cmd"]]
    elif app.get("args"):
        # Without an image the first one is the program.
        own = app.get("container", {}).get("docker", {}).get("image")
        container.entrypoint = None if own else list(app["args"][:1])
        container.args = list(app["args"] if own else app["args"][1:]) or None


def _parameters(app: dict[str, Any], container: Container) -> None:
    given = app.get("container", {}).get("docker", {}).get("parameters", [])
    container.parameters = [
        Parameter(f"/container/docker/parameters/{index}", one.get("key", "").lstrip("-"), one.get("value", ""))
        for index, one in enumerate(given)
    ]


def _resources(app: dict[str, Any], container: Container, notes: Notes) -> None:
    limits = app.get("resourceLimits", {})
    container.cpu_limit, container.mem_limit = limits.get("cpus"), limits.get("mem")
    container.user = app.get("user", "")
    container.tty = app.get("tty", False)
    if "taskKillGracePeriodSeconds" in app:
        container.grace_seconds = max(app["taskKillGracePeriodSeconds"], 0)
    if app["disk"] > 0:
        notes.add(SWARM, DROPPED, "/disk", "no disk accounting")


def _texts(app: dict[str, Any]) -> list[str]:
    """Where a definition may name a variable."""
    found = [app.get("cmd") or "", *app.get("args", [])]
    found += [value for value in app.get("env", {}).values() if isinstance(value, str)]
    found += [check.get("command", {}).get("value", "") for check in app.get("healthChecks", [])]
    command = app.get("check", {}).get("exec", {}).get("command", {})
    found += [command.get("shell", ""), *command.get("argv", [])]
    return found


def _speaks_of_ports(app: dict[str, Any]) -> bool:
    checks_ports = [check for check in app.get("healthChecks", []) if check["protocol"] != "COMMAND"]
    proxied = any(name.startswith("HAPROXY_") for name in app.get("labels", {}))
    return bool(checks_ports or app.get("readinessChecks") or app.get("check") or proxied)


def _distinct(mounts: list[Mount]) -> list[Any]:
    return list({id(mount.volume): mount.volume for mount in mounts}.values())


def _environment(
    definition: Definition,
    container: Container,
    workload: Workload,
    declared: list[int],
    texts: list[str],
    options: Options,
    notes: Notes,
) -> None:
    app = definition.content
    own = secrets.variables(app.get("env", {}), "/env", definition.secret_env, workload.secrets, notes)
    own = environment.merged(own, _of_parameters(definition, container, workload, notes))
    given = []
    if options.compat_env != "none":
        given = environment.of_ports(container.ports, declared, options.env_vars_prefix)
    given += environment.of_task(app, container, workload.labels, options.env_vars_prefix, texts, options.compat_env)
    # What a person declares wins over what Marathon sets.
    container.env = environment.merged(own, given)
    general.note_host(container.env, "/env", notes)
    container.uses_sandbox = any(one.name == "MESOS_SANDBOX" and one.is_given for one in container.env)
    general.unset_variables(texts, "/env", notes)


def _of_parameters(definition: Definition, container: Container, workload: Workload, notes: Notes) -> list[Variable]:
    found = []
    for parameter in [one for one in container.parameters if one.key in _ENV]:
        container.parameters.remove(parameter)
        name, separator, value = parameter.value.partition("=")
        if not separator:
            text = f"the value of {name} came from the agent's own environment: declare it in env"
            notes.add(BOTH, MANUAL, parameter.at, text)
        elif f"{parameter.at}/value" in definition.hidden:
            workload.secrets[name] = f"the value of {name} in the definition"
            text = f"{name} looks like a secret: create the secret {name} with its value, which is not written here"
            notes.add(BOTH, MANUAL, f"{parameter.at}/value", text)
            found.append(Variable(name, name, SECRET, f"{parameter.at}/value"))
        else:
            found.append(Variable(name, value, at=parameter.at))
    return found


def _secrets(
    definition: Definition, container: Container, workload: Workload, login: Optional[int], notes: Notes
) -> None:
    app = definition.content
    secrets.note_declared(app.get("secrets", {}), workload.secrets, notes)
    for mount in container.mounts:
        if mount.volume.kind == "secret":
            workload.secrets.setdefault(mount.volume.name, f"the secret {mount.volume.name} of the definition")
    docker = app.get("container", {}).get("docker", {})
    at = "/container/docker/pullConfig"
    if "pullConfig" in docker:
        container.pull_secret, container.pull_at = docker["pullConfig"]["secret"], at
        used = {one.value for one in container.env if one.kind == SECRET}
        used |= {mount.volume.name for mount in container.mounts if mount.volume.kind == "secret"}
        if container.pull_secret not in used:
            # Of a registry's login Kubernetes wants a secret of its own.
            workload.secrets.pop(container.pull_secret, None)
    elif "credential" in docker:
        container.pull_secret, container.pull_at = "registry", "/container/docker/credential"
    elif login is not None:
        container.pull_secret, container.pull_at = "registry", f"/fetch/{login}"
    places = [*definition.secret_env, *(pointer("labels", name) for name in app.get("labels", {}))]
    places += [f"{one.at}/value" for one in container.parameters if one.key in _ENV]
    noted = {note.field for note in notes.found if note.level == MANUAL}
    pulled = ("/container/docker/pullConfig/secret", "/container/docker/credential/secret")
    secrets.note_hidden(definition.hidden, {*places, *noted, *pulled}, notes)


def rules(constraints: list[list[str]], at: str) -> list[Rule]:
    return [
        Rule(f"{at}/{index}", one[0], one[1] if len(one) > 1 else "", one[2] if len(one) > 2 else None)
        for index, one in enumerate(constraints)
        if one
    ]


def _rest(definition: Definition, container: Container, notes: Notes) -> None:
    app = definition.content
    general.note_proxy(app.get("labels", {}), notes)
    general.role(app, notes)
    general.dependencies(app.get("dependencies", []) or definition.dependencies, notes)
    general.executor_resources(app.get("executorResources"), _EXECUTOR_RESOURCES, notes)
    general.kill_selection(app["killSelection"], "/killSelection", notes)
    if app.get("executor"):
        notes.add(BOTH, DROPPED, "/executor", "there are no executors: the command must run without one")
    if container.artifacts:
        notes.add(SWARM, MANUAL, "/fetch", "no init step: put the files in the image, or small ones in a config")
        text = f"an init container downloads to {SANDBOX}; no cache, and its image needs wget and the unpackers"
        notes.add(KUBERNETES, APPROXIMATE, "/fetch", text)
    for name in app:
        if name not in READ:
            notes.add(BOTH, DROPPED, pointer(name), "no rule knows this field")
