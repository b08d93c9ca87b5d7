from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.desired import AppOptions
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.run import AppRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter

from ..app_runs import DEFINITION, DEPLOYMENT, DRY, FREE, INFO, get, run
from ..fakes import CLOSED, LATE, REFUSED, Call, FakeSession, FakeTime, stored


def test_no_change_is_one_read():
    result = run(get(stored()))
    assert (result["changed"], result["action"], result["requests"]) == (False, "none", 1)
    assert result["diff"]["before"] == result["diff"]["after"]
    assert result["endpoints"] == ["slave1:31000"]
    assert result["app"]["portDefinitions"][0]["port"] == 10000
    assert "version" not in result["app"]


def test_no_change_still_waits_for_an_app_that_is_being_deployed():
    result = run(get(stored(deployments=[{"id": "d0"}])), get(stored()))
    assert not result["changed"]


def test_creation():
    result = run(
        get(),
        INFO,
        Call(
            "PUT",
            "/v2/apps/a",
            status=201,
            data=DEPLOYMENT,
            params={"partialUpdate": "false"},
            body={"id": "/a", "cmd": "sleep 1000", "instances": 1},
        ),
        get(stored(tasksRunning=0, deployments=[{"id": "d1"}])),
        get(stored()),
    )
    assert result["changed"]
    assert (result["action"], result["deployment_id"], result["restarts"]) == ("created", "d1", False)
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"] == {"id": "/a", "cmd": "sleep 1000"}
    assert result["after"]["portDefinitions"] == [{"port": 0, "name": "default", "protocol": "tcp"}]
    assert result["app"]["portDefinitions"][0]["port"] == 10000
    assert result["tasks"][0]["host"] == "slave1"


def test_without_wait_nothing_is_read_after_the_write():
    result = run(get(), INFO, Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT), wait=False)
    assert (result["changed"], result["tasks"], result["requests"]) == (True, [], 3)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401, "data": {"message": "who?"}}, errors.Refused),
        ({"status": 403, "data": {"message": "you may not"}}, errors.Refused),
    ],
)
def test_a_wait_that_is_refused_has_still_changed_the_app(answer, error):
    with pytest.raises(error, match=r"The change was written before \(deployment d1\)$") as failure:
        run(get(), INFO, Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT), Call("GET", "/v2/apps/a", **answer))
    assert failure.value.facts["changed"] and failure.value.facts["deployment_id"] == "d1"


@pytest.mark.parametrize(
    ("current", "reads", "action"),
    [
        (None, (INFO, *FREE, DRY), "created"),
        (stored(cpus=2.0), (INFO, DRY), "updated"),
        (stored(instances=3), (INFO, DRY), "scaled"),
        (stored(), (), "none"),
    ],
)
def test_check_mode_plans_the_same_and_only_reads(current, reads, action):
    result = run(get(current), *reads, check_mode=True)
    assert (result["action"], result["changed"]) == (action, action != "none")
    assert result["app"]["cpus"] == 1.0


IN_A_GROUP = {"message": "Invalid JSON", "details": [{"path": "/apps(0)/cpus", "errors": ["error.min"]}]}


def test_check_mode_and_run_are_refused_in_the_same_words():
    refused = Call("PUT", "/v2/groups", status=422, data=IN_A_GROUP, params={"dryRun": "true"})
    alone = {"message": "Invalid JSON", "details": [{"path": "/cpus", "errors": ["error.min"]}]}
    write = Call("PUT", "/v2/apps/a", status=422, data=alone)
    definition = {**DEFINITION, "cpus": -1}
    told = []
    for calls, check_mode in (((*FREE, refused), True), ((write, *FREE, refused), False)):
        with pytest.raises(errors.Invalid) as failure:
            run(get(), INFO, *calls, definition=definition, check_mode=check_mode)
        told.append(str(failure.value))
        assert failure.value.facts["details"] == alone["details"]
    assert told[0] == told[1]
    assert "/cpus: is too small (error.min), it is -1.0, but must be 0 or more. Correct that in" in told[0]


