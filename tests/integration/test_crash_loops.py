"""What fails right after its start: never a success, and told with how often, how, and what it printed last."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

SECONDS = 15
SMALL = {"cpus": 0.05, "mem": 32}
SECRET = "hunter22secret"
LOOP = "echo starting; echo login with $PASSWORD fails >&2; sleep 0.5; exit 3"
APP = {**SMALL, "cmd": LOOP, "env": {"PASSWORD": SECRET}}
CONTAINER = {"name": "web", "exec": {"command": {"shell": LOOP}}, "resources": SMALL, "environment": APP["env"]}
SIDE = {**CONTAINER, "name": "side", "exec": {"command": {"shell": "sleep 1000"}}}
OFTEN = r"its instances do not stay up: they ended \d+ times during the wait"
PRINTED = r"the last lines of \S+ on \S+: stderr: login with \*{8} fails; stdout: starting"
WRITTEN = r"was written before \(deployment \S+\)"


@pytest.fixture(scope="module")
def told(ansible, module_group):
    """All of them wait at the same time."""
    secret = {"secret_env": ["PASSWORD"], "wait_timeout": SECONDS}

    def of(name, **more):
        return {"id": f"{module_group}/{name}", **more}

    runs = {
        "app": {"definition": of("app", **APP), "on_failure": "rollback", **secret},
        "quiet": {"definition": of("quiet", **APP), "task_output": False, **secret},
        "status-0": {"definition": of("status-0", **SMALL, cmd="sleep 1"), "wait_timeout": 2 * SECONDS},
        "set": {
            "module": "quorum.mesos.marathon_apps",
            "definitions": [of("set", **APP), of("sound", **SMALL, cmd="sleep 1000")],
            **secret,
        },
        "group": {
            "module": "quorum.mesos.marathon_group",
            "definition": {"id": f"{module_group}/group", "apps": [{"id": "a", **APP}]},
            **secret,
        },
        "pod": {
            "module": "quorum.mesos.marathon_pod",
            "definition": of("pod", containers=[SIDE, CONTAINER]),
            **secret,
        },
    }
    with ThreadPoolExecutor(3) as pool:
        return dict(zip(runs, pool.map(lambda options: ansible.module(**options), runs.values()), strict=True))


@pytest.mark.parametrize("name", ["app", "set", "group", "pod"])
def test_it_fails_with_what_an_operator_needs(told, name):
    result = told[name]
    assert result["failed"] and result["changed"]
    for words in (OFTEN, "exited with status 3", PRINTED, WRITTEN):
        assert re.search(words, result["msg"]), result["msg"]
    assert SECRET not in result["output"]
    found = result["hanging"][0] if "hanging" in result else result
    assert found["task_endings"] > 1
    assert (found["task_output"]["stdout"], found["task_output"]["stderr"]) == (
        ["starting"],
        ["login with ******** fails"],
    )


def test_the_rollback_acts(told, marathon, module_group):
    assert told["app"]["rollback"]["action"] == "removed" and told["app"]["rollback"]["confirmed"]
    assert marathon.app(f"{module_group}/app") is None


def test_only_what_fails_is_told_of_a_set(told, module_group):
    assert [one["id"] for one in told["set"]["hanging"]] == [f"{module_group}/set"]


def test_the_container_of_a_pod_is_named(told):
    assert re.search(r"the last instance ended.* container web", told["pod"]["msg"]), told["pod"]["msg"]


def test_what_is_printed_can_be_left_out(told):
    assert re.search(OFTEN, told["quiet"]["msg"]) and "the last lines" not in told["quiet"]["msg"]
    assert "task_output" not in told["quiet"]


def test_a_command_that_is_done_is_told_so(told):
    assert "no failure is recorded: with exit status 0 (the command must keep running)" in told["status-0"]["msg"]
    assert "Mesos master" not in told["status-0"]["msg"]
