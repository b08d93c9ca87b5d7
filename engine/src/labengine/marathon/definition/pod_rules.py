"""The rules for a pod definition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labengine.common import resources
from labengine.marathon.definition import constraints, networks, paths, roles
from labengine.marathon.definition.errors import Failure, feature_off
from labengine.marathon.definition.migrate import INVALID_URI, unique, valid_uri
from labengine.marathon.definition.settings import Settings
from labengine.marathon.definition.validate import SECRETS_NEEDED

Pod = dict[str, Any]


def failures(pod: Pod, settings: Settings, allowed: roles.Roles) -> list[Failure]:
    return [
        *_id_failures(pod),
        *networks.failures(pod["networks"], settings),
        *_pod_failures(pod),
        *_secret_failures(pod, settings),
        *_scheduling_failures(pod),
        *_volume_failures(pod),
        *(failure for index, box in enumerate(pod["containers"]) for failure in _container_failures(pod, index, box)),
        *_role_failures(pod, allowed),
    ]


def update_failures(old: Pod | None, new: Pod) -> list[Failure]:
    """What a pod with persistent volumes may not change."""
    if old is None or not _persistent(old):
        return []
    found = []
    if _persistent(old) != _persistent(new):
        found.append(("/volumes", "persistent volumes cannot be updated"))
    before, after = (resources.sums(box["resources"] for box in pod["containers"]) for pod in (old, new))
    for name in resources.SCALARS:
        if before[name] != after[name]:
            found.append(("/", f"{name} cannot be updated if a pod has persistent volumes"))
    if _host_ports(old) != _host_ports(new):
        found.append(("/", "host ports cannot be updated if a pod has persistent volumes"))
    return found


def _persistent(pod: Pod) -> list[dict[str, Any]]:
    return [volume for volume in pod.get("volumes", []) if "persistent" in volume]


def _endpoints(pod: Pod) -> list[dict[str, Any]]:
    return [endpoint for box in pod["containers"] for endpoint in box.get("endpoints", [])]


def _host_ports(pod: Pod) -> list[int]:
    return sorted(endpoint["hostPort"] for endpoint in _endpoints(pod) if endpoint.get("hostPort"))


def _id_failures(pod: Pod) -> list[Failure]:
    if not pod["id"].startswith("/"):
        return [("/id", "Path needs to be absolute")]
    return [("/id", text) for text in paths.failures(pod["id"])]


def _pod_failures(pod: Pod) -> list[Failure]:
    endpoints = _endpoints(pod)
    container_ports = [one["containerPort"] for one in endpoints if one.get("containerPort")]
    found: list[Failure] = []
    # The misspelling is Marathon's.
    for values, path, text in (
        ([one["name"] for one in endpoints], "/", "endpoint names nust be unique across all containers"),
        (container_ports, "/", "container ports must be unique across all containers"),
        (_host_ports(pod), "/", "host ports must be unique across all containers"),
        ([one["name"] for one in pod["volumes"]], "/volumes", "volume names must be unique"),
        ([one["name"] for one in pod["containers"]], "/containers", "container names must be unique"),
    ):
        if not unique(values):
            found.append((path, text))
    if pod.get("user") == "":
        found.append(("/user", "must not be empty"))
    if pod.get("legacySharedCgroups") and any("resourceLimits" in box for box in pod["containers"]):
        found.append(("/", "resourceLimits cannot be defined if legacySharedCgroups is enabled"))
    return found


def _secret_failures(pod: Pod, settings: Settings) -> list[Failure]:
    secrets, enabled = pod["secrets"], "secrets" in settings.enable_features
    found: list[Failure] = []
    if secrets and not enabled:
        found.append(("/secrets", feature_off("secrets")))
    places = [("/environment", pod["environment"])]
    places += [(f"/containers({n})/environment", box.get("environment", {})) for n, box in enumerate(pod["containers"])]
    for path, environment in places:
        if "" in environment:
            found.append((f"{path}/keys({list(environment).index('')})", "must not be empty"))
        references = {key: value["secret"] for key, value in environment.items() if isinstance(value, dict)}
        if references and not enabled:
            found.append((path, SECRETS_NEEDED))
        found += [
            (f"{path}/{key}/secret", "references an undefined secret")
            for key, name in references.items()
            if name not in secrets
        ]
    return found


def _scheduling_failures(pod: Pod) -> list[Failure]:
    scheduling, path = pod["scheduling"], "/scheduling"
    found: list[Failure] = []
    for index, rule in enumerate(scheduling["placement"].get("constraints", [])):
        text = constraints.failure(constraints.as_list(rule))
        if text:
            text = "missing field for constraint declaration" if not rule["fieldName"] else text
            found.append((f"{path}/placement/constraints({index})", text))
    strategy = scheduling["unreachableStrategy"]
    if _persistent(pod):
        if strategy != "disabled":
            text = "unreachableStrategy must be disabled for pods with persistent volumes"
            found.append((f"{path}/unreachableStrategy", text))
        if pod["role"] == "*":
            found.append(("/role", "Resident pods cannot have the role *."))
    elif isinstance(strategy, dict) and strategy["inactiveAfterSeconds"] > strategy["expungeAfterSeconds"]:
        text = (
            f"inactiveAfterSeconds ({strategy['inactiveAfterSeconds']}) must be less or equal to "
            f"expungeAfterSeconds, which is {strategy['expungeAfterSeconds']}"
        )
        found.append((f"{path}/unreachableStrategy/inactiveAfterSeconds", text))
    return found


def _volume_failures(pod: Pod) -> list[Failure]:
    mounted = {mount["name"] for box in pod["containers"] for mount in box.get("volumeMounts", [])}
    found: list[Failure] = []
    for index, volume in enumerate(pod["volumes"]):
        path = f"/volumes({index})"
        if volume["name"] not in mounted:
            found.append((path, "volume must be referenced by at least one container"))
        if volume.get("host") == "":
            found.append((f"{path}/host", "must not be empty"))
        if "secret" in volume and volume["secret"] not in pod["secrets"]:
            found.append((path, "volume.secret must refer to an existing secret"))
    return found


def _container_failures(pod: Pod, index: int, box: dict[str, Any]) -> Iterable[Failure]:
    path = f"/containers({index})"
    modes = {network["mode"] for network in pod["networks"]}
    for number, endpoint in enumerate(box.get("endpoints", [])):
        at = f"{path}/endpoints({number})"
        if "host" in modes and "containerPort" in endpoint:
            yield f"{at}/containerPort", "is not allowed when using host-mode networking"
        if "container" in modes and "containerPort" not in endpoint:
            yield f"{at}/containerPort", "is required when using container-mode networking"
        if not unique(endpoint.get("protocol", [])):
            yield f"{at}/protocol", "Duplicate protocols within the same endpoint are not allowed"
    names = {volume["name"] for volume in pod["volumes"]}
    for number, mount in enumerate(box.get("volumeMounts", [])):
        if mount["name"] not in names:
            yield f"{path}/volumeMounts({number})/name", "Referenced Volume in VolumeMount should exist"
    for number, artifact in enumerate(box.get("artifacts", [])):
        if not valid_uri(artifact["uri"]):
            yield f"{path}/artifacts({number})/uri", INVALID_URI
    if "healthCheck" in box:
        yield from _check_failures(box["healthCheck"], box.get("endpoints", []), f"{path}/healthCheck")
    for name, limit in box.get("resourceLimits", {}).items():
        wanted = box["resources"][name]
        if limit != "unlimited" and limit < wanted:
            text = f"resource limit must be greater than or equal to requested resource ({wanted})"
            yield f"{path}/resourceLimits/{name}", text


def _check_failures(check: dict[str, Any], endpoints: list[dict[str, Any]], path: str) -> Iterable[Failure]:
    kinds = [kind for kind in ("http", "tcp", "exec") if kind in check]
    if len(kinds) != 1:
        yield path, "Only one of http, tcp, or command may be specified"
    for kind in kinds:
        name = check[kind].get("endpoint")
        if name is not None and name not in [endpoint["name"] for endpoint in endpoints]:
            yield f"{path}/{kind}/endpoint", "contained in the container endpoints"
    if check["timeoutSeconds"] >= check["intervalSeconds"]:
        text = f"got {check['timeoutSeconds']}, expected less than {check['intervalSeconds']}"
        yield f"{path}/timeoutSeconds", text


def _role_failures(pod: Pod, allowed: roles.Roles) -> list[Failure]:
    placement = pod["scheduling"]["placement"]
    asked = {"role": pod["role"]}
    # An empty list is an absent one here, unlike that of an app.
    if placement.get("acceptedResourceRoles"):
        asked["acceptedResourceRoles"] = placement["acceptedResourceRoles"]
    return [
        (path if path == "/role" else f"/scheduling/placement{path}", text)
        for path, text in roles.failures(asked, allowed)
    ]
