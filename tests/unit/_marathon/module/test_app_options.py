from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.app_options import (
    app_options_spec,
    definition_of,
)


def defined(definition=None, merge=False, **options):
    """The definition of options as a playbook gives them, checked as Ansible does."""
    checked = ArgumentSpecValidator(app_options_spec()).validate(options)
    assert not checked.error_messages
    return definition_of({**checked.validated_parameters, "definition": definition, "merge": merge})


CASES = [
    ({"cmd": "sleep 1", "cpus": "0.5", "mem": 64, "gpus": 1}, {"cmd": "sleep 1", "cpus": 0.5, "mem": 64.0, "gpus": 1}),
    ({"args": ["a", 1]}, {"args": ["a", "1"]}),
    (
        {"image": "nginx", "force_pull_image": True, "privileged": False},
        {"container": {"docker": {"image": "nginx", "forcePullImage": True, "privileged": False}}},
    ),
    (
        {"image": "nginx", "container_type": "mesos"},
        {"container": {"type": "MESOS", "docker": {"image": "nginx"}}},
    ),
    (
        {"docker_parameters": [{"key": "cap-add", "value": "NET_ADMIN"}]},
        {"container": {"docker": {"parameters": [{"key": "cap-add", "value": "NET_ADMIN"}]}}},
    ),
    ({"env": {"a_b": 1}, "labels": {"c_d": "e"}}, {"env": {"a_b": 1}, "labels": {"c_d": "e"}}),
    ({"network": "bridge"}, {"networks": [{"mode": "container/bridge"}]}),
    ({"network_name": "dev"}, {"networks": [{"mode": "container", "name": "dev"}]}),
    (
        {"network": "bridge", "ports": [{"container_port": 80, "host_port": 0, "labels": {"VIP_0": "a"}}]},
        {
            "networks": [{"mode": "container/bridge"}],
            "container": {"portMappings": [{"containerPort": 80, "hostPort": 0, "labels": {"VIP_0": "a"}}]},
        },
    ),
    (
        {"ports": [{"service_port": 8080, "name": "http", "protocol": "tcp"}], "require_ports": True},
        {"portDefinitions": [{"port": 8080, "name": "http", "protocol": "tcp"}], "requirePorts": True},
    ),
    ({"constraints": [["hostname", "UNIQUE"]]}, {"constraints": [["hostname", "UNIQUE"]]}),
    (
        {"health_checks": [{"protocol": "MESOS_HTTP", "path": "/", "port_index": 0, "grace_period_seconds": 5}]},
        {"healthChecks": [{"protocol": "MESOS_HTTP", "path": "/", "portIndex": 0, "gracePeriodSeconds": 5}]},
    ),
    (
        {"health_checks": [{"protocol": "COMMAND", "command": "true", "max_consecutive_failures": 0}]},
        {"healthChecks": [{"protocol": "COMMAND", "command": {"value": "true"}, "maxConsecutiveFailures": 0}]},
    ),
    (
        {"image": "a", "volumes": [{"container_path": "/a", "host_path": "/b", "mode": "RO"}]},
        {
            "container": {
                "docker": {"image": "a"},
                "volumes": [{"containerPath": "/a", "hostPath": "/b", "mode": "RO"}],
            }
        },
    ),
    (
        {"volumes": [{"container_path": "data", "mode": "RW", "persistent": {"size": 10}}]},
        {
            "container": {
                "type": "MESOS",
                "volumes": [{"containerPath": "data", "mode": "RW", "persistent": {"size": 10}}],
            }
        },
    ),
    (
        {"fetch": [{"uri": "http://a/b.tgz", "dest_path": "c", "cache": True}]},
        {"fetch": [{"uri": "http://a/b.tgz", "destPath": "c", "cache": True}]},
    ),
    (
        {"upgrade_strategy": {"minimum_health_capacity": 0.5, "maximum_over_capacity": 0}, "kill_grace_period": 9},
        {
            "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0},
            "taskKillGracePeriodSeconds": 9,
        },
    ),
    (
        {"accepted_resource_roles": ["*"], "role": "dev", "dependencies": ["/db"], "user": "nobody", "disk": 1},
        {"acceptedResourceRoles": ["*"], "role": "dev", "dependencies": ["/db"], "user": "nobody", "disk": 1.0},
    ),
]


