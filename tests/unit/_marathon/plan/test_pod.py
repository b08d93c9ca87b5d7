from __future__ import annotations

import copy

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import pod as pod_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import pod as pod_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.pod import WantedPod

from ..fakes import stored_pod

DECLARED = {
    "id": "/p",
    "networks": [{"mode": "host"}],
    "containers": [
        {
            "name": "web",
            "exec": {"command": {"shell": "serve"}},
            "resources": {"cpus": 0.1, "mem": 32},
            "endpoints": [{"name": "http"}],
        }
    ],
}


def declared(**fields):
    return {**copy.deepcopy(DECLARED), **fields}


def plan(current, pod=None, **options):
    wanted = WantedPod(pod_definition.declared(declared() if pod is None else pod), **options)
    return pod_plan.plan_present(wanted, current)


def test_what_marathon_filled_in_is_no_change():
    found = plan(stored_pod(role="dev"))
    assert (found.action, found.request, found.before) == ("none", None, found.after)


def test_creation_sends_what_is_declared():
    pod = declared(scaling={"kind": "fixed", "instances": "2"})
    del pod["containers"][0]["resources"]
    found = plan(None, pod)
    assert (found.action, found.before, found.restarts, found.request.method) == ("created", None, False, "POST")
    assert found.request.body == {
        "id": "/p",
        "networks": [{"mode": "host"}],
        "containers": [
            {
                "name": "web",
                "exec": {"command": {"shell": "serve"}},
                "resources": {},
                "endpoints": [{"name": "http"}],
            }
        ],
        "scaling": {"kind": "fixed", "instances": 2},
    }
    assert found.after["containers"][0]["resources"]["cpus"] == 1.0


@pytest.mark.parametrize(
    ("change", "action", "restarts"),
    [
        ({"user": "root"}, "updated", True),
        ({"networks": [{"mode": "container", "name": "n"}]}, "updated", True),
        ({"scaling": {"kind": "fixed", "instances": 3}}, "scaled", False),
        ({"scaling": {"kind": "fixed", "instances": 0}, "user": "root"}, "updated", False),
    ],
)
def test_changes(change, action, restarts):
    found = plan(stored_pod(), declared(**change))
    assert (found.action, found.restarts, found.request.method) == (action, restarts, "PUT")
    assert found.request.body == pod_definition.declared(declared(role="*", **change))
    assert plan({**found.after, "version": "x"}, declared(**change)).action == "none"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"executorResources": {"cpus": 0.5}}, "executorResources"),
        ({"legacySharedCgroups": True}, "legacySharedCgroups"),
        ({"scheduling": {"killSelection": "OLDEST_FIRST"}}, "scheduling.killSelection"),
        ({"scheduling": {"unreachableStrategy": "disabled"}}, "scheduling.unreachableStrategy"),
    ],
)
def test_what_marathon_does_not_notice_is_no_change_but_goes_along_with_one(change, name):
    alone = plan(stored_pod(), declared(**change))
    assert (alone.action, alone.unnoticed, alone.after) == ("none", (name,), alone.before)
    along = plan(stored_pod(), declared(user="root", **change))
    assert along.action == "updated"
    assert pod_definition.unnoticed(along.before, along.after) == [name]


def test_a_field_that_is_not_declared_any_more_is_removed():
    found = plan(stored_pod(environment={"A": "b"}))
    assert found.action == "updated" and "environment" not in found.request.body


def test_a_network_without_a_name_keeps_the_one_that_marathon_chose():
    current = stored_pod(networks=[{"mode": "container", "name": "default"}])
    current["containers"][0]["endpoints"] = [{"name": "http", "containerPort": 80}]
    pod = declared(networks=[{"mode": "container"}])
    pod["containers"][0]["endpoints"] = [{"name": "http", "containerPort": 80}]
    assert plan(current, pod).action == "none"


def test_instances_win_over_the_definition():
    found = plan(stored_pod(), declared(scaling={"kind": "fixed", "instances": 4}), instances=2)
    assert (found.action, found.after["scaling"]["instances"]) == ("scaled", 2)


def test_scaling_alone_keeps_everything_else():
    current = stored_pod(environment={"A": "b"}, labels={"c": "d"})
    found = plan(current, {"id": "/p"}, merge=True, instances=5)
    assert found.action == "scaled"
    assert (found.request.body["environment"], found.request.body["labels"]) == ({"A": "b"}, {"c": "d"})


def test_merging_goes_by_the_names_of_containers_and_volumes():
    current = stored_pod(environment={"A": "1", "B": "2"})
    current["containers"].append({"name": "log", "resources": {"cpus": 0.1, "mem": 32.0, "disk": 0.0, "gpus": 0}})
    over = {
        "id": "/p",
        "environment": {"B": "3"},
        "volumes": [{"name": "v"}],
        "containers": [{"name": "log", "environment": {"X": "y"}}, {"name": "new", "resources": {}}],
    }
    body = plan(current, over, merge=True).request.body
    assert body["environment"] == {"A": "1", "B": "3"}
    assert [one["name"] for one in body["containers"]] == ["web", "log", "new"]
    assert body["containers"][1]["environment"] == {"X": "y"} and body["containers"][1]["resources"]["cpus"] == 0.1


