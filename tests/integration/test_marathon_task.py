"""marathon_task, run by Ansible, on tasks that run."""

from __future__ import annotations

TASK = "quorum.mesos.marathon_task"


def ids_of(app):
    return {task["id"] for task in app["tasks"]}


def test_tasks_are_killed_and_replaced(ansible, marathon, group):
    app_id = f"{group}/worker"
    created = ansible.module(definition={"id": app_id, "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 2})
    first, second = sorted(ids_of(created))

    planned = ansible.module("--check", "--diff", module=TASK, tasks=[first])
    assert (planned["changed"], [task["id"] for task in planned["killed"]]) == (True, [first])
    assert ids_of(marathon.app(app_id)) == {first, second}

    killed = ansible.module("--diff", module=TASK, tasks=[first])
    assert (killed["changed"], killed["killed"], killed["diff"]) == (True, planned["killed"], planned["diff"])
    after = marathon.app(app_id)
    assert (after["tasksRunning"], first in ids_of(after), second in ids_of(after)) == (2, False, True)
    assert ids_of(killed) == ids_of(after)

    repeated = ansible.module(module=TASK, tasks=[first])
    assert (repeated["changed"], repeated["missing"], repeated["requests"]) == (False, [first], 1)
    assert ids_of(marathon.app(app_id)) == ids_of(after)

    planned = ansible.module("--check", module=TASK, tasks=[second], scale=True)
    assert (planned["changed"], planned["instances"]) == (True, {app_id: 1})
    assert marathon.app(app_id)["instances"] == 2
    scaled = ansible.module(module=TASK, tasks=[second], scale=True)
    assert (scaled["changed"], scaled["instances"]) == (True, {app_id: 1}) and scaled["deployment_id"]
    left = marathon.app(app_id)
    assert (left["instances"], ids_of(left)) == (1, ids_of(after) - {second})
    assert ansible.module(module=TASK, tasks=[second], scale=True)["changed"] is False
    assert marathon.app(app_id)["instances"] == 1

    elsewhere = ansible.module(module=TASK, id=app_id, host="no-such-host.example.com")
    assert (elsewhere["changed"], ids_of(elsewhere)) == (False, ids_of(left))
    here = ansible.module(module=TASK, id=app_id, host=left["tasks"][0]["host"], wipe=True)
    assert (here["changed"], ids_of(here["killed"] and {"tasks": here["killed"]})) == (True, ids_of(left))
    assert ids_of(marathon.app(app_id)).isdisjoint(ids_of(left))

    assert ansible.module(id=app_id, state="absent")["changed"]
    gone = ansible.module(module=TASK, tasks=[second])
    assert (gone["changed"], gone["failed"], gone["missing"]) == (False, False, [second])
    refused = ansible.module(module=TASK, id=app_id)
    assert refused["failed"] and f"id {app_id}: there is no such app" in refused["msg"]
