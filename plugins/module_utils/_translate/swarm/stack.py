# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services as stack files, one for each group: what docker stack deploy reads.

What a stack file cannot say of a service stands in its ServiceSpec alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator

from .. import escape
from ..notes import SWARM
from .units import NANOSECONDS

if TYPE_CHECKING:
    from ..translation import Translated

_OTHER = "other"


def files(translated: list[Translated]) -> dict[str, dict[str, Any]]:
    """By the name of the stack, with which docker stack deploy makes the names of the services again."""
    found: dict[str, dict[str, Any]] = {}
    for one in translated:
        for spec in one.objects.get(SWARM, []):
            stack, _underscore, name = spec["Name"].rpartition("_")
            content = found.setdefault(stack or _OTHER, {"version": "3.8", "services": {}})
            content["services"][name] = _service(spec)
            _declare(content, spec)
    return found


def _declare(content: dict[str, Any], spec: dict[str, Any]) -> None:
    """What a stack must name besides its services; all of it is there already, but for plain volumes."""
    task = spec["TaskTemplate"]
    for network in task.get("Networks", []):
        own = content.setdefault("networks", {})
        own[_key(network["Target"])] = {"external": True, "name": _escaped(network["Target"])}
    for secret in task["ContainerSpec"].get("Secrets", []):
        own = content.setdefault("secrets", {})
        own[_key(secret["SecretName"])] = {"external": True, "name": secret["SecretName"]}
    for mount in task["ContainerSpec"].get("Mounts", []):
        if mount["Type"] == "volume" and mount.get("Source"):
            volume: dict[str, Any] = {"name": _escaped(mount["Source"])}
            driver = mount.get("VolumeOptions", {}).get("DriverConfig", {})
            if driver:
                volume["driver"] = driver["Name"]
                volume.update({"driver_opts": _texts(driver["Options"])} if driver.get("Options") else {})
            content.setdefault("volumes", {})[_key(mount["Source"])] = volume


def _key(name: str) -> str:
    name = name.replace("{{.Task.Slot}}", "slot")
    return "".join(sign if sign.isalnum() or sign in "_.-" else "-" for sign in name).strip("-")


def _escaped(text: str) -> str:
    return escape.stack(text)


def _texts(values: dict[str, str]) -> dict[str, str]:
    return {name: _escaped(value) for name, value in values.items()}


def _service(spec: dict[str, Any]) -> dict[str, Any]:
    task = spec["TaskTemplate"]
    found = dict(_container(task["ContainerSpec"]))
    if "LogDriver" in task:
        found["logging"] = {
            **({"driver": task["LogDriver"]["Name"]} if "Name" in task["LogDriver"] else {}),
            **({"options": _texts(task["LogDriver"]["Options"])} if "Options" in task["LogDriver"] else {}),
        }
    if "Networks" in task:
        found["networks"] = [_key(network["Target"]) for network in task["Networks"]]
    if "EndpointSpec" in spec:
        found["ports"] = [_port(port) for port in spec["EndpointSpec"]["Ports"]]
    found["deploy"] = _deploy(spec, task)
    return found


