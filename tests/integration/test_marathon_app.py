"""marathon_app, run by Ansible, against a Marathon that starts tasks."""

from __future__ import annotations

import json
import socket

import pytest
import requests

SLEEP = {"cmd": "sleep 1000", "cpus": 0.1, "mem": 32}


@pytest.fixture
def web(group):
    """An app in the old form in which people keep them."""
    return {
        "id": f"{group}/web",
        "cmd": "sleep 1000",
        "cpus": "0.1",
        "mem": 32,
        "ports": [0, 0],
        "constraints": [["hostname", "MAX_PER", 2]],
        "env": {"COLOUR": "green", "LIMIT": 10},
        "labels": {"team": "shop"},
        "fetch": [],
        "args": None,
    }


def values_of(app):
    return {name: app[name] for name in ("cmd", "cpus", "instances", "env", "labels")}


def test_life_of_an_app(ansible, marathon, web):
    app_id = web["id"]

    planned = ansible.module("--check", "--diff", definition=web)
    assert (planned["changed"], planned["action"]) == (True, "created")
    assert marathon.app(app_id) is None

    created = ansible.module("--diff", definition=web)
    assert (created["changed"], created["action"], created["restarts"]) == (True, "created", False)
    assert created["diff"] == planned["diff"]
    assert created["deployment_id"]
    assert len(created["endpoints"]) == 2
    assert all(definition["port"] > 0 for definition in created["app"]["portDefinitions"])
    stored = marathon.app(app_id)
    assert stored["tasksRunning"] == 1
    assert values_of(stored) == {
        "cmd": "sleep 1000",
        "cpus": 0.1,
        "instances": 1,
        "env": {"COLOUR": "green", "LIMIT": "10"},
        "labels": {"team": "shop"},
    }

    repeated = ansible.module("--diff", definition=web)
    assert (repeated["changed"], repeated["action"], repeated["requests"]) == (False, "none", 1)
    assert repeated["diff"]["before"] == repeated["diff"]["after"]
    assert marathon.app(app_id)["version"] == stored["version"]

    changed = {**web, "env": {"COLOUR": "blue"}, "labels": None}
    planned = ansible.module("--check", "--diff", definition=changed)
    assert (planned["changed"], planned["action"], planned["restarts"]) == (True, "updated", True)
    assert marathon.app(app_id)["version"] == stored["version"]

    updated = ansible.module("--diff", definition=changed)
    assert (updated["changed"], updated["restarts"]) == (True, True)
    assert updated["diff"] == planned["diff"]
    after = marathon.app(app_id)
    assert (after["env"], after["labels"]) == ({"COLOUR": "blue"}, {})
    assert after["portDefinitions"] == stored["portDefinitions"]
    assert {task["id"] for task in after["tasks"]}.isdisjoint(task["id"] for task in stored["tasks"])
    assert ansible.module(definition=changed)["changed"] is False

    scaled = ansible.module(id=app_id, instances=3)
    assert (scaled["action"], scaled["restarts"], len(scaled["tasks"])) == ("scaled", False, 3)
    assert {task["id"] for task in after["tasks"]} <= {task["id"] for task in scaled["tasks"]}
    assert ansible.module(id=app_id, instances=3)["changed"] is False
    assert ansible.module(definition=changed, ignore_fields=["instances"])["changed"] is False

    planned = ansible.module("--check", id=app_id, state="suspended")
    assert (planned["changed"], planned["resume_instances"], planned["restarts"]) == (True, 3, False)
    suspended = ansible.module(id=app_id, state="suspended")
    assert (suspended["steps"], suspended["tasks"]) == (planned["steps"], [])
    assert marathon.app(app_id)["tasksRunning"] == 0
    repeated = ansible.module(id=app_id, state="suspended")
    assert (repeated["changed"], repeated["resume_instances"]) == (False, 3)
    resumed = ansible.module(id=app_id, instances=repeated["resume_instances"])
    assert len(resumed["endpoints"]) == 6

    planned = ansible.module("--check", "--diff", id=app_id, state="restarted")
    assert (planned["changed"], planned["restarts"], planned["steps"]) == (True, True, ["RestartApplication"])
    assert planned["diff"]["after_header"] == f"{app_id} (replaces 3 running instances)"
    restarted = ansible.module(id=app_id, state="restarted")
    assert (restarted["action"], len(restarted["tasks"])) == ("restarted", 3)
    assert {task["id"] for task in restarted["tasks"]}.isdisjoint(task["id"] for task in resumed["tasks"])

    too_large = {"definition": {"mem": 9000000}, "merge": True}
    failed = ansible.module(id=app_id, **too_large, wait_timeout=6, on_failure="rollback")
    assert failed["failed"]
    assert "It was rolled back (its deployment was cancelled by deployment " in failed["msg"]
    assert (failed["rollback"]["action"], failed["rollback"]["confirmed"]) == ("cancelled", True)
    assert (failed["diff"]["before"]["mem"], failed["diff"]["after"]["mem"]) == (32.0, 9000000.0)
    after = marathon.app(app_id)
    assert (after["mem"], after["tasksRunning"], after["deployments"]) == (32.0, 3, [])

    planned = ansible.module("--check", id=app_id, state="absent")
    assert (planned["changed"], planned["action"], planned["steps"]) == (True, "deleted", ["StopApplication"])
    assert marathon.app(app_id)["tasksRunning"] == 3
    removed = ansible.module(id=app_id, state="absent")
    assert (removed["changed"], removed["app"]) == (True, None)
    assert marathon.app(app_id) is None
    assert ansible.module(id=app_id, state="absent")["changed"] is False


