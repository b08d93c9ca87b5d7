from __future__ import annotations

import copy

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import pod as pod_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError

from ..fakes import stored_pod


def pod(**declared):
    return {"id": "/p", "containers": [{"name": "a", "resources": {}}], **declared}


def container(**declared):
    return pod(containers=[{"name": "a", "resources": {}, **declared}])


def of_container(pod_):
    return pod_definition.canonical(pod_)["containers"][0]


def test_all_defaults():
    assert pod_definition.canonical(pod()) == {
        "id": "/p",
        "containers": [{"name": "a", "resources": {"cpus": 1.0, "mem": 128.0, "disk": 0.0, "gpus": 0}}],
        "scaling": {"kind": "fixed", "instances": 1},
        "scheduling": {
            "backoff": {"backoff": 1.0, "backoffFactor": 1.15, "maxLaunchDelay": 300.0},
            "upgrade": {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0},
            "placement": {},
            "killSelection": "YOUNGEST_FIRST",
            "unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0},
        },
        "executorResources": {"cpus": 0.1, "mem": 32.0, "disk": 10.0},
    }


@pytest.mark.parametrize(
    ("given", "same"),
    [
        (pod(id="p"), pod()),
        (pod(id="//p/"), pod()),
        (pod(version="2020-10-29T12:00:00.000Z"), pod()),
        (pod(unknown=1), pod()),
        (pod(user=None, labels=None), pod()),
        (pod(labels={}, environment={}, secrets={}, volumes=[], networks=[]), pod()),
        (pod(labels={"n": 1, "b": True}), pod(labels={"n": "1", "b": "true"})),
        (pod(environment={"N": 8080}), pod(environment={"N": "8080"})),
        (pod(scaling={"kind": "FIXED", "instances": "2"}), pod(scaling={"kind": "fixed", "instances": 2})),
        (pod(scaling={"instances": 1}), pod()),
        (pod(legacySharedCgroups=False), pod()),
        (pod(networks=[{"mode": "HOST", "labels": {}}]), pod(networks=[{"mode": "host"}])),
        (pod(networks=[{"name": "n"}]), pod(networks=[{"mode": "container", "name": "n"}])),
        (pod(scheduling={"placement": {"constraints": []}}), pod()),
        (pod(scheduling={"unreachableStrategy": "off"}), pod(scheduling={"unreachableStrategy": "disabled"})),
        (pod(scheduling={"killSelection": "oldest_first"}), pod(scheduling={"killSelection": "OLDEST_FIRST"})),
        (
            pod(scheduling={"placement": {"acceptedResourceRoles": ["b", "a"]}}),
            pod(scheduling={"placement": {"acceptedResourceRoles": ["a", "b"]}}),
        ),
        (container(resources={"cpus": "0.5", "mem": 64}), container(resources={"cpus": 0.5, "mem": 64.0})),
        (
            container(healthCheck={"http": {"endpoint": "e"}}),
            container(
                healthCheck={
                    "http": {"endpoint": "e", "scheme": "HTTP"},
                    "gracePeriodSeconds": 300,
                    "intervalSeconds": 60,
                    "timeoutSeconds": 20,
                    "delaySeconds": 15,
                    "maxConsecutiveFailures": 3,
                }
            ),
        ),
        (
            container(check={"tcp": {"endpoint": "e"}}),
            container(
                check={"tcp": {"endpoint": "e"}, "intervalSeconds": 60, "timeoutSeconds": 20, "delaySeconds": 15}
            ),
        ),
        (
            container(volumeMounts=[{"name": "v", "mountPath": "x"}]),
            container(volumeMounts=[{"name": "v", "mountPath": "x", "readOnly": False}]),
        ),
        (
            container(artifacts=[{"uri": "http://h/a"}]),
            container(artifacts=[{"uri": "http://h/a", "extract": True, "executable": False, "cache": False}]),
        ),
        (container(image={"kind": "docker", "id": "i", "labels": {}}), container(image={"kind": "DOCKER", "id": "i"})),
        (container(lifecycle={"killGracePeriodSeconds": 3}), container(lifecycle={"killGracePeriodSeconds": 3.0})),
        (
            container(resourceLimits={"cpus": "Unlimited", "mem": 64}),
            container(resourceLimits={"cpus": "unlimited", "mem": 64.0}),
        ),
        (container(endpoints=[{"name": "e", "labels": {}}]), container(endpoints=[{"name": "e", "hostPort": 0}])),
    ],
)
def test_two_forms_of_the_same_pod(given, same):
    assert pod_definition.canonical(given) == pod_definition.canonical(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pod(), pod(networks=[{"mode": "host"}])),
        (container(exec={"command": {"argv": ["a", "b"]}}), container(exec={"command": {"argv": ["b", "a"]}})),
        (container(endpoints=[{"name": "a"}, {"name": "b"}]), container(endpoints=[{"name": "b"}, {"name": "a"}])),
        (
            container(image={"kind": "DOCKER", "id": "i"}),
            container(image={"kind": "DOCKER", "id": "i", "forcePull": False}),
        ),
        (container(tty=False), container()),
    ],
)
def test_what_is_not_the_same(one, other):
    assert pod_definition.canonical(one) != pod_definition.canonical(other)