def test_a_merged_command_or_check_replaces_the_old_one():
    current = stored_pod()
    current["containers"][0]["healthCheck"] = {"tcp": {"endpoint": "http"}, "intervalSeconds": 5}
    over = {
        "id": "/p",
        "containers": [
            {"name": "web", "exec": {"command": {"argv": ["x"]}}, "healthCheck": {"http": {"endpoint": "http"}}}
        ],
    }
    web = plan(current, over, merge=True).after["containers"][0]
    assert web["exec"] == {"command": {"argv": ["x"]}}
    assert "tcp" not in web["healthCheck"] and web["healthCheck"]["intervalSeconds"] == 60


@pytest.mark.parametrize(
    ("path", "pod"),
    [
        ("instances", declared(scaling={"kind": "fixed", "instances": 1})),
        ("scaling", declared()),
        ("scaling.instances", declared()),
        ("environment", declared(environment={"A": "z"})),
        ("environment.A.B", declared(environment={"A.B": "z"})),
    ],
)
def test_ignored_fields_keep_their_value(path, pod):
    current = stored_pod()
    if path.startswith("environment"):
        current["environment"] = {"A.B": "y"}
    else:
        current["scaling"]["instances"] = 7
    pod_plan.check_ignored((path,))
    assert plan(current, pod, ignored=(path,)).action == "none"


def test_ignored_fields_must_exist():
    with pytest.raises(DefinitionError, match="did you mean 'environment'"):
        pod_plan.check_ignored(("enviroment",))


@pytest.mark.parametrize(
    ("pod", "message"),
    [
        ({"id": "/p"}, "has no containers"),
        ({"id": "/p", "containers": [{"resources": {"cpus": 1}}]}, "/name is missing"),
    ],
)
def test_what_cannot_be_a_pod(pod, message):
    with pytest.raises(DefinitionError, match=message):
        plan(None, pod)


WITHOUT_NETWORKS = stored_pod(networks=[])
LETHAL = "Marathon accepts such a pod, and at the next offer its launch queue ends: no app and no pod starts any more"


@pytest.mark.parametrize(
    ("current", "pod", "options"),
    [
        (None, declared(networks=[]), {}),
        (None, declared(networks=None), {}),
        (None, declared(networks=[], scaling={"kind": "fixed", "instances": 0}), {}),
        (None, declared(networks=[]), {"instances": 0}),
        (None, declared(networks=[]), {"merge": True}),
        (stored_pod(), declared(networks=[]), {}),
        # What is there already is no reason to send it again, nor to call it right.
        (WITHOUT_NETWORKS, declared(networks=[]), {}),
        (WITHOUT_NETWORKS, {"id": "/p"}, {"merge": True, "instances": 2}),
        (WITHOUT_NETWORKS, {"id": "/p", "labels": {"a": "b"}}, {"merge": True}),
        (WITHOUT_NETWORKS, {"id": "/p", "labels": {"a": "b"}}, {"merge": True, "instances": 0}),
        (WITHOUT_NETWORKS, declared(), {"ignored": ("networks",)}),
    ],
)
def test_a_pod_that_would_stop_marathon_is_refused(current, pod, options):
    with pytest.raises(DefinitionError) as failure:
        plan(current, pod, **options)
    assert str(failure.value).startswith(
        "the pod /p has the endpoint /containers(0)/endpoints(0) and no /networks. Declare networks, for example "
        f'[{{"mode": "host"}}]. {LETHAL}'
    )


def test_so_is_an_endpoint_without_a_port_on_a_bridge():
    """The same exception of Marathon, whose rules ask for the port in the mode container alone."""
    with pytest.raises(DefinitionError) as failure:
        plan(None, declared(networks=[{"mode": "CONTAINER/bridge"}]))
    assert str(failure.value).startswith(
        "the pod /p has a network of the mode container/bridge and no /containers(0)/endpoints(0)/containerPort. "
        f"Declare there the port on which the container listens, for example 80. {LETHAL}"
    )


@pytest.mark.parametrize(
    ("current", "pod", "options", "action"),
    [
        (None, declared(), {}, "created"),
        (None, {"id": "/p", "containers": [{"name": "c", "endpoints": []}]}, {}, "created"),
        (None, {"id": "/p", "containers": [{"name": "c"}]}, {}, "created"),
        # The remedies: networks, no endpoints, and to stop what is there.
        (WITHOUT_NETWORKS, declared(), {}, "updated"),
        (WITHOUT_NETWORKS, {"id": "/p", "networks": [{"mode": "host"}]}, {"merge": True}, "updated"),
        (WITHOUT_NETWORKS, {"id": "/p", "containers": [{"name": "c"}]}, {}, "updated"),
        (WITHOUT_NETWORKS, {"id": "/p"}, {"merge": True, "instances": 0}, "scaled"),
    ],
)
def test_what_is_harmless_is_not_refused(current, pod, options, action):
    assert plan(current, pod, **options).action == action


def test_ports_on_a_bridge_are_harmless():
    pod = declared(networks=[{"mode": "container/bridge"}])
    pod["containers"][0]["endpoints"] = [{"name": "http", "containerPort": 80}]
    assert plan(None, pod).action == "created"


def test_removal():
    assert pod_plan.plan_absent("/p", None).action == "none"
    found = pod_plan.plan_absent("/p", stored_pod())
    assert (found.action, found.request.method, found.after) == ("deleted", "DELETE", None)
