from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.pod.run import PodOptions, PodRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.pod import PodWaiter

from ..fakes import LATE, Call, FakeSession, FakeTime, pod_instance, pod_status, stored_pod

DEFINITION = {
    "id": "p",
    "networks": [{"mode": "host"}],
    "containers": [
        {
            "name": "web",
            "exec": {"command": {"shell": "serve"}},
            "resources": {"cpus": 0.1, "mem": 32},
            "endpoints": [{"name": "http"}],
        }
    ],
}
INFO = Call("GET", "/v2/info", data={"version": "1.11.24"})
HEADER = {"Marathon-Deployment-Id": "d1"}
MISSING = {"message": "Pod '/p' does not exist"}
OLD, NEW = "2020-10-29T12:00:00.000Z", "2020-10-29T13:00:00.000Z"
RED = stored_pod(environment={"COLOUR": "red"})
GREEN = stored_pod(environment={"COLOUR": "green"}, version=NEW)
GREEN_DEFINITION = {**DEFINITION, "environment": {"COLOUR": "green"}}


def status(found=None):
    path = "/v2/pods/p::status"
    return Call("GET", path, status=404, data=MISSING) if found is None else Call("GET", path, data=found)


def deployments(*ids, pods=("/p",)):
    return Call("GET", "/v2/deployments", data=[{"id": one, "affectedPods": list(pods), "steps": []} for one in ids])


def put(**call):
    return Call("PUT", "/v2/pods/p", data=GREEN, headers=HEADER, **call)


def run(*calls, check_mode=False, timeout=5, warnings=None, progress=None, **options):
    """Runs with these options over exactly these calls."""
    time = FakeTime()
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    options.setdefault("definition", DEFINITION)
    warn = [].append if warnings is None else warnings.append
    try:
        waiter = PodWaiter(client, timeout, time.clock, time.sleep, progress)
        result = PodRunner(client, waiter, PodOptions(**options), time.sleep, warn).run(check_mode)
    finally:
        assert session.calls == [], "calls that were not made"
    return result


@pytest.mark.parametrize("version", ["2020-10-29T12:00:00.000123456Z", "2020-10-29T12:00:00Z", "2020-10-29T12:00Z"])
def test_a_version_that_is_written_otherwise_costs_no_read(version):
    """Real Marathon writes as many digits of it as the clock has in the reference of an instance."""
    spec = stored_pod()
    assert run(status(pod_status(spec, pod_instance(spec, version=version))))["requests"] == 1


def test_no_change_is_one_read():
    result = run(status(pod_status()))
    assert (result["changed"], result["action"], result["requests"]) == (False, "none", 1)
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["endpoints"] == ["slave1:31000"]
    assert result["instances"] == [
        {
            "id": "p.instance-0",
            "status": "STABLE",
            "host": "slave1",
            "version": OLD,
            "containers": {"web": "TASK_RUNNING"},
            "endpoints": {"http": 31000},
        }
    ]
    assert "version" not in result["pod"]


def test_no_change_still_waits_for_instances_that_are_not_stable():
    result = run(
        status(pod_status(stored_pod(), pod_instance(stored_pod(), status="STAGING"))),
        status(pod_status(stored_pod(), pod_instance(stored_pod(), status="DEGRADED"))),
        status(pod_status()),
    )
    assert not result["changed"]


def test_creation():
    lines = []
    result = run(
        status(),
        INFO,
        Call("POST", "/v2/pods", status=201, data=stored_pod(), headers=HEADER),
        status(pod_status(stored_pod(), pod_instance(stored_pod(), status="STAGING"))),
        status(pod_status()),
        deployments("d1"),
        status(pod_status()),
        deployments(),
        progress=lines.append,
    )
    assert (result["changed"], result["action"], result["deployment_id"]) == (True, "created", "d1")
    assert (result["diff"]["before"], result["restarts"]) == ({}, False)
    assert lines[0] == "/p: 0 of 1 instances are stable, 1 STAGING"


def test_check_mode_plans_the_same_and_writes_nothing():
    planned = run(status(pod_status(RED)), INFO, deployments(), check_mode=True, definition=GREEN_DEFINITION)
    done = run(
        status(pod_status(RED)), INFO, put(), status(pod_status(GREEN)), deployments(), definition=GREEN_DEFINITION
    )
    assert (planned["action"], planned["restarts"]) == ("updated", True)
    assert planned["diff"] == done["diff"]
    assert planned["pod"]["environment"] == {"COLOUR": "green"}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("state", ["present", "suspended"])
