"""Pods of a set: what is planned, written and told of them beside its apps."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors, snapshot
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning import (
    plan as set_plan,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning import (
    writes as set_writes,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.plan import Rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.run import SetOptions, SetRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    apps as app_set,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    pod as pod_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition.apps import Source
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import ownership
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.apps import SetWaiter

from ...fakes import Call, FakeSession, FakeTime, stored

INFO = Call("GET", "/v2/info", data={"version": "1.11.24"})
BY_GROUP = ownership.ByGroup("/g")
NO_DEPLOYMENTS = Call("GET", "/v2/deployments", data=[])


def app(app_id, **declared):
    return {"id": app_id, "cmd": "sleep 1000", **declared}


def run(*calls, declared=(), check_mode=False, wait=False, warnings=None, secret_names=(), **rules):
    time = FakeTime()
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    found = app_set.build([Source(value, f"file{number}") for number, value in enumerate(declared, 1)])
    try:
        runner = SetRunner(
            client,
            found,
            SetOptions(Rules(**{"owner": BY_GROUP, **rules}), secret_names, wait=wait),
            lambda read: SetWaiter(read, client, 10, time.clock, time.sleep),
            time.sleep,
            [].append if warnings is None else warnings.append,
        )
        result = runner.run(check_mode)
    finally:
        assert session.calls == [], "calls that were not made"
    return result


def pod(pod_id, instances=1, shell="sleep 1000", **more):
    container = {"name": "c", "exec": {"command": {"shell": shell}}, "resources": {"cpus": 0.1, "mem": 32}}
    networks = [{"mode": "host"}]
    return {"id": pod_id, "containers": [container], "networks": networks, "scaling": {"instances": instances}, **more}


def there(*pods, apps=(), groups=(), path="/v2/groups/g"):
    """A tree with pods as Marathon embeds them, whose instances all run."""
    statuses = []
    for one in pods:
        spec = {**pod_definition.canonical(one), "version": "v1"}
        count = one["scaling"]["instances"]
        instances = [{"id": f"i{number}", "status": "STABLE"} for number in range(count)]
        statuses.append({"id": one["id"], "spec": spec, "status": "STABLE", "instances": instances})
    return Call("GET", path, data={"id": "/g", "apps": list(apps), "groups": list(groups), "pods": statuses})


def pod_write(method, path="/v2/pods"):
    return Call(method, path, status=202, text="", headers={"Marathon-Deployment-Id": "d7"})


def pod_look(one, found=True):
    data = pod_definition.canonical(one) if found else {"message": f"Pod '{one['id']}' does not exist"}
    return Call("GET", f"/v2/pods{one['id']}", status=200 if found else 404, data=data)


def pod_actions(result):
    return {one["id"]: one["action"] for one in result["pods"]}


def test_pods_that_are_as_declared_and_run_are_one_read():
    result = run(there(pod("/g/p")), declared=[pod("/g/p")], wait=True)
    assert (result["changed"], pod_actions(result), result["requests"]) == (False, {"/g/p": "none"}, 1)


def test_pods_are_created_changed_and_removed_one_by_one():
    calls = [
        there(pod("/g/b"), pod("/g/c"), pod("/g/d")),
        INFO,
        NO_DEPLOYMENTS,
        pod_write("POST"),
        pod_write("PUT", "/v2/pods/g/b"),
        pod_look(pod("/g/c")),
        pod_write("DELETE", "/v2/pods/g/c"),
        pod_look(pod("/g/d"), found=False),
    ]
    declared = [pod("/g/a"), pod("/g/b", shell="sleep 1")]
    result = run(*calls, declared=declared, prune=True)
    assert pod_actions(result) == {"/g/a": "created", "/g/b": "updated", "/g/c": "deleted", "/g/d": "deleted"}
    assert result["summary"] == "Plan: 1 to create, 1 to change (1 restarts), 2 to remove (/g/c, /g/d)"
    assert result["msg"].startswith("1 created, 1 changed, 2 removed (/g/c, /g/d) by deployments ")
    assert result["removed"] == ["/g/c", "/g/d"]


def test_a_pod_that_another_set_took_over_is_not_removed():
    taken = pod("/g/c", labels={"quorum_owner": "other"})
    warnings = []
    owner = ownership.ByGroup("/g", ("quorum_owner",))
    calls = [there(pod("/g/a"), pod("/g/c")), NO_DEPLOYMENTS, pod_look(taken)]
    result = run(*calls, declared=[pod("/g/a")], prune=True, owner=owner, warnings=warnings)
    assert pod_actions(result) == {"/g/a": "none"}
    assert "/g/c is not removed: its labels changed meanwhile" in warnings[0]
    warnings.clear()
    result = run(there(pod("/g/a"), taken), declared=[pod("/g/a")], prune=True, owner=owner, warnings=warnings)
    assert result["changed"] is False
    assert "owned by another set: /g/c (quorum_owner=other)" in warnings[0]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_set_that_declares_no_pod_keeps_them_unless_that_is_allowed(check_mode):
    warnings = []
    rules = {"prune": True, "check_mode": check_mode}
    app_there = stored("/g/x")
    result = run(there(pod("/g/a"), apps=[app_there]), declared=[app("/g/x")], warnings=warnings, **rules)
    assert (result["changed"], result["pods"]) == (False, [])
    assert warnings[0].startswith("not removed, because no pod is declared: /g/a. Declare them (the module")
    writes = [] if check_mode else [pod_look(pod("/g/a")), pod_write("DELETE", "/v2/pods/g/a")]
    calls = [there(pod("/g/a"), apps=[app_there]), NO_DEPLOYMENTS, *writes]
    result = run(*calls, declared=[app("/g/x")], allow_empty=True, **rules)
    assert (result["changed"], result["removed"]) == (True, ["/g/a"])


@pytest.mark.parametrize(
    ("lists", "blank", "reason"),
    [
        ({"pods": []}, (), "the group /g/x of file2 has no pods"),
        ({"pods": None}, (), "the group /g/x of file2 has no pods"),
        ({"groups": []}, (), "the group /g/x of file2 has no pods"),
        ({"dependencies": []}, ("b.json",), "b.json is an empty list"),
    ],
)
def test_pods_whose_list_is_empty_are_removed_only_when_that_is_allowed(lists, blank, reason):
    declared = [app_set.Source(pod("/g/p"), "file1"), app_set.Source({"id": "/g/x", **lists}, "file2")]
    stored_pods = {one["id"]: pod_definition.canonical(one) for one in (pod("/g/p"), pod("/g/x/q"))}
    tree = snapshot.Tree({}, {"/g": {"id": "/g"}, "/g/x": {"id": "/g/x"}}, stored_pods)
    rules = Rules(owner=BY_GROUP, prune=True, blank=blank)
    with pytest.raises(errors.DefinitionError, match=rf"^{reason}, so 1 pod would be removed \(/g/x/q\): "):
        set_plan.plan_set(app_set.build(declared), tree, rules)
    allowed = Rules(owner=BY_GROUP, prune=True, blank=blank, allow_empty=True)
    assert set_plan.plan_set(app_set.build(declared), tree, allowed).doomed_pods == {"/g/x/q"}


def test_no_more_pods_are_removed_than_usual():
    many = [pod(f"/g/p{number}") for number in range(30)]
    with pytest.raises(errors.DefinitionError, match=r"prune would remove 29 of the 30 pods .* set prune_limit to 29"):
        run(there(*many), declared=many[:1], prune=True)


def test_a_deployment_that_holds_a_pod_is_seen_before_the_first_write():
    running = Call("GET", "/v2/deployments", data=[{"id": "d0", "affectedApps": [], "affectedPods": ["/g/b"]}])
    with pytest.raises(errors.Conflict, match=r"another deployment holds /g/b \(d0\)"):
        run(there(pod("/g/b")), INFO, running, declared=[pod("/g/b", shell="x"), app("/g/x")], check_mode=True)


@pytest.mark.parametrize(
    ("declared", "tree", "words"),
    [
        (pod("/g/x"), {"apps": [stored("/g/x")]}, "file1: /g/x is an app|/g/x of file1 is an app on this Marathon"),
        (pod("/g/h"), {"groups": [{"id": "/g/h"}]}, "/g/h of file1 is a group on this Marathon"),
        (pod("/g/x/p"), {"apps": [stored("/g/x")]}, "/g/x/p of file1 cannot be below /g/x, which is an app"),
        (pod("/g/p", containers=[]), {}, "file1: the pod /g/p has no containers"),
        (
            pod("/g/p", networks=[], containers=[{"name": "c", "endpoints": [{"name": "e"}]}]),
            {},
            "file1: the pod /g/p has the endpoint .* and no /networks",
        ),
    ],
)
def test_a_pod_that_cannot_be_is_refused_with_its_file(declared, tree, words):
    with pytest.raises(errors.DefinitionError, match=words):
        run(there(**tree), declared=[declared, app("/g/zz")])


def test_an_app_that_goes_leaves_its_id_to_no_pod_and_its_place_to_one_below():
    tree = {"id": "/g", "apps": [stored("/g/x")], "pods": [], "groups": []}
    with pytest.raises(errors.DefinitionError, match=r"/g/x of file2 is an app on this Marathon: .* remove that first"):
        run(there(apps=[stored("/g/x"), stored("/g/keep")]), declared=[app("/g/keep"), pod("/g/x")], prune=True)
    found = app_set.build([Source(app("/g/keep"), "file"), Source(pod("/g/x/p"), "file")])
    plan = set_plan.plan_set(found, snapshot.read(tree), Rules(owner=BY_GROUP, prune=True))
    kinds = [(one.kind, one.target) for one in set_writes.arranged(plan)]
    assert kinds.index(("delete app", "/g/x")) < kinds.index(("pod", "/g/x/p"))


def test_pods_need_a_marathon_that_has_them():
    old = Call("GET", "/v2/info", data={"version": "1.3.10"})
    with pytest.raises(errors.DefinitionError, match=r"/g/p is a pod, and this Marathon is older than 1\.4"):
        run(there(), old, declared=[pod("/g/p")])


def writes(*declared, tree=None):
    found = app_set.build([Source(value, "file") for value in declared])
    plan = set_plan.plan_set(found, snapshot.read(tree), Rules())
    return [(one.kind, one.target, one.after) for one in set_writes.arranged(plan)]


def test_pods_are_written_before_the_array_of_apps_that_does_not_depend_on_them():
    assert writes(app("/g/a"), app("/g/b"), pod("/g/p")) == [
        ("pod", "/g/p", ()),
        ("apps", "2 apps", ()),
    ]


def test_the_array_comes_after_a_pod_of_a_group_on_which_it_depends():
    front = {"id": "/g/front", "dependencies": ["/g/back"], "apps": [app("a"), app("b")]}
    assert writes({"id": "/g/back", "pods": [pod("p")]}, front) == [
        ("group", "/g/front", ()),
        ("pod", "/g/back/p", ()),
        ("apps", "2 apps", ("/g/back/p",)),
    ]


def test_a_pod_of_a_group_that_depends_on_apps_comes_after_each_of_them():
    front = {"id": "/g/front", "dependencies": ["/g/back"], "pods": [pod("p")], "apps": [app("c")]}
    assert writes({"id": "/g/back", "apps": [app("a"), app("b")]}, front) == [
        ("group", "/g/front", ()),
        ("app", "/g/back/a", ()),
        ("app", "/g/back/b", ()),
        ("app", "/g/front/c", ("/g/back/a", "/g/back/b")),
        ("pod", "/g/front/p", ("/g/back/a", "/g/back/b")),
    ]


def test_a_pod_behind_another_pod_leaves_the_array_whole():
    front = {"id": "/g/front", "dependencies": ["/g/back"], "pods": [pod("p")]}
    back = {"id": "/g/back", "pods": [pod("q")]}
    assert writes(back, front, {"id": "/g/x", "apps": [app("a"), app("b")]})[1:] == [
        ("pod", "/g/back/q", ()),
        ("pod", "/g/front/p", ("/g/back/q",)),
        ("apps", "2 apps", ("/g/back/q", "/g/front/p")),
    ]


def test_a_group_whose_last_pod_goes_is_removed_behind_it():
    tree = {
        "id": "/g",
        "apps": [],
        "pods": [pod("/g/keep")],
        "groups": [{"id": "/g/h", "apps": [stored("/g/h/a")], "pods": [pod("/g/h/p")], "groups": []}],
    }
    found = app_set.build([Source(pod("/g/keep"), "file")])
    rules = Rules(owner=BY_GROUP, prune=True, allow_empty=True)
    plan = set_plan.plan_set(found, snapshot.read(tree), rules)
    assert [(one.kind, one.target) for one in set_writes.arranged(plan)] == [
        ("delete pod", "/g/h/p"),
        ("delete group", "/g/h"),
    ]
    assert set_plan.without(plan, {"/g/h/p"}).changed_groups == []


def test_a_field_of_pods_can_be_ignored_in_a_set_with_pods():
    calls = [there(pod("/g/p", instances=3))]
    result = run(*calls, declared=[pod("/g/p")], ignored=("instances",))
    assert pod_actions(result) == {"/g/p": "none"}
    with pytest.raises(errors.DefinitionError, match="'environment' is not a field that an app declares"):
        run(declared=[app("/g/a")], ignored=("environment.A",))
    calls = [there(pod("/g/p", environment={"A": "auto"}))]
    assert run(*calls, declared=[pod("/g/p")], ignored=("environment.A",))["changed"] is False


def test_a_label_that_owns_is_put_on_pods():
    owner = ownership.read(None, "quorum_owner=shop")
    result = run(there(), INFO, declared=[pod("/g/p")], owner=owner, check_mode=True)
    assert result["diff"][0]["after"]["labels"] == {"quorum_owner": "shop"}
    with pytest.raises(errors.DefinitionError, match="/g/p does not have the label quorum_owner=shop"):
        run(there(pod("/g/p")), declared=[pod("/g/p")], owner=owner)
    with pytest.raises(errors.DefinitionError, match="/g/p of file1 belongs to the set 'bar'"):
        run(there(pod("/g/p", labels={"quorum_owner": "bar"})), declared=[pod("/g/p")], owner=owner)


def test_secrets_of_pods_are_masked():
    declared = [pod("/g/p", environment={"PW": "hunter2"})]
    result = run(there(), INFO, declared=declared, check_mode=True, secret_names=("PW",))
    assert "hunter2" not in str(result)
    assert result["diff"][0]["after"]["environment"] == {"PW": "********"}


def test_a_saved_answer_of_a_group_is_read_and_its_rule_for_roles_compared():
    status = {"id": "/g/p", "spec": pod("/g/p"), "status": "STABLE", "instances": []}
    saved = {"id": "/g", "version": "2026-01-01", "enforceRole": False, "apps": [stored("/g/a")], "pods": [status]}
    result = run(there(pod("/g/p"), apps=[stored("/g/a")]), declared=[saved])
    assert (result["changed"], pod_actions(result)) == (False, {"/g/p": "none"})
    words = "file1: the group /g declares enforceRole=true, and has false on this Marathon: set it by the module"
    with pytest.raises(errors.DefinitionError, match=words):
        run(there(pod("/g/p"), apps=[stored("/g/a")]), declared=[{**saved, "enforceRole": True}])
