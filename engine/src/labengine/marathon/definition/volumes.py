"""Rules for the volumes of a container."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from labengine.marathon.definition import container
from labengine.marathon.definition.constraints import OPERATORS, is_pattern
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, feature_off
from labengine.marathon.definition.settings import Settings

DOT_PATHS = (".", "..")
PROVIDERS = ("csi", "dvdi")
DRIVER_OPTION = "dvdi/driver"
LABEL_PATTERN = "^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$"
OPTION_PATTERN = r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/[A-Za-z0-9](?:[-A-Za-z0-9\._:]*[A-Za-z0-9])?$"

Volume = dict[str, Any]


def failures(app: App, settings: Settings) -> list[Failure]:
    volumes = app.get("container", {}).get("volumes", [])
    found: list[Failure] = []
    names = [v["external"]["name"] for v in volumes if "external" in v and "name" in v["external"]]
    if len(set(names)) < len(names):
        found.append(("/container/volumes", "Volume names must be unique"))
    for index, volume in enumerate(volumes):
        path = f"/container/volumes({index})"
        if "persistent" in volume:
            found += _persistent(volume, path)
        elif "external" in volume:
            found += _external(volume, path, container.is_docker(app))
            if "external_volumes" not in settings.enable_features:
                found.append((path, feature_off("external_volumes")))
        elif "secret" in volume and volume["secret"] not in app.get("secrets", {}):
            found.append((path, "volume.secret must refer to an existing secret"))
    if container.volumes(app, "secret") and "secrets" not in settings.enable_features:
        found.append(("/container/volumes", feature_off("secrets")))
    return found + _instance_failures(app)


def _persistent(volume: Volume, path: str) -> list[Failure]:
    info = volume["persistent"]
    kind = info.get("type", "root")
    found = _dot_path(volume, path)
    if "/" in volume["containerPath"]:
        found.append((f"{path}/containerPath", 'value must not contain "/"'))
    if volume["mode"] != "RW":
        found.append((f"{path}/mode", "does not equal RW"))
    if info["size"] <= 0:
        found.append((f"{path}/persistent/size", f"got {info['size']}, expected more than 0"))
    for index, constraint in enumerate(info["constraints"]):
        text = _constraint_failure(constraint)
        if text:
            found.append((f"{path}/persistent/constraints({index})", text))
    if "maxSize" in info and kind != "mount":
        found.append((f"{path}/persistent", "Only mount volumes can have maxSize"))
    if kind == "root" and info["constraints"]:
        found.append((f"{path}/persistent", "Constraints on root volumes are not supported"))
    if "maxSize" in info and info["maxSize"] <= info["size"]:
        found.append((f"{path}/persistent", "Max size must be larger than size"))
    return found


def _constraint_failure(constraint: Sequence[str]) -> str | None:
    if not constraint:
        return "Missing field and operator"
    if constraint[0] != "path" or len(constraint) < 3:
        return f"Unsupported constraint {','.join(constraint)}"
    operator, value = constraint[1:3]
    if operator not in OPERATORS:
        return f"unknown constraint operator {operator}"
    if operator not in ("LIKE", "UNLIKE"):
        return "Operator must be one of LIKE, UNLIKE"
    return None if is_pattern(value) else "Invalid regular expression"


def _dot_path(volume: Volume, path: str) -> list[Failure]:
    if volume["containerPath"] not in DOT_PATHS:
        return []
    return [(f"{path}/containerPath", f"can not be one of ({','.join(DOT_PATHS)})")]


def _external(volume: Volume, path: str, docker: bool) -> list[Failure]:
    info = volume["external"]
    provider = info.get("provider")
    if provider == "csi":
        return []
    found: list[Failure] = []
    options = info.get("options", {})
    if not info.get("name"):
        found.append((f"{path}/external/name", "must not be empty"))
    if provider is None:
        found.append((f"{path}/external/provider", "not defined"))
    elif not re.fullmatch(LABEL_PATTERN, provider):
        found.append((f"{path}/external/provider", f"must match regular expression '{LABEL_PATTERN}'"))
    for index, key in enumerate(options):
        if not re.fullmatch(OPTION_PATTERN, key):
            text = f"must match regular expression '{OPTION_PATTERN}'"
            found.append((f"{path}/external/options/keys({index})", text))
    if provider is not None and provider not in PROVIDERS:
        found.append((f"{path}/external/provider", "is unknown provider"))
    if provider == "dvdi":
        found += _dvdi(volume, path, docker)
    return found


def _dvdi(volume: Volume, path: str, docker: bool) -> list[Failure]:
    info = volume["external"]
    options = info.get("options", {})
    found = _dot_path(volume, path)
    if DRIVER_OPTION not in options:
        found.append((f'{path}/external/options("{DRIVER_OPTION}")', "not defined"))
    if docker:
        if options.keys() - {DRIVER_OPTION}:
            found.append((f"{path}/external/options", f"must only contain {DRIVER_OPTION}"))
        if "size" in info:
            found.append((f"{path}/external/size", "must be undefined for Docker containers"))
    elif volume["mode"] != "RW":
        found.append((f"{path}/mode", "does not equal RW"))
    return found


def _instance_failures(app: App) -> list[Failure]:
    unshared = [info for info in _dvdi_infos(app) if not info["shared"]]
    if not unshared or app["instances"] <= 1:
        return []
    text = f"Number of instances is limited to 1 when declaring DVDI volumes in app [{app['id']}]"
    return [("/", text)]


def name_conflicts(apps: Iterable[App]) -> dict[str, list[str]]:
    """What is wrong with each app that names an external volume which another app has for itself."""
    named = [(app["id"], info) for app in apps for info in _dvdi_infos(app)]
    owners: dict[str, list[str]] = {}
    for app_id, info in named:
        if not info["shared"]:
            owners.setdefault(info["name"], []).append(app_id)
    found: dict[str, list[str]] = {}
    for app_id, info in named:
        others = sorted({owner for owner in owners.get(info["name"], []) if owner != app_id})
        if others:
            found.setdefault(app_id, []).append(
                f"Volume name '{info['name']}' in {app_id} conflicts with volume(s) of same name in app(s): "
                f"{', '.join(others)}"
            )
    return found


def _dvdi_infos(app: App) -> list[dict[str, Any]]:
    infos = [volume["external"] for volume in container.volumes(app, "external")]
    return [info for info in infos if info.get("provider") == "dvdi"]
