"""Requests and what Marathon 1.11 makes of them, as listed in tests/unit/_marathon/data/vectors.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labengine.marathon.definition import ports, reader
from labengine.marathon.definition.errors import ApiError, app_exists
from labengine.marathon.definition.settings import Settings

SETTINGS = Settings()
VECTORS = json.loads((Path(__file__).parents[2] / "tests" / "unit" / "_marathon" / "data" / "vectors.json").read_text())


def answer(vector, apps):
    """Status and stored app or error body, as a server with `apps` would answer."""
    try:
        if vector["method"] == "POST":
            app = reader.read_app(vector["request"], defaults=SETTINGS)
            if app["id"] in apps:
                raise app_exists(app["id"])
        else:
            app_id = vector["path"].removeprefix("/v2/apps")
            current = apps.get(app_id)
            app = reader.read_update(
                vector["request"], current=current, partial=True, defaults=SETTINGS, url_id=app_id
            )
    except ApiError as error:
        return error.status, error.body
    return 201, ports.assign_service_ports(app, previous=None, taken=set(), settings=SETTINGS)


def matches(actual, expected):
    if expected == "<assigned>":
        return actual in range(SETTINGS.local_port_min, SETTINGS.local_port_max + 1)
    if isinstance(expected, dict):
        return actual.keys() == expected.keys() and all(matches(actual[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(actual) == len(expected) and all(map(matches, actual, expected))
    return type(actual) is type(expected) and actual == expected


@pytest.fixture(scope="module")
def basic():
    app = reader.read_app(VECTORS[0]["request"], defaults=SETTINGS)
    return {app["id"]: app}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector, basic):
    apps = basic if vector["name"] in ("version-with-fields", "duplicate-post") else {}
    status, body = answer(vector, apps)
    assert status == vector["status"]
    assert matches(body, vector.get("get_app", vector.get("error"))), body
