# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for pods, for which Marathon has no dry run: api.md 2.5, 2.9, 2.11 and 6, and the types of 1.11."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Iterator

from ..bounds import constraints as constraint_rules
from ..bounds import limits
from ..bounds import pod as pod_bounds
from ..bounds.limits import Problem
from ..definition.pod_fields import COMMAND_PLACES
from .surroundings import Surroundings

_URI = re.compile(r"[a-zA-Z0-9+.:/?#\[\]@!$&'()*,;=%_~-]*")
_FIXED = ("cpus", "mem", "disk", "gpus")

Pod = dict


def problems(body: Pod, after: Pod, before: Pod | None, around: Surroundings) -> list[Problem]:
    """body is what is sent, after and before are canonical."""
    found = limits.problems(body, pod_bounds.BOUNDS, pod_bounds.REQUIRED)
    if found:
        # Marathon looks at values before it looks at what they are together.
        return found
    found += _commands(body)
    found += _networks(body, around)
    found += _names(after)
    found += _secrets(body, around)
    found += _scheduling(after)
    found += _volumes(after)
    for index, container in enumerate(after["containers"]):
        found += _container(after, container, f"/containers({index})")
    found += _roles(after, before, around)
    if before is not None and _persistent(before):
        found += _resident_change(before, after)
    return found


def _commands(pod: Pod) -> Iterator[Problem]:
    for index, container in enumerate(pod["containers"]):
        for place in COMMAND_PLACES:
            value: Any = container
            for name in (*place.split("/"), "command"):
                value = value.get(name) if isinstance(value, dict) else None
            path = f"/containers({index})/{place}/command"
            if isinstance(value, dict) and not value.get("shell") and not value.get("argv"):
                yield Problem(path, "must have shell or a filled argv")


def _networks(pod: Pod, around: Surroundings) -> Iterator[Problem]:
    networks = pod.get("networks") or []
    modes = [network.get("mode", "container") for network in networks]
    for index, network in enumerate(networks):
        mode = modes[index]
        if mode != "container" and network.get("name"):
            yield Problem(f"/networks({index})/name", f"must not be set in the mode {mode}", network["name"])
        if mode == "host" and network.get("labels"):
            yield Problem(f"/networks({index})/labels", "must not be set in the mode host")
        if mode == "container" and "name" not in network and around.default_network == "":
            yield Problem(f"/networks({index})/name", "is required, because Marathon has no --default_network_name")
    names = [network.get("name", "") for network in networks if network.get("mode", "container") == "container"]
    if len(set(names)) < len(names):
        yield Problem("/networks", "must not have a network twice")
    if len(set(modes)) > 1 or any(modes.count(mode) > 1 for mode in ("host", "container/bridge")):
        yield Problem("/networks", "must be one host network, one bridge network, or container networks only")


def _endpoints(pod: Pod) -> list[dict[str, Any]]:
    return [endpoint for container in pod["containers"] for endpoint in container.get("endpoints") or []]


def _names(pod: Pod) -> Iterator[Problem]:
    endpoints = _endpoints(pod)
    for path, what, values in (
        ("/containers", "names of containers", [one["name"] for one in pod["containers"]]),
        ("/volumes", "names of volumes", [one["name"] for one in pod.get("volumes") or []]),
        ("/containers", "names of endpoints", [one["name"] for one in endpoints]),
        ("/containers", "container ports", [one["containerPort"] for one in endpoints if one.get("containerPort")]),
        ("/containers", "host ports", _host_ports(pod)),
    ):
        twice = sorted(str(value) for value, count in Counter(values).items() if count > 1)
        if twice:
            yield Problem(path, f"must have unique {what} in the whole pod, and has {', '.join(twice)} more than once")
    if pod.get("legacySharedCgroups") and any("resourceLimits" in container for container in pod["containers"]):
        yield Problem("/legacySharedCgroups", "must not be set with resourceLimits", True)


def _secrets(pod: Pod, around: Surroundings) -> Iterator[Problem]:
    known = pod.get("secrets") or {}
    lacks = around.lacks("secrets")
    if known and lacks:
        yield Problem("/secrets", lacks)
    places = [("", pod), *((f"/containers({n})", container) for n, container in enumerate(pod["containers"]))]
    for path, holder in places:
        for name, value in (holder.get("environment") or {}).items():
            if isinstance(value, dict) and lacks:
                yield Problem(f"{path}/environment/{name}", lacks)
            elif isinstance(value, dict) and value.get("secret") not in known:
                yield Problem(f"{path}/environment/{name}", "must be the name of one of /secrets")
            elif not isinstance(value, (dict, str)):
                yield Problem(f"{path}/environment/{name}", "must be a string or a secret")
        if "" in (holder.get("environment") or {}):
            yield Problem(f"{path}/environment", "must not have a variable without a name")
    for index, volume in enumerate(pod.get("volumes") or []):
        if "secret" in volume and volume["secret"] not in known:
            yield Problem(f"/volumes({index})/secret", "must be the name of one of /secrets")


