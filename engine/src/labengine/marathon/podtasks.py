"""The operation of the Mesos v1 API that launches an instance of a pod: a task group below the default executor."""

from __future__ import annotations

import re
from typing import Any

from labengine.marathon import hostports, taskenv
from labengine.marathon.instances import Instance
from labengine.marathon.matcher import Match
from labengine.marathon.taskinfo import NANOSECONDS
from labengine.marathon.tree import App

EPHEMERAL = "volumes/"


def launch_group(
    service: App, instance: Instance, match: Match, framework_id: dict[str, str], bridge_name: str
) -> dict[str, Any]:
    pod = service["pod"]
    ports = _port_of_endpoints(pod, match.ports)
    executor: dict[str, Any] = {
        "type": "DEFAULT",
        "executor_id": {"value": instance.instance_id},
        "framework_id": framework_id,
        "resources": match.resources,
        "labels": _labels(pod.get("labels", {})),
    }
    networks = _networks(pod, ports, bridge_name)
    if networks or pod.get("volumes"):
        executor["container"] = {"type": "MESOS", **({"network_infos": networks} if networks else {})}
    variables = _endpoint_variables(pod, ports)
    tasks = [
        _task(service, instance, box, state["task_id"], resources, ports, variables)
        for box, state, resources in zip(pod["containers"], instance.containers, match.parts, strict=True)
    ]
    return {"type": "LAUNCH_GROUP", "launch_group": {"executor": executor, "task_group": {"tasks": tasks}}}


def unlaunchable(pod: dict[str, Any]) -> str | None:
    """The endpoint for which there is no port in a launch; no rule of Marathon's keeps such a pod out."""
    if any(network["mode"] == "host" for network in pod.get("networks", [])):
        return None
    endpoints = [one for box in pod["containers"] for one in box.get("endpoints", [])]
    return next((one["name"] for one in endpoints if "containerPort" not in one), None)


def _labels(labels: dict[str, str]) -> dict[str, Any]:
    return {"labels": [{"key": key, "value": value} for key, value in sorted(labels.items())]}


def _port_of_endpoints(pod: dict[str, Any], chosen: list[int]) -> dict[str, int | None]:
    """The host port of every endpoint, by its name; None where it has none."""
    remaining = iter(chosen)
    return {
        one["name"]: next(remaining) if one.get("hostPort") is not None else None
        for box in pod["containers"]
        for one in box.get("endpoints", [])
    }


def _protocols(endpoint: dict[str, Any]) -> list[str]:
    return endpoint.get("protocol") or ["tcp"]


def _networks(pod: dict[str, Any], ports: dict[str, int | None], bridge_name: str) -> list[dict[str, Any]]:
    found = []
    for network in pod.get("networks", []):
        if network["mode"] == "host":
            continue
        mappings = [
            {
                "host_port": ports[one["name"]],
                "container_port": one.get("containerPort") or ports[one["name"]],
                "protocol": protocol,
            }
            for box in pod["containers"]
            for one in box.get("endpoints", [])
            if ports[one["name"]] is not None
            and (not one.get("networkNames") or network.get("name") in one["networkNames"])
            for protocol in _protocols(one)
        ]
        found.append(
            {
                "name": bridge_name if network["mode"] == "container/bridge" else network["name"],
                "labels": _labels(network.get("labels", {})),
                "port_mappings": mappings,
            }
        )
    return found


def _endpoint_variables(pod: dict[str, Any], ports: dict[str, int | None]) -> dict[str, str]:
    """Every container knows the endpoints of all."""
    host_mode = all(network["mode"] == "host" for network in pod.get("networks", []))
    variables: dict[str, str] = {}
    for box in pod["containers"]:
        for one in box.get("endpoints", []):
            name = re.sub(r"[^A-Z0-9_]+", "_", one["name"].upper())
            host_port = ports[one["name"]]
            inside = host_port if host_mode else one.get("containerPort") or host_port
            if host_port is not None:
                variables[f"EP_HOST_{name}"] = str(host_port)
            if not host_mode and inside is not None:
                variables[f"EP_CONTAINER_{name}"] = str(inside)
            if inside is not None:
                variables[f"ENDPOINT_{name}"] = str(inside)
    return variables


def _task(
    service: App,
    instance: Instance,
    box: dict[str, Any],
    task_id: str,
    resources: list[dict[str, Any]],
    ports: dict[str, int | None],
    variables: dict[str, str],
) -> dict[str, Any]:
    pod = service["pod"]
    info: dict[str, Any] = {
        "name": box["name"],
        "task_id": {"value": task_id},
        "agent_id": {"value": instance.agent_id},
        "resources": resources,
        "command": _command(service, instance, box, variables),
        "labels": _labels(box.get("labels", {})),
        "discovery": _discovery(pod, box, ports),
    }
    container = _container(pod, box)
    if container:
        info["container"] = container
    if "healthCheck" in box:
        info["health_check"] = _health_check(box, ports)
    grace = box.get("lifecycle", {}).get("killGracePeriodSeconds")
    if grace is not None:
        info["kill_policy"] = {"grace_period": {"nanoseconds": int(grace * NANOSECONDS)}}
    return info


