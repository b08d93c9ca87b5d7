"""The requests of a run over a set, in their order, and what is told when one of them fails."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.plan import Rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.run import SetOptions, SetRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    apps as app_set,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition.apps import Source
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import ownership
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.apps import SetWaiter

from ..fakes import LATE, REFUSED, Call, FakeSession, FakeTime, stored

INFO = Call("GET", "/v2/info", data={"version": "1.11.24"})
BY_GROUP = {"owner": ownership.read("/g", None), "prune": True}
FULL = {"message": "Max number (100) of running deployments is achieved."}
GONE = {"message": "Group '/g' does not exist"}
RUNNING = Call("GET", "/v2/deployments", data=[{"id": "d0", "affectedApps": ["/g/a"], "totalSteps": 1}])
NO_APP = {"message": "App '/g' does not exist"}
NO_POD = {"message": '{"message": "pod with /g does not exist"}'}
MISSING = (
    Call("GET", "/v2/groups/g", status=404, data=GONE),
    Call("GET", "/v2/apps/g", status=404, data=NO_APP),
    INFO,
)


def app(app_id, **declared):
    return {"id": app_id, "cmd": "sleep 1000", **declared}


def read(*apps, groups=(), path="/v2/groups/g"):
    group_id = path.removeprefix("/v2/groups") or "/"
    return Call("GET", path, data={"id": group_id, "apps": list(apps), "groups": list(groups), "pods": []})


def put(status=200, data=None, **more):
    return Call("PUT", "/v2/apps", status=status, data=data or {"deploymentId": "d1"}, **more)


def rehearsed(path="/v2/groups/g", status=200, data=None, **more):
    return Call("PUT", path, status=status, data=data or {"steps": []}, params={"dryRun": "true"}, **more)


def no(*reasons):
    details = [{"path": "/constraints(0)", "errors": list(reasons)}]
    return rehearsed(status=422, data={"message": "Object is not valid", "details": details})


def delete(path, deployment="d2", status=200, data=None):
    return Call("DELETE", path, status=status, data=data or {"deploymentId": deployment})


def look(app_id, **declared):
    """What goes is looked at just before."""
    return Call("GET", f"/v2/apps{app_id}", data={"app": stored(app_id, **declared)})


def run(
    *calls,
    declared=(),
    check_mode=False,
    wait=False,
    timeout=10,
    warnings=None,
    progress=None,
    force=False,
    secret_names=(),
    strict=False,
    **rules,
):
    time = FakeTime()
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    found = app_set.build([Source(value, f"file{number}") for number, value in enumerate(declared, 1)])
    options = SetOptions(Rules(**rules), secret_names, strict, force=force, wait=wait)
    try:
        runner = SetRunner(
            client,
            found,
            options,
            lambda read: SetWaiter(read, client, timeout, time.clock, time.sleep, progress),
            time.sleep,
            [].append if warnings is None else warnings.append,
        )
        result = runner.run(check_mode)
    finally:
        assert session.calls == [], "calls that were not made"
    return result


def test_a_thousand_apps_that_are_as_declared_are_one_read():
    names = [f"/g/app{number}" for number in range(1000)]
    result = run(read(*map(stored, names)), declared=[app(name) for name in names], wait=True)
    assert (result["changed"], result["requests"], result["diff"]) == (False, 1, [])
    assert result["summary"] == "Plan: 0 to create, 0 to change, 0 to remove, 1000 unchanged"


def test_a_thousand_new_apps_are_one_write():
    names = [f"/g/app{number}" for number in range(1000)]
    result = run(
        *MISSING,
        Call("GET", "/v2/pods/g", status=404, data=NO_POD),
        put(params={"partialUpdate": "false"}),
        read(*map(stored, names)),
        declared=[app(name) for name in names],
        wait=True,
    )
    assert (result["requests"], result["deployment_ids"]) == (6, ["d1"])
    assert result["summary"] == "Plan: 1000 to create, 0 to change, 0 to remove"


def test_check_mode_writes_nothing_and_says_the_same():
    calls = [read(stored("/g/a"), stored("/g/b"), stored("/g/c")), INFO]
    declared = [app("/g/a", cmd="x"), app("/g/b", instances=2), app("/g/d")]
    planned = run(*calls, rehearsed(), declared=declared, check_mode=True, **BY_GROUP)
    done = run(*calls, put(), look("/g/c"), delete("/v2/apps/g/c"), declared=declared, **BY_GROUP)
    assert planned["changed"]
    for name in ("apps", "groups", "diff", "summary"):
        assert planned[name] == done[name]
    assert planned["summary"] == "Plan: 1 to create, 2 to change (1 restarts), 1 to remove (/g/c)"
    assert [(one["before_header"], one["after_header"]) for one in planned["diff"]] == [
        ("/g/a", "/g/a (restarts)"),
        ("/g/b", "/g/b"),
        ("/g/c", "/g/c"),
        ("/g/d", "/g/d"),
    ]
    assert (planned["deployment_ids"], done["deployment_ids"]) == ([], ["d1", "d2"])


def test_the_smallest_group_that_holds_all_is_read():
    run(read(stored("/g/h/a"), path="/v2/groups/g/h"), declared=[app("/g/h/a")])
    run(read(stored("/g/a"), stored("/g/h/b")), declared=[app("/g/a"), app("/g/h/b")])
    run(read(stored("/a"), path="/v2/groups"), declared=[app("/a")])
    labels = {"owner": "shop"}
    rules = {"owner": ownership.read(None, "owner=shop"), "prune": True}
    run(read(stored("/g/a", labels=labels), path="/v2/groups"), declared=[app("/g/a")], **rules)


def test_an_app_with_the_id_of_the_group_is_found():
    calls = [
        Call("GET", "/v2/groups/g", status=404, data=GONE),
        Call("GET", "/v2/apps/g", data={"app": stored("/g")}),
    ]
    with pytest.raises(errors.DefinitionError, match="/g/a of file1 cannot be below /g, which is an app"):
        run(*calls, declared=[app("/g/a")])


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_pod_with_the_id_of_the_group_is_found(check_mode):
    there = Call("GET", "/v2/pods/g", data={"id": "/g", "containers": []})
    with pytest.raises(errors.DefinitionError, match="/g/a of file1 cannot be below /g, which is a pod"):
        run(*MISSING, there, declared=[app("/g/a")], check_mode=check_mode)


def test_releases_without_pods_are_not_asked_for_one():
    old = Call("GET", "/v2/info", data={"version": "1.3.14"})
    result = run(*MISSING[:2], old, Call("PUT", "/v2/apps/g/a", data={"deploymentId": "d1"}), declared=[app("/g/a")])
    assert result["changed"]


def test_a_full_marathon_is_asked_again_until_time_is_up():
    declared = [app("/g/a")]
    tree = read(stored("/g/a"), stored("/g/b"), stored("/g/c"))
    full = delete("/v2/apps/g/c", status=403, data=FULL)
    first = [tree, look("/g/b"), delete("/v2/apps/g/b"), look("/g/c")]
    result = run(*first, full, full, delete("/v2/apps/g/c", "d3"), declared=declared, **BY_GROUP)
    assert result["deployment_ids"] == ["d2", "d3"]
    with pytest.raises(errors.TooManyDeployments, match="1 of 2 writes were done before") as caught:
        run(*first, *[full] * 6, declared=declared, timeout=10, **BY_GROUP)
    assert caught.value.facts["deployment_ids"] == ["d2"]
    assert caught.value.facts["changed"]


def test_an_array_without_an_answer_is_repeated_only_if_a_read_shows_that_it_is_not_done():
    declared = [app("/g/a", cmd="x"), app("/g/b", cmd="x")]
    old, new = [stored("/g/a"), stored("/g/b")], [stored("/g/a", cmd="x"), stored("/g/b", cmd="x")]
    done = run(read(*old), INFO, put(raises=LATE), read(*new), declared=declared)
    assert (done["changed"], done["deployment_ids"]) == (True, [])
    again = run(read(*old), INFO, put(raises=LATE), read(*old), put(), declared=declared)
    assert again["deployment_ids"] == ["d1"]
    with pytest.raises(errors.WriteUncertain) as caught:
        run(read(*old), INFO, *[put(raises=LATE), read(*old)] * 2, put(raises=LATE), declared=declared)
    assert not caught.value.facts["changed"]
    silent = [Call("GET", "/v2/groups/g", raises=REFUSED)] * 3
    with pytest.raises(errors.WriteUncertain, match=r"may or may not have been done.*does not answer at"):
        run(read(*old), INFO, put(raises=LATE), *silent, declared=declared)
    # Nothing is called unchanged either that was done without an answer.
    strange = Call("GET", "/v2/groups/g", status=401, text="<h1>Hello</h1>")
    with pytest.raises(errors.Refused, match=r"All that was to change was written before$") as caught:
        run(read(*old), INFO, put(raises=LATE), read(*new), strange, declared=declared, wait=True)
    assert caught.value.facts["changed"]


def test_a_repeated_write_that_meets_a_lock_may_meet_its_own_first_attempt():
    declared = [app("/g/a", cmd="x"), app("/g/b", cmd="x")]
    old = read(stored("/g/a"), stored("/g/b"))
    new = read(stored("/g/a", cmd="x"), stored("/g/b", cmd="x"))
    locked = put(status=409, data={"message": "locked", "deployments": [{"id": "d0"}]})
    calls = [old, INFO, put(raises=LATE), old, locked, Call("GET", "/v2/deployments", data=[])]
    assert run(*calls, new, declared=declared)["changed"]
    with pytest.raises(errors.Conflict):
        run(*calls, old, declared=declared)


def test_a_lock_names_the_apps_that_it_holds():
    locked = {"message": "App is locked by one or more deployments.", "deployments": [{"id": "d0"}]}
    # The deployment began after the read.
    apps = [stored("/g/a"), stored("/g/b")]
    with pytest.raises(errors.Conflict) as caught:
        run(read(*apps), INFO, put(409, locked), RUNNING, declared=[app("/g/a", cmd="x"), app("/g/b", cmd="x")])
    assert "another deployment (d0) holds" in str(caught.value)
    assert caught.value.facts["locked_by"] == [{"id": "d0", "affected": ["/g/a"], "step": 0, "steps": 1}]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("declared", [[app("/g/a", cmd="x"), app("/g/b")], [app("/g/b", cmd="x")]])
def test_a_lock_that_the_tree_shows_is_refused_before_the_first_write(declared, check_mode):
    """Also when only the last write, a removal, would meet it."""
    tree = read(stored("/g/a", deployments=[{"id": "d0"}]), stored("/g/b"))
    words = r"another deployment holds /g/a \(d0\): .* set force to cancel it\. Nothing was changed\. d0 changes"
    with pytest.raises(errors.Conflict, match=words) as caught:
        run(tree, INFO, RUNNING, declared=declared, check_mode=check_mode, **BY_GROUP)
    assert caught.value.facts["deployments"] == ["d0"]
    assert not caught.value.facts["changed"]


def test_a_deployment_that_ended_or_holds_others_is_not_in_the_way():
    over = read(stored("/g/a", deployments=[{"id": "d9"}]), stored("/g/b", deployments=[{"id": "d0"}]))
    write = Call("PUT", "/v2/apps/g/a", data={"deploymentId": "d1"})
    assert run(over, INFO, RUNNING, write, declared=[app("/g/a", cmd="x"), app("/g/b")])["changed"]
    unknown = Call("GET", "/v2/deployments", status=403, data={"message": "not you"})
    assert run(over, INFO, unknown, write, declared=[app("/g/a", cmd="x"), app("/g/b")])["changed"]


HELD = [stored("/g/h/b"), stored("/g/h/c", dependencies=["/g/h/b"])]


def holding(*apps, groups=(), pods=(), path="/g/h"):
    found = {"id": path, "apps": list(apps), "groups": list(groups), "pods": [{"id": pod} for pod in pods]}
    return Call("GET", f"/v2/groups{path}", data=found)


def test_a_group_that_is_as_it_was_read_goes_with_one_write():
    tree = read(stored("/g/a"), groups=[{"id": "/g/h", "apps": HELD}])
    result = run(tree, holding(*HELD), delete("/v2/groups/g/h"), declared=[app("/g/a")], **BY_GROUP)
    assert result["removed"] == ["/g/h/b", "/g/h/c"]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (holding(*HELD, pods=["/g/h/pod"]), "/g/h/pod"),
        (holding(*HELD, stored("/g/h/new")), "/g/h/new"),
        (holding(*HELD, groups=[{"id": "/g/h/k"}]), "/g/h/k"),
    ],
)
def test_a_group_into_which_something_came_is_kept(now, told):
    warnings = []
    tree = read(stored("/g/a"), groups=[{"id": "/g/h", "apps": HELD}])
    result = run(
        tree, now, look("/g/h/c"), delete("/v2/apps/g/h/c"), look("/g/h/b"), delete("/v2/apps/g/h/b", "d3"),
        declared=[app("/g/a")], warnings=warnings, **BY_GROUP,
    )  # fmt: skip
    assert (result["removed"], result["groups"], result["deployment_ids"]) == (["/g/h/b", "/g/h/c"], [], ["d2", "d3"])
    (warning,) = warnings
    assert warning.startswith(f"the group /g/h is kept, because {told} came into it meanwhile")


def test_what_is_gone_already_is_not_removed():
    gone = Call("GET", "/v2/apps/g/b", status=404, data={"message": "App '/g/b' does not exist"})
    assert run(read(stored("/g/a"), stored("/g/b")), gone, declared=[app("/g/a")], **BY_GROUP)["deployment_ids"] == []
    tree = read(stored("/g/a"), groups=[{"id": "/g/h", "apps": HELD}])
    gone = Call("GET", "/v2/groups/g/h", status=404, data={"message": "Group '/g/h' does not exist"})
    assert run(tree, gone, declared=[app("/g/a")], **BY_GROUP)["deployment_ids"] == []


SHOP, BANK = {"labels": {"owner": "shop"}}, {"labels": {"owner": "bank"}}


@pytest.mark.parametrize("labels", [BANK, {"labels": {}}])
def test_an_app_that_another_set_took_over_is_kept(labels):
    warnings = []
    tree = read(stored("/g/a", **SHOP), stored("/g/b", **SHOP), path="/v2/groups")
    rules = {"owner": ownership.read(None, "owner=shop"), "prune": True}
    result = run(tree, look("/g/b", **labels), declared=[app("/g/a")], warnings=warnings, **rules)
    assert (result["changed"], result["removed"], [one["id"] for one in result["apps"]]) == (False, [], ["/g/a"])
    assert "/g/b is not removed: its labels changed meanwhile" in warnings[0]


def test_an_app_of_a_group_that_another_set_took_over_is_kept():
    warnings = []
    owned = {"owner": ownership.read("/g", None, ("owner",)), "prune": True}
    tree = read(stored("/g/a"), groups=[{"id": "/g/h", "apps": HELD}])
    now = holding(stored("/g/h/b", **BANK), HELD[1])
    result = run(
        tree, now, look("/g/h/c"), delete("/v2/apps/g/h/c"), declared=[app("/g/a")], warnings=warnings, **owned
    )
    assert (result["removed"], result["groups"]) == (["/g/h/c"], [])
    assert [one.split(":")[0] for one in warnings] == ["/g/h/b is not removed"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_in_an_owned_group_apps_with_the_label_of_another_set_are_named_and_kept(check_mode):
    warnings = []
    owned = {"owner": ownership.read("/g", None, ("quorum_owner", "owner")), "prune": True}
    tree = read(stored("/g/a", **SHOP), groups=[{"id": "/g/h", "apps": [stored("/g/h/b", **BANK)]}])
    result = run(tree, declared=[app("/g/a", **SHOP)], check_mode=check_mode, warnings=warnings, **owned)
    assert (result["changed"], result["removed"]) == (False, [])
    assert "owned by another set: /g/h/b (owner=bank)" in warnings[0]
    # The label that this set itself declares is not another's.
    tree = read(stored("/g/a", **SHOP), stored("/g/b", **SHOP))
    assert run(tree, declared=[app("/g/a", **SHOP)], check_mode=True, **owned)["removed"] == ["/g/b"]


def test_what_came_after_a_lost_answer_was_not_planned_to_go():
    tree = read(stored("/g/a"), stored("/g/b"))
    lost = Call("DELETE", "/v2/apps/g/b", raises=LATE)
    again = [read(stored("/g/a"), stored("/g/b"), stored("/g/new")), look("/g/b"), delete("/v2/apps/g/b")]
    result = run(tree, look("/g/b"), lost, *again, declared=[app("/g/a")], **BY_GROUP)
    assert (result["removed"], result["deployment_ids"]) == (["/g/b"], ["d2"])


def test_the_plan_is_announced_before_the_first_write():
    lines = []
    tree = read(stored("/g/a"), stored("/g/b"))
    run(tree, look("/g/b"), delete("/v2/apps/g/b"), declared=[app("/g/a")], progress=lines.append, **BY_GROUP)
    assert lines == ["Plan: 0 to create, 0 to change, 1 to remove (/g/b), 1 unchanged"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("(1)/cpus", "/g/b of file2: /cpus: must be a number"),
        ("/(0)/cpus", "/g/a of file1: /cpus: must be a number"),
    ],
)
def test_a_refused_array_names_the_file(path, words):
    refused = {"message": "Invalid JSON", "details": [{"path": path, "errors": ["error.expected.jsnumber"]}]}
    with pytest.raises(errors.Invalid) as caught:
        run(
            read(stored("/g/a"), stored("/g/b"), stored("/g/c")),
            INFO,
            put(422, refused),
            # Who may not rehearse hears what the array was refused for.
            rehearsed(status=403, data={"message": "not you"}),
            declared=[app("/g/a", cmd="x"), app("/g/b", cmd="x")],
            **BY_GROUP,
        )
    assert words in str(caught.value)
    assert "None of the 2 writes was done" in str(caught.value)


@pytest.mark.parametrize(
    ("dry", "words"),
    [
        ([no("x"), rehearsed(), no("x")], "/constraints(0): x. Correct that in the definition of /g/b (file2) and"),
        ([rehearsed(status=403, data={"message": "not you"})], "/constraints(1): no. Correct that in that definition"),
        ([rehearsed()], "/constraints(1): no. Correct that in that definition"),
    ],
)
def test_a_refused_array_that_names_no_element_is_looked_into_by_a_dry_run(dry, words):
    refused = {"message": "Object is not valid", "details": [{"path": "/constraints(1)", "errors": ["no"]}]}
    declared = [app("/g/a", cmd="x"), app("/g/b", cmd="x")]
    with pytest.raises(errors.Invalid) as caught:
        run(read(stored("/g/a"), stored("/g/b")), INFO, put(422, refused), *dry, declared=declared)
    assert words in str(caught.value)


def test_the_wait_is_for_all_apps_and_for_what_goes():
    lines = []
    starting = stored("/g/a", cmd="x", tasksRunning=0, deployments=[{"id": "d1"}])
    leaving = Call("GET", "/v2/deployments", data=[{"id": "d2", "affectedApps": ["/g/c"]}])
    result = run(
        read(stored("/g/a"), stored("/g/b"), stored("/g/c")),
        INFO,
        Call("PUT", "/v2/apps/g/a", data={"deploymentId": "d1"}),
        look("/g/c"),
        delete("/v2/apps/g/c"),
        read(starting, stored("/g/b")),
        leaving,
        read(stored("/g/a", cmd="x"), stored("/g/b")),
        leaving,
        read(stored("/g/a", cmd="x"), stored("/g/b")),
        Call("GET", "/v2/deployments", data=[{"id": "d9", "affectedApps": ["/other"]}]),
        declared=[app("/g/a", cmd="x"), app("/g/b")],
        wait=True,
        progress=lines.append,
        **BY_GROUP,
    )
    assert result["changed"]
    assert lines == [
        "Plan: 0 to create, 1 to change (1 restarts), 1 to remove (/g/c), 1 unchanged",
        "1 of 2 apps run as declared; /g/a: 0 of 1 instances run; removing /g/c",
        "2 of 2 apps run as declared; removing /g/c",
    ]


def test_what_hangs_comes_before_what_only_waits_for_it():
    running = {
        "id": "d1",
        "currentStep": 2,
        "totalSteps": 3,
        "currentActions": [{"action": "ScaleApplication", "app": "/g/z"}],
        "affectedApps": ["/g/a", "/g/b", "/g/z"],
    }
    held = [{"id": "d1"}]
    tree = read(
        stored("/g/a", tasksRunning=0, deployments=held),
        stored("/g/b", deployments=held),
        stored("/g/z", tasksRunning=0, deployments=held, lastTaskFailure={
            "state": "TASK_FAILED", "message": "exit 7", "host": "h", "version": "9"}),
    )  # fmt: skip
    with pytest.raises(errors.WaitFailed) as caught:
        run(
            *[tree] * 2,
            Call("GET", "/v2/queue", data={"queue": []}),
            Call("GET", "/v2/deployments", data=[running]),
            declared=[app("/g/a"), app("/g/b"), app("/g/z")],
            wait=True,
            timeout=0.5,
        )
    assert [one["id"] for one in caught.value.facts["hanging"]] == ["/g/z", "/g/a"]
    assert "exit 7" in caught.value.facts["hanging"][0]["reason"]
    text = str(caught.value)
    assert text.startswith("2 of 3 apps are not deployed after 0.5 s: /g/z (0 of 1 instances run): ")
    assert text.endswith("1 more run as declared, but their deployment is not over yet")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ([stored("/g/a", cmd="y"), stored("/g/b")], "/g/a was modified or rolled back concurrently"),
        ([stored("/g/b")], "/g/a was deleted concurrently"),
    ],
)
def test_somebody_else_in_the_middle_of_the_wait(now, words):
    with pytest.raises(errors.Overridden, match=words):
        run(
            read(stored("/g/a"), stored("/g/b")),
            INFO,
            Call("PUT", "/v2/apps/g/a", data={"deploymentId": "d1"}),
            read(*now),
            declared=[app("/g/a", cmd="x"), app("/g/b")],
            wait=True,
        )


def test_after_a_forced_write_one_look_is_not_enough():
    after = read(stored("/g/a", cmd="x"))
    write = Call("PUT", "/v2/apps/g/a", data={"deploymentId": "d1"}, params={"partialUpdate": "false", "force": "true"})
    result = run(
        read(stored("/g/a")), INFO, write, *[after] * 4, declared=[app("/g/a", cmd="x")], wait=True, force=True
    )
    assert result["changed"]


def test_a_leader_change_in_the_wait_is_waited_through():
    result = run(
        read(stored("/g/a", tasksRunning=0, deployments=[{"id": "d0"}])),
        *[Call("GET", "/v2/groups/g", status=502, text="no leader")] * 2,
        read(stored("/g/a")),
        declared=[app("/g/a")],
        wait=True,
        timeout=60,
    )
    assert not result["changed"]


def test_what_an_adoption_restarts_is_warned_of():
    warnings = []
    rules = {"owner": ownership.read(None, "owner=shop"), "adopt": True}
    run(read(stored("/g/a")), INFO, rehearsed(), declared=[app("/g/a")], check_mode=True, warnings=warnings, **rules)
    assert warnings == ["adopted, which replaces their running instances: /g/a"]
    with pytest.raises(errors.DefinitionError, match="ignore_fields must not name the label owner"):
        run(declared=[app("/g/a")], ignored=("labels",), **rules)


def test_fields_that_marathon_drops_are_told_with_their_file():
    warnings = []
    run(read(stored("/g/a")), declared=[app("/g/a", memory=1)], warnings=warnings)
    assert warnings == ["file1, /g/a: Marathon knows no app field 'memory' and ignores it; did you mean 'mem'?"]


def test_check_mode_has_marathon_check_new_and_changed_definitions():
    """In one request for each group, and nothing of what stays."""
    groups = [{"id": "/g/h", "apps": [stored("/g/h/d", cmd="x")]}]
    tree = read(stored("/g/a"), stored("/g/b"), stored("/g/c", role="g"), groups=groups)
    declared = [
        app("/g/a", cmd="x", role="g"),
        app("/g/b", instances=2),
        app("/g/c", cmd="x", role="g"),
        app("/g/h/d", cmd="x"),
        app("/g/h/e"),
    ]
    first = {
        "apps": [
            {"id": "/g/a", "cmd": "x", "instances": 1},
            {**app_definition.declared(stored("/g/b")), "instances": 2},
            {"id": "/g/c", "cmd": "x", "instances": 1, "role": "g"},
        ]
    }
    second = {"apps": [{"id": "/g/h/e", "cmd": "sleep 1000", "instances": 1}]}
    dry = [rehearsed(body=first), rehearsed("/v2/groups/g/h", body=second)]
    assert run(tree, INFO, *dry, declared=declared, check_mode=True)["changed"]


def test_check_mode_tells_what_marathon_would_refuse():
    """It does not say which apps it means, which are found by halves: c and d of a, b, c, d, e."""
    names = [f"/g/{letter}" for letter in "abcde"]
    tree = read(*map(stored, names))
    dry = [no("bad"), rehearsed(), no("bad"), no("bad c"), no("bad"), no("bad d"), rehearsed()]
    with pytest.raises(errors.Invalid) as caught:
        run(tree, INFO, *dry, declared=[app(name, cmd="x") for name in names], check_mode=True)
    assert "refuses 2 definitions: /g/c (file3): Object is not valid; /constraints(0): bad c; /g/d (file4): " in str(
        caught.value
    )
    assert [one["id"] for one in caught.value.facts["refused"]] == ["/g/c", "/g/d"]
    assert caught.value.facts["summary"] == "Plan: 0 to create, 5 to change (5 restarts), 0 to remove"


def test_nobody_is_blamed_for_what_only_the_whole_is_refused_for():
    tree = read(stored("/g/a"), stored("/g/b"))
    declared = [app("/g/a", cmd="x"), app("/g/b", cmd="x")]
    with pytest.raises(errors.Invalid, match="Correct that in the definition of an app in /g and run again"):
        run(tree, INFO, no("bad"), rehearsed(), rehearsed(), declared=declared, check_mode=True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (rehearsed(status=403, data={"message": "not you"}), "does not allow this user"),
        (rehearsed(raises=LATE), "it gave no answer"),
    ],
)
def test_check_mode_goes_on_where_marathon_checks_nothing(answer, words):
    warnings = []
    run(read(stored("/g/a")), INFO, answer, declared=[app("/g/a", cmd="x")], check_mode=True, warnings=warnings)
    (warning,) = warnings
    assert words in warning


def test_definitions_are_checked_before_the_first_of_several_writes():
    declared = [{"id": "/g", "dependencies": ["/h"], "apps": [app("a", cmd="x"), app("b", cmd="x")]}]
    tree = read(stored("/g/a"), stored("/g/b"))
    wrong = {"message": "Invalid JSON", "details": [{"path": "/apps(0)/cpus", "errors": ["error.min"]}]}
    refused = rehearsed(status=422, data=wrong)
    there = Call("GET", "/v2/apps/h", data={"app": stored("/h")})
    with pytest.raises(errors.Invalid, match=r"JSON; /cpus: is too small.* in the definition of /g/a "):
        run(tree, INFO, there, refused, rehearsed(), declared=declared)
    # Who may not rehearse may still write.
    forbidden = rehearsed(status=403, data={"message": "not you"})
    group = Call("PUT", "/v2/groups/g", data={"deploymentId": "d0"}, body={"dependencies": ["/h"]})
    assert run(tree, INFO, there, forbidden, group, put(), declared=declared)["deployment_ids"] == ["d0", "d1"]


def old(app_id, **declared):
    """As releases before 1.4 answer, which do not tell by it which one they are."""
    newer = {"role": None, "networks": None, "killSelection": None, "unreachableStrategy": None}
    return stored(app_id, **{**newer, "maxLaunchDelaySeconds": 3600, **declared})


def test_a_release_with_full_writes_takes_arrays_in_its_own_form():
    bridge = {"networks": [{"mode": "container/bridge"}], "container": {"type": "DOCKER", "docker": {"image": "i"}}}
    result = run(
        read(),
        Call("GET", "/v2/info", data={"version": "1.4.2"}),
        put(
            params={"partialUpdate": "false"},
            body=[
                {
                    "id": f"/g/{name}",
                    "cmd": "sleep 1000",
                    "instances": 1,
                    "container": {"type": "DOCKER", "docker": {"image": "i", "network": "BRIDGE"}},
                }
                for name in "ab"
            ],
        ),
        declared=[app("/g/a", **bridge), app("/g/b", **bridge)],
    )
    assert result["deployment_ids"] == ["d1"]


def test_a_release_without_full_writes_takes_one_app_after_the_other():
    """In the order of the dependencies, each row of which has to run before the next."""
    tree = read(old("/g/a"), old("/g/b"), old("/g/c"))
    after = read(old("/g/a"), old("/g/b", cmd="x"), old("/g/c"))
    last = read(old("/g/a", cmd="x", dependencies=["/g/b"]), old("/g/b", cmd="x"), old("/g/c"))
    result = run(
        tree,
        Call("GET", "/v2/info", data={"version": "1.3.0"}),
        Call("PUT", "/v2/apps/g/b", data={"deploymentId": "d1"}, params={}),
        after,
        Call("PUT", "/v2/apps/g/a", data={"deploymentId": "d2"}, params={}),
        last,
        declared=[app("/g/a", cmd="x", dependencies=["/g/b"]), app("/g/b", cmd="x"), app("/g/c")],
        wait=True,
    )
    assert result["deployment_ids"] == ["d1", "d2"]


def test_an_older_release_is_asked_for_once_even_if_nothing_differs():
    info = Call("GET", "/v2/info", data={"version": "1.3.0"})
    result = run(read(old("/g/a"), old("/g/b")), info, declared=[app("/g/a"), app("/g/b")])
    assert (result["changed"], result["requests"]) == (False, 2)


def test_the_answer_is_the_plan_in_check_mode_and_else_what_runs():
    calls = [read(stored("/g/b")), INFO, Call("PUT", "/v2/apps/g/a", status=201, data={"deploymentId": "d1"})]
    told = run(*calls, read(stored("/g/a"), stored("/g/b")), declared=[app("/g/a"), app("/g/b")], wait=True)["msg"]
    assert told == (
        "2 apps run as declared after 0 s (1 created, 0 changed, 0 removed): /g/a: 1 of 1 running at slave1:31000; "
        "/g/b: 1 of 1 running at slave1:31000"
    )
    planned = run(read(stored("/g/a")), declared=[app("/g/a")], check_mode=True)
    assert planned["msg"] == planned["summary"] == "Plan: 0 to create, 0 to change, 0 to remove, 1 unchanged"
    sent = run(*calls, declared=[app("/g/a"), app("/g/b")])["msg"]
    assert sent == "1 created, 0 changed, 0 removed by deployment d1, not waited for"


def test_strict_names_the_file_and_the_app_of_every_unknown_field():
    declared = [app("/g/a", memory=1), app("/g/b", cpu=1)]
    with pytest.raises(errors.DefinitionError) as failure:
        run(declared=declared, strict=True)
    text = str(failure.value)
    assert "file1, /g/a: Marathon knows no app field 'memory'" in text
    assert "file2, /g/b: Marathon knows no app field 'cpu' and ignores it; did you mean 'cpus'?" in text


def test_a_failure_lists_only_what_was_to_change():
    tree = read(stored("/g/a"), stored("/g/b", cpus=2.0))
    with pytest.raises(errors.Invalid) as failure:
        run(tree, INFO, no("bad"), declared=[app("/g/a"), app("/g/b")], check_mode=True)
    assert [one["id"] for one in failure.value.facts["apps"]] == ["/g/b"]


def test_the_fields_that_differ_are_named():
    tree = read(stored("/g/a"), stored("/g/b", cpus=2.0, env={"A": "1", "B": "2"}), stored("/g/c", instances=3))
    declared = [app("/g/a"), app("/g/b", env={"A": "1", "B": "3"}), app("/g/c"), app("/g/d")]
    found = run(tree, INFO, rehearsed(), declared=declared, check_mode=True)["apps"]
    assert {one["id"]: (one["action"], one["fields"]) for one in found} == {
        "/g/a": ("none", []),
        "/g/b": ("updated", ["cpus", "env.B"]),
        "/g/c": ("scaled", ["instances"]),
        "/g/d": ("created", []),
    }
