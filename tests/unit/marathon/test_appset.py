from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import appset
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset import Source
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import DefinitionError


def build(*values):
    return appset.build([Source(value, f"file{number}") for number, value in enumerate(values, 1)])


def app(app_id, **declared):
    return {"id": app_id, "cmd": "sleep 1", **declared}


def test_apps_groups_and_lists_become_one_set():
    found = build(
        app("web"),
        app("/shop/a"),
        {"id": "/db", "dependencies": ["/store"]},
        {
            "id": "shop/front",
            "dependencies": ["../back", "/x"],
            "apps": [app("web", dependencies=["api", "../back/db"]), app("/shop/front/api")],
            "groups": [{"id": "deep", "apps": [app("x")]}],
        },
    )
    assert sorted(found.apps) == ["/shop/a", "/shop/front/api", "/shop/front/deep/x", "/shop/front/web", "/web"]
    assert found.apps["/shop/front/web"].app["dependencies"] == ["/shop/front/api", "/shop/back/db"]
    assert found.apps["/shop/a"].origin == "file2"
    assert {name: group.dependencies for name, group in found.groups.items()} == {
        "/db": ("/store",),
        "/shop/front": ("/shop/back", "/x"),
        "/shop/front/deep": (),
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([app("/a"), app("a")], "/a is declared twice, in file1 and in file2"),
        ([{"id": "/g", "apps": []}, {"id": "g", "apps": []}], "the group /g is declared twice, in file1 and in file2"),
        ([app("/g"), {"id": "/g", "apps": []}], "/g is an app in file1 and a group in file2"),
        ([app("/g/x/web"), app("/g")], "/g is an app in file2, so /g/x/web of file1 cannot be below it"),
        ([app("/g"), {"id": "/g/sub", "apps": []}], "/g is an app in file1, so /g/sub of file2 cannot be below it"),
        ([{"id": "/p", "containers": []}], "file1: this is the definition of a pod; use the module marathon_pod"),
        ([{"cmd": "x"}], "file1: the definition has no id"),
        ([{"id": "/g", "apps": ["b"]}], "file1: a definition of an app or a group is a mapping, not 'b'"),
        ([None], "file1: a definition of an app or a group is a mapping, not None"),
        ([app("/a", cpus="many")], "file1: /cpus must be a number"),
        ([app("/UPPER")], "file1: /id '/UPPER' is not an app id"),
        ([{"id": "/g", "apps": [app("/h/x")]}], "file1: /h/x is no direct child of the group /g that lists it"),
        ([{"id": "/g", "apps": [app("s/x")]}], "file1: /g/s/x is no direct child of the group /g"),
        ([{"id": "/g", "groups": [{"id": "/h", "apps": []}]}], "the group /h is no direct child of the group /g"),
        (
            [{"id": "/g", "apps": [], "scaleBy": 2}],
            "file1: a group has no field 'scaleBy' here: use the module marathon_group",
        ),
        ([{"id": "/g", "apps": [], "pods": []}], "Marathon takes no pods in a group"),
        ([{"id": "/g", "apps": [], "cmd": "x"}], "file1: a group has no field 'cmd' here: the fields are id, apps"),
        ([{"id": "/g", "apps": {}}], "file1: /apps must be a list"),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_files(values, words):
    with pytest.raises(DefinitionError) as caught:
        build(*values)
    assert words in str(caught.value)
    # No file is told twice.
    assert str(caught.value).count("file1: ") <= 1


def test_the_root_can_be_a_group():
    found = build({"id": "/", "apps": [app("a")], "dependencies": []})
    assert list(found.apps) == ["/a"]
    assert list(found.groups) == ["/"]
