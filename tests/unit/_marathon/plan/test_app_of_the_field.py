"""The definitions that people keep, as they keep them: deployed, repeated without change, with an empty diff."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import losses
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted, plan_present

FILES = sorted((Path(__file__).parents[1] / "data" / "field").glob("*.json"))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def as_stored(body, release=(1, 11)):
    """What GET returns for the body: completed, with service ports, state and a role."""
    app = app_definition.canonical(body, release)
    for number, port in enumerate(app.get("portDefinitions", [])):
        port["port"] = port["port"] or 10000 + number
    for number, mapping in enumerate(app.get("container", {}).get("portMappings", [])):
        mapping["servicePort"] = mapping["servicePort"] or 10000 + number
    state = {"role": "*", "version": "v", "versionInfo": {}, "tasksRunning": 0, "tasks": [], "deployments": []}
    return {**app, **state}


def test_all_of_them_are_here():
    assert len(FILES) == 9


@pytest.mark.parametrize("release", [(0, 13, 1), (1, 1, 7), (1, 3, 14), (1, 4, 13), (1, 5, 15), (1, 8), (1, 11)])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_created_by_every_release_and_changes_nothing_afterwards(path, release):
    wanted = Wanted(app_definition.declared(read(path)))
    plan = plan_present(wanted, None, release)
    assert (plan.action, losses.told(wanted, plan, None)) == (app_plan.CREATED, [])
    again = plan_present(wanted, as_stored(plan.request.body, release), release)
    assert (again.action, again.request) == (app_plan.NONE, None)
    assert losses.told(wanted, again, as_stored(plan.request.body, release)) == []
    assert again.before == again.after


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_that_is_declared_is_lost(path):
    definition = read(path)
    assert app_definition.unknown_fields(definition) == []
    app = app_definition.canonical(definition)
    for name in ("cmd", "args", "cpus", "mem", "instances"):
        assert name not in definition or app[name] == definition[name]
    docker = (definition.get("container") or {}).get("docker") or {}
    for name in ("image", "privileged", "parameters", "forcePullImage"):
        assert name not in docker or app["container"]["docker"][name] == docker[name]
    mappings = app.get("container", {}).get("portMappings", [])
    assert mappings == [{**old, "labels": {}} for old in docker.get("portMappings", [])]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_change_shows_in_the_diff_and_only_the_change(path):
    definition = read(path)
    current = as_stored(plan_present(Wanted(app_definition.declared(definition)), None).request.body)
    plan = plan_present(Wanted(app_definition.declared({**definition, "mem": 77})), current)
    assert {name for name in plan.after if plan.before.get(name) != plan.after[name]} == {"mem"}
