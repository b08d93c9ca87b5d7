from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.task import plan as task_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.task.run import TaskOptions, TaskRunner

from ..fakes import Call, FakeSession, FakeTime, stored, task

OLD, OTHER, NEW = (f"a.instance-{number}._app.1" for number in range(3))
GONE = "a.instance-9._app.1"
KILL = "/v2/tasks/delete"
MISSING = {"message": "App '/a' does not exist"}
BUSY = {"message": "App is locked", "deployments": [{"id": "d0"}]}


def app(*numbers, instances=2, **state):
    return stored(instances=instances, tasksRunning=len(numbers), tasks=[task(n) for n in numbers], **state)


def get(found=None):
    if found is None:
        return Call("GET", "/v2/apps/a", status=404, data=MISSING)
    return Call("GET", "/v2/apps/a", data={"app": found})


def kill(*ids, status=200, data=None, **params):
    return Call("POST", KILL, status=status, data=data or {"tasks": []}, body={"ids": list(ids)}, params=params)


def unanswered(*ids, **params):
    """A gateway's answer: Marathon may have got it."""
    return Call("POST", KILL, status=502, text="bad gateway", body={"ids": list(ids)}, params=params)


def run(*calls, check_mode=False, **options):
    """Runs with these options over exactly these calls."""
    time = FakeTime()
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    try:
        runner = TaskRunner(client, TaskOptions(**{"wait_timeout": 3, **options}), time.clock, time.sleep)
        return runner.run(check_mode)
    finally:
        assert session.calls == [], "calls that were not made"


def killed(result):
    return [one["id"] for one in result["killed"]]


@pytest.mark.parametrize(
    ("task_id", "app_id"),
    [
        ("shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1", "/shop/web"),
        ("shop_web.v1.2.instance-6a2e._app.12", "/shop/web.v1.2"),
        ("web.marathon-6a2e1f9c._app", "/web"),
        ("shop_web.6a2e1f9c-9f0e-11ea-9d5f-0242ac110002", "/shop/web"),
    ],
)
def test_the_app_of_a_task(task_id, app_id):
    assert task_plan.app_of(task_id) == app_id


@pytest.mark.parametrize(
    ("task_id", "words"),
    [
        ("/shop/web", "is not the id of a task"),
        ("", "is not the id of a task"),
        ("shop_web.instance-6a2e1f9c", "is the id of an instance"),
        ("shop_cart.instance-6a2e1f9c.redis.1", "belongs to a pod"),
    ],
)
def test_what_is_no_task_of_an_app_is_refused_before_anything_is_asked(task_id, words):
    with pytest.raises(errors.DefinitionError) as caught:
        run(tasks=(OLD, task_id))
    assert repr(task_id) in str(caught.value) and words in str(caught.value)


@pytest.mark.parametrize(
    ("options", "chosen", "missing"),
    [
        ({"tasks": (OLD,)}, [OLD], []),
        ({"tasks": (OLD, GONE, GONE)}, [OLD], [GONE]),
        ({"tasks": (OTHER, OLD)}, [OLD, OTHER], []),
        ({"tasks": (OLD, OTHER), "host": "slave2"}, [OTHER], [OLD]),
        ({"app_id": "/a"}, [OLD, OTHER], []),
        ({"app_id": "/a", "host": "slave1"}, [OLD], []),
        ({"app_id": "/a", "host": "slave"}, [], []),
    ],
)
def test_which_tasks_go_is_said_in_check_mode_by_one_read(options, chosen, missing):
    result = run(get(app(0, 1)), check_mode=True, **options)
    assert (result["changed"], killed(result), result["missing"]) == (bool(chosen), chosen, missing)
    assert (result["requests"], result["instances"]) == (1, {"/a": 2})


def test_the_diff_of_scaling():
    result = run(get(app(0, 1)), check_mode=True, tasks=(OLD,), scale=True)
    assert result["diff"] == {
        "before": {"/a": {"instances": 2, "tasks": [f"{OLD} on slave1", f"{OTHER} on slave2"]}},
        "after": {"/a": {"instances": 1, "tasks": [f"{OTHER} on slave2"]}},
    }
    assert result["instances"] == {"/a": 1}


def test_never_fewer_instances_than_none():
    assert run(get(app(0, 1, instances=1)), check_mode=True, app_id="/a", scale=True)["instances"] == {"/a": 0}


@pytest.mark.parametrize("state", ["TASK_KILLING", "TASK_FINISHED"])
def test_a_task_that_is_ending_is_no_change_but_waited_for(state):
    ending = {**app(1), "tasks": [task(0, state=state), task(1)]}
    result = run(get(ending), get(app(1, 2)), tasks=(OLD,))
    assert (result["changed"], result["missing"]) == (False, [])
    assert [one["id"] for one in result["tasks"]] == [OTHER, NEW]


