"""What a form or a template leaves in place of a value that is not given, and records of which half is given."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    pod as pod_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted, plan_present

from ..app_runs import DEPLOYMENT, INFO, get, run
from ..fakes import Call, stored
from ..module.test_app_options import defined

QUICK = {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0}
PERSISTENT = {"type": "MESOS", "volumes": [{"containerPath": "d", "mode": "RW", "persistent": {"size": 10}}]}


def declared(**app):
    return app_definition.declared({"id": "/a", **app})


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_the_blank_command_of_the_old_form_is_none(blank):
    docker = {"image": "nginx", "network": "HOST"}
    app = declared(cmd=blank, args=["nginx"], container={"type": "DOCKER", "docker": docker})
    assert "cmd" not in app and app["args"] == ["nginx"]


@pytest.mark.parametrize("name", ["cmd", "user", "role", "executor", "killSelection", "unreachableStrategy"])
def test_a_blank_optional_text_is_not_declared(name):
    assert name not in declared(**{name: ""})
    current = stored(user="www", killSelection="OLDEST_FIRST", unreachableStrategy="disabled")
    merge = Wanted(declared(**{name: ""}), merge=True)
    assert plan_present(merge, current).action == app_plan.NONE


@pytest.mark.parametrize(
    ("app", "path"),
    [
        ({"container": {"docker": {"image": "x", "network": ""}}}, ("networks",)),
        ({"container": {"type": "", "docker": {"image": "x"}}}, ("container", "type")),
        ({"networks": [{"mode": "container", "name": ""}]}, ("networks", 0, "name")),
        ({"portDefinitions": [{"name": "", "protocol": ""}]}, ("portDefinitions", 0, "name")),
        ({"container": {"portMappings": [{"name": ""}]}}, ("container", "portMappings", 0, "name")),
        ({"healthChecks": [{"path": ""}]}, ("healthChecks", 0, "path")),
        ({"healthChecks": [{"protocol": ""}]}, ("healthChecks", 0, "protocol")),
        ({"healthChecks": [{"ipProtocol": ""}]}, ("healthChecks", 0, "ipProtocol")),
        ({"resourceLimits": {"cpus": "", "mem": 64}}, ("resourceLimits", "cpus")),
        ({"fetch": [{"uri": "http://x", "destPath": ""}]}, ("fetch", 0, "destPath")),
        ({"container": {"volumes": [{"containerPath": "a", "hostPath": ""}]}}, ("container", "volumes", 0, "hostPath")),
    ],
)
def test_a_blank_text_further_in_is_not_declared(app, path):
    found = declared(**app)
    for name in path[:-1]:
        found = found[name]
    assert path[-1] not in found


def test_what_may_be_blank_or_must_not_be_left_out_stays():
    app = declared(
        env={"A": ""},
        labels={"b": ""},
        args=[""],
        constraints=[["rack", "LIKE", ""]],
        container={"docker": {"image": "", "parameters": [{"key": "env", "value": ""}]}},
        fetch=[{"uri": ""}],
        secrets={"s": {"source": ""}},
    )
    assert (app["env"], app["labels"], app["args"]) == ({"A": ""}, {"b": ""}, [""])
    assert app["constraints"] == [["rack", "LIKE", ""]]
    assert app["container"]["docker"] == {"image": "", "parameters": [{"key": "env", "value": ""}]}
    assert (app["fetch"], app["secrets"]) == ([{"uri": ""}], {"s": {"source": ""}})


def test_blank_options_are_not_given():
    assert defined({"cmd": "sleep 1"}, cmd="", user="", image="") == {"cmd": "sleep 1"}
    assert defined(cmd="", args=["nginx"]) == {"args": ["nginx"]}
    assert app_definition.declared(defined(network="host", ports=[{"name": ""}]))["portDefinitions"] == [{}]


def test_in_a_pod():
    pod = pod_definition.declared(
        {
            "id": "/p",
            "user": "",
            "networks": [{"mode": "container", "name": ""}],
            "environment": {"A": ""},
            "scheduling": {"unreachableStrategy": "", "killSelection": ""},
            "containers": [
                {"name": "web", "user": "", "exec": {"command": {"shell": ""}}, "image": {"kind": "", "id": "x"}}
            ],
        }
    )
    assert pod == {
        "id": "/p",
        "networks": [{"mode": "container"}],
        "environment": {"A": ""},
        "containers": [{"name": "web", "image": {"id": "x"}}],
    }


class TestHalfAnUpgradeStrategy:
    @pytest.mark.parametrize("release", [(0, 13), (1, 4, 6), (1, 5), (1, 11, 24)])
    @pytest.mark.parametrize(
        ("half", "whole"),
        [
            ({"minimumHealthCapacity": 0}, {"minimumHealthCapacity": 0.0, "maximumOverCapacity": 1.0}),
            ({"maximumOverCapacity": 0.2}, {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 0.2}),
            ({}, QUICK),
        ],
    )
    def test_gets_the_other_half_in_every_release(self, half, whole, release):
        wanted = Wanted(declared(cmd="sleep 1000", upgradeStrategy=half))
        created = plan_present(wanted, None, release)
        assert created.after["upgradeStrategy"] == whole
        assert created.request.body.get("upgradeStrategy", QUICK) == whole
        there = {**created.after, "upgradeStrategy": whole}
        assert plan_present(wanted, there, release).action == app_plan.NONE
        other = {**there, "upgradeStrategy": {**QUICK, "minimumHealthCapacity": 0.7}}
        changed = plan_present(wanted, other, release)
        assert changed.request.body.get("upgradeStrategy", QUICK) == whole

    def test_of_an_app_with_a_persistent_volume_gets_the_only_half_that_it_may_have(self):
        half = declared(container=PERSISTENT, upgradeStrategy={"minimumHealthCapacity": 0})
        assert app_definition.complete(half)["upgradeStrategy"]["maximumOverCapacity"] == 0.0

    def test_merged_keeps_the_half_of_the_app(self):
        there = {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.2}
        wanted = Wanted(declared(upgradeStrategy={"minimumHealthCapacity": 0}), merge=True)
        after = plan_present(wanted, stored(upgradeStrategy=there)).after
        assert after["upgradeStrategy"] == {"minimumHealthCapacity": 0.0, "maximumOverCapacity": 0.2}

    def test_may_be_given_by_options(self):
        half = defined(upgrade_strategy={"minimum_health_capacity": 0})
        assert half == {"upgradeStrategy": {"minimumHealthCapacity": 0.0}}

    def test_is_written_whole_by_the_module(self):
        whole = {**QUICK, "minimumHealthCapacity": 0}
        body = {"id": "/a", "cmd": "sleep 1000", "instances": 1, "upgradeStrategy": whole}
        put = Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT, body=body)
        half = {"id": "a", "cmd": "sleep 1000", "upgradeStrategy": {"minimumHealthCapacity": 0}}
        assert run(get(), INFO, put, definition=half, wait=False)["action"] == "created"


def test_a_command_beside_arguments_is_still_refused():
    with pytest.raises(DefinitionError, match="cmd and args contradict each other"):
        declared(cmd="sleep 1", args=["nginx"])
