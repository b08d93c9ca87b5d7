from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import apps as app_set
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition.apps import Source
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError


def build(*values):
    return app_set.build([Source(value, f"file{number}") for number, value in enumerate(values, 1)])


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
        ([app("/p"), {"id": "p", "containers": []}], "/p is an app in file1 and a pod in file2"),
        ([{"id": "/p", "containers": []}] * 2, "/p is declared twice, in file1 and in file2"),
        ([{"id": "/g", "pods": [{"id": "/h/p", "containers": []}]}], "file1: /h/p is no direct child of the group /g"),
        ([{"id": "/p", "containers": []}, app("/p/x")], "/p is a pod in file1, so /p/x of file2 cannot be below it"),
        ([app("/a/versions/web")], "file1: /id '/a/versions/web' has the part versions, and Marathon's API takes"),
        (
            [{"id": "/a/tasks-of", "apps": [app("tasks/web")]}, app("/b/x/tasks/web")],
            "question about /b/x and not for a name",
        ),
        ([{"services": {}}], "file1: the definition is a Compose file"),
        ([{"apps": [app("/a"), {"cmd": "x"}]}], "file1, app 2: the definition has no id"),
        ([{"cmd": "x"}], "file1: the definition has no id"),
        ([{"id": "/g", "apps": ["b"]}], "file1: a definition of an app, a pod or a group must be a mapping, not 'b'"),
        ([None], "file1: a definition of an app, a pod or a group must be a mapping, not None"),
        ([app("/a", cpus="many")], "file1, /a: /cpus must be a number"),
        ([app("/UPPER")], "file1: /id '/UPPER' is not an app id"),
        ([{"id": "/g", "apps": [app("/h/x")]}], "file1: /h/x is no direct child of the group /g that lists it"),
        ([{"id": "/g", "apps": [app("s/x")]}], "file1: /g/s/x is no direct child of the group /g"),
        ([{"id": "/g", "groups": [{"id": "/h", "apps": []}]}], "the group /h is no direct child of the group /g"),
        (
            [{"id": "/g", "apps": [], "scaleBy": 2}],
            "file1, /g: a group has no field 'scaleBy' here: use the module marathon_group",
        ),
        ([{"id": "/g", "apps": [], "pods": {}}], "file1, /g: /pods must be a list"),
        ([{"id": "/g", "apps": [], "cmd": "x"}], "file1, /g: a group has no field 'cmd' here: the fields are id, apps"),
        ([{"id": "/g", "apps": {}}], "file1, /g: /apps must be a list"),
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


def test_pods_by_themselves_in_groups_and_in_saved_answers():
    pod = {"id": "/x/p", "containers": [{"name": "c"}]}
    found = build(
        pod,
        {"id": "/g", "version": "2020-01-01", "pods": [{"id": "q", "containers": []}], "groups": [{"id": "empty"}]},
        {"app": app("/a")},
        {"apps": [app("/b"), app("/c")]},
        {"id": "/s", "spec": {**pod, "id": "/s"}, "status": "STABLE", "instances": []},
    )
    assert {name: one.origin for name, one in found.pods.items()} == {
        "/x/p": "file1",
        "/g/q": "file2",
        "/s": "file5",
    }
    assert found.pods["/s"].app == {**pod, "id": "/s"}
    assert {name: one.origin for name, one in found.apps.items()} == {
        "/a": "file3",
        "/b": "file4, app 1",
        "/c": "file4, app 2",
    }
    assert sorted(found.groups) == ["/g", "/g/empty"]