def test_a_kill_waits_until_another_one_runs():
    calls = [get(app(0, 1)), kill(OLD), get(app(0, 1)), get(app(1)), get(app(1, 2))]
    result = run(*calls, tasks=(OLD,))
    assert (result["changed"], killed(result), "deployment_id" in result) == (True, [OLD], False)
    assert [one["id"] for one in result["tasks"]] == [OTHER, NEW]


def test_wipe_and_no_wait():
    result = run(get(app(0, 1)), kill(OLD, wipe="true"), tasks=(OLD,), wipe=True, wait=False)
    assert (result["changed"], result["requests"]) == (True, 2)


def test_kill_and_scale():
    calls = [
        get(app(0, 1)),
        kill(OLD, data={"version": "v", "deploymentId": "d1"}, scale="true"),
        get(app(0, 1, instances=1, deployments=[{"id": "d1"}])),
        get(app(1, instances=1)),
    ]
    result = run(*calls, tasks=(OLD,), scale=True)
    assert (result["deployment_id"], result["instances"]) == ("d1", {"/a": 1})
    assert [one["id"] for one in result["tasks"]] == [OTHER]


def test_force_is_sent_with_scale_only():
    scaled = kill(OLD, data={"deploymentId": "d1"}, scale="true", force="true")
    run(get(app(0, 1)), scaled, tasks=(OLD,), scale=True, force=True, wait=False)
    run(get(app(0, 1)), kill(OLD), tasks=(OLD,), force=True, wait=False)


def test_the_tasks_of_an_app_that_is_gone_are_gone():
    result = run(get(), tasks=(OLD,))
    assert (result["changed"], result["missing"], result["tasks"]) == (False, [OLD], [])


def test_an_app_that_was_named_has_to_be_there():
    with pytest.raises(errors.DefinitionError, match="id /a: there is no such app"):
        run(get(), app_id="/a")


def test_scale_and_wipe_exclude_each_other():
    with pytest.raises(errors.DefinitionError, match="scale and wipe exclude each other"):
        run(tasks=(OLD,), scale=True, wipe=True)


def test_a_deployment_in_the_way_is_named():
    listed = Call("GET", "/v2/deployments", data=[])
    with pytest.raises(errors.Conflict) as caught:
        run(get(app(0, 1)), kill(OLD, status=409, data=BUSY, scale="true"), listed, tasks=(OLD,), scale=True)
    assert caught.value.facts["deployments"] == ["d0"]


@pytest.mark.parametrize(
    ("after", "again"),
    [
        ({**app(0, 1), "tasks": [task(0, state="TASK_KILLING"), task(1, state="TASK_KILLING")]}, []),
        (app(0, 2), [OLD]),
        (app(0, 1), [OLD, OTHER]),
        (None, []),
    ],
)
def test_a_kill_without_an_answer_is_sent_again_for_what_is_left(after, again):
    calls = [get(app(0, 1)), unanswered(OLD, OTHER), get(after), *([kill(*again)] if again else [])]
    assert run(*calls, tasks=(OLD, OTHER), wait=False)["changed"]


@pytest.mark.parametrize(
    ("after", "repeated"),
    [
        # Killed already, and a second time would take one instance more.
        (app(0, 1, instances=1), False),
        (app(0, 1), True),
    ],
)
def test_scaling_without_an_answer_is_never_done_twice(after, repeated):
    calls = [get(app(0, 1)), unanswered(OLD, scale="true"), get(after)]
    if repeated:
        calls.append(kill(OLD, data={"deploymentId": "d1"}, scale="true"))
    assert run(*calls, tasks=(OLD,), scale=True, wait=False)["changed"]


def test_scaling_by_somebody_else_meanwhile_is_told():
    calls = [get(app(0, 1)), unanswered(OLD, scale="true"), get(app(0, 1, instances=5))]
    with pytest.raises(errors.Overridden, match="/a: 5"):
        run(*calls, tasks=(OLD,), scale=True)


def test_scaling_by_somebody_else_ends_the_wait():
    scaled = kill(OLD, data={"deploymentId": "d1"}, scale="true")
    with pytest.raises(errors.Overridden, match="modified or rolled back concurrently") as caught:
        run(get(app(0, 1)), scaled, get(app(1, instances=4)), tasks=(OLD,), scale=True)
    assert (caught.value.facts["changed"], caught.value.facts["deployment_id"]) == (True, "d1")


def test_a_wait_in_vain_says_why_and_that_it_was_killed():
    lone = app(1)
    queue = [{"app": {"id": "/a"}, "count": 1, "delay": {"overdue": True, "timeLeftSeconds": 0}}]
    with pytest.raises(errors.WaitFailed, match="1 of 2 instances run") as caught:
        run(
            get(app(0, 1)),
            kill(OLD),
            get(lone),
            get(lone),
            Call("GET", "/v2/queue", data={"queue": queue}),
            Call("GET", "/v2/deployments", data=[]),
            tasks=(OLD,),
            wait_timeout=0.5,
        )
    assert [one["id"] for one in caught.value.facts["killed"]] == [OLD]
