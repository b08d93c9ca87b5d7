"""Rules for pods, which Marathon checks only when they are written."""

from __future__ import annotations

import copy
import re

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import pod as pod_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import pod as pod_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.pod import WantedPod
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.rules import pod as pod_rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.rules.surroundings import Surroundings

AROUND = Surroundings(mesos_role="*", features=frozenset(), default_network="", enforced=False)
CHECK = {"tcp": {"endpoint": "http"}, "intervalSeconds": 10, "timeoutSeconds": 5}


def pod(**fields):
    container = {
        "name": "web",
        "exec": {"command": {"shell": "serve"}},
        "resources": {"cpus": 0.1, "mem": 32},
        "endpoints": [{"name": "http"}],
        **fields.pop("box", {}),
    }
    return {"id": "/g/p", "networks": [{"mode": "host"}], "containers": [container], **fields}


def told(definition, around=AROUND, before=None):
    planned = pod_plan.plan_present(WantedPod(pod_definition.declared(copy.deepcopy(definition))), before)
    body = planned.request.body if planned.request else definition
    return [str(problem) for problem in pod_rules.problems(body, planned.after, planned.before, around)]


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (pod(scaling={"kind": "fixed", "instances": -1}), "/scaling/instances is -1, but must be between 0 and"),
        (
            pod(box={"endpoints": [{"name": "a", "hostPort": 70000}]}),
            "hostPort is 70000, but must be between 0 and 65535",
        ),
        (pod(box={"endpoints": [{"name": "A b"}]}), 'name is "A b", but must be of lower-case letters'),
        (pod(box={"endpoints": [{"hostPort": 1}]}), "/containers(0)/endpoints(0)/name is required"),
        (pod(box={"endpoints": [{"name": "a"}, {"name": "a"}]}), "/containers must have unique names of endpoints"),
        (
            pod(box={"endpoints": [{"name": "a", "containerPort": 80}]}),
            "containerPort is 80, but must not be set with host",
        ),
        (pod(box={"resources": {"cpus": 0}}), "/containers(0)/resources/cpus is 0.0, but must be 0.001 or more"),
        (pod(box={"image": {"kind": "APPC", "id": "x"}}), 'kind is "APPC", but must be one of DOCKER'),
        (pod(box={"healthCheck": {**CHECK, "tcp": {"endpoint": "x"}}}), 'endpoint is "x", but must be the name of o'),
        (pod(box={"healthCheck": {**CHECK, "timeoutSeconds": 10}}), "must be less than intervalSeconds, which is 10"),
        (pod(box={"healthCheck": {"intervalSeconds": 30}}), "must have one of http, tcp and exec, and has none"),
        (
            pod(box={"volumeMounts": [{"name": "v", "mountPath": "x"}]}),
            'name is "v", but must be the name of one of /vol',
        ),
        (pod(volumes=[{"name": "v"}]), "/volumes(0) 'v' must be in the volumeMounts of a container"),
        (pod(box={"resourceLimits": {"cpus": 0.05}}), "is 0.05, but must not be less than resources, where it is 0."),
        (pod(box={"artifacts": [{"uri": "not a uri"}]}), "must be a URI"),
        (pod(networks=[{"mode": "host"}, {"mode": "host"}]), "/networks must be one host network"),
        (
            pod(networks=[{"mode": "host", "name": "x"}]),
            '/networks(0)/name is "x", but must not be set in the mode host',
        ),
        (
            pod(networks=[{"mode": "container"}]),
            "/networks(0)/name is required, because Marathon has no --default_network",
        ),
        (pod(secrets={"s": {"source": "x"}}), "/secrets needs the feature secrets of Marathon, which is off"),
        (pod(role="x"), '/role is "x", but must be one of *, g'),
        (
            pod(scheduling={"placement": {"constraints": [{"fieldName": "rack", "operator": "MAX_PER"}]}}),
            "/scheduling/placement/constraints(0)/value must be a whole number with MAX_PER",
        ),
        (
            pod(scheduling={"unreachableStrategy": {"inactiveAfterSeconds": 9, "expungeAfterSeconds": 5}}),
            "is 9, but must not be more than expungeAfterSeconds, which is 5",
        ),
        (pod(scheduling={"upgrade": {"maximumOverCapacity": 2}}), "is 2.0, but must be between 0 and 1"),
        (pod(box={"exec": {"command": {"argv": []}}}), "/containers(0)/exec/command must have shell or a filled argv"),
        (pod(box={"exec": {}}), "/containers(0)/exec/command is required"),
        (
            pod(box={"healthCheck": {"exec": {"command": {"shell": " "}}}}),
            "/containers(0)/healthCheck/exec/command must have shell or a filled argv",
        ),
        (pod(box={"healthCheck": {}}), "/containers(0)/healthCheck must have one of http, tcp and exec"),
        (pod(box={"check": {"tcp": {}}}), "/containers(0)/check/tcp/endpoint is required"),
        (pod(box={"image": {}}), "/containers(0)/image/kind is required"),
        (pod(volumes=[{"name": "v", "persistent": {}}]), "/volumes(0)/persistent/size is required"),
        (pod(box={"linuxInfo": {"ipcInfo": {}}}), "/containers(0)/linuxInfo/ipcInfo/mode is required"),
        (
            pod(networks=[{"mode": "container/bridge"}], box={"endpoints": [{"name": "e", "containerPort": 0}]}),
            "/containerPort is 0, but must be between 1 and 65535",
        ),
        (
            pod(box={"healthCheck": {"exec": {"command": {"shell": "x"}}, "delaySeconds": 2**40}}),
            "/delaySeconds is 1099511627776, but must be between 0 and 2147483647",
        ),
    ],
)
def test_what_marathon_would_refuse(definition, words):
    assert any(words in sentence for sentence in told(definition)), told(definition)


