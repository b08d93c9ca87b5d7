"""Resources and attributes of an agent: from flags or from the machine, and compared with those of its last start."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from labengine.common.resources import SCALARS, UNRESERVED, Resources, as_ranges, merged, value_text

Resource = dict[str, Any]
Attribute = dict[str, Any]

DEFAULT_PORTS = as_ranges([(31000, 32000)])
GIGABYTE_IN_MB = 1024


class ResourceError(ValueError):
    """A value of --resources or --attributes that Mesos refuses."""


def _value(text: str) -> tuple[str, Any]:
    """(type, v1 value) of one value in Mesos' text form."""
    if text.endswith("\n"):
        # The last line of a file: Mesos does not take its end away.
        return "TEXT", {"value": text}
    text = text.strip()
    if text.startswith("["):
        return "RANGES", _ranges(text)
    if text.startswith("{"):
        if not text.endswith("}"):
            raise ResourceError(f"Unbalanced braces in {text}")
        return "SET", {"item": [item.strip() for item in text[1:-1].split(",") if item.strip()]}
    if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text):
        return "SCALAR", {"value": round(float(text), 3)}
    return "TEXT", {"value": text}


def _ranges(text: str) -> dict[str, Any]:
    body = text[1:-1] if text.endswith("]") else None
    if body is None:
        raise ResourceError(f"Unbalanced brackets in {text}")
    pairs = []
    for part in filter(None, (part.strip() for part in body.split(","))):
        match = re.fullmatch(r"(\d+)\s*-\s*(\d+)", part)
        if not match or int(match[1]) > int(match[2]):
            raise ResourceError(f"Expecting one or more ranges 'begin-end' in {text}")
        pairs.append((int(match[1]), int(match[2])))
    return as_ranges(merged(pairs))


def _reserve(resource: Resource, role: str) -> Resource:
    if role != UNRESERVED:
        resource["reservations"] = [{"type": "STATIC", "role": role}]
    return resource


def parse(text: str, default_role: str = UNRESERVED) -> list[Resource]:
    """``cpus:4;mem(prod):1024;ports:[31000-32000]`` or a JSON array of resources."""
    if text.lstrip().startswith("["):
        return _parse_json(text, default_role)
    resources = []
    for pair in filter(None, (pair.strip(" \t") for pair in text.split(";"))):
        key, colon, raw = pair.partition(":")
        if not colon or ":" in raw:
            raise ResourceError(f"Bad value for resources, missing or extra ':' in {pair}")
        match = re.fullmatch(r"\s*([^()\s]+)\s*(?:\(\s*([^()\s]+)\s*\))?\s*", key)
        if not match:
            raise ResourceError(f"Bad value for resources, mismatched or wrong order of parentheses in {pair}")
        kind, value = _value(raw)
        if kind == "TEXT":
            raise ResourceError(f"Bad type for resource {match[1]} value {raw} type TEXT")
        resource = {"name": match[1], "type": kind, kind.lower(): value}
        resources.append(_reserve(resource, match[2] or default_role))
    return _checked(resources)


def _parse_json(text: str, default_role: str) -> list[Resource]:
    try:
        items = json.loads(text)
    except ValueError as error:
        raise ResourceError(f"Failed to parse the JSON of resources: {error}") from None
    resources = []
    for item in items:
        if not isinstance(item, dict) or "name" not in item or item.get("type") not in ("SCALAR", "RANGES", "SET"):
            raise ResourceError(f"Expecting objects with 'name' and 'type' SCALAR, RANGES or SET, got {item}")
        kind = item["type"]
        if not isinstance(item.get(kind.lower()), dict):
            raise ResourceError(f"Resource '{item['name']}' has type {kind} but no '{kind.lower()}'")
        resource = {key: value for key, value in item.items() if key != "role"}
        resources.append(_reserve(resource, item.get("role", default_role)) if "reservations" not in item else resource)
    return _checked(resources)


def _checked(resources: list[Resource]) -> list[Resource]:
    for resource in resources:
        name, kind = resource["name"], resource["type"]
        expected = "SCALAR" if name in SCALARS else "RANGES" if name == "ports" else kind
        if kind != expected:
            raise ResourceError(f"Bad type for resource {name}: expecting {expected}, got {kind}")
        if kind == "SCALAR" and resource["scalar"]["value"] < 0:
            raise ResourceError(f"Invalid resource {name}: the value {resource['scalar']['value']} is negative")
    return resources


def complete(resources: list[Resource], work_dir: str | Path, default_role: str = UNRESERVED) -> list[Resource]:
    """What was not given is what the machine has, less the share that Mesos leaves to the system."""
    given = {resource["name"] for resource in resources}
    detected = {"cpus": lambda: float(os.cpu_count() or 1), "mem": _memory, "disk": lambda: _disk(work_dir)}
    result = list(resources)
    for name, detect in detected.items():
        if name not in given:
            result.append(_reserve({"name": name, "type": "SCALAR", "scalar": {"value": detect()}}, default_role))
    if "ports" not in given:
        result.append(_reserve({"name": "ports", "type": "RANGES", "ranges": DEFAULT_PORTS}, default_role))
    order = {"cpus": 0, "mem": 1, "disk": 2, "ports": 3}
    return sorted(result, key=lambda resource: order.get(resource["name"], len(order)))


def _memory() -> float:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1024 * 1024)
    return float(total - GIGABYTE_IN_MB if total >= 2 * GIGABYTE_IN_MB else total // 2)


def _disk(work_dir: str | Path) -> float:
    total = shutil.disk_usage(work_dir).total // (1024 * 1024)
    return float(total - 5 * GIGABYTE_IN_MB if total >= 10 * GIGABYTE_IN_MB else total // 2)


def parse_attributes(text: str) -> list[Attribute]:
    """``rack:a;disks:4;zone:[1-3]``"""
    attributes = []
    for pair in filter(None, (pair.strip(" \t") for pair in text.split(";"))):
        name, colon, raw = pair.partition(":")
        if not colon or not name.strip() or not raw.strip():
            raise ResourceError(f"Invalid attribute key:value pair '{pair}'")
        kind, value = _value(raw)
        if kind == "SET":
            raise ResourceError(f"Bad type for attribute '{name}': text, scalar or ranges, not a set")
        attributes.append({"name": name.strip(), "type": kind, kind.lower(): value})
    return attributes


def changes(old: dict[str, Any], new: dict[str, Any], *, additive: bool) -> list[str]:
    """What makes ``new`` agent info incompatible with the checkpointed one, in words."""
    found = [f"{key} was '{old[key]}' and is '{new[key]}'" for key in ("hostname", "port") if old[key] != new[key]]
    for kind in ("attributes", "resources"):
        if _incompatible(kind, old[kind], new[kind], additive=additive):
            found.append(f"{kind} were '{_summary(old[kind])}' and are '{_summary(new[kind])}'")
    return found


def _incompatible(kind: str, old: list[dict[str, Any]], new: list[dict[str, Any]], *, additive: bool) -> bool:
    if not additive:
        return sorted(map(_key, old)) != sorted(map(_key, new))
    if kind == "attributes":
        return any(item not in new for item in old)
    return not Resources.parse(new).contains(Resources.parse(old))


def _key(item: dict[str, Any]) -> str:
    return json.dumps(item, sort_keys=True)


def _summary(items: list[dict[str, Any]]) -> str:
    return ";".join(f"{item['name']}:{value_text(item)}" for item in items)
