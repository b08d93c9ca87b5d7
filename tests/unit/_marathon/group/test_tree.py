"""What a definition of a group declares, and of which lists it declares the whole."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.group import tree as group_tree
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.snapshot import Tree

from ..fakes import stored, stored_pod

APP = {"cmd": "sleep 1000"}


@pytest.mark.parametrize(
    ("value", "definition", "found"),
    [
        ("/g", None, "/g"),
        ("g/h/", None, "/g/h"),
        (None, {"id": "/g"}, "/g"),
        ("/one", {"id": "/other"}, "/one"),
    ],
)
def test_the_id_is_the_option_or_that_of_the_definition(value, definition, found):
    assert group_tree.checked_id(value, definition) == found


@pytest.mark.parametrize(
    ("value", "definition", "words"),
    [
        (None, {}, "the group has no id"),
        ("/", None, "id / is the group of all that runs"),
        (None, {"id": "/"}, "id / is the group of all that runs"),
        ("/A", None, "'A' is not allowed"),
    ],
)
def test_an_id_that_cannot_be_meant_is_refused(value, definition, words):
    with pytest.raises(DefinitionError, match=words):
        group_tree.checked_id(value, definition)


@pytest.mark.parametrize(
    ("definition", "apps", "groups", "dependencies"),
    [
        ({}, set(), set(), set()),
        ({"apps": None, "groups": None, "dependencies": None}, set(), set(), set()),
        ({"apps": []}, {"/g"}, set(), set()),
        ({"groups": []}, set(), {"/g"}, set()),
        ({"dependencies": []}, set(), set(), {"/g"}),
        ({"groups": [{"id": "h", "apps": [{"id": "a", **APP}]}]}, {"/g/h"}, {"/g"}, set()),
        ({"groups": [{"id": "/g/h"}, {"id": "k", "groups": []}]}, set(), {"/g", "/g/k"}, set()),
    ],
)
def test_a_list_that_is_given_is_the_whole_list(definition, apps, groups, dependencies):
    declared = group_tree.from_definition("/g", definition)
    assert (declared.whole_apps, declared.whole_groups, declared.whole_dependencies) == (apps, groups, dependencies)


def test_ids_are_relative_to_the_group_they_are_in():
    declared = group_tree.from_definition(
        "/g",
        {"apps": [{"id": "a", **APP}], "groups": [{"id": "h", "dependencies": ["../a"], "apps": [{"id": "b", **APP}]}]},
    )
    assert sorted(declared.appset.apps) == ["/g/a", "/g/h/b"]
    assert sorted(declared.appset.groups) == ["/g", "/g/h"]
    assert declared.appset.groups["/g/h"].dependencies == ("/g/a",)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"scaleBy": 2}, "use the option scale_by"),
        ({"groups": [{"apps": []}]}, r"/groups\(0\) of /g has no id"),
        ({"groups": ["h"]}, "must be a mapping"),
        ({"pods": [{"id": "p"}]}, "use the module marathon_pod"),
        ({"labels": {}}, "a group has no field 'labels'"),
        ({"enforceRole": "yes"}, "/enforceRole must be true or false"),
        ({"groups": [{"id": "h", "enforceRole": True}]}, "/g/h is none: declare it for /g"),
        ({"apps": [{"id": "/other/a", **APP}]}, "no direct child"),
        ({"apps": [{"id": "a", **APP}, {"id": "/g/a", **APP}]}, "declared twice"),
    ],
)
def test_what_contradicts_itself_is_refused(definition, words):
    with pytest.raises(DefinitionError, match=words):
        group_tree.from_definition("/g", definition)


def test_the_rule_for_roles_is_that_of_a_group_at_the_top():
    assert group_tree.from_definition("/g", {"enforceRole": True}).enforce_role is True
    assert group_tree.from_definition("/g", {}).enforce_role is None
    assert group_tree.from_definition("/g/h", {"enforceRole": False}).enforce_role is None
    with pytest.raises(DefinitionError, match=r"/g/h is none: declare it for /g$"):
        group_tree.from_definition("/g/h", {"enforceRole": True})


def test_what_get_adds_is_no_declaration():
    info = {"id": "/g", "version": "2020", "pods": [], "enforceRole": False, "apps": [stored("/g/a")], "groups": []}
    assert list(group_tree.from_definition("/g", info).appset.apps) == ["/g/a"]


def test_a_version_is_the_whole_group_with_its_pods_but_not_the_rule_for_roles():
    pod = stored_pod("/g/h/p")
    info = {
        "id": "/g",
        "enforceRole": True,
        "apps": [stored("/g/a")],
        "groups": [{"id": "/g/h", "pods": [{"id": "/g/h/p", "spec": pod}]}],
    }
    declared = group_tree.from_version("/g", "2020", info)
    assert declared.whole_apps == declared.whole_groups == declared.whole_dependencies == {"/g", "/g/h"}
    assert (declared.version, declared.pods, declared.enforce_role) == ("2020", {"/g/h/p": pod}, None)


@pytest.mark.parametrize(
    ("instances", "factor", "expected"),
    [(1, 1.5, 2), (2, 1.5, 3), (10, 1.1, 11), (3, 0.1, 1), (5, 0, 0), (0, 7, 0), (4, 1, 4)],
)
def test_scaling_multiplies_and_rounds_up(instances, factor, expected):
    tree = Tree({"/g/a": stored("/g/a", instances=instances)}, {"/g": {"id": "/g"}})
    assert group_tree.scaled("/g", tree, factor).appset.apps["/g/a"].app == {"id": "/g/a", "instances": expected}


@pytest.mark.parametrize("factor", [-1, float("inf"), float("nan")])
def test_a_factor_that_is_none_is_refused(factor):
    with pytest.raises(DefinitionError, match="give a number that is not below 0"):
        group_tree.check_factor(factor)
