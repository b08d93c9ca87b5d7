"""What a declared group means for the one that is there, the requests it takes, and those that it must not take."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning import limit as removal_limit
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.group.removal import GroupRemoval
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.group.run import (
    GroupOptions,
    GroupRunner,
    declared_tree,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.apps import SetWaiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.deployment import DeploymentWaiter

from ..fakes import LATE, REFUSED, Call, FakeSession, FakeTime, stored, stored_pod

APP = {"cmd": "sleep 1000"}
INFO = Call("GET", "/v2/info", data={"version": "1.11.24"})
NEW, OLD = "2020-10-29T12:40:00.000Z", "2020-10-29T12:00:00.000Z"
VERSIONS = Call("GET", "/v2/groups/g/versions", data=[NEW, OLD])
ABSENT = {"message": "Group '/g' does not exist"}
NO_APP = {"message": "App '/g' does not exist"}
NO_POD = {"message": '{"message": "pod with /g does not exist"}'}


def group(group_id="/g", *apps, groups=(), pods=(), **fields):
    shown = [{"id": pod["id"], "spec": pod, "status": "STABLE"} for pod in pods]
    found = {"id": group_id, "apps": list(apps), "groups": list(groups), "pods": shown, "dependencies": []}
    return {**found, "version": OLD, **fields}


def read(*apps, path="/v2/groups/g", **fields):
    return Call("GET", path, data=group("/g", *apps, **fields))


def missing():
    return [
        Call("GET", "/v2/groups/g", status=404, data=ABSENT),
        Call("GET", "/v2/apps/g", status=404, data=NO_APP),
        INFO,
        Call("GET", "/v2/pods/g", status=404, data=NO_POD),
    ]


def put(path="/v2/groups/g", **answer):
    return Call("PUT", path, **{"data": {"deploymentId": "d1"}, **answer})


def rehearsed(path="/v2/groups/g"):
    """Marathon checks definitions that are only planned, or that are written after something else."""
    return Call("PUT", path, params={"dryRun": "true"}, data={"steps": []})


def delete(path="/v2/groups/g", **answer):
    return Call("DELETE", path, **{"data": {"deploymentId": "d1"}, **answer})


def run(*calls, check_mode=False, timeout=10, absent=False, warnings=None, **options):
    time = FakeTime()
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    chosen = GroupOptions(**{"group_id": "/g", "wait": False, **options})

    def deployment_waiter(seconds):
        return DeploymentWaiter(client, seconds, time.clock, time.sleep)

    def set_waiter(reading):
        return SetWaiter(reading, client, timeout, time.clock, time.sleep)

    warn = [].append if warnings is None else warnings.append
    try:
        if absent:
            return GroupRemoval(client, chosen, deployment_waiter(timeout), time.sleep).run(check_mode)
        declared = declared_tree(client, chosen)
        runner = GroupRunner(client, declared, chosen, set_waiter, deployment_waiter, time.sleep, warn)
        return runner.run(check_mode)
    finally:
        assert session.calls == [], "calls that were not made"


def actions(result):
    return {one["id"]: one["action"] for one in [*result["apps"], *result["groups"]] if one["action"] != "none"}


HERE = group("/g", stored("/g/a"), groups=[group("/g/h", stored("/g/h/b")), group("/g/k")], dependencies=["/x"])


@pytest.mark.parametrize(
    ("definition", "merge", "expected"),
    [
        ({}, False, {}),
        (HERE, False, {}),
        ({"apps": []}, False, {"/g/a": "deleted"}),
        ({"apps": []}, True, {}),
        ({"apps": [{"id": "a", **APP}]}, False, {}),
        ({"apps": [{"id": "a", **APP, "instances": 3}]}, False, {"/g/a": "scaled"}),
        ({"apps": [{"id": "a", **APP, "mem": 64}]}, False, {"/g/a": "updated"}),
        ({"apps": [{"id": "a", "mem": 64}]}, True, {"/g/a": "updated"}),
        ({"apps": [{"id": "n", **APP}]}, False, {"/g/a": "deleted", "/g/n": "created"}),
        ({"apps": [{"id": "n", **APP}]}, True, {"/g/n": "created"}),
        ({"groups": []}, False, {"/g/h": "deleted", "/g/h/b": "deleted", "/g/k": "deleted"}),
        ({"groups": []}, True, {}),
        ({"groups": [{"id": "h"}]}, False, {"/g/k": "deleted"}),
        ({"groups": [{"id": "h", "apps": []}, {"id": "k"}]}, False, {"/g/h/b": "deleted"}),
        ({"groups": [{"id": "h"}, {"id": "k"}, {"id": "n"}]}, False, {"/g/n": "created"}),
        ({"dependencies": ["/x"]}, False, {}),
        ({"dependencies": []}, False, {"/g": "updated"}),
        ({"dependencies": []}, True, {"/g": "updated"}),
        ({"dependencies": ["/y"]}, True, {"/g": "updated"}),
    ],
)
def test_what_a_definition_means_for_what_is_there(definition, merge, expected):
    calls = [Call("GET", "/v2/groups/g", data=HERE)]
    writes_app = {"created", "updated", "scaled"} & {
        action for name, action in expected.items() if name in ("/g/a", "/g/n")
    }
    calls += [Call("GET", f"/v2/apps{name}", data={"app": stored(name)}) for name in definition.get("dependencies", [])]
    if writes_app and "groups" not in definition:
        calls += [INFO, rehearsed()]
    result = run(*calls, definition=definition, merge=merge, allow_empty=True, check_mode=True)
    assert actions(result) == expected
    assert result["changed"] is bool(expected)
    assert result["action"] == ("updated" if expected else "none")
    assert bool(result["diff"]) is bool(expected)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"apps": []}, r"^the list of apps of /g is empty, so 1 app would be removed \(/g/a\): .* set allow_empty"),
        ({"apps": [], "groups": []}, r"the list of apps of /g is empty, the list of groups of /g is empty, so 2 apps "),
        ({"groups": []}, r"the list of groups of /g is empty, so 1 app would be removed \(/g/h/b\)"),
        ({"groups": [{"id": "h", "apps": []}, {"id": "k"}]}, r"the list of apps of /g/h is empty"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_an_empty_list_removes_apps_only_when_that_is_allowed(definition, words, check_mode):
    with pytest.raises(errors.DefinitionError, match=words):
        run(Call("GET", "/v2/groups/g", data=HERE), definition=definition, check_mode=check_mode)


def test_an_empty_list_where_nothing_is_removes_nothing():
    here = read(groups=[group("/g/k")])
    assert not run(here, definition={"apps": []}, check_mode=True)["changed"]


def test_merged_dependencies_are_added():
    result = run(
        Call("GET", "/v2/groups/g", data=HERE),
        Call("GET", "/v2/apps/y", data={"app": stored("/y")}),
        definition={"dependencies": ["/y"]},
        merge=True,
        check_mode=True,
    )
    assert result["group"]["dependencies"] == ["/x", "/y"]


def test_the_group_as_planned_has_what_stays_and_what_comes_and_not_what_goes():
    result = run(
        Call("GET", "/v2/groups/g", data=HERE),
        INFO,
        rehearsed(),
        definition={"apps": [{"id": "n", **APP}], "groups": [{"id": "h"}]},
        check_mode=True,
    )
    planned = result["group"]
    assert [app["id"] for app in planned["apps"]] == ["/g/n"]
    assert [(one["id"], [app["id"] for app in one["apps"]]) for one in planned["groups"]] == [("/g/h", ["/g/h/b"])]
    assert "version" not in planned["groups"][0]["apps"][0]
    assert result["previous_version"] == OLD


def test_a_group_that_holds_a_pod_is_not_removed_for_not_being_listed():
    here = read(groups=[group("/g/h", pods=[stored_pod("/g/h/p")])])
    with pytest.raises(errors.DefinitionError, match="/g/h is not in the list of groups, but holds the pod /g/h/p"):
        run(here, definition={"groups": []})


def test_a_group_that_is_as_declared_is_one_read_also_with_a_wait():
    result = run(read(stored("/g/a")), definition={"apps": [{"id": "a", **APP}]}, wait=True)
    assert (result["changed"], result["requests"], result["diff"]) == (False, 1, [])
    assert "versions" not in result


def test_an_empty_group_is_made():
    result = run(*missing(), put(body={"dependencies": []}), VERSIONS)
    assert (result["changed"], result["action"], result["versions"]) == (True, "created", [NEW, OLD])


def test_apps_are_one_array_and_the_apps_and_groups_that_go_are_named_one_by_one():
    here = read(stored("/g/a"), stored("/g/b"), stored("/g/c"), groups=[group("/g/h", stored("/g/h/d"))])
    result = run(
        here,
        INFO,
        put("/v2/apps", params={"partialUpdate": "false"}),
        # What goes is looked at just before.
        Call("GET", "/v2/apps/g/c", data={"app": stored("/g/c")}),
        delete("/v2/apps/g/c", data={"deploymentId": "d2"}),
        Call("GET", "/v2/groups/g/h", data=group("/g/h", stored("/g/h/d"))),
        delete("/v2/groups/g/h", data={"deploymentId": "d3"}),
        VERSIONS,
        definition={"apps": [{"id": "a", **APP, "mem": 64}, {"id": "b", **APP, "mem": 64}], "groups": []},
        allow_empty=True,
    )
    assert result["deployment_ids"] == ["d1", "d2", "d3"]


@pytest.mark.parametrize(
    ("definition", "current", "body"),
    [
        ({"enforceRole": True}, False, {"dependencies": ["/x"], "enforceRole": True}),
        ({"enforceRole": True}, None, {"dependencies": ["/x"], "enforceRole": True}),
        ({"enforceRole": False}, True, {"dependencies": ["/x"], "enforceRole": False}),
        ({"enforceRole": True, "dependencies": []}, True, {"dependencies": [], "enforceRole": True}),
        ({"dependencies": []}, True, {"dependencies": [], "enforceRole": True}),
    ],
)
def test_the_rule_for_roles_is_written_alone_and_kept_by_every_other_write(definition, current, body):
    here = read(dependencies=["/x"], **({} if current is None else {"enforceRole": current}))
    calls = [here, put(body=body), VERSIONS]
    if definition.get("enforceRole") not in (None, current):
        calls.insert(1, INFO)
    result = run(*calls, definition=definition)
    assert result["changed"] and result["diff"]


def test_the_rule_for_roles_goes_before_the_apps():
    definition = {"enforceRole": True, "apps": [{"id": "a", **APP}]}
    result = run(
        *missing(),
        rehearsed(),
        put(body={"dependencies": [], "enforceRole": True}),
        put("/v2/apps/g/a", status=201, data={"deployments": [{"id": "d2"}]}),
        VERSIONS,
        definition=definition,
    )
    assert result["deployment_ids"] == ["d1", "d2"]


def test_a_rule_for_roles_that_this_marathon_does_not_have_is_refused():
    with pytest.raises(errors.DefinitionError, match="enforceRole needs Marathon"):
        run(read(), Call("GET", "/v2/info", data={"version": "1.8.222"}), definition={"enforceRole": True})


def test_ignored_fields_keep_what_the_app_has():
    result = run(
        read(stored("/g/a", instances=7)), definition={"apps": [{"id": "a", **APP}]}, ignored=("instances",)
    )  # fmt: skip
    assert not result["changed"]


def test_secrets_are_masked_in_group_and_diff():
    result = run(
        read(stored("/g/a", env={"KEY": "old-secret"})),
        INFO,
        rehearsed(),
        definition={"apps": [{"id": "a", **APP, "env": {"KEY": "new-secret"}}]},
        secret_names=("KEY",),
        check_mode=True,
    )
    assert "secret" not in str(result)


def test_scaling_writes_numbers_and_asks_again_before_it_repeats_a_lost_write():
    """The second read shows that the first write was done, so nothing is multiplied twice."""
    before = [stored("/g/a", instances=2), stored("/g/b", instances=3)]
    after = [stored("/g/a", instances=4), stored("/g/b", instances=6)]
    result = run(read(*before), read(*before), INFO, put("/v2/apps", raises=LATE), read(*after), VERSIONS, scale_by=2.0)
    assert actions(result) == {"/g/a": "scaled", "/g/b": "scaled"}
    result = run(
        read(*before), read(*before), INFO, put("/v2/apps", raises=LATE), read(*before), put("/v2/apps"), VERSIONS,
        scale_by=2.0,
    )  # fmt: skip
    assert result["deployment_ids"] == ["d1"]


def test_a_group_that_is_not_there_cannot_be_scaled():
    with pytest.raises(errors.DefinitionError, match="/g does not exist, so it cannot be scaled"):
        run(missing()[0], scale_by=2.0)


def at(version=OLD, *apps, **fields):
    return Call("GET", f"/v2/groups/g/versions/{version}", data=group("/g", *apps, **fields))


def test_a_version_is_put_back_by_marathon_in_one_write():
    earlier = at(OLD, stored("/g/a", mem=64.0), groups=[group("/g/h", stored("/g/h/b"))])
    now = read(stored("/g/a"), stored("/g/c"))
    result = run(earlier, now, INFO, now, put(body={"version": OLD}), VERSIONS, version=OLD)
    assert actions(result) == {"/g/a": "updated", "/g/c": "deleted", "/g/h/b": "created", "/g/h": "created"}
    assert result["restarts"] and result["deployment_ids"] == ["d1"]


def test_a_version_that_is_as_the_group_is_now_is_no_change():
    result = run(at(OLD, stored("/g/a")), read(stored("/g/a", version=NEW)), version=OLD)
    assert (result["changed"], result["requests"]) == (False, 2)


def test_a_lost_answer_to_putting_back_is_looked_after():
    result = run(
        at(OLD, stored("/g/a", mem=64.0)), read(stored("/g/a")), INFO, read(stored("/g/a")), put(raises=LATE),
        read(stored("/g/a", mem=64.0)), VERSIONS, version=OLD,
    )  # fmt: skip
    assert result["changed"]


def test_a_version_brings_pods_back_and_waits_for_their_deployment():
    pod = stored_pod("/g/p")
    working = {"id": "d1", "affectedApps": [], "affectedPods": ["/g/p"], "steps": []}
    result = run(
        at(OLD, pods=[pod]),
        read(),
        read(),
        put(body={"version": OLD}),
        read(pods=[pod]),
        Call("GET", "/v2/deployments", data=[working]),
        Call("GET", "/v2/deployments", data=[]),
        VERSIONS,
        version=OLD,
        wait=True,
    )
    assert result["pods"] == ["/g/p"]
    assert [one["after_header"] for one in result["diff"]] == ["pod /g/p"]


def test_a_version_with_a_pod_that_would_stop_marathon_is_not_put_back():
    lethal = stored_pod("/g/p", networks=[])
    for check_mode in (True, False):
        with pytest.raises(errors.DefinitionError, match=r"the pod /g/p has the endpoint .* and no /networks"):
            run(at(OLD, pods=[lethal]), read(), check_mode=check_mode, version=OLD)
    # It is to go.
    result = run(at(OLD), read(pods=[lethal]), Call("GET", "/v2/deployments", data=[]), check_mode=True, version=OLD)
    assert result["pods"] == ["/g/p"]


@pytest.mark.parametrize(
    ("newcomer", "name"),
    [
        ({"pods": [stored_pod("/g/p")]}, "/g/p"),
        ({"groups": [group("/g/h", stored("/g/h/b"))]}, "/g/h, /g/h/b"),
    ],
)
def test_a_version_is_not_put_back_over_what_came_meanwhile(newcomer, name):
    then = read(stored("/g/a"))
    with pytest.raises(errors.DefinitionError, match=f"{name} came into /g meanwhile, and putting back the version "):
        run(at(OLD, stored("/g/a", mem=64.0)), then, INFO, read(stored("/g/a"), **newcomer), version=OLD)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_version_is_not_put_back_while_a_deployment_holds_a_pod_of_it(check_mode):
    running = Call("GET", "/v2/deployments", data=[{"id": "d0", "affectedPods": ["/g/p"]}])
    with pytest.raises(errors.Conflict, match=r"another deployment holds /g/p \(d0\): .* Nothing was changed"):
        run(at(OLD), read(pods=[stored_pod("/g/p")]), running, check_mode=check_mode, version=OLD)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_definition_removes_most_of_a_group_only_when_the_limit_allows_it(check_mode):
    here = read(*(stored(f"/g/a{number}") for number in range(20)))
    definition = {"apps": [{"id": "a0", **APP}]}
    words = r"the definition would remove 19 of the 20 apps in /g .* more than 50 % and 10: .* set prune_limit to 19"
    with pytest.raises(errors.DefinitionError, match=words):
        run(here, definition=definition, check_mode=check_mode)
    assert len(run(here, definition=definition, check_mode=True, limit=removal_limit.read("19"))["removed"]) == 19


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        ({"data": [NEW]}, f"/g has no version {OLD}: the versions are {NEW}"),
        ({"status": 404, "data": ABSENT}, "there is no such group"),
    ],
)
def test_a_version_that_is_not_there_is_refused_with_those_that_are(versions, words):
    gone = Call("GET", f"/v2/groups/g/versions/{OLD}", status=404, data=ABSENT)
    with pytest.raises(errors.DefinitionError, match=words):
        run(gone, Call("GET", "/v2/groups/g/versions", **versions), version=OLD)


@pytest.mark.parametrize("version", ["latest", "1", "2026-13", "2020-01-01 00:00:00+00:00", "", "../../apps"])
def test_a_version_that_is_no_time_is_refused_before_anything_is_asked(version):
    with pytest.raises(errors.DefinitionError, match=r"a version of a group is a time like 2026-03-01T12:00:00.000Z"):
        run(version=version)


def test_a_group_that_is_not_there_is_absent_in_one_request():
    result = run(missing()[0], absent=True)
    assert (result["changed"], result["action"], result["requests"]) == (False, "none", 1)


def test_a_removal_is_planned_with_all_that_is_in_the_group():
    here = read(stored("/g/a"), groups=[group("/g/h", pods=[stored_pod("/g/h/p")])])
    result = run(here, Call("GET", "/v2/deployments", data=[]), absent=True, check_mode=True)
    assert actions(result) == {"/g/a": "deleted", "/g": "deleted", "/g/h": "deleted"}
    assert (result["pods"], result["group"], result["previous_version"]) == (["/g/h/p"], None, OLD)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("affected", [{"affectedApps": ["/g/a"]}, {"affectedApps": [], "affectedPods": ["/g/p"]}])
def test_a_removal_that_a_deployment_holds_is_refused_before(check_mode, affected):
    held = [{"id": "d0"}] if affected["affectedApps"] else []
    here = read(stored("/g/a", deployments=held), pods=[stored_pod("/g/p")])
    running = Call("GET", "/v2/deployments", data=[{"id": "d0", **affected}])
    with pytest.raises(errors.Conflict, match=r"another deployment holds /g/. \(d0\): .* Nothing was changed"):
        run(here, running, absent=True, check_mode=check_mode)


def test_a_removal_waits_for_the_deployment_of_what_was_in_the_group():
    other = {"id": "d7", "affectedApps": ["/z"], "steps": []}
    own = {"id": "d1", "affectedApps": ["/g/a"], "steps": []}
    result = run(
        read(stored("/g/a")),
        delete(params={"force": "true"}),
        Call("GET", "/v2/deployments", data=[own, other]),
        Call("GET", "/v2/deployments", data=[other]),
        absent=True,
        force=True,
        wait=True,
    )
    assert (result["changed"], result["deployment_ids"]) == (True, ["d1"])


@pytest.mark.parametrize("done", [True, False])
def test_a_removal_without_an_answer_is_looked_after(done):
    then = [missing()[0]] if done else [read(stored("/g/a")), delete()]
    assert run(read(stored("/g/a")), delete(raises=LATE), *then, absent=True)["changed"]


def test_a_removal_without_an_answer_is_told_of_when_the_look_gets_none_either():
    silent = [Call("GET", "/v2/groups/g", raises=REFUSED)] * 3
    with pytest.raises(errors.WriteUncertain, match=r"may or may not have been done.*A look at it failed too"):
        run(read(stored("/g/a")), delete(raises=LATE), *silent, absent=True)