def _scheduling(pod: Pod) -> Iterator[Problem]:
    scheduling = pod["scheduling"]
    for index, rule in enumerate(scheduling["placement"].get("constraints") or []):
        reason = constraint_rules.wrong(rule["operator"], rule.get("value"))
        if reason:
            yield Problem(f"/scheduling/placement/constraints({index})/value", reason, rule.get("value"))
    strategy = scheduling["unreachableStrategy"]
    path = "/scheduling/unreachableStrategy"
    if _persistent(pod):
        if strategy != "disabled":
            yield Problem(path, "must be disabled in a pod with persistent volumes")
    elif isinstance(strategy, dict) and strategy["inactiveAfterSeconds"] > strategy["expungeAfterSeconds"]:
        yield Problem(
            f"{path}/inactiveAfterSeconds",
            f"must not be more than expungeAfterSeconds, which is {strategy['expungeAfterSeconds']}",
            strategy["inactiveAfterSeconds"],
        )


def _volumes(pod: Pod) -> Iterator[Problem]:
    mounted = {mount["name"] for container in pod["containers"] for mount in container.get("volumeMounts") or []}
    for index, volume in enumerate(pod.get("volumes") or []):
        if volume["name"] not in mounted:
            yield Problem(f"/volumes({index})", f"{volume['name']!r} must be in the volumeMounts of a container")


def _container(pod: Pod, container: dict[str, Any], path: str) -> Iterator[Problem]:
    modes = {network["mode"] for network in pod.get("networks") or []}
    for number, endpoint in enumerate(container.get("endpoints") or []):
        at = f"{path}/endpoints({number})"
        if "host" in modes and "containerPort" in endpoint:
            yield Problem(f"{at}/containerPort", "must not be set with host networking", endpoint["containerPort"])
        if "container" in modes and "containerPort" not in endpoint:
            yield Problem(f"{at}/containerPort", "is required on a container network")
        protocols = endpoint.get("protocol") or []
        if len(set(protocols)) < len(protocols):
            yield Problem(f"{at}/protocol", "must have each protocol once")
    names = {volume["name"] for volume in pod.get("volumes") or []}
    for number, mount in enumerate(container.get("volumeMounts") or []):
        if mount["name"] not in names:
            yield Problem(f"{path}/volumeMounts({number})/name", "must be the name of one of /volumes", mount["name"])
    for number, artifact in enumerate(container.get("artifacts") or []):
        if not _URI.fullmatch(artifact["uri"]):
            yield Problem(f"{path}/artifacts({number})/uri", "must be a URI", artifact["uri"])
    if "healthCheck" in container:
        yield from _health_check(container["healthCheck"], container, f"{path}/healthCheck")
    for name, limit in (container.get("resourceLimits") or {}).items():
        asked = container["resources"][name]
        if isinstance(limit, str) and limit != "unlimited":
            yield Problem(f"{path}/resourceLimits/{name}", "must be a number or unlimited", limit)
        elif not isinstance(limit, str) and limit < asked:
            yield Problem(
                f"{path}/resourceLimits/{name}", f"must not be less than resources, where it is {asked}", limit
            )


def _health_check(check: dict[str, Any], container: dict[str, Any], path: str) -> Iterator[Problem]:
    kinds = [kind for kind in ("http", "tcp", "exec") if kind in check]
    if len(kinds) != 1:
        yield Problem(path, f"must have one of http, tcp and exec, and has {' and '.join(kinds) or 'none'}")
    known = [endpoint["name"] for endpoint in container.get("endpoints") or []]
    for kind in kinds:
        name = check[kind].get("endpoint")
        if name is not None and name not in known:
            yield Problem(f"{path}/{kind}/endpoint", "must be the name of one of the endpoints", name)
    if check["timeoutSeconds"] >= check["intervalSeconds"]:
        told = f"must be less than intervalSeconds, which is {check['intervalSeconds']}"
        yield Problem(f"{path}/timeoutSeconds", told, check["timeoutSeconds"])


def _roles(pod: Pod, before: Pod | None, around: Surroundings) -> Iterator[Problem]:
    allowed = around.roles(pod["id"], (before or {}).get("role"))
    role = pod.get("role", allowed[0] if allowed else None)
    if allowed and role not in allowed:
        yield Problem("/role", f"must be one of {', '.join(allowed)}", role)
    accepted = pod["scheduling"]["placement"].get("acceptedResourceRoles") or []
    if role is not None and not set(accepted) <= {"*", role}:
        told = f"must be of {' and '.join(sorted({'*', role}))} only"
        yield Problem("/scheduling/placement/acceptedResourceRoles", told)
    if _persistent(pod) and role == "*":
        yield Problem("/role", "must be a role of its own in a pod with persistent volumes", role)


def _persistent(pod: Pod) -> list[dict[str, Any]]:
    return [volume for volume in pod.get("volumes") or [] if "persistent" in volume]


def _host_ports(pod: Pod) -> list[int]:
    return sorted(endpoint["hostPort"] for endpoint in _endpoints(pod) if endpoint.get("hostPort"))


def _resident_change(before: Pod, after: Pod) -> Iterator[Problem]:
    told = "cannot change in a pod with persistent volumes: keep it, or declare a pod with another id"
    if _persistent(before) != _persistent(after):
        yield Problem("/volumes", told)
    for name in _FIXED:
        sums = [round(sum(one["resources"][name] for one in pod["containers"]), 3) for pod in (before, after)]
        if sums[0] != sums[1]:
            yield Problem(f"/containers: the sum of {name}", f"{told} (it was {sums[0]:g})", sums[1])
    if _host_ports(before) != _host_ports(after):
        yield Problem("/containers: the host ports", told)
