"""What playbooks convert by filters."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.filter.marathon_canonical import marathon_canonical
from ansible_collections.quorum.mesos.plugins.filter.marathon_dns_name import marathon_dns_name
from ansible_collections.quorum.mesos.plugins.filter.marathon_endpoints import marathon_endpoints
from ansible_collections.quorum.mesos.plugins.filter.marathon_minimal import marathon_minimal

from .._marathon.fakes import stored

OLD = {
    "id": "nginx",
    "constraints": [["hostname", "UNIQUE", ""]],
    "container": {
        "docker": {"image": "nginx", "network": "BRIDGE", "portMappings": [{"containerPort": 80, "hostPort": 0}]}
    },
}
NEW = {
    "id": "/nginx",
    "constraints": [["hostname", "UNIQUE"]],
    "networks": [{"mode": "container/bridge"}],
    "container": {"type": "DOCKER", "docker": {"image": "nginx"}, "portMappings": [{"containerPort": 80}]},
}


def test_old_and_new_form_are_one_app():
    assert marathon_canonical(OLD) == marathon_canonical(NEW)
    assert marathon_canonical(OLD)["container"]["portMappings"] == [
        {"containerPort": 80, "hostPort": 0, "servicePort": 0, "protocol": "tcp", "labels": {}}
    ]
    assert marathon_minimal(marathon_canonical(OLD)) == NEW


def test_the_release_decides_the_defaults():
    app = {"id": "/a", "cmd": "sleep 1000"}
    assert marathon_canonical(app)["maxLaunchDelaySeconds"] == 300
    assert marathon_canonical(app, "1.7.189")["maxLaunchDelaySeconds"] == 3600
    assert marathon_minimal({**app, "maxLaunchDelaySeconds": 3600}, "1.7.189") == app


@pytest.mark.parametrize("translate", [marathon_canonical, marathon_minimal])
def test_a_wrong_definition_is_an_error_of_the_filter(translate):
    with pytest.raises(AnsibleFilterError, match=f"{translate.__name__}: .*cpus"):
        translate({"id": "/a", "cmd": "sleep 1000", "cpus": "many"})


def test_endpoints():
    (found,) = marathon_endpoints(stored())
    assert (found["address"], found["name"], found["healthy"]) == ("slave1:31000", "default", None)
    with pytest.raises(AnsibleFilterError, match="read it with embed"):
        marathon_endpoints({"id": "/a"})


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("/search",), "search.marathon.mesos"),
        (("shop/eu/web",), "web-eu-shop.marathon.mesos"),
        (("/shop/web.v2",), "web-v2-shop.marathon.mesos"),
        (("/web", "marathon.prod", "example.com"), "web.marathon.prod.example.com"),
    ],
)
def test_dns_name(arguments, name):
    assert marathon_dns_name(*arguments) == name


@pytest.mark.parametrize(
    ("app_id", "words"), [("/A", "'/A' is not an app id"), ("/" + "a" * 40 + "/" + "b" * 23, "longer than the 63")]
)
def test_no_dns_name(app_id, words):
    with pytest.raises(AnsibleFilterError, match=f"marathon_dns_name: .*{words}"):
        marathon_dns_name(app_id)


def test_no_dns_name_below_a_framework_without_one():
    with pytest.raises(AnsibleFilterError, match="the framework '_' has no letter or digit"):
        marathon_dns_name("/web", "_")
