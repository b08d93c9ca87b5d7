# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of docker run in a pod."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..definitions import MASKED
from ..model.docker_options import flag, host, long_key, words
from ..model.workload import Container, Parameter
from ..notes import APPROXIMATE, DROPPED, MANUAL
from .security import run_as

if TYPE_CHECKING:
    from .pod import Pod

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# What cannot be carried over, and why.
_DROPPED = {
    "ulimit": "ulimits belong to the node's container runtime",
    "log-driver": "log drivers do not exist; logs are read from the node",
    "log-opt": "log drivers do not exist; logs are read from the node",
    "memory-swap": "swap is a matter of the node",
    "memory-swappiness": "swap is a matter of the node",
    "label": "labels of a container do not exist",
}
_MANUAL = {
    "init": "put an init such as tini into the image",
    "stop-signal": "set STOPSIGNAL in the image (or lifecycle.stopSignal where the cluster has it)",
    "volume": "mount it as a volume of the pod by hand",
    "mount": "mount it as a volume of the pod by hand",
    "device": "devices come from a device plugin",
    "pid": "set hostPID where the program must see the node's processes",
    "ipc": "set hostIPC where the program must share the node's memory",
    "security-opt": "write the securityContext by hand",
}
_OF_CONTAINER = ("cap-add", "cap-drop", "user", "workdir", "entrypoint", "read-only", "tty")
_OF_POD = ("hostname", "sysctl", "add-host", "dns", "dns-search", "dns-opt", "dns-option", "group-add")


def _is_masked(one: Parameter) -> bool:
    # Has its note already.
    return MASKED in one.value


def apply_to_container(pod: Pod, given: Container, found: dict[str, Any]) -> None:
    for one in given.parameters:
        key = long_key(one.key)
        if _is_masked(one) or key in _OF_POD:
            continue
        if key in _DROPPED:
            pod.note(DROPPED, one.at, _DROPPED[key])
        elif key in _MANUAL:
            pod.note(MANUAL, one.at, _MANUAL[key])
        elif key not in _OF_CONTAINER:
            pod.note(MANUAL, one.at, f"docker run option --{one.key} has no translation")
        elif not _set_in_container(pod, key, one, found):
            pod.note(MANUAL, one.at, f"the value of docker run option --{one.key} is not understood")


def _set_in_container(pod: Pod, key: str, one: Parameter, found: dict[str, Any]) -> bool:
    if key in ("cap-add", "cap-drop"):
        name = one.value.strip().upper()
        name = name[len("CAP_") :] if name.startswith("CAP_") else name
        security = found.setdefault("securityContext", {})
        listed = security.setdefault("capabilities", {}).setdefault(key[len("cap-") :], [])
        listed.extend([name] if name and name not in listed else [])
        return bool(name)
    if key == "user":
        found.setdefault("securityContext", {}).update(run_as(pod, one.value, one.at))
        if not found["securityContext"]:
            del found["securityContext"]
        return bool(one.value)
    if key == "workdir":
        found["workingDir"] = one.value
        return one.value.startswith("/")
    if key == "entrypoint":
        program = words(one.value)
        # With cmd Mesos sets the entrypoint itself.
        if program and "command" not in found:
            found["command"] = program
        return bool(program)
    value = flag(one.value)
    if value and key == "read-only":
        found.setdefault("securityContext", {})["readOnlyRootFilesystem"] = True
    elif value:
        found["tty"] = True
    return value is not None


def apply_to_pod(pod: Pod, given: Container, found: dict[str, Any]) -> None:
    for one in given.parameters:
        key = long_key(one.key)
        if key in _OF_POD and not _is_masked(one) and not _set_in_pod(pod, key, one, found):
            pod.note(MANUAL, one.at, f"the value of docker run option --{one.key} is not understood")


def _set_in_pod(pod: Pod, key: str, one: Parameter, found: dict[str, Any]) -> bool:
    if key == "hostname":
        name, dot, _domain = one.value.strip().lower().partition(".")
        if _LABEL.fullmatch(name):
            found["hostname"] = name
            if dot:
                pod.note(APPROXIMATE, one.at, f"the name of a pod's host has no domain: {name}")
        return _LABEL.fullmatch(name) is not None
    if key == "sysctl":
        name, equals, value = one.value.partition("=")
        if name and equals:
            security = found.setdefault("securityContext", {})
            security.setdefault("sysctls", []).append({"name": name, "value": value})
            pod.note(MANUAL, one.at, f"{name} may be an unsafe sysctl: the kubelet must allow it")
        return bool(name and equals)
    if key == "add-host":
        known = host(one.value)
        if known:
            _add_alias(found, *known)
        return known is not None
    if key == "group-add":
        if one.value.isdigit():
            found.setdefault("securityContext", {}).setdefault("supplementalGroups", []).append(int(one.value))
        return one.value.isdigit()
    config = found.setdefault("dnsConfig", {})
    if key == "dns":
        config.setdefault("nameservers", []).append(one.value)
    elif key == "dns-search":
        config.setdefault("searches", []).append(one.value)
    else:
        name, colon, value = one.value.partition(":")
        config.setdefault("options", []).append({"name": name, **({"value": value} if colon else {})})
    return bool(one.value)


def _add_alias(found: dict[str, Any], name: str, address: str) -> None:
    aliases = found.setdefault("hostAliases", [])
    known = next((one for one in aliases if one["ip"] == address), None)
    if known is None:
        aliases.append({"ip": address, "hostnames": [name]})
    elif name not in known["hostnames"]:
        known["hostnames"].append(name)