def test_a_pod_that_would_stop_marathon_is_not_sent(check_mode, state):
    with pytest.raises(errors.DefinitionError, match="no app and no pod starts any more"):
        run(status(), check_mode=check_mode, state=state, definition={**DEFINITION, "networks": []})


def test_one_that_is_there_can_be_stopped_and_removed():
    lethal = pod_status(stored_pod(networks=[]))
    stopped = run(status(lethal), INFO, deployments(), check_mode=True, definition=None, pod_id="/p", state="suspended")
    removed = run(status(lethal), deployments(), check_mode=True, definition=None, pod_id="/p", state="absent")
    assert (stopped["action"], removed["action"]) == ("scaled", "deleted")


def test_old_instances_are_not_the_new_ones_though_the_pod_is_called_stable():
    result = run(
        status(pod_status(RED)),
        INFO,
        put(),
        status(pod_status(GREEN, pod_instance(GREEN, version=OLD))),
        Call("GET", f"/v2/pods/p::versions/{OLD}", data=RED),
        status(pod_status(GREEN, pod_instance(GREEN, version=OLD), pod_instance(GREEN, 1))),
        status(pod_status(GREEN, pod_instance(GREEN, 1))),
        deployments(),
        definition=GREEN_DEFINITION,
    )
    assert [one["version"] for one in result["instances"]] == [NEW]


def test_instances_of_a_version_with_another_number_only_are_current():
    two = stored_pod(instances=2, version=NEW)
    result = run(
        status(pod_status()),
        INFO,
        Call("PUT", "/v2/pods/p", data=two, headers=HEADER),
        status(pod_status(two, pod_instance(two, version=OLD), pod_instance(two, 1))),
        Call("GET", f"/v2/pods/p::versions/{OLD}", data=stored_pod()),
        deployments(),
        instances=2,
        definition=None,
        pod_id="/p",
    )
    assert (result["action"], result["restarts"], len(result["instances"])) == ("scaled", False, 2)


def test_a_forgotten_version_is_not_waited_for():
    spec = stored_pod(version=NEW)
    missing = Call("GET", f"/v2/pods/p::versions/{OLD}", status=404, data=MISSING)
    assert not run(status(pod_status(spec, pod_instance(spec, version=OLD))), missing)["changed"]


@pytest.mark.parametrize("definition", [None, DEFINITION])
def test_suspended_means_no_instances(definition):
    none = {**stored_pod(instances=0, version=NEW)}
    result = run(
        status(pod_status()),
        INFO,
        put(),
        status({**pod_status(none), "instances": [pod_instance(none, version=OLD, status="TERMINAL")]}),
        status({**pod_status(none), "instances": []}),
        deployments(),
        state="suspended",
        definition=definition,
        pod_id="/p",
    )
    assert (result["action"], result["instances"]) == ("scaled", [])


def test_removal_waits_for_the_deployment():
    result = run(
        status(pod_status()),
        Call("DELETE", "/v2/pods/p", status=202, text="", headers=HEADER),
        status(),
        deployments("d1"),
        status(),
        deployments("d2", pods=("/other",)),
        state="absent",
        definition=None,
        pod_id="p",
    )
    assert (result["action"], result["pod"], result["instances"]) == ("deleted", None, [])


def test_nothing_to_remove_is_one_read():
    assert run(status(), state="absent", definition=None, pod_id="p")["requests"] == 1


@pytest.mark.parametrize("found", [None, pod_status(GREEN)])
def test_a_write_without_an_answer_is_repeated_only_if_it_was_not_done(found):
    pod = Call("GET", "/v2/pods/p", data=RED if found is None else GREEN)
    calls = [status(pod_status(RED)), INFO, put(raises=LATE), pod]
    calls += [put(), status(pod_status(GREEN)), deployments()] if found is None else [status(found)]
    assert run(*calls, definition=GREEN_DEFINITION)["changed"]


@pytest.mark.parametrize("arrived", [True, False])
def test_a_repeated_write_that_meets_a_lock_may_meet_its_own_first_attempt(arrived):
    """The first one arrived after the read that did not see it; or it is somebody else's lock."""
    before, after = (Call("GET", "/v2/pods/p", data=one) for one in (RED, GREEN if arrived else RED))
    locked = Call("PUT", "/v2/pods/p", status=409, data={"message": "locked", "deployments": [{"id": "d0"}]})
    calls = [status(pod_status(RED)), INFO, put(raises=LATE), before, locked, deployments("d0"), after]
    if arrived:
        assert run(*calls, status(pod_status(GREEN)), definition=GREEN_DEFINITION)["changed"]
    else:
        with pytest.raises(errors.Conflict):
            run(*calls, definition=GREEN_DEFINITION)


