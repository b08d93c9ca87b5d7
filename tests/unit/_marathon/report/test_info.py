from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report.info import KINDS, InfoSelection, gather

from ..fakes import Call, FakeSession, FakeTime

APPS = [{"id": "/shop/web"}, {"id": "/shopping"}, {"id": "/db"}]
TASKS = [
    {"id": "a", "state": "TASK_RUNNING"},
    {"id": "b", "state": "TASK_STARTING"},
    {"id": "c", "state": "TASK_KILLING"},
]
TREE = {
    "id": "/",
    "apps": [],
    "groups": [{"id": "/z", "apps": [], "groups": []}, {"id": "/a", "groups": [{"id": "/a/b", "groups": []}]}],
}
QUEUE = [{"app": {"id": "/shop/web"}}, {"pod": {"id": "/shop/cart"}}, {"app": {"id": "/db"}}]
DEPLOYMENTS = [
    {"id": "d1", "affectedApps": ["/shop/web", "/db"]},
    {"id": "d2", "affectedApps": [], "affectedPods": ["/shop/cart"]},
    {"id": "d3", "affectedApps": ["/db"]},
]
PODS = [{"id": "/shop/cart"}, {"id": "/other"}]
MISSING = {"message": "App '/shop/web' does not exist"}
EVENTS = ("2020-10-29T12:28:49.123Z", "2020-10-30T12:28:49.123Z")


def get(path, data, code=200, **params):
    return Call("GET", path, status=code, data=data, params=params)


def gathered(kinds, calls, **selectors):
    """What comes of exactly these calls."""
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], FakeTime().sleep, session=session))
    selection = InfoSelection(tuple(kinds.split()), **selectors)
    selection.check()
    try:
        return gather(client, selection)
    finally:
        assert session.calls == [], "calls that were not made"


def ids(found):
    return [one["id"] for one in found]


@pytest.mark.parametrize(
    ("selectors", "call", "found"),
    [
        ({}, get("/v2/apps", {"apps": APPS}), ["/shop/web", "/shopping", "/db"]),
        ({"label": "team==shop"}, get("/v2/apps", {"apps": APPS[:1]}, label="team==shop"), ["/shop/web"]),
        (
            {"id_contains": "shop", "cmd_contains": "sleep", "embed": ("tasks", "counts")},
            get("/v2/apps", {"apps": APPS[:2]}, id="shop", cmd="sleep", embed=["apps.tasks", "apps.counts"]),
            ["/shop/web", "/shopping"],
        ),
        ({"group": "/shop"}, get("/v2/apps/shop/*", {"*": APPS[:1]}), ["/shop/web"]),
        ({"group": "/gone"}, get("/v2/apps/gone/*", {"message": "Group '/gone' does not exist"}, 404), []),
        # Only the list of all apps takes selectors.
        ({"group": "/shop", "label": "a"}, get("/v2/apps", {"apps": APPS}, label="a"), ["/shop/web"]),
        ({"group": "/", "label": "a"}, get("/v2/apps", {"apps": APPS}, label="a"), ["/shop/web", "/shopping", "/db"]),
        ({"id": "/shop/web"}, get("/v2/apps/shop/web", {"app": APPS[0]}), ["/shop/web"]),
        (
            {"id": "/shop/web", "embed": ("readiness",)},
            get("/v2/apps/shop/web", {"app": APPS[0]}, embed=["apps.readiness"]),
            ["/shop/web"],
        ),
        ({"id": "/shop/web"}, get("/v2/apps/shop/web", MISSING, 404), []),
    ],
)
def test_apps(selectors, call, found):
    assert ids(gathered("apps", [call], **selectors)["apps"]) == found


@pytest.mark.parametrize(
    ("selectors", "call", "found"),
    [
        ({}, get("/v2/tasks", {"tasks": TASKS}), ["a", "b", "c"]),
        ({"task_status": "running"}, get("/v2/tasks", {"tasks": TASKS[:1]}, status="running"), ["a"]),
        ({"id": "/shop/web"}, get("/v2/apps/shop/web/tasks", {"tasks": TASKS}), ["a", "b", "c"]),
        ({"id": "/shop/web"}, get("/v2/apps/shop/web/tasks", MISSING, 404), []),
        ({"group": "/shop"}, get("/v2/apps/shop/*/tasks", {"tasks": TASKS}), ["a", "b", "c"]),
        # Marathon has no selector there.
        ({"group": "/", "task_status": "staging"}, get("/v2/apps/*/tasks", {"tasks": TASKS}), ["b"]),
        ({"id": "/a", "task_status": "running"}, get("/v2/apps/a/tasks", {"tasks": TASKS}), ["a"]),
    ],
)
def test_tasks(selectors, call, found):
    assert ids(gathered("tasks", [call], **selectors)["tasks"]) == found


def test_a_tree_of_groups_becomes_a_list():
    groups = gathered("groups", [get("/v2/groups", TREE)])["groups"]
    assert [(one["id"], one["groups"]) for one in groups] == [
        ("/", ["/a", "/z"]),
        ("/a", ["/a/b"]),
        ("/a/b", []),
        ("/z", []),
    ]


def test_groups_with_an_embed_still_have_their_apps_pods_and_groups():
    embed = ["group.groups", "group.apps", "group.pods", "group.apps.counts"]
    call = get("/v2/groups/a", {"id": "/a", "groups": []}, embed=embed)
    assert ids(gathered("groups", [call], group="/a", embed=("counts",))["groups"]) == ["/a"]


