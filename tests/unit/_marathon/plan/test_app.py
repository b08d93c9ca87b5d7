from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import (
    Wanted,
    plan_absent,
    plan_present,
)

from ..fakes import stored

DATA = json.loads((Path(__file__).parents[1] / "data" / "normalise.json").read_text(encoding="utf-8"))
VECTORS = [pytest.param(vector["sent"], id=vector["name"]) for vector in DATA["vectors"]]
ASSIGNED = 10042


def wanted(merge=False, ignored=(), **app):
    app = {"id": "/a", "cmd": "sleep 1000", **app}
    app = {name: value for name, value in app.items() if value is not None}
    return Wanted(app_definition.declared(app), merge=merge, ignored=ignored)


def as_stored(sent):
    """What GET returns after that was sent: completed, ports assigned, state added."""
    app = app_definition.canonical(sent)
    for port in app.get("portDefinitions", []):
        port["port"] = port["port"] or ASSIGNED
    for mapping in app.get("container", {}).get("portMappings", []):
        mapping["servicePort"] = mapping["servicePort"] or ASSIGNED
    for network in app["networks"]:
        if network["mode"] == "container":
            network.setdefault("name", "from-the-flag")
    for name in ("healthChecks", "constraints", "dependencies"):
        if name in app:
            app[name] = app[name][::-1]
    return {**app, "role": "dev", "version": "v", "versionInfo": {}, "tasksRunning": 1, "tasks": [], "deployments": []}


@pytest.mark.parametrize("sent", VECTORS)
def test_what_was_sent_is_no_change_afterwards(sent):
    sent = {name: value for name, value in sent.items() if name != "role"}
    plan = plan_present(Wanted(app_definition.declared(sent)), as_stored(sent))
    assert (plan.action, plan.request, plan.restarts) == (app_plan.NONE, None, False)
    assert plan.before == plan.after


@pytest.mark.parametrize("sent", VECTORS)
def test_a_creation_sends_what_means_the_plan(sent):
    plan = plan_present(Wanted(app_definition.declared(sent)), None)
    assert plan.action == app_plan.CREATED
    assert plan.before is None
    assert app_definition.complete(app_definition.declared(plan.request.body)) == plan.after


@pytest.mark.parametrize("sent", VECTORS)
def test_the_body_of_a_change_means_the_after_side(sent):
    current = as_stored(sent)
    current["env"] = {"LEFT": "over"}
    plan = plan_present(Wanted(app_definition.declared(sent)), current)
    assert plan.action == app_plan.UPDATED
    assert plan.before["env"] == {"LEFT": "over"}
    assert "env" not in plan.request.body or plan.request.body["env"] != {"LEFT": "over"}
    follow_up = plan_present(Wanted(app_definition.declared(sent)), as_stored(plan.request.body))
    assert follow_up.action == app_plan.NONE


def test_the_plan_leaves_its_arguments_alone():
    want, current = wanted(cpus=2), stored(labels={"a": "b"})
    before = copy.deepcopy((want, current))
    plan_present(want, current)
    assert (want, current) == before


def test_a_declared_change_is_a_full_replacement_with_explicit_instances():
    plan = plan_present(wanted(cpus=2), stored(env={"A": "1"}, instances=3))
    assert plan.action == app_plan.UPDATED
    assert plan.request == app_plan.Request(
        "PUT", {"id": "/a", "cmd": "sleep 1000", "cpus": 2.0, "role": "*", "instances": 1}
    )
    assert plan.restarts
    assert "env" not in plan.after


def test_only_instances_is_a_partial_write_that_repeats_what_marathon_would_drop():
    current = stored(resourceLimits={"mem": 256}, executorResources={"cpus": 0.2, "mem": 32, "disk": 10})
    plan = plan_present(wanted(instances=4, resourceLimits={"mem": 256}), current)
    assert plan.action == app_plan.SCALED
    assert plan.request.partial
    assert plan.request.body == {
        "instances": 4,
        "resourceLimits": {"mem": 256},
        "executorResources": {"cpus": 0.2, "mem": 32, "disk": 10},
    }
    assert not plan.restarts
    assert {name for name in plan.after if plan.before.get(name) != plan.after[name]} == {"instances"}


