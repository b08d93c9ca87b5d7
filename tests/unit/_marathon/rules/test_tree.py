"""Rules for an app or a pod among all others."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.rules import tree as tree_rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.snapshot import Tree


class Counted(dict):
    """Counts how often all of it is looked at."""

    walks = 0

    def __iter__(self):
        Counted.walks += 1
        return super().__iter__()

    def keys(self):
        Counted.walks += 1
        return super().keys()


def said(path, kind, tree, doomed=()):
    return [sentence.split(" on this")[0] for sentence in tree_rules.clashes(path, kind, "a.json", tree, doomed)]


def test_one_id_is_looked_up_and_not_all_of_them():
    """A set of 8,000 apps would take a minute with a look at all of them for each."""
    tree = Tree(Counted({f"/a{number}": {} for number in range(50)}), Counted(), Counted())
    for number in range(50):
        assert said(f"/a{number}", tree_rules.APP, tree, {"/a1"}) == []
    assert Counted.walks == 0


@pytest.mark.parametrize(
    ("path", "kind", "doomed", "expected"),
    [
        ("/a", tree_rules.APP, (), []),
        ("/a/b", tree_rules.APP, (), ["/a/b of a.json cannot be below /a, which is an app"]),
        ("/a/b", tree_rules.APP, {"/a"}, []),
        ("/p/b", tree_rules.APP, {"/a"}, ["/p/b of a.json cannot be below /p, which is a pod"]),
        ("/a", tree_rules.GROUP, (), ["/a of a.json is an app"]),
        ("/a", tree_rules.GROUP, {"/a"}, []),
        # An app that goes locks its id until it is gone.
        ("/a", tree_rules.POD, {"/a"}, ["/a of a.json is an app"]),
        ("/g", tree_rules.APP, (), ["/g of a.json is a group"]),
        ("/p", tree_rules.APP, (), ["/p of a.json is a pod"]),
    ],
)
def test_an_id_belongs_to_one(path, kind, doomed, expected):
    tree = Tree({"/a": {}}, {"/g": {}}, {"/p": {}})
    assert said(path, kind, tree, doomed) == expected