@pytest.mark.parametrize(
    ("networks", "host_port"),
    [
        ([], 0),
        ([{"mode": "host"}], 0),
        ([{"mode": "container/bridge"}], 0),
        ([{"mode": "container", "name": "n"}], None),
        ([{"name": "n"}], None),
    ],
)
def test_an_endpoint_gets_a_port_of_the_host_unless_the_network_is_its_own(networks, host_port):
    declared = {**container(endpoints=[{"name": "e", "containerPort": 80}]), "networks": networks}
    assert of_container(declared)["endpoints"][0].get("hostPort") == host_port


def test_persistent_volumes_have_defaults_of_their_own():
    volumes = [{"name": "data", "persistent": {"size": "10"}}]
    whole = pod_definition.canonical(pod(volumes=volumes))
    assert whole["volumes"] == [{"name": "data", "persistent": {"size": 10, "type": "root", "constraints": []}}]
    assert whole["scheduling"]["upgrade"] == {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0}
    assert whole["scheduling"]["unreachableStrategy"] == "disabled"


@pytest.mark.parametrize(("release", "delay"), [((1, 7), 3600.0), ((1, 8, 222), 300.0), ((1, 11), 300.0)])
def test_the_longest_delay_depends_on_the_release(release, delay):
    assert pod_definition.canonical(pod(), release)["scheduling"]["backoff"]["maxLaunchDelay"] == delay


def test_what_get_returns_is_canonical_already():
    shown = stored_pod()
    version = shown.pop("version")
    assert version and pod_definition.canonical(shown) == shown
    again = pod_definition.canonical(pod_definition.canonical(shown))
    assert again == shown


def test_the_argument_is_left_alone():
    given = container(endpoints=[{"name": "e"}])
    before = copy.deepcopy(given)
    pod_definition.canonical(given)
    assert given == before


@pytest.mark.parametrize(
    ("change", "restarts"),
    [
        ({"labels": {"a": "b"}}, True),
        ({"networks": [{"mode": "host"}]}, True),
        ({"scheduling": {"backoff": {"backoff": 5}}}, True),
        ({"scaling": {"kind": "fixed", "instances": 3}}, False),
        ({"scheduling": {"killSelection": "OLDEST_FIRST"}}, False),
        ({"scheduling": {"unreachableStrategy": "disabled"}}, False),
        ({"executorResources": {"cpus": 0.5}}, False),
        ({"legacySharedCgroups": True}, False),
    ],
)
def test_what_replaces_instances(change, restarts):
    before, after = pod_definition.canonical(pod()), pod_definition.canonical(pod(**change))
    assert before != after
    assert pod_definition.restarts(before, after) is restarts


def test_nothing_runs_nothing_restarts():
    none = {"kind": "fixed", "instances": 0}
    before = pod_definition.canonical(pod(scaling=none))
    assert not pod_definition.restarts(before, pod_definition.canonical(pod(scaling=none, user="root")))


def test_unknown_fields_are_named_with_their_place():
    given = pod(version="x", enviroment={}, containers=[{"name": "a", "resources": {"cpu": 1}}])
    assert pod_definition.unknown_fields(given) == [
        "Marathon knows no pod field /containers(0)/resources/cpu and ignores it; did you mean 'cpus'?",
        "Marathon knows no pod field /enviroment and ignores it; did you mean 'environment'?",
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (container(resources={"cpus": "many"}), "/containers(0)/resources/cpus must be a number"),
        (pod(containers={"name": "a"}), "/containers must be a list"),
        (pod(scaling={"kind": "fixed", "instances": 1.5}), "/scaling/instances must be a whole number"),
        (pod(id="/Shop"), "/id '/Shop' is not"),
    ],
)
def test_wrong_types_are_named_with_their_place(given, message):
    with pytest.raises(DefinitionError) as failure:
        pod_definition.declared(given)
    assert message in str(failure.value)


@pytest.mark.parametrize("place", ["exec", "healthCheck/exec", "check/exec"])
def test_a_command_in_two_forms_is_refused(place):
    container = {"name": "c"}
    inner = container
    for name in place.split("/"):
        inner = inner.setdefault(name, {})
    inner["command"] = {"shell": "sleep 1", "argv": ["sleep", "1"]}
    with pytest.raises(DefinitionError) as failure:
        pod_definition.declared({"id": "/p", "containers": [container]})
    assert f"/containers(0)/{place}/command has shell and argv, which contradict each other" in str(failure.value)
