"""Rows of the tables in which each rule of Marathon's API is one: its section, what it says, and what shows it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted

ABSENT = "<absent>"
# No server has assigned it yet.
UNASSIGNED = 0
# What every port mapping has.
MAPPING = {"containerPort": 0, "servicePort": UNASSIGNED, "protocol": "tcp", "labels": {}}
DEFAULT_MAPPING = {**MAPPING, "name": "default"}
BRIDGE = [{"mode": "container/bridge"}]
HOST = [{"mode": "host"}]


def rows(table: list[tuple[Any, ...]]) -> list[Any]:
    """The section and the rule are the id of each."""
    return [pytest.param(*row[2:], id=f"{row[0]} {row[1]}") for row in table]


def app(**fields: Any) -> dict[str, Any]:
    return {"id": "/a", **({} if {"args", "container"} & set(fields) else {"cmd": "sleep 1"}), **fields}


def wanted(**fields: Any) -> Wanted:
    return Wanted(app_definition.declared(app(**fields)))


def docker(**members: Any) -> dict[str, Any]:
    return {"docker": {"image": "x", **members}}


def part(value: Any, path: str) -> Any:
    """What is at a path like container/volumes(0)/mode."""
    for name in re.findall(r"[^/()]+", path):
        if isinstance(value, list):
            value = value[int(name)] if int(name) < len(value) else ABSENT
        else:
            value = value.get(name, ABSENT) if isinstance(value, dict) else ABSENT
    return value


def parts(value: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {path: part(value, path) for path in expected}


def as_stored(sent: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What GET returns for it: completed, a number for every port that was left to the server, with state."""
    canonical = app_definition.canonical(sent)
    for index, port in enumerate(canonical.get("portDefinitions", [])):
        port["port"] = port["port"] or 10000 + index
    for index, mapping in enumerate((canonical.get("container") or {}).get("portMappings", [])):
        mapping["servicePort"] = mapping["servicePort"] or 10000 + index
    state = {"version": "v", "versionInfo": {}, "tasksRunning": 1, "tasks": [], "deployments": []}
    return {"role": "*", **canonical, **state, **more}