def test_scaling_restarts_an_app_whose_check_was_stored_without_a_port_reference():
    check = {"protocol": "HTTP", "path": "/", "gracePeriodSeconds": 300}
    plan = plan_present(wanted(instances=2, healthChecks=[check]), stored(healthChecks=[check]))
    assert (plan.action, plan.restarts) == (app_plan.SCALED, True)


@pytest.mark.parametrize(("now", "then", "restarts"), [(0, 1, False), (2, 0, False), (2, 1, True)])
def test_a_changed_definition_restarts_only_what_runs(now, then, restarts):
    plan = plan_present(wanted(cpus=2, instances=then), stored(instances=now))
    assert (plan.action, plan.restarts) == (app_plan.UPDATED, restarts)


def test_executor_resources_are_stored_only_at_creation():
    want = wanted(executorResources={"cpus": 0.2})
    assert plan_present(want, None).request.method == "POST"
    assert plan_present(want, stored()).action == app_plan.NONE
    assert "executorResources" not in plan_present(wanted(cpus=2), stored(executorResources={"cpus": 0.2})).after


def test_a_declared_role_is_compared():
    assert plan_present(wanted(role="dev"), stored()).action == app_plan.UPDATED


def test_an_explicit_service_port_is_compared():
    assert plan_present(wanted(ports=[10001]), stored()).action == app_plan.UPDATED
    assert plan_present(wanted(portDefinitions=[{"name": "default"}]), stored()).action == app_plan.NONE


def test_new_ports_beside_assigned_ones():
    plan = plan_present(wanted(ports=[0, 0]), stored(portDefinitions=[{"port": 10000, "protocol": "tcp"}]))
    assert [port["port"] for port in plan.after["portDefinitions"]] == [10000, 0]


def test_an_undeclared_default_of_an_older_release():
    current = stored(maxLaunchDelaySeconds=3600)
    assert plan_present(wanted(), current, (1, 7)).action == app_plan.NONE
    assert plan_present(wanted(), current, (1, 11)).action == app_plan.UPDATED


class TestMerge:
    def test_keeps_what_is_not_declared(self):
        current = stored(env={"A": "1", "B": "2"}, instances=3, user="app")
        plan = plan_present(wanted(merge=True, cmd=None, env={"B": "3"}), current)
        assert plan.action == app_plan.UPDATED
        assert plan.request == app_plan.Request("PUT", {"env": {"A": "1", "B": "3"}}, partial=True)
        assert (plan.after["instances"], plan.after["user"]) == (3, "app")

    def test_nothing_declared_is_nothing_changed(self):
        current = stored(env={"A": "1"}, args=["a"], cmd=None)
        assert plan_present(wanted(merge=True, cmd=None), current).action == app_plan.NONE

    def test_args_instead_of_cmd(self):
        plan = plan_present(wanted(merge=True, cmd=None, args=["run"]), stored())
        assert "cmd" not in plan.request.body

    def test_a_switch_of_the_network_takes_no_ports_along(self):
        container = {"docker": {"image": "x", "network": "BRIDGE", "portMappings": [{"containerPort": 80}]}}
        plan = plan_present(wanted(merge=True, cmd=None, container=container), stored())
        assert "portDefinitions" not in plan.request.body
        assert [mapping["containerPort"] for mapping in plan.after["container"]["portMappings"]] == [80]

    def test_mappings_for_an_app_that_has_a_bridge_already(self):
        networks = [{"mode": "container/bridge"}]
        container = {"type": "DOCKER", "docker": {"image": "x"}, "portMappings": [{"containerPort": 80}]}
        current = stored(cmd=None, networks=networks, container=container, portDefinitions=None)
        plan = plan_present(wanted(merge=True, cmd=None, container={"portMappings": [{"containerPort": 81}]}), current)
        assert [mapping["containerPort"] for mapping in plan.after["container"]["portMappings"]] == [81]
        assert plan.after["container"]["docker"]["image"] == "x"

    def test_only_scaling_stays_partial(self):
        plan = plan_present(wanted(merge=True, cmd=None, instances=2), stored())
        assert plan.request == app_plan.Request("PUT", {"instances": 2}, partial=True)


def test_absent():
    assert plan_absent("/a", None).action == app_plan.NONE
    plan = plan_absent("/a", stored())
    assert (plan.action, plan.request.method, plan.after) == (app_plan.DELETED, "DELETE", None)
