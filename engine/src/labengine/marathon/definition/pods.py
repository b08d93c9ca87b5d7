"""From the body of a request for a pod to what is stored: the definition that GET returns, as a service of the tree.

A service is what the scheduling side knows: the same names for pods as for apps. That of a pod carries its
definition under ``pod``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from labengine.common import resources
from labengine.marathon.definition import constraints, networks, paths, pod_rules, roles
from labengine.marathon.definition.pipeline import refuse, typed
from labengine.marathon.definition.pod_schema import POD
from labengine.marathon.definition.settings import Settings

Pod = dict[str, Any]
Service = dict[str, Any]

EXECUTOR_RESOURCES = {"cpus": 0.1, "mem": 32.0, "disk": 10.0}
BACKOFF = {"backoff": 1.0, "backoffFactor": 1.15, "maxLaunchDelay": 300.0}
_WHEN_FILLED = ("labels", "environment", "secrets", "volumes", "networks")
_CONTAINER_WHEN_FILLED = ("endpoints", "environment", "volumeMounts", "artifacts", "labels")
# A change of these alone is not noticed: it starts nothing and gets no version.
_UNNOTICED = ("killSelection", "unreachableStrategy")


def read_pod(
    obj: Any, *, settings: Settings, roles_of: Callable[[str], roles.Roles], current: Service | None = None
) -> Service:
    pod = typed(obj, POD)
    allowed = roles_of(paths.absolute(pod["id"]))
    pod = _completed(pod, allowed.default)
    refuse(pod_rules.failures(pod, settings, allowed))
    pod["networks"] = networks.with_names(pod["networks"], settings)
    pod = _rendered({**pod, "id": paths.absolute(pod["id"])})
    refuse(pod_rules.update_failures(current["pod"] if current else None, pod))
    return service(pod)


def _completed(pod: Pod, role: str) -> Pod:
    pod = {"role": role, **pod}
    pod.pop("version", None)
    for name in _WHEN_FILLED:
        pod.setdefault(name, [] if name in ("volumes", "networks") else {})
    # Only named networks leave an endpoint without a port of the host.
    if all(network["mode"] != "container" for network in pod["networks"]):
        for box in pod["containers"]:
            for endpoint in box.get("endpoints", []):
                endpoint.setdefault("hostPort", 0)
    resident = any("persistent" in volume for volume in pod["volumes"])
    given = pod.get("scheduling", {})
    pod["scheduling"] = {
        "backoff": given.get("backoff") or dict(BACKOFF),
        "upgrade": given.get("upgrade")
        or {"minimumHealthCapacity": 0.5 if resident else 1.0, "maximumOverCapacity": 0.0 if resident else 1.0},
        "placement": given.get("placement", {}),
        "killSelection": given.get("killSelection", "YOUNGEST_FIRST"),
        "unreachableStrategy": given.get(
            "unreachableStrategy", "disabled" if resident else {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}
        ),
    }
    pod.setdefault("scaling", {"kind": "fixed", "instances": 1})
    pod.setdefault("executorResources", dict(EXECUTOR_RESOURCES))
    return pod


def _rendered(pod: Pod) -> Pod:
    """Without what GET leaves out because it is empty."""
    result = {name: value for name, value in pod.items() if name not in _WHEN_FILLED or value}
    if not result.get("legacySharedCgroups"):
        result.pop("legacySharedCgroups", None)
    placement = {name: value for name, value in pod["scheduling"]["placement"].items() if value}
    result["scheduling"] = {**pod["scheduling"], "placement": placement}
    result["containers"] = [_rendered_container(box) for box in pod["containers"]]
    if "networks" in result:
        result["networks"] = [_filled(network, ("labels",)) for network in pod["networks"]]
    return result


def _rendered_container(box: dict[str, Any]) -> dict[str, Any]:
    box = _filled(box, _CONTAINER_WHEN_FILLED)
    if "endpoints" in box:
        box["endpoints"] = [_filled(one, ("protocol", "labels", "networkNames")) for one in box["endpoints"]]
    if "image" in box:
        box["image"] = _filled(box["image"], ("labels",))
    return box


def _filled(obj: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in obj.items() if name not in names or value}


def service(pod: Pod) -> Service:
    scheduling = pod["scheduling"]
    wanted = [pod["executorResources"], *(box["resources"] for box in pod["containers"])]
    result: Service = {
        "id": pod["id"],
        "pod": pod,
        "role": pod["role"],
        "labels": pod.get("labels", {}),
        "networks": pod.get("networks") or [{"mode": "host"}],
        "instances": pod["scaling"]["instances"],
        "backoffSeconds": scheduling["backoff"]["backoff"],
        "backoffFactor": scheduling["backoff"]["backoffFactor"],
        "maxLaunchDelaySeconds": scheduling["backoff"]["maxLaunchDelay"],
        "upgradeStrategy": scheduling["upgrade"],
        "killSelection": scheduling["killSelection"],
        "unreachableStrategy": scheduling["unreachableStrategy"],
        "constraints": [constraints.as_list(rule) for rule in scheduling["placement"].get("constraints", [])],
        "acceptedResourceRoles": scheduling["placement"].get("acceptedResourceRoles", []),
    }
    return result | resources.sums(wanted)


def is_upgrade(old: Pod, new: Pod) -> bool:
    """True when the difference replaces the instances."""
    return _noticed(old) != _noticed(new)


def _noticed(pod: Pod) -> dict[str, Any]:
    left = ("executorResources", "legacySharedCgroups", "scaling", "scheduling")
    noticed = {name: value for name, value in pod.items() if name not in left}
    scheduling = {name: value for name, value in pod["scheduling"].items() if name not in _UNNOTICED}
    placement = {
        name: sorted(json.dumps(item, sort_keys=True) for item in items)
        for name, items in scheduling["placement"].items()
    }
    return {**noticed, "scheduling": {**scheduling, "placement": placement}}


def shown(spec: Service) -> Pod:
    """The pod as GET returns it."""
    return {**spec["pod"], "version": spec["version"]}