def test_time_is_up_and_the_cause_is_told():
    sick = pod_status(GREEN, pod_instance(GREEN, status="STAGING"))
    with pytest.raises(errors.WaitFailed) as failure:
        run(
            status(pod_status(RED)),
            INFO,
            put(),
            status(sick),
            Call("GET", "/v2/queue", data={"queue": []}),
            deployments("d1"),
            definition=GREEN_DEFINITION,
            timeout=0,
        )
    assert str(failure.value) == (
        "/p is not deployed after 0 s (0 of 1 instances are stable, 1 STAGING): 1 instance is staging on slave1: "
        "starting the containers. The change was written before (deployment d1)"
    )
    assert failure.value.facts["deployments"] == ["d1"] and failure.value.facts["action"] == "updated"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Call("DELETE", "/v2/deployments/d1", data={"deploymentId": "d2", "version": NEW}), "(deployment d2)"),
        (
            Call("DELETE", "/v2/deployments/d1", status=404, data={"message": "DeploymentPlan d1 does not exist"}),
            "deployment d1 has ended",
        ),
    ],
)
def test_rollback(answer, words):
    with pytest.raises(errors.WaitFailed) as failure:
        run(
            status(pod_status(RED)),
            INFO,
            put(),
            status(pod_status(GREEN, pod_instance(GREEN, status="STAGING"))),
            Call("GET", "/v2/queue", data={"queue": []}),
            deployments("d1"),
            answer,
            definition=GREEN_DEFINITION,
            timeout=0,
            on_failure="rollback",
        )
    assert words in str(failure.value)


def test_somebody_else_changes_it_during_the_wait():
    with pytest.raises(errors.Overridden, match="modified or rolled back concurrently"):
        run(
            status(pod_status(RED)),
            INFO,
            put(),
            status(pod_status(stored_pod(environment={"COLOUR": "blue"}))),
            definition=GREEN_DEFINITION,
            on_failure="rollback",
        )


@pytest.mark.parametrize(
    "answer", [{"status": 404, "text": "<html>404</html>"}, {"status": 404, "data": {"message": "URI not found: /v2"}}]
)
def test_a_marathon_without_pods_is_refused(answer):
    with pytest.raises(errors.Unexpected, match=r"Marathon 1\.3\.13 is too old for pods, which came with 1\.4"):
        run(Call("GET", "/v2/pods/p::status", **answer), Call("GET", "/v2/info", data={"version": "1.3.13"}))


def test_a_server_that_is_none_is_told_as_such():
    foreign = {"status": 404, "text": "<html>404</html>"}
    with pytest.raises(errors.Unexpected, match="not JSON"):
        run(Call("GET", "/v2/pods/p::status", **foreign), Call("GET", "/v2/info", **foreign))


def test_warnings():
    warnings = []
    pod = {**DEFINITION, "enviroment": {}, "executorResources": {"cpus": 0.5}}
    run(status(pod_status()), definition=pod, warnings=warnings)
    assert warnings == [
        "Marathon knows no pod field /enviroment and ignores it; did you mean 'environment'?",
        "/p differs in executorResources, a change of which alone Marathon neither stores nor deploys: change "
        "something else of the pod too, like a label",
    ]


def test_secrets_are_masked():
    calls = (status(pod_status(RED)), INFO, deployments())
    result = run(*calls, check_mode=True, definition=GREEN_DEFINITION, secret_names=("COLOUR",))
    assert result["diff"]["before"]["environment"] == {"COLOUR": "********"}
    assert result["diff"]["after"]["environment"] == {"COLOUR": "******** (changed)"}
    assert "green" not in str(result) and "red" not in str(result)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"definition": None}, "the pod has no id"),
        ({"definition": None, "pod_id": "/p"}, "there is nothing to do to /p"),
        ({"ignored": ("enviroment",)}, "did you mean 'environment'"),
    ],
)
def test_refusals_before_anything_is_asked(options, message):
    with pytest.raises(errors.DefinitionError, match=message):
        run(**options)


def test_a_pod_that_is_not_there_cannot_be_scaled():
    with pytest.raises(errors.DefinitionError, match="does not exist, so it cannot be scaled"):
        run(status(), definition=None, pod_id="/p", instances=2)