def test_options_are_a_definition_and_a_new_app_is_rolled_back_by_its_removal(ansible, marathon, group):
    options = {
        "id": f"{group}/typed",
        "cmd": "exit 7",
        "cpus": 0.1,
        "mem": 32,
        "env": {"LIMIT": 10},
        "ports": [{"service_port": 0, "name": "http"}],
        "health_checks": [{"protocol": "COMMAND", "command": "true", "interval_seconds": 1}],
    }
    failed = ansible.module(**options, wait_timeout=5, on_failure="rollback")
    assert (failed["failed"], failed["rollback"]["confirmed"]) == (True, True)
    assert failed["msg"].endswith(f"{options['id']} is removed again")
    assert marathon.app(options["id"]) is None

    options["cmd"] = "sleep 1000"
    created = ansible.module(**options, wait_for="deployment", wait_timeout=60)
    assert (created["action"], created["steps"]) == ("created", ["StartApplication", "ScaleApplication"])
    assert created["tasks"][0]["endpoints"] == created["endpoints"]
    stored = marathon.app(options["id"])
    assert (stored["env"], stored["portDefinitions"][0]["name"]) == ({"LIMIT": "10"}, "http")
    assert ansible.module(**options)["changed"] is False
    refused = ansible.module(**options, definition={"cpus": 1})
    assert "the option cpus contradicts cpus of the definition (0.1 and 1" in refused["msg"]


def test_down_to_zero_instances(ansible, group):
    app = {**SLEEP, "id": f"{group}/zero"}
    ansible.module(definition=app)
    assert ansible.module(definition=app, instances=0)["action"] == "scaled"
    repeated = ansible.module(definition={**app, "instances": 0})
    assert (repeated["changed"], repeated["tasks"]) == (False, [])


def test_merge_keeps_what_is_not_declared(ansible, marathon, group):
    app_id = f"{group}/merged"
    ansible.module(definition={**SLEEP, "id": app_id, "env": {"A": "1", "B": "1"}, "instances": 2})
    result = ansible.module(id=app_id, definition={"env": {"B": "2"}}, merge=True)
    assert result["action"] == "updated"
    after = marathon.app(app_id)
    assert (after["env"], after["instances"], after["cmd"]) == ({"A": "1", "B": "2"}, 2, "sleep 1000")
    assert ansible.module(id=app_id, definition={"env": {"B": "2"}}, merge=True)["changed"] is False


def test_a_change_by_hand_is_found_and_undone(ansible, marathon, group):
    app = {**SLEEP, "id": f"{group}/drifted"}
    ansible.module(definition=app)
    assert marathon.write("PUT", f"/v2/apps{app['id']}", {"user": "root", "mem": 48}).status_code == 200
    result = ansible.module("--diff", definition=app, force=True)
    assert result["changed"]
    assert (result["diff"]["before"]["mem"], result["diff"]["after"]["mem"]) == (48.0, 32.0)
    assert "user" not in marathon.app(app["id"])


def test_a_healthy_app_is_waited_for(ansible, marathon, group):
    app = {
        **SLEEP,
        "id": f"{group}/healthy",
        "cmd": "test -f marker || { sleep 2; touch marker; }; sleep 1000",
        "healthChecks": [
            {
                "protocol": "COMMAND",
                "command": {"value": "test -f marker"},
                "intervalSeconds": 1,
                "gracePeriodSeconds": 30,
            }
        ],
    }
    result = ansible.module(definition=app, wait_timeout=60)
    assert not result["failed"], result
    assert result["tasks"][0]["healthy"] is True
    assert marathon.app(app["id"])["tasksHealthy"] == 1


def test_a_refused_definition_is_told_with_its_place(ansible, marathon, group):
    definition = {**SLEEP, "id": f"{group}/refused", "constraints": [["hostname", "UNIQUE", "a"]]}
    result = ansible.module(definition=definition)
    assert result["failed"]
    assert result["msg"].startswith("Marathon refuses the definition (422): ")
    assert "/constraints: UNIQUE does not accept a value" in result["msg"]
    assert marathon.app(definition["id"]) is None