@pytest.mark.parametrize(
    ("info", "dry", "words"),
    [
        (INFO, [Call("PUT", "/v2/groups", status=500, data={"message": "None.get"})], "HTTP 500: None.get. The run"),
        (INFO, [Call("PUT", "/v2/groups", raises=LATE)], "beforehand: it gave no answer. The run may still be refused"),
        (INFO, [Call("PUT", "/v2/groups", status=403, data={"message": "not you"})], "does not allow this user"),
        (Call("GET", "/v2/info", data={"version": "1.3.14"}), [], "Marathon 1.3.14 did not check the definitions"),
    ],
)
def test_a_check_that_is_not_rehearsed_is_no_promise(info, dry, words):
    warnings = []
    assert run(get(stored(cpus=2.0)), info, *dry, check_mode=True, warnings=warnings)["changed"]
    (warning,) = warnings
    assert words in warning


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_app_below_an_app_is_refused_by_name(check_mode):
    """Which the dry run of Marathon does not see."""
    nothing = {"status": 404, "data": {"message": "App '/b/a' does not exist"}}
    parent = [
        Call("GET", "/v2/groups/b/a", status=404, data={"message": "Group '/b/a' does not exist"}),
        Call("GET", "/v2/pods/b/a", status=404, data={"message": "Pod '/b/a' does not exist"}),
        Call("GET", "/v2/groups/b", status=404, data={"message": "Group '/b' does not exist"}),
        Call("GET", "/v2/apps/b", data={"app": stored("/b")}),
    ]
    clash = {"message": "Object is not valid", "details": [{"path": "/groups(1)", "errors": ["same identifier."]}]}
    write = [] if check_mode else [Call("PUT", "/v2/apps/b/a", status=422, data=clash)]
    with pytest.raises(errors.DefinitionError, match=r"^/b/a of the definition cannot be below /b, which is an app"):
        run(
            Call("GET", "/v2/apps/b/a", **nothing),
            INFO,
            *write,
            *parent,
            definition={"id": "/b/a", "cmd": "sleep 1"},
            check_mode=check_mode,
        )


def test_check_mode_says_that_tasks_will_be_replaced():
    assert run(get(stored(labels={"a": "b"})), INFO, DRY, check_mode=True)["restarts"]


def test_scaling_without_a_definition():
    result = run(
        get(stored(env={"A": "1"})),
        INFO,
        Call("PUT", "/v2/apps/a", data=DEPLOYMENT, params={}, body={"instances": 3}),
        get(stored(env={"A": "1"}, instances=3)),
        definition=None,
        app_id="/a",
        instances=3,
    )
    assert (result["action"], len(result["endpoints"])) == ("scaled", 3)


def test_the_options_win_over_the_definition():
    result = run(
        get(stored(instances=2)), definition={**DEFINITION, "id": "/other", "instances": 5}, app_id="a", instances=2
    )
    assert result["action"] == "none"


def test_removal_waits_until_its_deployment_is_over():
    result = run(
        get(stored()),
        Call("DELETE", "/v2/apps/a", params={"force": "false"}, data=DEPLOYMENT),
        get(),
        Call("GET", "/v2/deployments", data=[{"id": "d1", "affectedApps": ["/a"]}]),
        get(),
        Call("GET", "/v2/deployments", data=[]),
        state="absent",
    )
    assert (result["action"], result["app"], result["diff"]["after"]) == ("deleted", None, {})


def test_removal_of_what_is_not_there():
    result = run(get(), state="absent", definition=None, app_id="a")
    assert (result["changed"], result["app"]) == (False, None)


class TestWriteWithoutAnswer:
    def test_that_was_done_is_not_repeated(self):
        result = run(get(), INFO, Call("PUT", "/v2/apps/a", raises=LATE), get(stored(tasksRunning=0)), get(stored()))
        assert (result["changed"], result["action"]) == (True, "created")
        assert "deployment_id" not in result

    def test_that_was_not_done_is_repeated_after_a_look(self):
        result = run(
            get(),
            INFO,
            Call("PUT", "/v2/apps/a", raises=CLOSED),
            get(),
            Call("PUT", "/v2/apps/a", data=DEPLOYMENT),
            get(stored()),
        )
        assert result["deployment_id"] == "d1"

    def test_is_given_up_after_three(self):
        gone = Call("PUT", "/v2/apps/a", raises=LATE)
        with pytest.raises(errors.WriteUncertain, match="may or may not"):
            run(get(), INFO, gone, get(), gone, get(), gone)

    def test_is_told_of_when_the_look_gets_no_answer_either(self):
        silent = [Call("GET", "/v2/apps/a", raises=REFUSED)] * 3
        with pytest.raises(errors.WriteUncertain, match=r"may or may not have been done.*does not answer at"):
            run(get(), INFO, Call("PUT", "/v2/apps/a", raises=LATE), *silent)
        locked = Call("PUT", "/v2/apps/a", status=409, data={"message": "locked", "deployments": [{"id": "d0"}]})
        with pytest.raises(errors.WriteUncertain, match="may or may not have been done"):
            running = Call("GET", "/v2/deployments", data=[])
            run(get(), INFO, Call("PUT", "/v2/apps/a", raises=LATE), get(), locked, running, *silent)

    def test_removal(self):
        result = run(
            get(stored()),
            Call("DELETE", "/v2/apps/a", raises=LATE),
            get(),
            get(),
            Call("GET", "/v2/deployments", data=[]),
            state="absent",
        )
        assert result["action"] == "deleted"