@pytest.mark.parametrize(
    ("kind", "call", "selectors", "found"),
    [
        ("pods", get("/v2/pods/::status", PODS), {}, ["/shop/cart", "/other"]),
        ("pods", get("/v2/pods/::status", PODS), {"group": "/shop"}, ["/shop/cart"]),
        ("pods", get("/v2/pods/other::status", PODS[1]), {"id": "/other"}, ["/other"]),
        ("pods", get("/v2/pods/a::status", {"message": "pod with /a does not exist"}, 404), {"id": "/a"}, []),
        ("deployments", get("/v2/deployments", DEPLOYMENTS), {}, ["d1", "d2", "d3"]),
        ("deployments", get("/v2/deployments", DEPLOYMENTS), {"group": "/shop"}, ["d1", "d2"]),
        ("deployments", get("/v2/deployments", DEPLOYMENTS), {"id": "/db"}, ["d1", "d3"]),
    ],
)
def test_pods_and_deployments(kind, call, selectors, found):
    assert ids(gathered(kind, [call], **selectors)[kind]) == found


@pytest.mark.parametrize(
    ("selectors", "params", "found"),
    [
        ({}, {}, QUEUE),
        ({"group": "/shop", "embed": ("lastUnusedOffers",)}, {"embed": "lastUnusedOffers"}, QUEUE[:2]),
        ({"id": "/db"}, {}, QUEUE[2:]),
    ],
)
def test_queue(selectors, params, found):
    assert gathered("queue", [get("/v2/queue", {"queue": QUEUE}, **params)], **selectors) == {"queue": found}


@pytest.mark.parametrize(
    ("selectors", "calls"),
    [
        ({}, [get("/v2/groups/versions", EVENTS)]),
        ({"group": "/a"}, [get("/v2/groups/a/versions", EVENTS)]),
        ({"id": "/a"}, [get("/v2/apps/a/versions", {"versions": EVENTS})]),
        (
            {"id": "/a"},
            [
                get("/v2/apps/a/versions", {"message": "App '/a' does not exist"}, 404),
                get("/v2/info", {"version": "1.11.24"}),
                get("/v2/pods/a::versions", EVENTS),
            ],
        ),
    ],
)
def test_versions_newest_first(selectors, calls):
    assert gathered("versions", calls, **selectors) == {"versions": sorted(EVENTS, reverse=True)}


def test_no_versions_of_what_an_old_marathon_has_not():
    calls = [
        get("/v2/apps/a/versions", {"message": "App '/a' does not exist"}, 404),
        get("/v2/info", {"version": "1.3.5"}),
    ]
    assert gathered("versions", calls, id="/a") == {"versions": []}


def test_only_what_was_asked_for_in_one_order():
    calls = [
        get("/v2/apps", {"apps": []}),
        get("/v2/leader", {"leader": "m1:8080"}),
        get("/v2/info", {"version": "1.11.24"}),
    ]
    assert gathered("info leader apps leader", calls) == {
        "apps": [],
        "leader": "m1:8080",
        "info": {"version": "1.11.24"},
    }


def test_no_leader_is_null():
    assert gathered("leader", [get("/v2/leader", {"message": "There is no leader"}, 404)]) == {"leader": None}


@pytest.mark.parametrize(
    ("version", "error", "words"),
    [
        ("1.3.5", errors.DefinitionError, "this Marathon is 1.3.5 and pods need 1.4"),
        ("1.11.24", errors.Unexpected, "not JSON"),
    ],
)
def test_a_server_without_pods(version, error, words):
    calls = [
        Call("GET", "/v2/pods/::status", status=404, text="<h1>Not found</h1>"),
        get("/v2/info", {"version": version}),
    ]
    with pytest.raises(error, match=words):
        gathered("pods", calls)


def test_a_label_selector_that_marathon_does_not_understand():
    call = get("/v2/apps", {"message": "Can not parse label selector 'a=b'"}, 422, label="a=b")
    with pytest.raises(errors.DefinitionError, match="label selector 'a=b': write key, key==value"):
        gathered("apps", [call], label="a=b")


@pytest.mark.parametrize(
    ("kinds", "selectors", "words"),
    [
        ("", {}, f"gather names nothing to be read: give some of {', '.join(KINDS)}"),
        (
            "tasks pods",
            {"label": "a"},
            "label is about apps, but gather is tasks, pods: leave label out or gather apps",
        ),
        ("tasks", {"cmd_contains": "a"}, "cmd_contains is about apps"),
        ("apps", {"task_status": "running"}, "task_status is about tasks"),
        ("leader info", {"id": "/a"}, "id is about apps and tasks"),
        ("groups apps", {"id": "/a"}, "id /a is of one app or pod"),
        ("leader", {"group": "/a"}, "group is about"),
        ("apps", {"embed": ("lastUnusedOffers",)}, "embed lastUnusedOffers is about queue"),
        ("queue tasks", {"embed": ("tasks",)}, "embed tasks is about apps and groups"),
    ],
)
def test_selectors_that_select_nothing(kinds, selectors, words):
    with pytest.raises(errors.DefinitionError) as caught:
        gathered(kinds, [], **selectors)
    assert words in str(caught.value)
