"""Which deployments are picked, what is asked to end them, and what is said when they do not end."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.deployment.run import (
    DeploymentRunner,
    selection,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.deployment import DeploymentWaiter

from ..fakes import LATE, Call, FakeSession, FakeTime, pod_status, stored, stored_pod

OVER = {"message": "DeploymentPlan d1 does not exist"}


def deployment(name="d1", *apps, pods=(), **fields):
    return {
        "id": name,
        "version": "2020-10-29T12:28:49.123Z",
        "affectedApps": list(apps or ["/g/a"]),
        "affectedPods": list(pods),
        "steps": [{"actions": [{"action": "RestartApplication", "app": app} for app in apps or ["/g/a"]]}],
        "currentActions": [{"action": "RestartApplication", "app": app} for app in apps or ["/g/a"]],
        "currentStep": 1,
        "totalSteps": 1,
        **fields,
    }


def listed(*deployments):
    return Call("GET", "/v2/deployments", data=list(deployments))


def cancel(name="d1", **answer):
    return Call("DELETE", f"/v2/deployments/{name}", params={"force": "true"}, **{"status": 202, "text": "", **answer})


def undo(name="d1", new="d2", **answer):
    return Call("DELETE", f"/v2/deployments/{name}", params={}, **{"data": {"deploymentId": new}, **answer})


def run(*calls, state="finished", check_mode=False, wait=True, timeout=10, progress=None, **picked):
    time = FakeTime()
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    waiter = DeploymentWaiter(client, timeout, time.clock, time.sleep, progress)
    names = {"ids": None, "app_id": None, "group_id": None, **picked}
    try:
        return DeploymentRunner(client, waiter, selection(**names), state, wait, time.sleep).run(check_mode)
    finally:
        assert session.calls == [], "calls that were not made"


RUNNING = [deployment("d1", "/g/a"), deployment("d2", "/g/sub/b", "/other/c"), deployment("d3", pods=["/gg/p"])]
RUNNING[2]["affectedApps"] = []


@pytest.mark.parametrize(
    ("picked", "found"),
    [
        ({"ids": []}, []),
        ({"ids": ["d1", "gone"]}, ["d1"]),
        ({"app_id": "/g/a"}, ["d1"]),
        ({"app_id": "g/a/"}, ["d1"]),
        ({"app_id": "/g"}, []),
        ({"app_id": "/gg/p"}, ["d3"]),
        ({"group_id": "/g"}, ["d1", "d2"]),
        ({"group_id": "g/sub"}, ["d2"]),
        ({"group_id": "/other"}, ["d2"]),
        ({"group_id": "/gg"}, ["d3"]),
        ({"group_id": "/none"}, []),
        ({"group_id": "/"}, ["d1", "d2", "d3"]),
    ],
)
def test_picked_are_those_of_ids_of_an_app_or_of_all_in_a_group(picked, found):
    result = run(listed(*RUNNING), wait=False, **picked)
    assert [one["id"] for one in result["deployments"]] == found
    assert (result["changed"], result["requests"]) == (False, 1)


def test_an_id_that_is_none_is_refused_before_anything_is_asked():
    with pytest.raises(errors.DefinitionError, match="app 'a b'"):
        run(app_id="a b")


def test_what_is_picked_is_described():
    (one,) = run(listed(deployment("d1", "/g/b", "/g/a")), ids=["d1"], wait=False)["deployments"]
    assert one == {
        "id": "d1",
        "affected": ["/g/a", "/g/b"],
        "step": 1,
        "steps": 1,
        "actions": ["RestartApplication /g/a", "RestartApplication /g/b"],
        "version": "2020-10-29T12:28:49.123Z",
    }


def test_nothing_that_runs_is_one_request():
    for state in ("finished", "cancelled", "rolled_back"):
        result = run(listed(), group_id="/", state=state)
        assert (result["changed"], result["requests"], result["deployments"]) == (False, 1, [])


def test_the_wait_ends_when_none_is_left_also_of_those_that_began_meanwhile():
    lines = []
    result = run(
        listed(deployment("d1")), listed(deployment("d9", "/g/new")), listed(RUNNING[2]), group_id="/g",
        progress=lines.append,
    )  # fmt: skip
    assert (result["changed"], result["requests"]) == (False, 3)
    assert lines == ["/g/a: step 1 of 1, RestartApplication", "/g/new: step 1 of 1, RestartApplication"]


@pytest.mark.parametrize("state", ["cancelled", "rolled_back"])
def test_check_mode_ends_nothing(state):
    result = run(listed(deployment("d1")), ids=["d1"], state=state, check_mode=True)
    assert (result["changed"], result["requests"]) == (True, 1)
    assert result["diff"] == {"before": {"deployments": {"d1": ["/g/a"]}}, "after": {"deployments": {}}}


def test_cancelled_ends_each_by_force_and_waits_until_it_is_gone():
    both = [deployment("d1"), deployment("d2", "/g/b")]
    result = run(listed(*both), cancel("d1"), cancel("d2"), listed(both[1]), listed(), group_id="/g", state="cancelled")
    assert (result["changed"], result["rollback_deployment_ids"]) == (True, [])


def test_rolled_back_waits_for_the_deployment_that_undoes_it():
    result = run(
        listed(deployment("d1")), undo("d1", "d2"), listed(deployment("d2")), listed(), ids=["d1"], state="rolled_back"
    )
    assert (result["changed"], result["rollback_deployment_ids"]) == (True, ["d2"])


def test_one_that_ends_by_itself_first_is_no_change():
    result = run(
        listed(deployment("d1")), undo(status=404, data=OVER), listed(), ids=["d1"], state="rolled_back"
    )  # fmt: skip
    assert (result["changed"], result["rollback_deployment_ids"]) == (False, [])


def test_an_end_without_an_answer_is_not_asked_for_again_when_a_look_shows_it_was_done():
    """The deployment that undoes it is found by what it changes, and waited for."""
    result = run(
        listed(deployment("d1"), deployment("d8", "/g/b")),
        undo("d1", raises=LATE),
        listed(deployment("d8", "/g/b"), deployment("d2"), deployment("d3", "/z")),
        listed(deployment("d2")),
        listed(),
        ids=["d1"],
        state="rolled_back",
    )
    assert (result["changed"], result["rollback_deployment_ids"]) == (True, ["d2"])


def test_an_end_without_an_answer_is_asked_for_again_when_it_was_not_done():
    result = run(
        listed(deployment("d1")), cancel(raises=LATE), listed(deployment("d1")), cancel(), ids=["d1"],
        state="cancelled", wait=False,
    )  # fmt: skip
    assert (result["changed"], result["requests"]) == (True, 4)


def test_a_wait_that_is_too_long_tells_step_and_reason():
    hanging = deployment("d1", "/g/a", pods=["/g/p"])
    hanging["currentActions"].append({"action": "ScalePod", "pod": "/g/p"})
    app = stored("/g/a", tasksRunning=0, deployments=[{"id": "d1"}])
    with pytest.raises(errors.WaitFailed) as raised:
        run(
            listed(hanging),
            listed(hanging),
            listed(hanging),
            Call("GET", "/v2/queue", data={"queue": [{"pod": {"id": "/g/p"}, "count": 1, "delay": {"overdue": True}}]}),
            Call("GET", "/v2/apps/g/a", data={"app": app}),
            Call("GET", "/v2/pods/g/p::status", data=pod_status(stored_pod("/g/p"))),
            ids=["d1"],
            timeout=1,
        )
    text = str(raised.value)
    assert text.startswith(
        "not over after 1 s: deployment d1 of /g/a, /g/p is at step 1 of 1, RestartApplication, ScalePod. "
        "/g/a (0 of 1 instances run): "
    )
    assert "/g/p (1 of 1 instances are stable): " in text
    assert [one["id"] for one in raised.value.facts["deployments"]] == ["d1"]
    assert [one["id"] for one in raised.value.facts["hanging"]] == ["/g/a", "/g/p"]