@pytest.mark.parametrize(
    "definition",
    [
        pod(),
        pod(box={"healthCheck": CHECK}),
        pod(box={"volumeMounts": [{"name": "v", "mountPath": "x"}]}, volumes=[{"name": "v"}]),
        pod(networks=[{"mode": "container", "name": "n"}], box={"endpoints": [{"name": "a", "containerPort": 80}]}),
        pod(role="g"),
    ],
)
def test_what_marathon_takes(definition):
    assert told(definition) == []


def test_nothing_is_refused_for_what_is_not_known():
    assert told(pod(role="x", secrets={"s": {"source": "x"}}), Surroundings()) == []


def test_a_pod_with_persistent_volumes_keeps_them_and_its_resources():
    volume = {"name": "v", "persistent": {"size": 10}}
    mounts = {"volumeMounts": [{"name": "v", "mountPath": "x"}]}
    before = pod_definition.canonical(pod(volumes=[volume], box=mounts, role="g"))
    larger = pod(volumes=[{"name": "v", "persistent": {"size": 20}}], box=mounts, role="g")
    assert any("/volumes cannot change" in sentence for sentence in told(larger, before=before))
    more = pod(volumes=[volume], box={**mounts, "resources": {"cpus": 1, "mem": 32}}, role="g")
    assert any("the sum of cpus is 1.0, but cannot change" in sentence for sentence in told(more, before=before))


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_command_is_none_only_where_an_image_has_one(blank):
    command = {"exec": {"command": {"shell": blank}}}
    with pytest.raises(DefinitionError, match=r"command/shell is .* must not be empty in a container"):
        told(pod(box=command))
    assert told(pod(box={**command, "image": {"kind": "DOCKER", "id": "nginx"}})) == []


def test_the_only_kind_of_scaling_need_not_be_said():
    assert told(pod(scaling={"instances": 2})) == []


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (pod(labels={"a": ["hunter2"]}), "/labels/a must be text, not a list"),
        (pod(environment={"PW": ["hunter2"]}), "/environment/PW must be text, not a list"),
        (pod(environment={"PW": {"secret": ["a"]}}), "/environment/PW/secret must be text, not a list"),
        (pod(box={"name": ["a"]}), '/containers(0)/name must be text, not ["a"]'),
        (pod(networks=[{"mode": {"x": 1}}]), '/networks(0)/mode must be text, not {"x": 1}'),
    ],
)
def test_a_list_or_a_mapping_is_no_text(definition, words):
    with pytest.raises(DefinitionError, match=re.escape(words)):
        told(definition)


def test_an_empty_command_beside_an_image_is_that_of_the_image():
    for command in ({"shell": ""}, {"argv": []}):
        declared = pod(box={"exec": {"command": command}, "image": {"kind": "DOCKER", "id": "nginx"}})
        assert "exec" not in pod_definition.declared(declared)["containers"][0]
