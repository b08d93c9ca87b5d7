"""What Marathon fills in once a definition is known to be valid, and the form in which GET returns it."""

from __future__ import annotations

from typing import Any

from labengine.marathon.definition import app_fields, container, health, networks
from labengine.marathon.definition.app_fields import Shown
from labengine.marathon.definition.constraints import OPERATORS
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import internal
from labengine.marathon.definition.migrate import DEFAULT_MAPPING
from labengine.marathon.definition.settings import Settings

RESIDENCY = {"relaunchEscalationTimeoutSeconds": 3600, "taskLostBehavior": "WAIT_FOREVER"}

ALWAYS = app_fields.names(shown=Shown.ALWAYS)
WHEN_SET = app_fields.names(shown=Shown.SET)
WHEN_FILLED = app_fields.names(shown=Shown.FILLED)


def app(definition: App, settings: Settings) -> App:
    """The definition with every default of its network mode and volumes."""
    wanted_networks = networks.with_names(definition["networks"], settings) or [{"mode": "host"}]
    box = definition.get("container")
    if box is None and not networks.is_host(wanted_networks):
        box = {"type": "MESOS", "volumes": [], "portMappings": [dict(DEFAULT_MAPPING)]}
    if box is not None and wanted_networks[0]["mode"] == "container/bridge" and "portMappings" in box:
        box = {**box, "portMappings": [{"hostPort": 0, **mapping} for mapping in box["portMappings"]]}
    completed = {**definition, "networks": wanted_networks}
    if box is not None:
        completed["container"] = box
    if not networks.is_host(wanted_networks):
        completed["requirePorts"] = False
    resident = container.is_resident(definition)
    completed.setdefault(
        "unreachableStrategy", "disabled" if resident else {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}
    )
    if resident or container.volumes(definition, "external"):
        default_strategy = {"maximumOverCapacity": 0.0, "minimumHealthCapacity": 0.5}
    else:
        default_strategy = {"maximumOverCapacity": 1.0, "minimumHealthCapacity": 1.0}
    completed.setdefault("upgradeStrategy", default_strategy)
    return completed


def rendered(definition: App) -> App:
    """The completed definition as GET returns it, without versions and counters."""
    result: App = {field: definition[field] for field in ALWAYS}
    result.update({field: definition[field] for field in WHEN_SET if field in definition})
    result.update({field: definition[field] for field in WHEN_FILLED if definition.get(field)})
    for constraint in definition.get("constraints", []):
        if constraint[1] not in OPERATORS:
            raise internal(f"illegal constraint specification {','.join(constraint)}")
    result["networks"] = [_without_empty_labels(network) for network in definition["networks"]]
    host = networks.is_host(definition["networks"])
    if host:
        result["portDefinitions"] = [_without_empty_labels(item) for item in definition.get("portDefinitions") or []]
    if "container" in definition:
        result["container"] = _container(definition["container"], host)
    if definition.get("healthChecks"):
        result["healthChecks"] = [health.stored(check) for check in definition["healthChecks"]]
    if "check" in definition:
        result["check"] = health.stored_check(definition["check"])
    if container.is_resident(definition):
        result["residency"] = dict(RESIDENCY)
    return result


def _without_empty_labels(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "labels" or value}


def _container(box: dict[str, Any], host: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"type": box["type"]}
    docker = box.get("docker")
    mesos = box["type"] == "MESOS"
    if docker is None and not mesos:
        raise internal(f"illegal container specification {box}")
    if docker is not None:
        result["docker"] = {
            "forcePullImage": docker["forcePullImage"],
            "image": docker["image"],
            "parameters": [] if mesos else docker["parameters"],
            "privileged": False if mesos else docker["privileged"],
        }
        if "pullConfig" in docker:
            result["docker"]["pullConfig"] = docker["pullConfig"]
    result["volumes"] = [_volume(volume) for volume in box.get("volumes", [])]
    if mesos and "linuxInfo" in box:
        result["linuxInfo"] = box["linuxInfo"]
    if not host:
        result["portMappings"] = [
            {key: value for key, value in mapping.items() if key != "networkNames" or value}
            for mapping in box.get("portMappings") or []
        ]
    return result


def _volume(volume: dict[str, Any]) -> dict[str, Any]:
    if "persistent" in volume:
        info = volume["persistent"]
        kind = info.get("type") or ("mount" if "profileName" in info else "root")
        return {**volume, "persistent": {**info, "type": kind}}
    if "external" in volume:
        external = {key: value for key, value in volume["external"].items() if key != "options" or value}
        return {**volume, "external": external}
    return volume
