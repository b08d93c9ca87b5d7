"""What was declared takes effect, or is said: merges, fields left to others, what Marathon drops, what forms leave."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from faulty_proxy import Fault, FaultyProxy

SLEEP = {"cmd": "sleep 1000", "cpus": 0.01, "mem": 32, "instances": 0}
CHECK = {"protocol": "COMMAND", "command": {"value": "true"}}
SETS = "quorum.mesos.marathon_apps"
GROUPS = "quorum.mesos.marathon_group"


@pytest.fixture
def app(ansible):
    """A run that need not wait: the apps have no instance."""

    def run(*switches: str, **options: Any) -> dict[str, Any]:
        result = ansible.module(*switches, wait=False, **options)
        assert not result["failed"], result["output"]
        return result

    return run


def said(result: dict[str, Any]) -> str:
    """The output on one line, with the warnings."""
    return " ".join(result["output"].split())


NOT_KEPT = "Marathon does not keep"


def test_a_merge_removes_what_is_null_or_empty(app, marathon, group):
    app_id = f"{group}/a"
    full = {
        **SLEEP,
        "healthChecks": [CHECK],
        "constraints": [["hostname", "UNIQUE"]],
        "labels": {"a": "1", "b": "2"},
        "env": {"A": "1"},
        "dependencies": [f"{group}/z"],
        "user": "root",
    }
    app(id=app_id, definition=full)
    assert app(id=app_id, merge=True, definition={"healthChecks": []})["changed"]
    assert app(id=app_id, merge=True, constraints=[])["changed"]
    assert app(id=app_id, merge=True, definition={"dependencies": []})["changed"]
    planned = app("--check", id=app_id, merge=True, definition={"labels": {"a": None}, "env": {}, "user": None})
    assert app(id=app_id, merge=True, definition={"labels": {"a": None}, "env": {}, "user": None})["changed"]
    stored = marathon.app(app_id)
    assert not {"healthChecks", "constraints", "dependencies", "env", "user"} & set(stored)
    assert (stored["labels"], stored["cmd"]) == ({"b": "2"}, SLEEP["cmd"])
    assert planned["after"]["labels"] == {"b": "2"} and "env" not in planned["after"]
    again = {"labels": {"a": None}, "env": {}, "user": None, "healthChecks": []}
    assert not app(id=app_id, merge=True, definition=again)["changed"]


def test_what_the_old_form_leaves_blank_is_not_declared(app, marathon, group):
    app_id = f"{group}/blank"
    docker = {"type": "DOCKER", "docker": {"image": "nginx", "network": "HOST"}}
    definition = {**SLEEP, "id": app_id, "cmd": "", "args": ["nginx"], "container": docker, "user": ""}
    for changed in (True, False):
        assert app(definition=definition)["changed"] is changed
    stored = marathon.app(app_id)
    assert ("cmd" in stored, stored["args"]) == (False, ["nginx"])
    for changed in (True, False):
        assert app(id=app_id, cmd="", args=["other"], instances=0, user="")["changed"] is changed


def test_half_an_upgrade_strategy_gets_the_other_half(app, marathon, group):
    app_id = f"{group}/half"
    for changed in (True, False):
        half = {**SLEEP, "upgradeStrategy": {"minimumHealthCapacity": 0}}
        assert app(id=app_id, definition=half)["changed"] is changed
    assert marathon.app(app_id)["upgradeStrategy"] == {"minimumHealthCapacity": 0.0, "maximumOverCapacity": 1.0}


def test_executor_resources_are_kept_or_their_loss_is_told_on_every_run(app, marathon, group):
    app_id = f"{group}/executor"
    definition = {**SLEEP, "executorResources": {"cpus": 0.5, "mem": 64}, "env": {"A": "1"}}
    app(id=app_id, definition=definition)
    assert NOT_KEPT not in said(app(id=app_id, definition={**definition, "env": {"A": "2"}}))
    assert marathon.app(app_id)["executorResources"] == {"cpus": 0.5, "mem": 64.0, "disk": 10.0}

    # As other tools write, which loses it.
    plain = {name: value for name, value in definition.items() if name != "executorResources"}
    assert marathon.write("PUT", f"/v2/apps{app_id}", {**plain, "labels": {"b": "c"}}, partialUpdate="false").ok
    assert "executorResources" not in marathon.app(app_id)
    lost = {**definition, "labels": {"b": "c"}}
    for switches in ([], ["--check"], []):
        result = app(*switches, id=app_id, definition=lost)
        assert not result["changed"]
        assert f"{app_id}: {NOT_KEPT} /executorResources" in said(result)
        assert "change something else of the app too" in said(result)
    assert NOT_KEPT not in said(app(id=app_id, definition=definition))
    assert "executorResources" in marathon.app(app_id)


@pytest.mark.parametrize("module", ["marathon_app", "marathon_apps", "marathon_group"])
def test_what_marathon_drops_is_told_on_every_run(ansible, group, module):
    lost = {
        "docker": {**SLEEP, "container": {"type": "MESOS", "docker": {"image": "x", "privileged": True}}},
        "ports": {
            **SLEEP,
            "networks": [{"mode": "container/bridge"}],
            "container": {"docker": {"image": "x"}, "portMappings": [{"containerPort": 80}]},
            "requirePorts": True,
            "portDefinitions": [{"port": 8080, "name": "admin"}],
        },
    }
    del lost["docker"]["cmd"], lost["ports"]["cmd"]
    words = ["docker/privileged true", "/requirePorts true", "/portDefinitions(0)/port 8080, /portDefinitions(0)/name"]
    apps = [{"id": f"{group}/{name}", **definition} for name, definition in lost.items()]
    for number, switches in enumerate((["--check"], [], [], ["--check"])):
        if module == "marathon_app":
            results = [ansible.module(*switches, wait=False, definition=one) for one in apps]
        elif module == "marathon_apps":
            results = [ansible.module(*switches, module=SETS, wait=False, definitions=copy.deepcopy(apps))]
        else:
            results = [ansible.module(*switches, module=GROUPS, wait=False, definition={"id": group, "apps": apps})]
        assert not any(one["failed"] for one in results), results
        assert {one["changed"] for one in results} == {number < 2}
        told = " ".join(map(said, results))
        assert all(word in told for word in words), told


def test_a_part_that_does_not_exist_cannot_be_left_alone(ansible, group):
    definition = {"id": f"{group}/a", **SLEEP, "env": {"A": "1"}, "healthChecks": [CHECK]}
    words = {
        "healthChecks.path": "healthChecks is a list",
        "container.docker.imgae": "did you mean 'image'?",
        "container.docker.network": "'networks' since Marathon 1.5",
        "cpus.x": "cpus is a single value",
        "env.a": "did you mean 'A'?",
    }
    for path, told in words.items():
        for options in ({"definition": definition}, {"module": SETS, "definitions": [definition]}):
            refused = ansible.module("--check", ignore_fields=[path], **options)
            assert refused["failed"] and told in refused["msg"] and f"'{path}'" in refused["msg"], refused["msg"]


@pytest.mark.parametrize("module", ["marathon_app", "marathon_apps"])
def test_what_an_autoscaler_sets_between_the_read_and_the_write_survives(ansible, marathon, group, module):
    names = [f"{group}/a", f"{group}/b"]

    def scale() -> None:
        for name in names:
            assert marathon.write("PUT", f"/v2/apps{name}", {"instances": 4}).ok

    for name in names:
        assert marathon.write("PUT", f"/v2/apps{name}", {**SLEEP, "env": {"A": "1"}}).ok
    proxy = FaultyProxy(lambda: marathon.url, lambda: marathon.ask)
    # The release is asked for after the read and before the write.
    proxy.add("race", Fault("GET /v2/info", lost=False, meanwhile=scale))
    definitions = [{"id": name, **SLEEP, "instances": 1, "env": {"A": "2"}} for name in names]
    shared = {"url": [proxy.url("race")], "ignore_fields": ["instances"], "force": True, "wait": False}
    with proxy.serving():
        if module == "marathon_app":
            names = names[:1]
            result = ansible.module(definition=definitions[0], **shared)
        else:
            result = ansible.module(module=SETS, definitions=definitions, **shared)
    assert not result["failed"] and result["changed"], result["output"]
    for name in names:
        stored = marathon.app(name)
        assert (stored["instances"], stored["env"]) == (4, {"A": "2"})


@pytest.mark.parametrize("module", ["marathon_app", "marathon_apps"])
def test_a_name_that_means_nothing_is_said_and_a_password_is_not_shown(ansible, marathon, group, module):
    assert marathon.write("PUT", f"/v2/apps{group}/db/one", SLEEP).ok
    password = "correct-horse-battery"
    definition = {
        "id": f"{group}/web",
        **SLEEP,
        "env": {"DB_PASSWORD": password},
        # An app, a group, and none of them.
        "dependencies": [f"{group}/db/one", f"{group}/db", f"{group}/dbb"],
    }
    given = {"definition": definition} if module == "marathon_app" else {"module": SETS, "definitions": [definition]}
    for switches in (["--check", "--diff"], ["--diff"], ["--diff"]):
        result = ansible.module(*switches, secret_env=["DB_PASWORD"], wait=False, **given)
        assert not result["failed"], result["output"]
        told = said(result)
        assert f"{group}/web depends on {group}/dbb, which does not exist" in told
        assert told.count("depends on") == told.count(f"depends on {group}/dbb")
        assert "names 'DB_PASWORD', but there is no such variable or label; did you mean 'DB_PASSWORD'?" in told
        assert password not in result["output"]
    assert marathon.app(f"{group}/web")["env"] == {"DB_PASSWORD": password}