def test_a_failed_wait_reports_what_was_written():
    starting = get(stored(tasksRunning=0))
    with pytest.raises(errors.WaitFailed) as failure:
        run(
            get(),
            INFO,
            Call("PUT", "/v2/apps/a", data=DEPLOYMENT),
            starting,
            starting,
            Call("GET", "/v2/queue", data={"queue": []}),
            Call("GET", "/v2/deployments", data=[]),
            timeout=0.5,
        )
    assert failure.value.facts["changed"]
    assert failure.value.facts["deployment_id"] == "d1"
    assert failure.value.facts["action"] == "created"


def test_a_locked_app_is_not_changed():
    locked = Call("PUT", "/v2/apps/a", status=409, data={"message": "locked", "deployments": [{"id": "d0"}]})
    with pytest.raises(errors.Conflict) as failure:
        run(get(stored(cpus=2.0)), INFO, locked, Call("GET", "/v2/deployments", data=[]))
    assert failure.value.facts["deployments"] == ["d0"]


@pytest.mark.parametrize("options", [{}, {"check_mode": True}, {"state": "absent", "definition": None, "app_id": "/a"}])
def test_a_lock_that_is_shown_is_refused_before_the_write(options):
    held = stored(cpus=2.0, deployments=[{"id": "d0"}])
    running = Call("GET", "/v2/deployments", data=[{"id": "d0", "affectedApps": ["/a"]}])
    calls = [get(held), running] if options.get("state") else [get(held), INFO, running]
    with pytest.raises(errors.Conflict, match=r"holds /a \(d0\): .* Nothing was changed") as failure:
        run(*calls, **options)
    assert failure.value.facts["status"] == 409
    assert failure.value.facts["deployments"] == ["d0"]


@pytest.mark.parametrize(
    ("version", "params", "names"),
    [
        ("1.11.24", {"partialUpdate": "false"}, {"id", "cmd", "instances", "fetch"}),
        ("1.4.13", {"partialUpdate": "false"}, {"id", "cmd", "instances", "fetch"}),
        ("1.3.14", {}, {"id", "cmd", "instances", "fetch"}),
        ("0.13.1", {}, {"id", "cmd", "instances", "uris"}),
    ],
)
def test_the_write_is_what_the_release_understands(version, params, names):
    info = Call("GET", "/v2/info", data={"version": version})
    put = Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT, params=params)
    session = FakeSession(get(), info, put)
    time = FakeTime()
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    options = AppOptions(definition={**DEFINITION, "uris": ["http://h/a.tgz"]}, wait=False)
    waiter = Waiter(client, 5, time.clock, time.sleep)
    assert AppRunner(client, waiter, options, time.sleep, [].append).run(check_mode=False)["changed"]
    assert set(session.bodies[-1]) == names


def test_what_the_release_cannot_do_is_refused_before_the_write():
    info = Call("GET", "/v2/info", data={"version": "1.4.13"})
    with pytest.raises(errors.DefinitionError, match=r"/tty came with Marathon 1\.5, and this one is 1\.4\.13"):
        run(get(), info, definition={**DEFINITION, "tty": True})


def test_an_answer_of_an_older_release_is_judged_by_its_defaults():
    app = stored(maxLaunchDelaySeconds=3600, role=None)
    result = run(get(app), Call("GET", "/v2/info", data={"version": "1.7.236"}))
    assert (result["changed"], result["requests"]) == (False, 2)


