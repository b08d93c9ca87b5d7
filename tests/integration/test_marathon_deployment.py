"""marathon_deployment, run by Ansible, against a Marathon that starts tasks."""

from __future__ import annotations

import re

import pytest

MODULE = "quorum.mesos.marathon_deployment"
SLEEP = {"cmd": "exec sleep 1000", "cpus": 0.1, "mem": 32}
# More than any agent has.
HUGE = 9000000


@pytest.fixture
def deployments(ansible):
    def run(*switches, **options):
        return ansible.module(*switches, module=MODULE, **options)

    return run


def running(marathon, group):
    listed = marathon.write("GET", "/v2/deployments").json()
    return [one["id"] for one in listed if any(app.startswith(group) for app in one["affectedApps"])]


def test_a_terminal_does_not_obey_a_definition(deployments, marathon, group):
    app = f"{group}/evil"
    rule = ["rack", "CLUSTER", "\x1b]0;title\x07\x1b[2J\x1b[31mRED"]
    assert marathon.write("PUT", f"/v2/apps{app}", {**SLEEP, "constraints": [rule]}).ok
    late = deployments(app=app, wait_timeout=4)
    assert late["failed"] and "meets the constraints rack CLUSTER  ]0;title  [2J [31mRED" in late["msg"]
    assert re.findall("[\x07\x1b]", late["output"]) == []


def test_life_of_deployments(deployments, marathon, group):
    app = f"{group}/web"
    assert marathon.write("PUT", f"/v2/apps{app}", SLEEP).ok
    waited = deployments(group=group)
    assert (waited["failed"], waited["changed"]) == (False, False), waited["output"]
    assert marathon.app(app)["tasksRunning"] == 1
    assert running(marathon, group) == []

    hanging = marathon.write("PUT", f"/v2/apps{app}", {"mem": HUGE}).json()["deploymentId"]
    late = deployments(app=app, wait_timeout=4)
    assert late["failed"]
    assert late["msg"].startswith(f"not over after 4 s: deployment {hanging} of {app} is at step 1 of 1, Restart")
    assert [one["id"] for one in late["hanging"]] == [app] and "mem" in late["hanging"][0]["reason"]

    undone = {"id": [hanging], "state": "rolled_back"}
    planned = deployments("--check", "--diff", **undone)
    assert (planned["changed"], planned["diff"]["before"]) == (True, {"deployments": {hanging: [app]}})
    assert running(marathon, group) == [hanging]
    rolled_back = deployments(**undone)
    assert rolled_back["changed"] and rolled_back["rollback_deployment_ids"]
    stored = marathon.app(app)
    assert (stored["mem"], stored["tasksRunning"], stored["deployments"]) == (32, 1, [])
    repeated = deployments("--diff", **undone)
    assert (repeated["changed"], repeated["requests"], repeated["deployments"]) == (False, 1, [])

    assert marathon.write("PUT", f"/v2/apps{app}", {"mem": HUGE}).ok
    assert deployments(group=group, state="cancelled")["changed"]
    stored = marathon.app(app)
    # Where it stood: the definition is the new one, the task the old one.
    assert (stored["mem"], stored["deployments"]) == (HUGE, [])
    assert not deployments(group=group, state="cancelled")["changed"]