def _command(service: App, instance: Instance, box: dict[str, Any], variables: dict[str, str]) -> dict[str, Any]:
    pod = service["pod"]
    own = {**pod.get("environment", {}), **box.get("environment", {})}
    environment = {name: value for name, value in own.items() if isinstance(value, str)}
    environment |= {
        "HOST": instance.host,
        "MARATHON_APP_ID": pod["id"],
        "MARATHON_APP_VERSION": instance.version,
        "MARATHON_CONTAINER_ID": box["name"],
        **{f"MARATHON_CONTAINER_RESOURCE_{name.upper()}": str(value) for name, value in box["resources"].items()},
        **taskenv.label_variables({**pod.get("labels", {}), **box.get("labels", {})}),
        **variables,
    }
    command: dict[str, Any] = {
        "shell": False,
        "environment": {
            "variables": [
                {"name": name, "type": "VALUE", "value": value} for name, value in sorted(environment.items())
            ]
        },
    }
    run = box.get("exec", {}).get("command", {})
    if "shell" in run:
        command |= {"shell": True, "value": run["shell"]}
    elif "argv" in run:
        command["arguments"] = run["argv"]
        if box["exec"].get("overrideEntrypoint") or "image" not in box:
            command["value"] = run["argv"][0]
    user = box.get("user") or pod.get("user")
    if user:
        command["user"] = user
    if box.get("artifacts"):
        command["uris"] = [
            {
                "value": one["uri"],
                "extract": one["extract"],
                "executable": one["executable"],
                "cache": one["cache"],
                **({"output_file": one["destPath"]} if one.get("destPath") else {}),
            }
            for one in box["artifacts"]
        ]
    return command


def _discovery(pod: dict[str, Any], box: dict[str, Any], ports: dict[str, int | None]) -> dict[str, Any]:
    entries = [
        {
            "number": ports[one["name"]] or one.get("containerPort", 0),
            "name": one["name"],
            "protocol": protocol,
            "labels": _labels(one.get("labels", {})),
        }
        for one in box.get("endpoints", [])
        for protocol in _protocols(one)
    ]
    name = ".".join(reversed(pod["id"].strip("/").split("/")))
    return {"visibility": "FRAMEWORK", "name": name, "ports": {"ports": entries}}


def _container(pod: dict[str, Any], box: dict[str, Any]) -> dict[str, Any] | None:
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    container: dict[str, Any] = {}
    mounts = [_volume(volumes[one["name"]], one) for one in box.get("volumeMounts", [])]
    if mounts:
        container["volumes"] = mounts
    if "image" in box:
        image = box["image"]
        container["mesos"] = {
            "image": {
                "type": "DOCKER",
                "docker": {"name": image["id"]},
                "cached": not image.get("forcePull", False),
            }
        }
    if box.get("tty"):
        container["tty_info"] = {}
    return {"type": "MESOS", **container} if container else None


def _volume(volume: dict[str, Any], mount: dict[str, Any]) -> dict[str, Any]:
    info = {"container_path": mount["mountPath"], "mode": "RO" if mount["readOnly"] else "RW"}
    if "host" in volume:
        return {**info, "host_path": volume["host"]}
    path = EPHEMERAL + volume["name"]
    return {**info, "source": {"type": "SANDBOX_PATH", "sandbox_path": {"type": "PARENT", "path": path}}}


def _health_check(box: dict[str, Any], ports: dict[str, int | None]) -> dict[str, Any]:
    check = box["healthCheck"]
    info: dict[str, Any] = {
        "delay_seconds": float(check["delaySeconds"]),
        "interval_seconds": float(check["intervalSeconds"]),
        "timeout_seconds": float(check["timeoutSeconds"]),
        "consecutive_failures": check["maxConsecutiveFailures"],
        "grace_period_seconds": float(check["gracePeriodSeconds"]),
    }
    if "exec" in check:
        command = check["exec"]["command"]
        if "shell" in command:
            return {**info, "type": "COMMAND", "command": {"shell": True, "value": command["shell"]}}
        argv = command["argv"]
        return {**info, "type": "COMMAND", "command": {"shell": False, "value": argv[0], "arguments": argv}}
    kind = "http" if "http" in check else "tcp"
    slot = next(one for one in hostports.endpoint_slots(box) if one.name == check[kind]["endpoint"])
    port = slot.container_port or ports[check[kind]["endpoint"]]
    if kind == "tcp":
        return {**info, "type": "TCP", "tcp": {"port": port}}
    http = {"scheme": check["http"]["scheme"].lower(), "port": port, "path": check["http"].get("path", "/")}
    return {**info, "type": "HTTP", "http": http}
