"""What is declared and not kept is said in check mode, after the write and on every later run; and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import losses
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted, plan_present

from ..app_runs import DEPLOYMENT, DRY, INFO, get, run
from ..apps.test_run import app, put, read
from ..apps.test_run import run as run_set
from ..fakes import Call, stored
from ..group.test_run import group
from ..group.test_run import run as run_group

DATA = Path(__file__).parents[1] / "data"
BRIDGE = {"networks": [{"mode": "container/bridge"}]}
MESOS = {"container": {"type": "MESOS", "docker": {"image": "x", "privileged": True}}}
MAPPED = {"type": "DOCKER", "docker": {"image": "x"}, "portMappings": [{"containerPort": 80, "name": "http"}]}

LOST = [
    (MESOS, "/container/docker/privileged true", "only a container of the type DOCKER can be privileged"),
    ({**BRIDGE, "container": MAPPED, "requirePorts": True}, "/requirePorts true", "only host networking can require"),
    (
        {**BRIDGE, "container": MAPPED, "portDefinitions": [{"port": 8080, "name": "admin", "labels": {"VIP_0": "a"}}]},
        "/portDefinitions(0)/port 8080, /portDefinitions(0)/name, /portDefinitions(0)/labels",
        "only host networking has portDefinitions; declare it in container.portMappings",
    ),
    ({**BRIDGE, "container": MAPPED, "ports": [8080]}, "/portDefinitions(0)/port 8080", "only host networking has"),
    (
        {**BRIDGE, "container": MAPPED, "ports": [0, 9090]},
        "/portDefinitions(1)/port 9090",
        "only host networking has portDefinitions",
    ),
    ({"container": MAPPED}, "/container/portMappings", "host networking has no port mappings; declare networks with"),
    (
        {"container": {**MAPPED, "linuxInfo": {"seccomp": {"unconfined": True}}}, **BRIDGE},
        "/container/linuxInfo",
        "only a container of the type MESOS has it",
    ),
    ({"container": {"type": "MESOS", "appc": {"image": "x"}}}, "/container/appc", "Marathon 1.9 and newer run no AppC"),
    ({"healthChecks": [{"delaySeconds": 5}]}, "/healthChecks(0)/delaySeconds 5", "only checks that an agent runs have"),
    ({"healthChecks": [{"protocol": "TCP", "path": "/x"}]}, "/healthChecks(0)/path", "a check of a TCP port has none"),
    ({"healthChecks": [{"ignoreHttp1xx": True}]}, "/healthChecks(0)/ignoreHttp1xx true", "Marathon does not read it"),
]

KEPT = [
    {"cmd": "sleep 1"},
    {"container": {"type": "MESOS", "docker": {"image": "x", "privileged": False}}},
    {"container": {"docker": {"image": "x", "privileged": True}}},
    {**BRIDGE, "container": MAPPED, "requirePorts": False},
    {**BRIDGE, "container": MAPPED, "ports": [0], "portDefinitions": None},
    {**BRIDGE, "container": {**MAPPED, "portMappings": [{"servicePort": 10001}]}, "ports": [10001]},
    {**BRIDGE, "container": MAPPED, "portDefinitions": [{"port": 0, "name": "http", "protocol": "tcp", "labels": {}}]},
    {"portDefinitions": [{"port": 8080, "name": "a", "labels": {"b": "c"}}], "requirePorts": True},
    {"ports": [8080, 0]},
    {"container": {**MAPPED, "portMappings": []}},
    {"healthChecks": [{"delaySeconds": 15, "ignoreHttp1xx": False}, {"protocol": "TCP", "path": "/"}]},
    {"healthChecks": [{"protocol": "MESOS_HTTP", "delaySeconds": 5, "path": "/a", "portIndex": 0}, {"path": "/b"}]},
    {"healthChecks": [{"protocol": "COMMAND", "command": {"value": "true"}, "portIndex": 0}]},
    {"constraints": [["zone", "UNIQUE"], ["hostname", "UNIQUE", ""]], "dependencies": ["b", "a"]},
    {"upgradeStrategy": {"minimumHealthCapacity": 0}, "unreachableStrategy": "off"},
    {"networks": [{"mode": "container", "name": "x", "labels": {"a": "b"}}], "env": {"A": 1}, "fetch": [{"uri": "x"}]},
    {"executorResources": {"cpus": 0.5}, "resourceLimits": {"mem": "unlimited"}, "labels": {"a": ""}},
]


def told(definition):
    wanted = Wanted(app_definition.declared({"id": "/a", **definition}))
    plan = plan_present(wanted, None)
    beforehand = losses.told(wanted, plan, None)
    current = app_definition.canonical(plan.request.body)
    # As it is said beforehand, so it is said of what is stored, and on the next run.
    assert losses.compared(wanted, current) == beforehand
    again = plan_present(wanted, current)
    assert (again.changed, losses.told(wanted, again, current)) == (False, beforehand)
    return beforehand


@pytest.mark.parametrize(("definition", "places", "reason"), LOST)
def test_what_is_lost_is_told_with_the_reason(definition, places, reason):
    (sentence,) = told(definition)
    assert sentence.startswith(f"/a: Marathon does not keep {places}, which the definition declares: {reason}")


@pytest.mark.parametrize("definition", KEPT)
def test_nothing_is_told_of_what_is_kept_or_asks_for_nothing(definition):
    assert told(definition) == []


@pytest.mark.parametrize(
    "vector", json.loads((DATA / "normalise.json").read_text(encoding="utf-8"))["vectors"], ids=lambda one: one["name"]
)
def test_of_what_marathon_returns_nothing_is_lost(vector):
    returned = app_definition.canonical(vector["sent"])
    # That there is a delay at all is Marathon's own word.
    assert told(returned) == []


def test_a_secret_is_not_quoted():
    wanted = Wanted(app_definition.declared({"id": "/a", "cmd": "x", "env": {"PW": "hunter2"}, "user": "hunter2"}))
    assert "hunter2" not in str(losses.compared(wanted, app_definition.canonical({"id": "/a", "cmd": "x"})))


def test_an_ignored_field_is_not_compared():
    wanted = Wanted(app_definition.declared({"id": "/a", "cmd": "x", "instances": 1}), ignored=("instances",))
    assert losses.compared(wanted, {**app_definition.canonical(wanted.app), "instances": 4}) == []


@pytest.mark.parametrize("path", ["env.A", "env", "upgradeStrategy.minimumHealthCapacity", "labels.gone"])
def test_an_ignored_part_of_a_field_is_not_compared(path):
    declared = {
        "id": "/a", "cmd": "x", "env": {"A": "9", "B": "2"}, "upgradeStrategy": {"minimumHealthCapacity": 0.5},
        "labels": {"gone": "x"},
    }  # fmt: skip
    top, _dot, part = path.partition(".")
    kept = {**declared, top: {**declared[top], part or "A": 0.25 if top == "upgradeStrategy" else "1"}}
    if part == "gone":
        del kept["labels"]
    wanted = Wanted(app_definition.declared(declared), ignored=(path,))
    assert losses.compared(wanted, app_definition.canonical(kept)) == []
    assert losses.compared(Wanted(wanted.app), app_definition.canonical(kept)) != []


RESOURCES = {"cpus": 0.5, "mem": 64}
DEFINITION = {"id": "a", "cmd": "sleep 1000", "executorResources": RESOURCES}
SENTENCE = "/a: Marathon does not keep /executorResources, which the definition declares: Marathon neither notices"
OTHER = "/a: Marathon does not keep /executorResources/cpus 0.5, which the definition declares: Marathon neither"


class TestExecutorResources:
    def runs(self, *calls, **options):
        warnings = []
        result = run(*calls, warnings=warnings, **{"definition": DEFINITION, **options})
        return result, warnings

    def test_that_are_lost_are_told_on_every_run(self):
        for check_mode in (False, True):
            result, (warning,) = self.runs(get(stored()), check_mode=check_mode, wait=False)
            assert not result["changed"] and warning.startswith(SENTENCE)

    def test_that_differ_are_told(self):
        other = stored(executorResources={"cpus": 0.1, "mem": 64.0, "disk": 10.0})
        _result, (warning,) = self.runs(get(other))
        assert warning.startswith(OTHER)

    def test_are_repeated_by_an_update_which_keeps_them(self):
        kept = {"executorResources": {"cpus": 0.5, "mem": 64.0}}
        write = Call("PUT", "/v2/apps/a", data=DEPLOYMENT, params={}, body={"env": {"A": "1"}, **kept})
        after = stored(env={"A": "1"}, executorResources={"cpus": 0.5, "mem": 64.0, "disk": 10.0})
        definition = {**DEFINITION, "env": {"A": "1"}}
        before = {**after, "env": {}}
        _result, warnings = self.runs(get(before), INFO, write, get(after), definition=definition)
        assert warnings == []
        # A Marathon that drops them all the same is found out by a read.
        dropped = stored(env={"A": "1"})
        _result, (warning,) = self.runs(get(before), INFO, write, get(dropped), definition=definition)
        assert warning.startswith(SENTENCE)
        _result, (warning,) = self.runs(get(before), INFO, write, get(dropped), definition=definition, wait=False)
        assert warning.startswith(SENTENCE)

    def test_are_lost_in_a_full_write_which_is_told_once(self):
        before = stored(user="www", executorResources={"cpus": 0.5, "mem": 64.0, "disk": 10.0})
        write = Call("PUT", "/v2/apps/a", data=DEPLOYMENT, params={"partialUpdate": "false"})
        _result, (warning,) = self.runs(get(before), INFO, write, get(stored()))
        assert warning.startswith(SENTENCE)
        _result, (planned,) = self.runs(get(before), INFO, DRY, check_mode=True)
        assert planned == warning

    def test_of_a_set(self):
        warnings = []
        declared = [app("/g/a", executorResources=RESOURCES)]
        run_set(read(stored("/g/a")), declared=declared, warnings=warnings)
        write = Call("POST", "/v2/apps", data=DEPLOYMENT)
        look = Call("GET", "/v2/apps/g/a", data={"app": stored("/g/a")})
        run_set(read(), INFO, write, look, declared=declared, warnings=warnings)
        assert [warning.split(", which")[0] for warning in warnings] == [
            "file1: /g/a: Marathon does not keep /executorResources"
        ] * 2


def test_of_a_set_and_of_a_group():
    warnings = []
    declared = app("/g/a", cmd=None, **MESOS)
    there = stored("/g/a", cmd=None, container=app_definition.canonical({"id": "/a", **MESOS})["container"])
    for _run in range(2):
        run_set(read(there), declared=[declared], warnings=warnings)
    assert [warning.split(" true")[0] for warning in warnings] == [
        "file1: /g/a: Marathon does not keep /container/docker/privileged"
    ] * 2
    warnings.clear()
    definition = {"apps": [{"id": "a", **MESOS}]}
    run_group(Call("GET", "/v2/groups/g", data=group("/g", there)), definition=definition, warnings=warnings)
    assert len(warnings) == 1 and "/container/docker/privileged" in warnings[0]
    warnings.clear()
    run_set(read(), INFO, put(status=201), declared=[app("/g/a"), app("/g/b")], warnings=warnings)
    assert warnings == []
