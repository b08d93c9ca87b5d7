"""What happens to the apps and groups of a set, and the writes that it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import snapshot
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning import limit as removal_limit
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.plan import Rules, plan_set
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.writes import arranged
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app_fields,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    apps as app_set,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition.apps import Source
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import ownership
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.snapshot import Tree

from ...fakes import stored

BY_GROUP = Rules(owner=ownership.read("/g", None), prune=True)
BY_LABEL = Rules(owner=ownership.read(None, "owner=shop"), prune=True)


def app(app_id, **declared):
    return {"id": app_id, "cmd": "sleep 1000", **declared}


def there(*apps, groups=None, pods=()):
    """The tree with these apps, as GET returns it; groups are {id: dependencies}."""
    apps = {one["id"]: one for one in apps}
    ids = {above for path in [*apps, *(groups or {}), *pods] for above in app_set.ancestors(path)} | set(groups or {})
    groups = {name: {"id": name, "dependencies": (groups or {}).get(name, [])} for name in ids}
    return Tree(apps, groups, {name: {"id": name} for name in pods})


def plan(declared, tree, rules=None):
    found = app_set.build([Source(value, f"file{number}") for number, value in enumerate(declared, 1)])
    rules = rules or Rules()
    rules.owner.check(found)
    return plan_set(found, tree, rules)


def actions(found):
    return {one.app_id: one.plan.action for one in found.apps if one.plan.changed}


def shown(found, release=app_fields.NEWEST):
    """The writes as (kind, target) and, of arrays, their apps."""
    return [
        (write.kind, list(write.apps) if write.kind == "apps" else write.target) for write in arranged(found, release)
    ]


def test_a_set_beside_what_is_there():
    found = plan(
        [app("/same"), app("/more", instances=3), app("/other", cmd="sleep 2"), app("/new"), app("/off", cmd="x")],
        there(stored("/same"), stored("/more"), stored("/other"), stored("/off", instances=0), stored("/strange")),
    )
    assert actions(found) == {"/more": "scaled", "/new": "created", "/off": "updated", "/other": "updated"}
    assert [one.app_id for one in found.apps if one.plan.restarts] == ["/other"]
    (write,) = arranged(found)
    assert write.apps == ("/more", "/new", "/off", "/other")
    bodies = {body["id"]: body for body in write.body}
    assert bodies["/other"] == {"id": "/other", "cmd": "sleep 2", "instances": 1, "role": "*"}
    # Scaling by a whole definition repeats what is stored, so that nothing else differs.
    assert bodies["/more"]["instances"] == 3
    assert bodies["/more"]["portDefinitions"] == [{"port": 10000, "name": "default", "protocol": "tcp"}]
    assert "versionInfo" not in bodies["/more"]


def test_nothing_to_change_is_nothing_to_write():
    found = plan([app("/a"), {"id": "/g", "dependencies": ["/h"]}], there(stored("/a"), groups={"/g": ["/h"]}))
    assert not found.changed
    assert arranged(found) == []


@pytest.mark.parametrize(
    ("declared", "tree", "rules", "removed", "writes"),
    [
        # Everything in the group and nothing outside of it; the last of a group goes with the group.
        (
            [app("/g/a")],
            there(stored("/g/a"), stored("/g/b"), stored("/g/x/c"), stored("/g/x/y/d"), stored("/gg/e"), stored("/f")),
            BY_GROUP,
            ["/g/b", "/g/x/c", "/g/x/y/d"],
            [("delete app", "/g/b"), ("delete group", "/g/x")],
        ),
        # A pod keeps its group.
        (
            [app("/g/a")],
            there(stored("/g/a"), stored("/g/x/c"), pods=["/g/x/pod"]),
            BY_GROUP,
            ["/g/x/c"],
            [("delete app", "/g/x/c")],
        ),
        # So does being declared.
        (
            [{"id": "/g/x", "dependencies": []}, app("/g/a")],
            there(stored("/g/a"), stored("/g/x/c")),
            BY_GROUP,
            ["/g/x/c"],
            [("delete app", "/g/x/c")],
        ),
        # A group in which nothing was is left alone.
        ([app("/g/a")], there(stored("/g/a"), groups={"/g/empty": []}), BY_GROUP, [], []),
        # By label: from anywhere, and no groups.
        (
            [app("/a", labels={"owner": "shop"})],
            there(
                stored("/a", labels={"owner": "shop"}),
                stored("/g/b", labels={"owner": "shop"}),
                stored("/c", labels={"owner": "other"}),
                stored("/d"),
            ),
            BY_LABEL,
            ["/g/b"],
            [("delete app", "/g/b")],
        ),
        # Who depends on another goes first.
        (
            [app("/g/a")],
            there(stored("/g/a"), stored("/g/b"), stored("/g/c", dependencies=["/g/d"]), stored("/g/d")),
            BY_GROUP,
            ["/g/b", "/g/c", "/g/d"],
            [("delete app", "/g/c"), ("delete app", "/g/b"), ("delete app", "/g/d")],
        ),
        # What changes is accepted before anything is removed, but an app that becomes a group makes room for it.
        (
            [app("/g/b/new"), app("/g/a", cmd="x")],
            there(stored("/g/a"), stored("/g/b"), stored("/g/c")),
            BY_GROUP,
            ["/g/b", "/g/c"],
            [("delete app", "/g/b"), ("apps", ["/g/a", "/g/b/new"]), ("delete app", "/g/c")],
        ),
    ],
)
def test_prune_removes_what_the_set_owns_and_does_not_declare(declared, tree, rules, removed, writes):
    found = plan(declared, tree, rules)
    assert sorted(found.doomed) == removed
    assert shown(found) == writes


def test_without_prune_nothing_is_removed():
    assert not plan([app("/g/a")], there(stored("/g/a"), stored("/g/b")), Rules(owner=BY_GROUP.owner)).changed


@pytest.mark.parametrize("rules", [BY_GROUP, BY_LABEL])
def test_an_empty_set_removes_all_only_when_that_is_allowed(rules):
    tree = there(stored("/g/a", labels={"owner": "shop"}))
    with pytest.raises(
        DefinitionError, match=r"^no app is declared, so 1 app would be removed \(/g/a\): .*allow_empty"
    ):
        plan([], tree, rules)
    allowed = Rules(owner=rules.owner, prune=True, allow_empty=True)
    assert plan([], tree, allowed).doomed == {"/g/a"}
    # There is nothing to lose.
    assert not plan([], there(), rules).changed


@pytest.mark.parametrize("lists", [{"apps": []}, {"apps": None}, {"groups": []}, {"groups": [{"id": "x", "apps": []}]}])
@pytest.mark.parametrize("others", [[], [app("/g/kept")]])
def test_a_group_without_apps_removes_them_only_when_that_is_allowed(lists, others):
    declared = [{"id": "/g/shop", **lists}, *others]
    tree = there(stored("/g/kept"), *(stored(f"/g/shop/x/{number}") for number in range(7)))
    reason = r"the group /g/shop of file1 has no apps, so "
    listed = r"\(.*/g/shop/x/0, .* more\): check definitions and src, or set allow_empty"
    with pytest.raises(DefinitionError, match=rf"{reason}{7 if others else 8} apps would be removed {listed}"):
        plan(declared, tree, BY_GROUP)
    allowed = Rules(owner=BY_GROUP.owner, prune=True, allow_empty=True)
    assert len(plan(declared, tree, allowed).doomed) == (7 if others else 8)
    # Nothing in it is there, so nothing of it is removed.
    assert plan([*declared, app("/g/a")], there(stored("/g/b")), BY_GROUP).doomed == {"/g/b"}


def test_an_empty_list_of_apps_beside_groups_with_some():
    declared = [{"id": "/g/shop", "apps": [], "groups": [{"id": "x", "apps": [app("a")]}]}]
    with pytest.raises(DefinitionError, match=r"the group /g/shop of file1 has no apps, so 1 app would be removed"):
        plan(declared, there(stored("/g/shop/web")), BY_GROUP)
    # One that is not listed in a list with others is taken out of it.
    assert plan(declared, there(stored("/g/shop/x/b")), BY_GROUP).doomed == {"/g/shop/x/b"}


def test_a_file_with_an_empty_list_removes_only_when_that_is_allowed():
    tree = there(stored("/g/a"), stored("/g/b"))
    rules = Rules(owner=BY_GROUP.owner, prune=True, blank=("apps/b.json",))
    words = r"^apps/b.json is an empty list, so 1 app would be removed \(/g/b\)"
    with pytest.raises(DefinitionError, match=words):
        plan([app("/g/a")], tree, rules)
    assert plan([app("/g/a")], tree, replace(rules, allow_empty=True)).doomed == {"/g/b"}
    assert not plan([app("/g/a")], there(stored("/g/a")), rules).changed


@pytest.mark.parametrize(
    ("removed", "kept", "limit", "words"),
    [
        (
            11,
            10,
            None,
            r"prune would remove 11 of the 21 apps .*/g/x/00, .* 6 more\), which is more than 50 % and 10: ",
        ),
        (11, 11, None, None),
        (10, 1, None, None),
        (11, 1, "11", None),
        (11, 1, "100%", None),
        (2, 10, "1", "which is more than 1: .* set prune_limit to 2 if"),
        (3, 10, "20%", "which is more than 20 %: "),
        (3, 10, " 25% ", None),
        (1, 10, "0", "prune would remove 1 of the 11 apps"),
    ],
)
def test_most_of_a_set_is_removed_only_when_the_limit_allows_it(removed, kept, limit, words):
    declared = [app(f"/g/{number}") for number in range(kept)]
    apps = [stored(one["id"]) for one in declared] + [stored(f"/g/x/{number:02}") for number in range(removed)]
    rules = replace(BY_GROUP, limit=removal_limit.read(limit))
    # What others own does not count.
    tree = there(*apps, *(stored(f"/other/{number}") for number in range(100)))
    if words is None:
        assert len(plan(declared, tree, rules).doomed) == removed
    else:
        with pytest.raises(DefinitionError, match=words):
            plan(declared, tree, rules)


def test_an_empty_set_that_is_allowed_has_a_limit_too():
    """Who allows it for good, because a set may be empty some day, has not said that all may go today."""
    tree = there(*(stored(f"/g/{number}") for number in range(20)))
    rules = replace(BY_GROUP, allow_empty=True)
    with pytest.raises(DefinitionError, match="prune would remove 20 of the 20 apps"):
        plan([], tree, rules)
    assert len(plan([], tree, replace(rules, limit=removal_limit.read("20"))).doomed) == 20


@pytest.mark.parametrize("value", ["", "many", "-1", "1.5", "101%", "%"])
def test_a_limit_that_is_none_is_refused(value):
    with pytest.raises(DefinitionError, match=f"prune_limit '{value}' is neither a number of apps nor a percentage"):
        removal_limit.read(value)


def test_the_label_of_the_owner_is_set_when_an_app_is_created():
    found = plan([app("/a", labels={"team": "x"})], there(), BY_LABEL)
    assert found.apps[0].plan.request.body["labels"] == {"team": "x", "owner": "shop"}
    assert not found.apps[0].adopted


def test_an_app_without_the_label_is_adopted_only_when_told_and_says_that_it_restarts():
    tree = there(stored("/a"), stored("/b", instances=0), stored("/c", labels={"owner": "shop"}))
    declared = [app("/a"), app("/b", instances=0), app("/c"), app("/d")]
    with pytest.raises(DefinitionError, match=r"/a, /b do not have the label owner=shop .* replaces every") as caught:
        plan(declared, tree, BY_LABEL)
    assert caught.value.facts["strangers"] == ["/a", "/b"]
    found = plan(declared, tree, Rules(owner=BY_LABEL.owner, adopt=True))
    assert [(one.app_id, one.adopted, one.plan.restarts) for one in found.apps] == [
        ("/a", True, True),
        ("/b", True, False),
        ("/c", False, False),
        ("/d", False, False),
    ]


@pytest.mark.parametrize(
    ("declared", "tree", "rules", "words"),
    [
        (
            [app("/a")],
            there(stored("/a", labels={"owner": "bank"})),
            Rules(owner=BY_LABEL.owner, adopt=True),
            "/a of file1 belongs to the set 'bank'",
        ),
        ([app("/a", labels={"owner": "bank"})], there(), BY_LABEL, "/a of file1 declares the label owner=bank"),
        ([app("/h/a")], there(), BY_GROUP, "/h/a of file1 is not below owner_group /g"),
        ([app("/a/b")], there(stored("/a")), None, "/a/b of file1 cannot be below /a, which is an app"),
        ([app("/a/b")], there(pods=["/a"]), None, "/a/b of file1 cannot be below /a, which is a pod"),
        ([app("/a")], there(stored("/a/b")), None, "/a of file1 is a group on this Marathon"),
        ([app("/a")], there(pods=["/a"]), None, "/a of file1 is a pod on this Marathon"),
        ([{"id": "/a", "apps": []}], there(stored("/a")), None, "/a of file1 is an app on this Marathon"),
        (
            [app("/a", dependencies=["/b"])],
            there(stored("/b", dependencies=["/a"])),
            None,
            "in a circle: /a -> /b -> /a (file1)",
        ),
        (
            [{"id": "/g", "dependencies": ["/b"], "apps": [app("x")]}, app("/b", dependencies=["/g"])],
            there(),
            None,
            "in a circle: /b -> /g/x -> /b (file1, file2)",
        ),
    ],
)
def test_what_cannot_be_is_refused(declared, tree, rules, words):
    with pytest.raises(DefinitionError) as caught:
        plan(declared, tree, rules)
    assert words in str(caught.value)


def test_ignored_fields_hold_for_every_app():
    tree = there(stored("/a", instances=7), stored("/b", env={"V": "2"}))
    assert not plan([app("/a"), app("/b", env={"V": "1"})], tree, Rules(ignored=("instances", "env.V"))).changed


def test_groups_are_written_before_the_apps_and_keep_their_role():
    tree = there(stored("/g/a"), groups={"/g": ["/old"]})
    tree.groups["/g"]["enforceRole"] = True
    found = plan([{"id": "/g", "dependencies": ["/h"], "apps": [app("a", cmd="x"), app("b")]}], tree)
    first, second = arranged(found)
    assert (first.kind, first.target, first.body) == ("group", "/g", {"dependencies": ["/h"], "enforceRole": True})
    assert second.apps == ("/g/a", "/g/b")


@pytest.mark.parametrize(
    ("declared", "writes"),
    [
        # It comes with its app.
        ({"id": "/g", "apps": [app("a")]}, [("app", "/g/a")]),
        ({"id": "/g", "apps": []}, [("group", "/g")]),
        ({"id": "/g", "apps": [app("a")], "dependencies": ["/h"]}, [("group", "/g"), ("app", "/g/a")]),
    ],
)
def test_a_new_group_takes_a_write_only_where_no_app_brings_it(declared, writes):
    assert shown(plan([declared], there())) == writes


def test_dependencies_that_turn_round_never_form_a_circle_on_the_way():
    tree = there(stored("/g/a"), stored("/h/b"), groups={"/g": ["/h"], "/h": []})
    declared = [
        {"id": "/g", "apps": [app("a"), app("c")]},
        {"id": "/h", "dependencies": ["/g"], "apps": [app("b", cmd="x")]},
    ]
    writes = arranged(plan(declared, tree))
    assert [(write.kind, write.target, write.body) for write in writes if write.kind == "group"] == [
        ("group", "/g", {"dependencies": []}),
        ("group", "/h", {"dependencies": ["/g"]}),
    ]
    assert [write.kind for write in writes] == ["group", "apps", "group"]


def test_what_an_array_would_lose_goes_alone():
    resources = {"cpus": 0.2, "mem": 64, "disk": 10}
    tree = there(stored("/scaled", executorResources=resources), stored("/a"))
    found = plan(
        [app("/a", cmd="x"), app("/b", dependencies=["/made"]), app("/made", executorResources=resources),
         app("/scaled", executorResources=resources, instances=2)],
        tree,
    )  # fmt: skip
    made, scaled, array = arranged(found)
    assert (made.target, made.request.method) == ("/made", "POST")
    assert (scaled.target, scaled.request.partial) == ("/scaled", True)
    assert scaled.request.body["executorResources"] == resources
    assert (array.apps, array.after) == (("/a", "/b"), ("/made", "/scaled"))


def test_one_app_takes_its_own_request():
    (write,) = arranged(plan([app("/a", instances=2)], there(stored("/a"))))
    assert (write.kind, write.request.body) == ("app", {"instances": 2})


def test_where_arrays_cannot_replace_apps_each_is_written_when_those_before_it_run():
    declared = [app("/web", dependencies=["/api"]), app("/api", dependencies=["/db"]), app("/db"), app("/cache")]
    writes = arranged(plan(declared, there()), (1, 3))
    assert [(write.target, write.after) for write in writes] == [
        ("/cache", ()),
        ("/db", ()),
        ("/api", ("/cache", "/db")),
        ("/web", ("/cache", "/db", "/api")),
    ]


def test_the_tree_of_nested_groups():
    info = {
        "id": "/",
        "apps": [{"id": "/a"}],
        "pods": [{"id": "/p"}],
        "groups": [{"id": "/g", "apps": [{"id": "/g/b"}], "groups": [{"id": "/g/h", "apps": None}]}],
    }
    tree = snapshot.read(info)
    assert (sorted(tree.apps), sorted(tree.groups), list(tree.pods)) == (["/a", "/g/b"], ["/", "/g", "/g/h"], ["/p"])
    assert snapshot.read(None) == Tree()


@pytest.mark.parametrize("label", ["owner", "owner=", "=shop", ""])
def test_an_owner_label_that_is_none(label):
    with pytest.raises(DefinitionError, match="is not of the form key=value"):
        ownership.read(None, label)