def _container(container: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "image", _escaped(container["Image"])
    for name, key in (("Command", "entrypoint"), ("Args", "command")):
        if name in container:
            yield key, [_escaped(one) for one in container[name]]
    if "Env" in container:
        yield "environment", [_escaped(one) for one in container["Env"]]
    for name, key in (
        ("User", "user"),
        ("Dir", "working_dir"),
        ("Hostname", "hostname"),
        ("StopSignal", "stop_signal"),
    ):
        if name in container:
            yield key, _escaped(container[name])
    for name, key in (("TTY", "tty"), ("Init", "init"), ("ReadOnly", "read_only")):
        if name in container:
            yield key, container[name]
    for name, key in (("CapabilityAdd", "cap_add"), ("CapabilityDrop", "cap_drop"), ("Groups", "group_add")):
        if name in container:
            yield key, container[name]
    for name, key in (("Sysctls", "sysctls"), ("Labels", "labels")):
        if name in container:
            yield key, _texts(container[name])
    if "Hosts" in container:
        yield "extra_hosts", [f"{line.split(' ')[1]}:{line.split(' ')[0]}" for line in container["Hosts"]]
    if "Ulimits" in container:
        yield (
            "ulimits",
            {one["Name"]: {"soft": one["Soft"], "hard": one["Hard"]} for one in container["Ulimits"]},
        )
    dns = container.get("DNSConfig", {})
    for name, key in (("Nameservers", "dns"), ("Search", "dns_search")):
        if name in dns:
            yield key, [_escaped(one) for one in dns[name]]
    if "StopGracePeriod" in container:
        yield "stop_grace_period", _duration(container["StopGracePeriod"])
    yield "healthcheck", _healthcheck(container["Healthcheck"])
    if "Mounts" in container:
        yield "volumes", [_mount(one) for one in container["Mounts"]]
    if "Secrets" in container:
        yield "secrets", [_secret(one) for one in container["Secrets"]]


def _duration(nanoseconds: int) -> str:
    return f"{nanoseconds // NANOSECONDS}s"


def _healthcheck(check: dict[str, Any]) -> dict[str, Any]:
    if check["Test"] == ["NONE"]:
        return {"disable": True}
    return {
        "test": [_escaped(one) for one in check["Test"]],
        "interval": _duration(check["Interval"]),
        "timeout": _duration(check["Timeout"]),
        "retries": check["Retries"],
        "start_period": _duration(check["StartPeriod"]),
    }


def _mount(mount: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": mount["Type"], "target": _escaped(mount["Target"])}
    if "Source" in mount:
        found["source"] = _key(mount["Source"]) if mount["Type"] == "volume" else _escaped(mount["Source"])
    if mount.get("ReadOnly"):
        found["read_only"] = True
    if "TmpfsOptions" in mount:
        found["tmpfs"] = {"size": mount["TmpfsOptions"]["SizeBytes"]}
    return found


def _secret(secret: dict[str, Any]) -> dict[str, Any]:
    file = secret["File"]
    return {
        "source": _key(secret["SecretName"]),
        "target": _escaped(file["Name"]),
        "uid": file["UID"],
        "gid": file["GID"],
        "mode": file["Mode"],
    }


def _port(port: dict[str, Any]) -> dict[str, Any]:
    published = {"published": port["PublishedPort"]} if "PublishedPort" in port else {}
    return {"target": port["TargetPort"], **published, "protocol": port["Protocol"], "mode": port["PublishMode"]}


def _deploy(spec: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"labels": _texts(spec["Labels"])}
    if "ReplicatedJob" in spec["Mode"]:
        found.update(mode="replicated-job", replicas=spec["Mode"]["ReplicatedJob"]["TotalCompletions"])
    else:
        found.update(replicas=spec["Mode"]["Replicated"]["Replicas"])
    restart = task["RestartPolicy"]
    found["restart_policy"] = {"condition": restart["Condition"], "delay": _delay(restart["Delay"])}
    if "UpdateConfig" in spec:
        update = spec["UpdateConfig"]
        found["update_config"] = {
            "parallelism": update["Parallelism"],
            "order": update["Order"],
            "failure_action": update["FailureAction"],
        }
    found["resources"] = _resources(task["Resources"])
    placement = _placement(task.get("Placement", {}))
    found.update({"placement": placement} if placement else {})
    return found


def _delay(nanoseconds: int) -> str:
    return f"{nanoseconds // 1_000_000}ms"


def _placement(placement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "Constraints" in placement:
        found["constraints"] = [_escaped(one) for one in placement["Constraints"]]
    if "Preferences" in placement:
        spread = [one["Spread"]["SpreadDescriptor"] for one in placement["Preferences"]]
        found["preferences"] = [{"spread": _escaped(one)} for one in spread]
    if "MaxReplicas" in placement:
        found["max_replicas_per_node"] = placement["MaxReplicas"]
    return found


def _resources(resources: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, key in (("Limits", "limits"), ("Reservations", "reservations")):
        given = resources.get(name, {})
        part: dict[str, Any] = {}
        if "NanoCPUs" in given:
            part["cpus"] = f"{given['NanoCPUs'] / NANOSECONDS:.9f}".rstrip("0").rstrip(".")
        if "MemoryBytes" in given:
            part["memory"] = f"{given['MemoryBytes']}b"
        if "GenericResources" in given:
            part["generic_resources"] = [
                {"discrete_resource_spec": {"kind": one["Kind"], "value": one["Value"]}}
                for one in (each["DiscreteResourceSpec"] for each in given["GenericResources"])
            ]
        found.update({key: part} if part else {})
    return found
