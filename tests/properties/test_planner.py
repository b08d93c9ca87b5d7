"""Normaliser and planner against the lab engine's own reading of definitions, which is written from api.md alone."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Plan, Wanted, plan_present
from definitions import as_marathon_takes_it, definitions
from hypothesis import assume, given
from hypothesis import strategies as st

from labengine.marathon.definition import ports, reader
from labengine.marathon.definition.settings import Settings

SETTINGS = Settings(
    mesos_role="dev",
    default_network_name="dcos",
    enable_features=frozenset({"secrets", "external_volumes", "gpu_resources"}),
)
FIELD_APPS = sorted((Path(__file__).parents[1] / "unit" / "_marathon" / "data" / "field").glob("*.json"))
TAKEN = {10000, 10001}
STATE = {
    "version": "2020-10-29T12:00:00.000Z",
    "versionInfo": {"lastScalingAt": "2020-10-29T12:00:00.000Z", "lastConfigChangeAt": "2020-10-29T12:00:00.000Z"},
    "tasksStaged": 0,
    "tasksRunning": 1,
    "tasksHealthy": 0,
    "tasksUnhealthy": 0,
    "deployments": [],
    "tasks": [],
}


def written(current: dict[str, Any] | None, plan: Plan) -> dict[str, Any]:
    """The app that a server has after the plan's request, as GET returns it without its state."""
    request = plan.request
    assert request is not None
    body = json.loads(json.dumps(request.body))
    if request.method == "POST":
        app = reader.read_app(body, defaults=SETTINGS)
    else:
        app = reader.read_update(
            body, current=current, partial=request.partial, defaults=SETTINGS, url_id=plan.app_id, force=True
        )
    return ports.assign_service_ports(app, previous=current, taken=TAKEN, settings=SETTINGS)


