"""Requests to a Marathon and what it makes of them: status, the stored app, the error's message and details.

With MARATHON_URL the Marathon there is asked; an app that it has already is not touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from conformance.judging import Record
from local_cluster import LocalCluster, wait_until, zookeeper_installed

GIVEN = os.environ.get("MARATHON_URL", "").rstrip("/")
pytestmark = pytest.mark.skipif(not GIVEN and not zookeeper_installed(), reason="ZooKeeper is not installed")

DATA = Path(__file__).parents[3] / "tests" / "unit" / "_marathon" / "data" / "vectors.json"
VECTORS = json.loads(DATA.read_text(encoding="utf-8"))
VECTORS = VECTORS["vectors"] if isinstance(VECTORS, dict) else VECTORS
# What depends on the run, not on the definition.
OF_THE_RUN = {"version", "versionInfo", "tasksStaged", "tasksRunning", "tasksHealthy", "tasksUnhealthy", "deployments",
              "tasks", "lastTaskFailure", "readinessCheckResults"}
PORTS = range(10000, 20001)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if GIVEN:
        yield GIVEN
        return
    # No agents: what is stored does not depend on what runs.
    with LocalCluster(tmp_path_factory.mktemp("vectors"), masters=1, marathons=1) as cluster:
        yield cluster.marathons[0].url


def same(actual: Any, expected: Any) -> bool:
    if expected == "<assigned>":
        return actual in PORTS
    if isinstance(expected, dict) and isinstance(actual, dict):
        return actual.keys() == expected.keys() and all(same(actual[key], expected[key]) for key in expected)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    return (type(actual) is type(expected) and actual == expected) or (
        isinstance(actual, float) and isinstance(expected, int) and actual == expected)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(url: str, vector: dict[str, Any], record_property: Record) -> None:
    requested = vector["request"]
    app_id = str(requested.get("id", vector["path"].removeprefix("/v2/apps")))
    app_url = f"{url}/v2/apps/{app_id.strip('/')}" if app_id else None
    if GIVEN and app_url and requests.get(app_url, timeout=10).status_code == 200:
        pytest.skip(f"{app_id} runs there already")
    try:
        if vector["name"] in ("version-with-fields", "duplicate-post"):
            assert requests.post(f"{url}/v2/apps", json=VECTORS[0]["request"], timeout=10).status_code == 201
        answer = requests.request(vector["method"], url + vector["path"], json=requested, timeout=10)
        found = [] if answer.status_code == vector["status"] else [
            f"status {answer.status_code} instead of {vector['status']}: {answer.text[:200]}"]
        if not found and "error" in vector and not same(answer.json(), vector["error"]):
            found.append(f"{answer.json()} instead of {vector['error']}")
        if not found and "get_app" in vector:
            stored = requests.get(app_url, timeout=10).json()["app"]
            stored = {name: value for name, value in stored.items() if name not in OF_THE_RUN}
            if not same(stored, vector["get_app"]):
                found.append(f"{stored} instead of {vector['get_app']}")
        record_property("conformance", {
            "situation": "vectors", "name": f"{vector['method']} {vector['path']} {vector['name']}",
            "unexplained": found, "explained": {}})
        assert not found
    finally:
        if app_url and requests.delete(app_url, params={"force": "true"}, timeout=10).status_code == 200:
            wait_until("the deployment is over", lambda: not [
                one for one in requests.get(f"{url}/v2/deployments", timeout=10).json()
                if f"/{app_id.strip('/')}" in one["affectedApps"]])