def test_an_unreachable_marathon_is_named_with_the_remedy(ansible):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        result = ansible.module(url=[f"http://127.0.0.1:{port}"], id="/a", instances=1)
    assert result["failed"]
    assert result["msg"] == (
        f"Marathon does not answer at http://127.0.0.1:{port} (connection refused). Check that Marathon runs and that "
        "the option url (or MARATHON_URL) names it"
    )


def test_the_address_may_come_from_the_environment(ansible, marathon, group):
    dead = "http://127.0.0.1:9"
    environment = {"MARATHON_URL": f"{dead},{marathon.url}"}
    result = ansible.module(url=None, definition={**SLEEP, "id": f"{group}/env"}, environment=environment, wait=False)
    assert result["changed"]


def test_a_wait_that_fails_says_why_and_the_lock_can_be_forced(ansible, marathon, group):
    app = {**SLEEP, "id": f"{group}/big", "mem": 9000000}
    result = ansible.module(definition=app, wait_timeout=12)
    assert result["failed"]
    assert f"{app['id']} is not deployed after 12 s (0 of 1 instances run): no agent offers" in result["msg"]
    assert "9000000 MiB of memory: largest free is " in result["msg"]
    assert "InsufficientMemory" in result["msg"]
    assert (result["changed"], result["action"], result["deployments"]) == (True, "created", [result["deployment_id"]])

    small = {**app, "mem": 32}
    locked = ansible.module(definition=small)
    assert locked["failed"]
    assert result["deployment_id"] in locked["msg"]
    assert "set force" in locked["msg"]

    forced = ansible.module(definition=small, force=True, wait_timeout=60)
    assert not forced["failed"], forced["msg"]
    assert marathon.app(app["id"])["tasksRunning"] == 1


def test_a_command_that_fails_is_quoted(ansible, group):
    # Without a check the moment before the command fails can be enough for the deployment to end.
    check = {"protocol": "COMMAND", "command": {"value": "false"}}
    app = {**SLEEP, "id": f"{group}/broken", "cmd": "exit 7", "healthChecks": [check]}
    result = ansible.module(definition=app, wait_timeout=12)
    assert result["failed"]
    assert "the last task ended with TASK_FAILED on " in result["msg"]
    assert result["last_task_failure"]["state"] == "TASK_FAILED"


def test_secrets_stay_out_of_the_output(ansible, group):
    shown = {"url_username": "ops", "url_password": "battery-staple", "secret_env": ["PASSWORD"]}
    app = {
        **SLEEP,
        "id": f"{group}/secret",
        "env": {"PASSWORD": "correct-horse", "COLOUR": "green"},
        "labels": {"proxy": "labelled-horse"},
        "secrets": {"vault": {"source": "sourced-horse"}},
        "fetch": [{"uri": "https://me:fetched-horse@127.0.0.1/.docker.tgz"}],
    }
    for switches, definition, options in (
        (("--check", "--diff"), app, {}),
        # An argument that Ansible itself refuses is shown with all the others.
        ((), app, {"wait_timeout": "soon"}),
        # A mapping that cannot be read is shown as it was given.
        ((), app, {"env": '{"PASSWORD": "typed-horse"', "cmd": "echo COLOUR"}),
        ((), app, {"env": {"PASSWORD": "typed-horse"}}),
        # Marathon refuses this one and quotes it.
        ((), {**app, "env": {**app["env"], "PASSWORD": ["correct-horse"]}}, {}),
    ):
        result = ansible.module(*switches, "-vvvv", definition=definition, secret_labels=["proxy"], **shown, **options)
        assert "COLOUR" in result["output"]
        assert "horse" not in result["output"]
        assert "battery-staple" not in result["output"]

    result = ansible.module(url="http://ops:battery-staple@127.0.0.1:9", definition=app)
    assert "use url_username, url_password" in result["msg"]
    assert "battery-staple" not in str({**result, "output": ""})


def test_a_file_on_a_broken_line(ansible, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text(json.dumps({"id": "a"}, indent=1)[:-2] + ",\n}")
    result = ansible.module(src=str(path))
    assert result["failed"]
    assert f"{path} is not valid JSON: line " in result["msg"]


@pytest.mark.engine("its leader is not ours to kill")
def test_a_killed_leader_is_waited_over(ansible, cluster, group):
    urls = [program.url for program in cluster.marathons]
    leader = requests.get(f"{urls[0]}/v2/leader", timeout=10).json()["leader"]
    killed = next(program for program in cluster.marathons if program.url.endswith(leader))
    killed.kill()
    try:
        result = ansible.module(url=urls, definition={**SLEEP, "id": f"{group}/survivor"}, wait_timeout=60)
    finally:
        killed.start()
        killed.wait_answering("/ping")
    assert not result["failed"], result["msg"]
    assert len(result["tasks"]) == 1
