# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster refuses and the schemas let pass."""

from __future__ import annotations

import re
from typing import Any, Iterator

from ..names import is_dns_label

_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_CONTAINER = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PORT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_VARIABLE = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_KEY = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_QUANTITY = re.compile(r"\d+(m|Ki|Mi|Gi|Ti|Pi|Ei|k|M|G|T|P|E)?")
_HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
# A StatefulSet adds a hash to its name for a label, a CronJob a time for its jobs.
_LONGEST = {"Service": 63, "StatefulSet": 52, "CronJob": 52, "Job": 63}
_MOST_ANNOTATIONS = 262_144


def problems(objects: list[dict[str, Any]]) -> list[str]:
    found = []
    for one in objects:
        name = f"{one['kind']} {one['metadata']['name']}"
        found += [f"{name}: {problem}" for problem in _of_object(one)]
    names = [(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]) for one in objects]
    found += [
        f"{kind} {name} is there twice"
        for kind, space, name in sorted({one for one in names if names.count(one) > 1}, key=str)
    ]
    return found


def _of_object(one: dict[str, Any]) -> Iterator[str]:
    metadata, kind = one["metadata"], one["kind"]
    name = metadata["name"]
    if kind == "Service" and not is_dns_label(name):
        yield "the name is not of at most 63 lower-case letters, digits and '-', from a letter"
    elif not _SUBDOMAIN.fullmatch(name) or len(name) > _LONGEST.get(kind, 253):
        yield f"the name is not of at most {_LONGEST.get(kind, 253)} lower-case letters, digits, '-' and '.'"
    yield from _metadata(metadata)
    spec = one.get("spec", {})
    yield from _selector(spec, kind)
    if kind == "Service":
        yield from _service(spec)
    rolling = spec.get("strategy", {}).get("rollingUpdate", {})
    if rolling and {str(rolling[part]).rstrip("%") for part in ("maxUnavailable", "maxSurge")} == {"0"}:
        yield "maxUnavailable and maxSurge are both 0"
    for template in _templates(spec):
        yield from _metadata(template["metadata"])
        yield from _pod(template["spec"], spec)
    for key in one.get("data", {}):
        if not _CONFIG_KEY.fullmatch(key):
            yield f"{key!r} is no key of a ConfigMap"


def _metadata(metadata: dict[str, Any]) -> Iterator[str]:
    for key, value in metadata.get("labels", {}).items():
        if not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            yield f"{key}={value} is no label"
    annotations = metadata.get("annotations", {})
    for key in annotations:
        if not _KEY.fullmatch(key):
            yield f"{key} is no name of an annotation"
    if sum(len(key) + len(value.encode("utf-8", "replace")) for key, value in annotations.items()) > _MOST_ANNOTATIONS:
        yield "its annotations are longer than 262144 bytes"


def _selector(spec: dict[str, Any], kind: str) -> Iterator[str]:
    if kind in ("Deployment", "StatefulSet"):
        labels = spec["template"]["metadata"]["labels"]
        if not spec["selector"]["matchLabels"].items() <= labels.items():
            yield "the selector does not match the labels of its pods"


def _templates(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "template" in spec:
        yield spec["template"]
    if "jobTemplate" in spec:
        yield spec["jobTemplate"]["spec"]["template"]


def _service(spec: dict[str, Any]) -> Iterator[str]:
    ports = spec.get("ports", [])
    yield from _twice("port", [f"{port['port']}/{port['protocol']}" for port in ports])
    yield from _twice("port name", [port["name"] for port in ports])
    for port in ports:
        yield from _port_name(port["name"])
        for number in (port["port"], port["targetPort"]):
            yield from _number(number)


def _port_name(name: str) -> Iterator[str]:
    if not _PORT_NAME.fullmatch(name) or len(name) > 15 or "--" in name or not re.search("[a-z]", name):
        yield f"{name!r} is no name of a port"


def _number(number: int) -> Iterator[str]:
    if not 0 < number < 65536:
        yield f"{number} is no number of a port"


def _twice(what: str, names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the {what} {name} is there twice"


def _pod(pod: dict[str, Any], owner: dict[str, Any]) -> Iterator[str]:
    containers = [*pod["containers"], *pod.get("initContainers", [])]
    yield from _twice("container", [one["name"] for one in containers])
    volumes = [one["name"] for one in pod.get("volumes", [])]
    claimed = [one["metadata"]["name"] for one in owner.get("volumeClaimTemplates", [])]
    yield from _twice("volume", volumes + claimed)
    for name in volumes + claimed:
        if not _CONTAINER.fullmatch(name):
            yield f"{name!r} is no name of a volume"
    ports = [port for one in pod["containers"] for port in one.get("ports", [])]
    yield from _twice("host port", [f"{port['hostPort']}/{port['protocol']}" for port in ports if "hostPort" in port])
    yield from _twice("port name", [port["name"] for port in ports])
    for one in containers:
        for problem in _container(one, {*volumes, *claimed}):
            yield f"container {one['name']}: {problem}"


def _container(one: dict[str, Any], volumes: set[str]) -> Iterator[str]:
    if not _CONTAINER.fullmatch(one["name"]):
        yield "the name is not of at most 63 lower-case letters, digits and '-'"
    if not one["image"].strip() or one["image"] != one["image"].strip():
        yield "it has no image"
    yield from _twice("variable", [variable["name"] for variable in one.get("env", [])])
    for variable in one.get("env", []):
        if not _VARIABLE.fullmatch(variable["name"]):
            yield f"{variable['name']!r} is no name of a variable"
    yield from _twice("mount", [mount["mountPath"] for mount in one.get("volumeMounts", [])])
    for mount in one.get("volumeMounts", []):
        if mount["name"] not in volumes:
            yield f"the volume {mount['name']} is not there"
        if ":" in mount["mountPath"] or not mount["mountPath"].startswith("/"):
            yield f"{mount['mountPath']!r} is no path of a mount"
    for port in one.get("ports", []):
        yield from _port_name(port["name"])
        yield from _number(port["containerPort"])
    yield from _resources(one.get("resources", {}))
    for name in ("startupProbe", "livenessProbe", "readinessProbe"):
        if name in one:
            yield from (f"{name}: {problem}" for problem in _probe(one[name], name))


def _resources(resources: dict[str, Any]) -> Iterator[str]:
    for part in ("requests", "limits"):
        for name, quantity in resources.get(part, {}).items():
            if not _QUANTITY.fullmatch(quantity):
                yield f"{quantity!r} is no quantity of {name}"


def _probe(probe: dict[str, Any], name: str) -> Iterator[str]:
    if sum(handler in probe for handler in _HANDLERS) != 1:
        yield "it has not exactly one handler"
    for field in ("periodSeconds", "timeoutSeconds", "failureThreshold"):
        if probe.get(field, 1) < 1:
            yield f"{field} is {probe[field]}, and must be 1 or more"
    for handler in ("httpGet", "tcpSocket"):
        if handler in probe:
            yield from _number(probe[handler]["port"])
    if name != "readinessProbe" and probe.get("successThreshold", 1) != 1:
        yield "successThreshold must be 1"
