"""What ``::status`` says of a pod, its instances and their containers."""

from __future__ import annotations

import re
from typing import Any

from labengine.common import resources
from labengine.marathon import hostports
from labengine.marathon.clock import timestamp
from labengine.marathon.definition import pods
from labengine.marathon.instances import KILLING, RUNNING, STAGING, TERMINAL, UNREACHABLE, Instance
from labengine.marathon.leader import Leader
from labengine.marathon.plan import STOP
from labengine.marathon.queue import Entry
from labengine.marathon.tree import App

UNHEALTHY = "at least one container is not healthy"
GONE_AWAY = "pod instance has become unreachable"
_LAUNCHED = (STAGING, "TASK_STARTING", RUNNING, UNREACHABLE, KILLING)
_EXIT_CODE = re.compile(r"exited with status (\d+)")


def render(leader: Leader, service: App) -> dict[str, Any]:
    instances = [_instance(leader, service, one) for one in leader.tracker.of(service["id"])]
    instances += _waiting(leader.queue.get(service["id"]))
    deployment = leader.deployments.of_app(service["id"])
    stopping = deployment is not None and deployment.place(service["id"])[1].kind == STOP
    stable = sum(one["status"] == "STABLE" for one in instances)
    changed = max([service["version"], *(one["lastChanged"] for one in instances)])
    status = "TERMINAL" if stopping else "STABLE" if stable >= service["instances"] else "DEGRADED"
    return {
        "id": service["id"],
        "spec": _spec(service),
        "status": status,
        "statusSince": changed,
        "instances": instances,
        "terminationHistory": _history(leader, service["id"]),
        "lastUpdated": timestamp(),
        "lastChanged": changed,
    }


def _spec(service: App) -> dict[str, Any]:
    """As GET shows it, but for a placement without rules."""
    spec = pods.shown(service)
    scheduling = {name: value for name, value in spec["scheduling"].items() if name != "placement" or value}
    return {**spec, "scheduling": scheduling}


def _history(leader: Leader, pod_id: str) -> list[dict[str, Any]]:
    failure = leader.failures.last(pod_id)
    if failure is None:
        return []
    return [
        {
            "instanceID": failure["taskId"],
            "startedAt": failure["startedAt"],
            "terminatedAt": failure["timestamp"],
            "message": failure["message"],
            "containers": [
                {"containerId": one["task_id"], "lastKnownState": one["state"], "termination": _termination(one)}
                for one in failure["containers"]
            ],
        }
    ]


def _termination(container: dict[str, Any]) -> dict[str, Any]:
    message = container.get("message")
    if not message:
        return {}
    code = _EXIT_CODE.search(message)
    return {"message": message, **({"exitCode": int(code[1])} if code else {})}


def _instance(leader: Leader, service: App, instance: Instance) -> dict[str, Any]:
    spec = leader.state.app_at(instance.app_id, instance.version) or service
    boxes = {box["name"]: box for box in spec["pod"]["containers"]}
    named = [slot.name for slot in hostports.slots(spec) if slot.wanted is not None]
    ports = dict(zip(named, instance.ports, strict=False))
    # The definition that a very old instance was launched with may be forgotten.
    unknown: dict[str, Any] = {"resources": {}}
    containers = [_container(one, boxes.get(one["name"], unknown), ports) for one in instance.containers]
    status, message = _state(instance, containers)
    since = timestamp(instance.state_since)
    wanted = [spec["pod"]["executorResources"], *(one["resources"] for one in containers if "resources" in one)]
    shown: dict[str, Any] = {
        "id": instance.instance_id,
        "status": status,
        "statusSince": since,
        "conditions": [],
        "agentHostname": instance.host,
        "agentId": instance.agent_id,
        "resources": resources.sums(wanted),
        "networks": [{"addresses": [one["ipAddress"] for one in instance.ip_addresses]}]
        if instance.ip_addresses
        else [],
        "containers": containers,
        "specReference": f"/v2/pods{instance.app_id}::versions/{instance.version}",
        "localVolumes": [],
        "role": instance.role,
        "lastUpdated": since,
        "lastChanged": max([since, *(one["lastChanged"] for one in containers)]),
    }
    for name, key in (("region", "agentRegion"), ("zone", "agentZone")):
        if instance.facts.get(name):
            shown[key] = instance.facts[name]
    return shown | ({"message": message} if message else {})


def _waiting(entry: Entry | None) -> list[dict[str, Any]]:
    """Those that no offer was found for so far."""
    if entry is None:
        return []
    since = timestamp(entry.since)
    return [
        {
            "id": instance_id,
            "status": "PENDING",
            "statusSince": since,
            "conditions": [],
            "resources": pods.EXECUTOR_RESOURCES | {"gpus": 0},
            "networks": [],
            "containers": [],
            "specReference": f"/v2/pods{entry.app['id']}::versions/{entry.app['version']}",
            "localVolumes": [],
            "role": entry.app["role"],
            "lastUpdated": since,
            "lastChanged": since,
        }
        for instance_id in entry.waiting
    ]


def _state(instance: Instance, containers: list[dict[str, Any]]) -> tuple[str, str | None]:
    state = instance.state
    if state == UNREACHABLE:
        return "DEGRADED", GONE_AWAY
    if instance.killing or state == KILLING or state in TERMINAL:
        return "TERMINAL", None
    if state != RUNNING:
        return "STAGING", None
    if any(condition["value"] == "false" for one in containers for condition in one["conditions"]):
        return "DEGRADED", UNHEALTHY
    return "STABLE", None


def _container(state: dict[str, Any], box: dict[str, Any], ports: dict[str | None, int]) -> dict[str, Any]:
    since = timestamp(state["since"])
    changed = timestamp(state.get("health_since", state["since"]))
    check = box.get("healthCheck")
    conditions = []
    if check and state["state"] not in (STAGING, "TASK_STARTING"):
        reported = state["healthy"] is not None
        condition = {
            "name": "healthy",
            "lastChanged": changed,
            "lastUpdated": changed,
            "value": str(bool(state["healthy"])).lower(),
            "reason": "health-reported-by-mesos" if reported else "health-unreported-by-mesos",
        }
        conditions.append(condition)
    shown: dict[str, Any] = {
        "name": state["name"],
        "status": state["state"],
        "statusSince": since,
        "conditions": conditions,
        "containerId": state["task_id"],
        "endpoints": _endpoints(state, box, ports) if state["state"] not in TERMINAL else [],
        "lastUpdated": changed,
        "lastChanged": changed,
    }
    if state.get("message"):
        shown["message"] = state["message"]
    if state["state"] in _LAUNCHED:
        shown["resources"] = box["resources"]
    if state["state"] in TERMINAL:
        shown["termination"] = _termination(state)
    return shown


def _endpoints(state: dict[str, Any], box: dict[str, Any], ports: dict[str | None, int]) -> list[dict[str, Any]]:
    check = box.get("healthCheck", {})
    checked = (check.get("http") or check.get("tcp") or {}).get("endpoint")
    found = []
    for one in box.get("endpoints", []):
        shown = {"name": one["name"]}
        if one["name"] in ports:
            shown["allocatedHostPort"] = ports[one["name"]]
        if one["name"] == checked and state["healthy"] is not None:
            shown["healthy"] = state["healthy"]
        found.append(shown)
    return found