def got(app: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy({**app, **STATE})


def is_resident(definition: dict[str, Any]) -> bool:
    return any("persistent" in volume for volume in (definition.get("container") or {}).get("volumes") or [])


def wanted(definition: dict[str, Any]) -> Wanted:
    return Wanted(app_definition.declared(definition))


@given(definitions())
def test_normalising_twice_is_normalising_once(definition):
    once = app_definition.canonical(definition)
    assert app_definition.canonical(once) == once
    declared = app_definition.declared(definition)
    assert app_definition.declared(declared) == declared
    assert app_definition.complete(declared) == once


@given(definitions())
def test_a_definition_is_left_as_it_was(definition):
    before = copy.deepcopy(definition)
    plan = plan_present(wanted(definition), None)
    plan_present(wanted(definition), got(written(None, plan)))
    assert definition == before


@pytest.mark.parametrize("path", FIELD_APPS, ids=lambda path: path.stem)
def test_the_apps_of_the_field_plan_to_nothing_once_they_are_there(path):
    definition = json.loads(path.read_text())
    app = written(None, plan_present(wanted(definition), None))
    again = plan_present(wanted(definition), got(app))
    assert (again.action, again.before) == (app_plan.NONE, again.after)


@given(definitions())
def test_what_get_returns_plans_to_nothing(definition):
    plan = plan_present(wanted(definition), None)
    app = written(None, plan)
    again = plan_present(wanted(definition), got(app))
    assert (again.action, again.before) == (app_plan.NONE, again.after)


@given(definitions())
def test_the_definition_itself_may_have_been_posted(definition):
    """By hand or by another tool: the server's own translation of the old forms, not ours."""
    sent = as_marathon_takes_it(definition)
    app = ports.assign_service_ports(
        reader.read_app(sent, defaults=SETTINGS), previous=None, taken=TAKEN, settings=SETTINGS
    )
    assert plan_present(wanted(definition), got(app)).action == app_plan.NONE


@given(definitions())
def test_what_get_returns_is_a_definition_of_itself(definition):
    app = written(None, plan_present(wanted(definition), None))
    assert plan_present(wanted(got(app)), got(app)).action == app_plan.NONE


@given(definitions(), definitions())
def test_a_change_leaves_nothing_to_do(first, second):
    # Marathon itself refuses most changes of apps with persistent volumes.
    assume(not is_resident(first) and not is_resident(second))
    current = written(None, plan_present(wanted(first), None))
    plan = plan_present(wanted(second), got(current))
    after = written(current, plan) if plan.changed else current
    again = plan_present(wanted(second), got(after))
    assert (again.action, again.before) == (app_plan.NONE, again.after)
    if plan.changed:
        without = {name: value for name, value in plan.after.items() if name not in ("executorResources",)}
        assert unassigned(app_definition.canonical(after)) == unassigned(without)


@given(definitions(), definitions())
def test_a_merge_leaves_nothing_to_do(first, second):
    current = written(None, plan_present(wanted(first), None))
    merged = Wanted(
        app_definition.declared(
            {"id": second["id"], "env": second.get("env"), "labels": second.get("labels"), "backoffSeconds": 7}
        ),
        merge=True,
    )
    plan = plan_present(merged, got(current))
    after = written(current, plan)
    assert plan_present(merged, got(after)).action == app_plan.NONE
    kept = {
        name for name in current if name not in ("env", "labels", "backoffSeconds", "executorResources", "healthChecks")
    }
    assert {name: after.get(name) for name in kept} == {name: current[name] for name in kept}


@given(definitions(), definitions(), st.integers(6, 9))
def test_what_another_sets_between_the_read_and_the_write_survives_where_the_write_can_leave_it_out(
    first, second, instances
):
    assume(not is_resident(first) and not is_resident(second))
    assume(not any("external" in volume for volume in (first.get("container") or {}).get("volumes") or []))
    current = written(None, plan_present(wanted(first), None))
    leaving = Wanted(app_definition.declared(second), ignored=("instances",))
    plan = plan_present(leaving, got(current))
    assume(plan.changed)
    scaling = Wanted({"id": current["id"], "instances": instances}, merge=True)
    scaled = written(current, plan_present(scaling, got(current)))
    after = written(scaled, plan)
    # Where it cannot, the plan says so.
    assert after["instances"] == (current["instances"] if plan.carried else instances)
    again = plan_present(leaving, got(after))
    assert (again.action, again.before) == (app_plan.NONE, again.after)
    without = {name: value for name, value in plan.after.items() if name not in ("executorResources", "instances")}
    found = {name: value for name, value in app_definition.canonical(after).items() if name in without}
    assert unassigned(found) == unassigned(without)


@given(definitions(), st.integers(6, 9))
def test_only_scaling_is_a_small_write_that_changes_nothing_else(definition, instances):
    if any("external" in volume for volume in (definition.get("container") or {}).get("volumes") or []):
        return
    current = written(None, plan_present(wanted(definition), None))
    plan = plan_present(Wanted(app_definition.declared({**definition, "instances": instances})), got(current))
    assert (plan.action, plan.request.partial) == (app_plan.SCALED, True)
    assert set(plan.request.body) <= {"instances", "resourceLimits", "executorResources"}
    after = written(current, plan)
    assert {**after, "instances": 0} == {**current, "instances": 0}


@given(definitions(), st.randoms(use_true_random=False))
def test_order_that_matters_is_kept_and_order_that_does_not_is_no_change(definition, random):
    app = written(None, plan_present(wanted(definition), None))
    for place, items in ordered(definition):
        turned = copy.deepcopy(definition)
        container = turned.get("container") or {}
        holder = {"": turned, "container": container, "docker": container.get("docker")}[place[0]]
        holder[place[1]] = items[::-1]
        assert canonical_part(turned, place) == canonical_part(definition, place)[::-1], place
    for name in ("constraints", "healthChecks", "dependencies", "acceptedResourceRoles"):
        if definition.get(name):
            shuffled = copy.deepcopy(definition)
            random.shuffle(shuffled[name])
            assert plan_present(wanted(shuffled), got(app)).action == app_plan.NONE


@given(definitions())
def test_what_is_written_has_the_order_in_which_it_was_declared(definition):
    app = written(None, plan_present(wanted(definition), None))
    declared = app_definition.declared(definition)
    arguments = [str(argument) for argument in definition.get("args") or []]
    assert (app.get("cmd"), app.get("args", [])) == (definition.get("cmd"), arguments)
    network = app["networks"][0]["mode"]
    kept = declared.get("portDefinitions", []) if network == "host" else mappings_of(declared)
    stored = app.get("portDefinitions", []) if network == "host" else mappings_of(app)
    # Ports that are left to the server have a number then, and there may be more of them, after the declared ones.
    for one, port in zip(kept, stored, strict=False):
        numbers = {name: value for name, value in one.items() if name in port and value != 0}
        assert {name: port[name] for name in numbers} == numbers
    assert len(stored) >= len(kept)


@given(definitions())
def test_another_order_of_ports_or_arguments_is_a_change(definition):
    assume(not is_resident(definition))
    app = written(None, plan_present(wanted(definition), None))
    declared = app_definition.declared(definition)
    container = declared.get("container", {})
    turned = [{**declared, name: declared[name][::-1]} for name in ("args", "portDefinitions") if declared.get(name)]
    if mappings_of(declared):
        turned.append({**declared, "container": {**container, "portMappings": mappings_of(declared)[::-1]}})
    for other in turned:
        named = [canonical_order(one) for one in (declared, other)]
        plan = plan_present(Wanted(other), got(app))
        assert plan.changed or named[0] == named[1]
        if plan.changed:
            assert canonical_order(written(app, plan)) == named[1]


def mappings_of(app: dict[str, Any]) -> list[dict[str, Any]]:
    return (app.get("container") or {}).get("portMappings", [])


def canonical_order(app: dict[str, Any]) -> list[Any]:
    """What has an order, without the numbers that a server may choose."""
    app = unassigned(app_definition.canonical(app))
    return [app.get("cmd"), app.get("args"), app.get("portDefinitions"), mappings_of(app)]


def ordered(definition: dict[str, Any]) -> list[tuple[tuple[str, str], list[Any]]]:
    container = definition.get("container") or {}
    docker = container.get("docker") or {}
    places = [(("", name), definition.get(name)) for name in ("args", "fetch", "uris")]
    places += [
        (("container", "volumes"), container.get("volumes")),
        (("docker", "parameters"), docker.get("parameters")),
    ]
    return [(place, items) for place, items in places if items]


def canonical_part(definition: dict[str, Any], place: tuple[str, str]) -> Any:
    app = app_definition.canonical(definition)
    if place[0] == "":
        return app.get("fetch" if place[1] == "uris" else place[1])
    return (app["container"] if place[0] == "container" else app["container"]["docker"])[place[1]]


def unassigned(app: dict[str, Any]) -> dict[str, Any]:
    """Without the service ports, which a plan leaves to the server."""
    app = copy.deepcopy(app)
    for port in app.get("portDefinitions", []):
        port["port"] = 0
    for mapping in app.get("container", {}).get("portMappings", []):
        mapping["servicePort"] = 0
    return app
