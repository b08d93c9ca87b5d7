"""The TaskInfo of the Mesos v1 API for one instance of an app."""

from __future__ import annotations

from typing import Any

from labengine.marathon import hostports, taskenv
from labengine.marathon.instances import Instance
from labengine.marathon.matcher import Match
from labengine.marathon.tree import App

NANOSECONDS = 1_000_000_000
_MESOS_CHECKS = {"MESOS_HTTP": "HTTP", "MESOS_HTTPS": "HTTP", "MESOS_TCP": "TCP", "COMMAND": "COMMAND"}


def task_info(
    app: App, instance: Instance, match: Match, *, user: str | None, env_prefix: str | None
) -> dict[str, Any]:
    slots = hostports.slots(app)
    environment = taskenv.environment(
        app, task_id=instance.task_id, host=instance.host, slots=slots, ports=match.ports, prefix=env_prefix
    )
    info: dict[str, Any] = {
        "name": ".".join(reversed(app["id"].strip("/").split("/"))),
        "task_id": {"value": instance.task_id},
        "agent_id": {"value": instance.agent_id},
        "resources": match.resources,
        "command": _command(app, environment, user),
        "labels": {"labels": [{"key": key, "value": value} for key, value in sorted(app.get("labels", {}).items())]},
        "discovery": _discovery(app, slots, match.ports),
    }
    container = _container(app, slots, match.ports)
    if container:
        info["container"] = container
    check = _health_check(app, match.ports, slots)
    if check:
        info["health_check"] = check
    if "taskKillGracePeriodSeconds" in app:
        info["kill_policy"] = kill_policy(app)
    return info


def kill_policy(app: App) -> dict[str, Any]:
    return {"grace_period": {"nanoseconds": app["taskKillGracePeriodSeconds"] * NANOSECONDS}}


def _command(app: App, environment: dict[str, str], user: str | None) -> dict[str, Any]:
    command: dict[str, Any] = {
        "environment": {
            "variables": [
                {"name": name, "type": "VALUE", "value": value} for name, value in sorted(environment.items())
            ]
        }
    }
    if app.get("cmd"):
        command |= {"shell": True, "value": app["cmd"]}
    elif app.get("args"):
        command |= {"shell": False, "arguments": app["args"]}
        if not app.get("container"):
            command["value"] = app["args"][0]
    else:
        command["shell"] = False
    if app.get("user") or user:
        command["user"] = app.get("user") or user
    uris = [
        {
            "value": one["uri"],
            "extract": one.get("extract", True),
            "executable": one.get("executable", False),
            "cache": one.get("cache", False),
            **({"output_file": one["destPath"]} if one.get("destPath") else {}),
        }
        for one in app.get("fetch", [])
    ]
    return command | ({"uris": uris} if uris else {})


def _protocols(protocol: str) -> list[str]:
    return protocol.split(",")


def _discovery(app: App, slots: list[hostports.PortSlot], ports: list[int]) -> dict[str, Any]:
    remaining = iter(ports)
    entries = []
    for slot in slots:
        number = next(remaining) if slot.wanted is not None else slot.container_port
        entries += [
            {"number": number, "protocol": protocol, **({"name": slot.name} if slot.name else {})}
            for protocol in _protocols(slot.protocol)
        ]
    name = ".".join(reversed(app["id"].strip("/").split("/")))
    return {"visibility": "FRAMEWORK", "name": name, "ports": {"ports": entries}}


def _container(app: App, slots: list[hostports.PortSlot], ports: list[int]) -> dict[str, Any] | None:
    container = app.get("container")
    if not container:
        return None
    volumes = [
        {"container_path": volume["containerPath"], "host_path": volume["hostPath"], "mode": volume.get("mode", "RW")}
        for volume in container.get("volumes", [])
        if "hostPath" in volume
    ]
    info: dict[str, Any] = {"type": container["type"], "volumes": volumes}
    docker = container.get("docker")
    if container["type"] == "DOCKER" and docker:
        info["docker"] = _docker(app, docker, _port_mappings(slots, ports))
        if app["networks"][0]["mode"] == "container":
            info["network_infos"] = [{"name": network.get("name")} for network in app["networks"]]
    elif docker:
        info["mesos"] = {
            "image": {
                "type": "DOCKER",
                "docker": {"name": docker["image"]},
                "cached": not docker.get("forcePullImage", False),
            }
        }
    if app.get("tty"):
        info["tty_info"] = {}
    return info


def _docker(app: App, docker: dict[str, Any], mappings: list[dict[str, Any]]) -> dict[str, Any]:
    network = {"host": "HOST", "container/bridge": "BRIDGE", "container": "USER"}[app["networks"][0]["mode"]]
    info: dict[str, Any] = {
        "image": docker["image"],
        "network": network,
        "privileged": docker.get("privileged", False),
        "force_pull_image": docker.get("forcePullImage", False),
        "parameters": [{"key": one["key"], "value": one["value"]} for one in docker.get("parameters", [])],
    }
    if mappings:
        info["port_mappings"] = mappings
    return info


def _port_mappings(slots: list[hostports.PortSlot], ports: list[int]) -> list[dict[str, Any]]:
    remaining = iter(ports)
    mappings = []
    for slot in slots:
        if slot.container_port is None or slot.wanted is None:
            continue
        host_port = next(remaining)
        mappings += [
            {"host_port": host_port, "container_port": slot.container_port or host_port, "protocol": protocol}
            for protocol in _protocols(slot.protocol)
        ]
    return mappings


def _health_check(app: App, ports: list[int], slots: list[hostports.PortSlot]) -> dict[str, Any] | None:
    check = next((one for one in app.get("healthChecks", []) if one["protocol"] in _MESOS_CHECKS), None)
    if check is None:
        return None
    kind = _MESOS_CHECKS[check["protocol"]]
    info: dict[str, Any] = {
        "type": kind,
        "delay_seconds": float(check.get("delaySeconds", 15)),
        "interval_seconds": float(check["intervalSeconds"]),
        "timeout_seconds": float(check["timeoutSeconds"]),
        "consecutive_failures": check["maxConsecutiveFailures"],
        "grace_period_seconds": float(check["gracePeriodSeconds"]),
    }
    if kind == "COMMAND":
        info["command"] = {"shell": True, "value": check["command"]["value"]}
        return info
    port = hostports.task_port(check, ports, slots)
    if kind == "TCP":
        info["tcp"] = {"port": port}
    else:
        info["http"] = {
            "scheme": "https" if check["protocol"] == "MESOS_HTTPS" else "http",
            "port": port,
            "path": check.get("path", "/"),
        }
    return info