@pytest.mark.parametrize(("options", "definition"), CASES)
def test_options_make_a_definition(options, definition):
    assert defined(**options) == definition


@pytest.mark.parametrize(("options", "definition"), CASES)
def test_the_same_in_the_definition_is_no_contradiction(options, definition):
    assert defined(definition, **options) == definition


def test_neither():
    assert defined() is None
    definition = {"cmd": "a", "uris": ["b"]}
    assert defined(definition) is definition


def test_options_add_to_the_definition():
    definition = {
        "id": "a",
        "unknown": 1,
        "env": {"A": "1"},
        "container": {"docker": {"image": "nginx", "network": "BRIDGE", "portMappings": [{"containerPort": 80}]}},
    }
    result = defined(definition, env={"B": "2"}, cpus=1, force_pull_image=True)
    assert result == {
        "id": "/a",
        "unknown": 1,
        "env": {"A": "1", "B": "2"},
        "cpus": 1.0,
        "networks": [{"mode": "container/bridge"}],
        "container": {
            "docker": {"image": "nginx", "forcePullImage": True},
            "portMappings": [{"containerPort": 80}],
        },
    }
    assert definition["env"] == {"A": "1"}
    assert definition["container"]["docker"]["network"] == "BRIDGE"


def test_the_image_of_the_option_wins_and_the_rest_of_the_container_stays():
    docker = {"image": "nginx:1", "network": "BRIDGE", "forcePullImage": True}
    result = defined({"container": {"type": "DOCKER", "docker": docker}}, image="r:5000/nginx@sha256:1")
    assert result["container"]["docker"] == {"image": "r:5000/nginx@sha256:1", "forcePullImage": True}
    assert result["networks"] == [{"mode": "container/bridge"}]


def test_old_forms_in_the_definition_are_not_kept_beside_the_new_ones():
    result = defined({"ports": [0], "uris": ["http://a/b.tgz"]}, cpus=1)
    assert set(result) == {"portDefinitions", "fetch", "cpus"}


def test_ports_follow_the_network_of_the_definition():
    result = defined({"networks": [{"mode": "container/bridge"}]}, ports=[{"container_port": 80}])
    assert result["container"]["portMappings"] == [{"containerPort": 80}]


@pytest.mark.parametrize(
    ("definition", "options", "words"),
    [
        (
            {"container": {"docker": {"image": "nginx:1", "privileged": True}}},
            {"privileged": False},
            r"option privileged contradicts container\.docker\.privileged of the definition \(false and true\)",
        ),
        ({"cpus": 1}, {"cpus": 2}, r"option cpus contradicts cpus of the definition \(2\.0 and 1"),
        (
            {"env": {"PW": "hunter2"}},
            {"env": {"PW": "hunter3"}},
            r"option env contradicts env\.PW of the definition: keep",
        ),
        (
            {"container": {"docker": {"network": "HOST", "image": "a"}}},
            {"network": "bridge"},
            "option network contradicts networks of the definition",
        ),
        ({}, {"network": "bridge", "network_name": "dev"}, "network_name 'dev' needs network container, not bridge"),
        ({}, {"ports": [{"container_port": 80}]}, r"ports\[0\]\.container_port is 80, but with host networking"),
    ],
)
def test_contradictions_are_refused(definition, options, words):
    with pytest.raises(DefinitionError, match=words):
        defined(definition, **options)


def test_ports_of_an_app_whose_network_is_kept():
    with pytest.raises(DefinitionError, match="ports needs network too"):
        defined(merge=True, ports=[{"container_port": 80}])
    assert defined(merge=True, network="bridge", ports=[{"container_port": 80}])["container"]
