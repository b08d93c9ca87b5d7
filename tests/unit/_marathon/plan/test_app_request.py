"""Each rule of api.md 4 and of appendix B: which write a difference makes, and what is no difference."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app_fields,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import (
    Wanted,
    plan_absent,
    plan_present,
)

from ..rule_cases import BRIDGE, app, as_stored, docker, part, rows, wanted

# Everything that Marathon compares when it decides whether tasks are replaced, with a value that is not the default.
DEFINITION = [
    ("cmd", {"cmd": "sleep 2"}),
    ("args", {"args": ["a"]}),
    ("user", {"user": "www"}),
    ("env", {"env": {"A": "1"}}),
    ("cpus", {"cpus": 2}),
    ("mem", {"mem": 64}),
    ("disk", {"disk": 1}),
    ("gpus", {"gpus": 1}),
    ("executor", {"executor": "/bin/executor"}),
    ("constraints", {"constraints": [["hostname", "UNIQUE"]]}),
    ("fetch", {"fetch": [{"uri": "a"}]}),
    ("portDefinitions", {"portDefinitions": [{"name": "http"}]}),
    ("requirePorts", {"requirePorts": True}),
    ("backoffSeconds", {"backoffSeconds": 2}),
    ("backoffFactor", {"backoffFactor": 2}),
    ("maxLaunchDelaySeconds", {"maxLaunchDelaySeconds": 60}),
    ("container", {"cmd": "sleep 1", "container": docker()}),
    ("healthChecks", {"healthChecks": [{"protocol": "TCP"}]}),
    ("check", {"check": {"tcp": {"port": 80}}}),
    ("taskKillGracePeriodSeconds", {"taskKillGracePeriodSeconds": 9}),
    ("dependencies", {"dependencies": ["/db"]}),
    ("upgradeStrategy", {"upgradeStrategy": {"minimumHealthCapacity": 0, "maximumOverCapacity": 1}}),
    ("labels", {"labels": {"a": "b"}}),
    ("acceptedResourceRoles", {"acceptedResourceRoles": ["*"]}),
    ("networks", {"networks": [{"name": "dcos"}]}),
    ("readinessChecks", {"readinessChecks": [{}]}),
    ("secrets", {"secrets": {"s": {"source": "p"}}}),
    ("unreachableStrategy", {"unreachableStrategy": "disabled"}),
    ("killSelection", {"killSelection": "OLDEST_FIRST"}),
    ("tty", {"tty": True}),
    ("role", {"role": "dev"}),
    ("resourceLimits", {"resourceLimits": {"mem": "unlimited"}}),
]
NOT_COMPARED = {"id", "instances", "executorResources"}


def test_the_rows_are_all_that_marathon_compares():
    """4.4."""
    assert {name for name, _change in DEFINITION} == set(app_fields.names(app_fields.USER)) - NOT_COMPARED


@pytest.mark.parametrize(("name", "change"), DEFINITION, ids=[f"4.4 {name}" for name, _change in DEFINITION])
class TestEachFieldOfTheDefinition:
    def test_that_appears_restarts_the_app(self, name, change):
        current = as_stored(app())
        plan = plan_present(wanted(**change), current)
        assert (plan.action, plan.restarts) == (app_plan.UPDATED, True)
        assert plan.before.get(name) != plan.after[name]
        assert not plan.request.partial
        assert part(app_definition.canonical(plan.request.body), name) != part(app_definition.canonical(app()), name)

    def test_that_goes_away_restarts_the_app(self, name, change):
        """4.2: a full write is the only one that takes it away."""
        plan = plan_present(wanted(), as_stored(app(**change)))
        if name == "role":
            # 4.2: left out, it would be the default one, not the one that the app has.
            assert (plan.action, plan.after["role"]) == (app_plan.NONE, "dev")
            return
        assert (plan.action, plan.restarts, plan.request.partial) == (app_plan.UPDATED, True, False)
        assert plan.after.get(name) == as_stored(app()).get(name)

    def test_restarts_nothing_where_nothing_runs(self, name, change):
        assert not plan_present(wanted(instances=0, **change), as_stored(app(instances=2))).restarts
        assert not plan_present(wanted(instances=2, **change), as_stored(app(instances=0))).restarts

    def test_is_no_change_twice(self, name, change):
        assert plan_present(wanted(**change), as_stored(app(**change))).action == app_plan.NONE

    def test_is_kept_by_a_merge_that_does_not_name_it(self, name, change):
        current = as_stored(app(**change))
        merge = Wanted(app_definition.declared({"id": "/a", "instances": 1}), merge=True)
        assert plan_present(merge, current).action == app_plan.NONE
        changing = Wanted(app_definition.declared({"id": "/a", "user": "other"}), merge=True)
        plan = plan_present(changing, current)
        assert plan.after.get(name) == (plan.before[name] if name != "user" else "other")

    def test_is_left_alone_when_it_is_ignored(self, name, change):
        """Whatever it is, and whatever the definition says."""
        ignoring = Wanted(wanted().app, ignored=(name,))
        assert plan_present(ignoring, as_stored(app(**change))).after.get(name) == as_stored(app(**change)).get(name)


class TestWhichWrite:
    """4.9, with 4.1 and 4.2."""

    def test_a_creation_is_a_full_put(self):
        request = plan_present(wanted(), None).request
        assert (request.method, request.partial, request.body["instances"]) == ("PUT", False, 1)

    def test_what_only_post_stores_is_posted(self):
        request = plan_present(wanted(executorResources={"cpus": 1}), None).request
        assert (request.method, request.body["executorResources"]) == ("POST", {"cpus": 1.0})

    def test_what_a_full_put_drops_is_no_difference_afterwards(self):
        limited = as_stored(app(executorResources={"cpus": 1}))
        assert plan_present(wanted(executorResources={"cpus": 2}), limited).action == app_plan.NONE
        assert plan_present(wanted(), limited).action == app_plan.NONE

    def test_a_full_put_names_the_number_of_instances(self):
        """4.2: left out, it would be 1."""
        keeping = Wanted(app_definition.declared({"id": "/a", "networks": [{"mode": "container/bridge"}]}), merge=True)
        request = plan_present(keeping, as_stored(app(instances=5))).request
        assert (request.partial, request.body["instances"]) == (False, 5)

    def test_a_full_put_carries_no_version(self):
        """4.1: a version beside anything else is refused."""
        copied = {**as_stored(app()), "version": "2020-10-29T12:00:00.000Z", "mem": 64}
        plan = plan_present(Wanted(app_definition.declared(copied)), as_stored(app()))
        assert plan.action == app_plan.UPDATED
        assert not set(plan.request.body) & set(app_fields.names(app_fields.SERVER))

    def test_what_a_partial_put_drops_is_repeated(self):
        """4.1: also when only the number of instances is written."""
        more = {"resourceLimits": {"mem": 4096}, "executorResources": {"cpus": 1, "mem": 32, "disk": 10}}
        plan = plan_present(wanted(instances=3, **more), as_stored(app(**more)))
        assert (plan.action, plan.request.partial) == (app_plan.SCALED, True)
        assert plan.request.body == {"instances": 3, **more}

    def test_scaling_restarts_nothing(self):
        assert not plan_present(wanted(instances=3), as_stored(app())).restarts

    def test_a_definition_and_a_number_are_one_write(self):
        plan = plan_present(wanted(instances=3, mem=64), as_stored(app()))
        assert (plan.action, plan.request.partial, plan.request.body["instances"]) == (app_plan.UPDATED, False, 3)

    @pytest.mark.parametrize(
        ("before", "after", "gone"),
        [
            ({"cmd": "a"}, {"args": ["b"]}, "cmd"),
            ({"args": ["b"]}, {"cmd": "a"}, "args"),
            ({"cmd": "a", "container": docker()}, {"cmd": "a"}, "container"),
        ],
    )
    def test_what_excludes_the_other_takes_it_away(self, before, after, gone):
        """4.1: a partial write would keep it and be refused, or keep it in silence."""
        plan = plan_present(wanted(**after), as_stored(app(**before)))
        assert gone not in plan.after
        assert gone not in plan.request.body
        assert not plan.request.partial

    def test_nothing_to_remove_is_no_write(self):
        assert plan_absent("/a", None).request is None
        assert plan_absent("/a", as_stored(app())).request.method == "DELETE"


SAME = [
    ("B1", "what only the server sets", {}, {"tasksHealthy": 1, "tasksStats": {}, "lastTaskFailure": {"state": "x"}}),
    ("B1", "results of readiness", {}, {"readinessCheckResults": [{"ready": False}], "deployments": [{"id": "d"}]}),
    ("B1", "nulls", {}, {"args": None, "container": None, "user": None, "ipAddress": None}),
    ("B2", "a relative id", {"id": "a"}, {}),
    ("B2", "numbers", {"cpus": "1", "mem": 128}, {"cpus": 1, "mem": 128.0}),
    ("B2", "case", {"killSelection": "youngest_first"}, {}),
    ("B2", "the order of constraints", {"constraints": [["b", "UNIQUE"], ["a", "LIKE", "x"]]}, {}),
    ("B2", "an empty value of UNIQUE", {"constraints": [["hostname", "UNIQUE", ""]]}, {}),
    (
        "B2",
        "checks in another order",
        {"healthChecks": [{"path": "/b"}, {"path": "/a"}]},
        {"healthChecks": as_stored(app(healthChecks=[{"path": "/b"}, {"path": "/a"}]))["healthChecks"][::-1]},
    ),
    ("B2", "what a check does not store", {"healthChecks": [{"delaySeconds": 2, "ignoreHttp1xx": True}]}, {}),
    ("B2", "a check without the port that a PUT would add", {"healthChecks": [{"path": "/"}]}, "no portIndex"),
    ("B3", "a port that was left to the server", {"portDefinitions": [{"port": 0}, {}]}, {}),
    (
        "B3",
        "a service port that was left to it",
        {"container": {**docker(), "portMappings": [{}]}, "networks": BRIDGE},
        {},
    ),
    (
        "B4",
        "a default that is not declared",
        {},
        {"backoffSeconds": 1, "upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 1}},
    ),
    (
        "B5",
        "empty collections",
        {"env": {}, "constraints": [], "fetch": []},
        {"env": {}, "dependencies": [], "secrets": {}},
    ),
    ("B6", "a role that is not declared", {}, {"role": "dev"}),
]


@pytest.mark.parametrize(("sent", "found"), rows(SAME))
def test_no_difference_is_no_write(sent, found):
    current = as_stored(app(**sent))
    if found == "no portIndex":
        for check in current["healthChecks"]:
            del check["portIndex"]
    else:
        current.update(found)
    plan = plan_present(wanted(**sent), current)
    assert (plan.action, plan.request, plan.restarts) == (app_plan.NONE, None, False)
    assert json.dumps(plan.before) == json.dumps(plan.after)


DIFFERENT = [
    (
        "B2",
        "a value of CLUSTER that is empty",
        {"constraints": [["rack", "CLUSTER", ""]]},
        {"constraints": [["rack", "CLUSTER"]]},
    ),
    (
        "B2",
        "one check twice and once",
        {"healthChecks": [{"path": "/a"}]},
        {"healthChecks": [{"path": "/a"}, {"path": "/b"}]},
    ),
    ("B2", "the order of args", {"args": ["a", "b"]}, {"args": ["b", "a"]}),
    ("B2", "one of two equal args", {"args": ["a"]}, {"args": ["a", "a"]}),
    ("B2", "the order of files", {"fetch": [{"uri": "a"}, {"uri": "b"}]}, {"fetch": [{"uri": "b"}, {"uri": "a"}]}),
    ("B2", "blanks in a command", {"cmd": "a  b"}, {"cmd": "a b"}),
    ("B3", "the order of ports", {"ports": [1, 2]}, {"ports": [2, 1]}),
    ("B3", "a declared port", {"ports": [9000]}, {"ports": [9001]}),
    ("B3", "one port more", {"ports": [0, 0]}, {"ports": [0]}),
    ("B3", "one port less", {"ports": [0]}, {"ports": [0, 0]}),
    (
        "B3",
        "the order of mappings",
        {"networks": BRIDGE, "container": {**docker(), "portMappings": [{"containerPort": 1}, {"containerPort": 2}]}},
        {"networks": BRIDGE, "container": {**docker(), "portMappings": [{"containerPort": 2}, {"containerPort": 1}]}},
    ),
    ("B4", "the default port has a name", {"ports": [0]}, {}),
    ("B5", "no port is not the default one", {"ports": []}, {}),
    (
        "B5",
        "no mapping is not the default one",
        {"networks": BRIDGE, "container": {**docker(), "portMappings": []}},
        {"networks": BRIDGE, "container": docker()},
    ),
    ("B6", "a declared role", {"role": "dev"}, {"role": "*"}),
]


@pytest.mark.parametrize(("sent", "found"), rows(DIFFERENT))
def test_a_difference_is_a_write_either_way(sent, found):
    for one, other in ((sent, found), (found, sent)):
        plan = plan_present(wanted(**one), as_stored(app(**other)))
        assert plan.action == app_plan.UPDATED
        assert plan.before != plan.after
        # B8: what was written is there then.
        assert plan_present(wanted(**one), as_stored(plan.request.body)).action == app_plan.NONE
