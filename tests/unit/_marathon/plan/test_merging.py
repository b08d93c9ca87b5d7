"""A merge is a JSON merge patch: null removes, lists are replaced, what is empty empties; for apps, groups, pods."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    pod as pod_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    app as app_plan,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    merging,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    pod as pod_plan,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.pod import WantedPod

from ..app_runs import DRY, get, run
from ..app_runs import INFO as VERSION
from ..fakes import Call, stored, stored_pod
from ..group.test_run import APP, INFO, actions, group, rehearsed
from ..group.test_run import run as run_group
from ..module.test_app_options import defined

CHECK = {"protocol": "COMMAND", "command": {"value": "true"}}
FULL = {
    "healthChecks": [CHECK],
    "readinessChecks": [{"name": "ready", "portName": "default"}],
    "constraints": [["hostname", "UNIQUE"]],
    "dependencies": ["/z"],
    "env": {"A": "1", "B": "2"},
    "labels": {"a": "1", "b": "2"},
    "fetch": [{"uri": "http://x/a.tgz", "extract": True, "executable": False, "cache": False}],
    "secrets": {"s": {"source": "vault"}},
    "acceptedResourceRoles": ["*"],
    "user": "www",
    "taskKillGracePeriodSeconds": 5,
}


def merged(patch, current):
    wanted = Wanted(app_definition.declared({"id": "/a", **patch}), merge=True, removed=merging.app_removals(patch))
    plan = app_plan.plan_present(wanted, current)
    again = app_plan.plan_present(wanted, {**stored(), **plan.after} if plan.changed else current)
    assert again.action == app_plan.NONE
    return plan


@pytest.mark.parametrize(
    ("name", "value"),
    [*((name, None) for name in FULL), *((name, type(full)()) for name, full in FULL.items() if len(str(full)) > 3)],
)
def test_what_is_null_or_empty_is_removed(name, value):
    plan = merged({name: value}, stored(**copy.deepcopy(FULL)))
    assert plan.action == app_plan.UPDATED
    assert plan.after.get(name, {}) == {}
    assert {other for other in FULL if plan.before.get(other) == plan.after.get(other)} == set(FULL) - {name}


@pytest.mark.parametrize(
    ("patch", "name", "left"),
    [
        ({"labels": {"a": None}}, "labels", {"b": "2"}),
        ({"labels": {"a": None, "c": "3"}}, "labels", {"b": "2", "c": "3"}),
        ({"env": {"A": None, "B": None}}, "env", None),
        ({"env": {"NONE": None}}, "env", {"A": "1", "B": "2"}),
        ({"upgradeStrategy": {}}, "upgradeStrategy", {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0}),
        ({"unreachableStrategy": None}, "unreachableStrategy", {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0}),
        ({"cpus": None}, "cpus", 1.0),
        ({"uris": []}, "fetch", None),
        ({"ports": []}, "portDefinitions", []),
        ({"ports": None}, "portDefinitions", [{"name": "default", "port": 0, "protocol": "tcp"}]),
    ],
)
def test_what_is_left_of_a_mapping(patch, name, left):
    strategy = {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0}
    patient = {"inactiveAfterSeconds": 60, "expungeAfterSeconds": 90}
    ports = [{"port": 10000, "name": "web", "protocol": "tcp"}, {"port": 10001, "protocol": "udp"}]
    current = stored(
        **copy.deepcopy(FULL), upgradeStrategy=strategy, unreachableStrategy=patient, cpus=2.0, portDefinitions=ports
    )
    plan = merged(patch, current)
    if name == "portDefinitions" and left:
        left = [{**left[0], "port": 10000}]
    assert plan.after.get(name) == left


@pytest.mark.parametrize("patch", [{"networks": None}, {"networks": []}, {"container": {"docker": {"network": None}}}])
def test_a_network_that_is_removed_takes_its_ports_along(patch):
    container = {"type": "DOCKER", "docker": {"image": "x"}, "portMappings": [{"containerPort": 80}], "volumes": []}
    current = stored(networks=[{"mode": "container/bridge"}], container=container, portDefinitions=None)
    plan = merged(patch, current)
    assert plan.after["networks"] == [{"mode": "host"}]
    assert "portMappings" not in plan.after["container"]
    assert [port["name"] for port in plan.after["portDefinitions"]] == ["default"]


def test_parts_of_a_container():
    container = {
        "type": "MESOS",
        "docker": {"image": "x", "forcePullImage": True, "pullConfig": {"secret": "s"}},
        "volumes": [{"containerPath": "/a", "hostPath": "/b", "mode": "RO"}],
    }
    patch = {"container": {"docker": {"pullConfig": None, "forcePullImage": None}, "volumes": []}}
    after = merged(patch, stored(container=container)).after["container"]
    assert (after["docker"], after["volumes"]) == ({"image": "x", "forcePullImage": False, "privileged": False}, [])
    assert "container" not in merged({"container": None}, stored(container=container)).after


def test_a_role_cannot_be_removed():
    with pytest.raises(DefinitionError, match=r"^/role is null, but an app always has one: declare a role, or leave"):
        merging.app_removals({"role": None})
    with pytest.raises(DefinitionError, match=r"^/role is null, but a pod always has one"):
        merging.pod_removals({"role": None}, ())


@pytest.mark.parametrize(
    "options",
    [
        {"definition": {"healthChecks": []}},
        {"definition": defined(merge=True, health_checks=[])},
        {"definition": defined({"healthChecks": None}, merge=True, cpus=1)},
        {"definition": defined({"healthChecks": []}, merge=True, env={})},
    ],
)
def test_the_module_plans_it(options):
    result = run(get(stored(healthChecks=[CHECK])), VERSION, DRY, app_id="/a", merge=True, check_mode=True, **options)
    assert result["action"] == "updated"
    assert "healthChecks" in result["before"] and "healthChecks" not in result["after"]


def test_options_keep_the_nulls_that_stand_beside_them():
    definition = {"labels": {"a": None, "c": "3"}, "container": {"docker": {"forcePullImage": None}}, "ports": None}
    found = defined(definition, merge=True, labels={"b": "2"}, image="x")
    assert found["labels"] == {"a": None, "b": "2", "c": "3"}
    assert found["container"]["docker"] == {"image": "x", "forcePullImage": None}
    ports = ("portDefinitions",)
    assert merging.app_removals(found) == (("labels", "a"), ("container", "docker", "forcePullImage"), ports)


def test_without_merge_null_is_not_declared():
    result = run(get(stored()), definition={"id": "a", "cmd": "sleep 1000", "user": None, "env": {"A": None}})
    assert result["action"] == "none"


@pytest.mark.parametrize("empty", [[], None])
def test_in_a_group(empty):
    here = group("/g", stored("/g/a", labels={"a": "1"}), dependencies=["/x"])
    read = Call("GET", "/v2/groups/g", data=here)
    definition = {"apps": [{"id": "a", "labels": {"a": None}}], "dependencies": empty}
    result = run_group(read, INFO, rehearsed(), definition=definition, merge=True, check_mode=True)
    assert actions(result) == {"/g/a": "updated", "/g": "updated"}
    assert result["group"]["apps"][0]["labels"] == {}
    assert result["group"]["dependencies"] == []
    kept = run_group(Call("GET", "/v2/groups/g", data=here), definition={"apps": [{"id": "a", **APP}]}, merge=True)
    assert actions(kept) == {}


def pod_after(current, patch):
    removed = merging.pod_removals(patch, pod_plan.NAMED_LISTS)
    wanted = WantedPod(pod_definition.declared({"id": "/p", **patch}), merge=True, removed=removed)
    return pod_plan.plan_present(wanted, current).after


def test_in_a_pod_and_in_a_container_of_it():
    current = stored_pod(labels={"a": "1", "b": "2"}, environment={"A": "1"}, user="www")
    current["containers"][0]["labels"] = {"c": "3"}
    current["containers"][0]["environment"] = {"D": "4", "E": "5"}
    patch = {
        "labels": {"a": None},
        "environment": {},
        "user": None,
        "containers": [{"name": "web", "labels": {}, "environment": {"D": None}, "endpoints": []}],
    }
    after = pod_after(current, patch)
    assert (after["labels"], "environment" in after, "user" in after) == ({"b": "2"}, False, False)
    web = after["containers"][0]
    assert (web["environment"], "labels" in web, "endpoints" in web) == ({"E": "5"}, False, False)
    assert web["exec"] == {"command": {"shell": "serve"}}
    with pytest.raises(DefinitionError, match="has no containers"):
        pod_after(current, {"containers": []})