def test_marathon_does_not_answer():
    with pytest.raises(errors.Unreachable, match="connection refused"):
        run(*[Call("GET", "/v2/apps/a", raises=REFUSED)] * 3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"definition": {"cmd": "x"}}, "the app has no id"),
        ({"app_id": "/a/tasks/web"}, "has the part tasks, .* a question about /a and not for a name"),
        ({"definition": None, "app_id": "a"}, "nothing to do to /a: give definition, src"),
        ({"definition": None, "app_id": "a/..", "instances": 1}, "is not an app id"),
        ({"ignored": ("cmds",)}, "did you mean 'cmd'"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_any_request(options, words):
    with pytest.raises(errors.DefinitionError, match=words):
        run(**options)


def test_an_app_that_does_not_exist_cannot_be_scaled():
    with pytest.raises(errors.DefinitionError, match="/a does not exist, so it cannot be scaled"):
        run(get(), definition=None, app_id="a", instances=2)


def test_what_marathon_would_drop_is_warned_of():
    warnings = []
    container = {"docker": {"image": "x"}, "portMappings": [{"containerPort": 80}]}
    definition = {"id": "a", "instance": 2, "container": container}
    run(get(), INFO, *FREE, DRY, definition=definition, check_mode=True, warnings=warnings)
    assert [warning.split(";")[0] for warning in warnings] == [
        "Marathon knows no app field 'instance' and ignores it",
        "/a: Marathon does not keep /container/portMappings, which the definition declares: host networking has no "
        "port mappings",
    ]


def test_secrets_are_masked_everywhere():
    definition = {**DEFINITION, "env": {"PW": "hunter2"}}
    current = get(stored(env={"PW": "hunter1"}))
    result = run(current, INFO, DRY, definition=definition, secret_names=("PW",), check_mode=True)
    assert "hunter" not in str(result)
    assert result["diff"]["before"] != result["diff"]["after"]


def test_a_write_that_arrives_late_is_met_by_its_repetition():
    locked = Call("PUT", "/v2/apps/a", status=409, data={"message": "locked", "deployments": [{"id": "d1"}]})
    result = run(
        get(stored(cpus=2.0)),
        INFO,
        Call("PUT", "/v2/apps/a", raises=LATE),
        get(stored(cpus=2.0)),
        locked,
        Call("GET", "/v2/deployments", data=[]),
        get(stored()),
        get(stored()),
    )
    assert result["changed"]


def test_the_answer_says_what_runs_where_and_after_how_long():
    created = [get(), INFO, Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT)]
    assert run(*created, get(stored()))["msg"] == "/a: 1 of 1 running after 0 s at slave1:31000"
    assert run(*created, wait=False)["msg"] == "/a: created by deployment d1, not waited for"
    assert run(get(stored()))["msg"] == "/a: 1 of 1 running at slave1:31000; nothing to change"
    planned = run(get(), INFO, *FREE, DRY, check_mode=True)
    assert planned["msg"] == "Plan for /a: 1 to create, 0 to change, 0 to remove"
    assert run(get(), state="absent")["msg"] == "/a: does not exist"


def test_strict_refuses_what_marathon_would_drop_before_anything_is_sent():
    unknown = {**DEFINITION, "cpu": 1, "instance": 2}
    with pytest.raises(errors.DefinitionError, match=r"'cpu' .* did you mean 'cpus'\?; .*'instance'.* strict is set"):
        run(definition=unknown, strict=True)
    with pytest.raises(errors.DefinitionError, match=r"did you mean 'cpus'\? strict is set"):
        run(definition={**DEFINITION, "cpu": 1}, strict=True)
    warnings = []
    run(get(stored()), definition=unknown, warnings=warnings)
    assert len(warnings) == 2


def test_a_failed_wait_has_no_whole_app_among_its_facts():
    started = [get(), INFO, Call("PUT", "/v2/apps/a", status=201, data=DEPLOYMENT)]
    with pytest.raises(errors.Refused) as failure:
        run(*started, Call("GET", "/v2/apps/a", status=401, data={"message": "who?"}))
    assert {"before", "after"}.isdisjoint(failure.value.facts)
    assert failure.value.facts["diff"]["after"] == {"id": "/a", "cmd": "sleep 1000"}
