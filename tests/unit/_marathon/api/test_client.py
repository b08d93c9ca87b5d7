"""What every method of the client sends, and what it makes of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.tasks import Killed

from ..fakes import Call, FakeSession, FakeTime

OLDER, NEWER = "2020-10-29T12:28:49.123Z", "2020-10-30T12:28:49.123Z"
DEPLOYED = {"version": OLDER, "deploymentId": "d"}
HEADER = {"Marathon-Deployment-Id": "d"}
ACTIONS = [{"action": "StartApplication", "app": "/a"}]
GROUP = {"id": "/g", "apps": [], "groups": [], "version": OLDER}


def missing(kind: str, name: str = "/a") -> dict[str, Any]:
    return {"status": 404, "data": {"message": f"{kind} '{name}' does not exist", "details": []}}


@dataclass
class Sent:
    """A method, its arguments, the request that it makes, the answer, and what comes of it."""

    method: str
    arguments: tuple[Any, ...]
    request: str
    answer: dict[str, Any]
    result: Any
    params: dict[str, Any] = field(default_factory=dict)
    body: Any = None


READS = [
    Sent("apps", (), "GET /v2/apps", {"data": {"apps": [{"id": "/a"}]}}, [{"id": "/a"}]),
    Sent("app", ("/a",), "GET /v2/apps/a", {"data": {"app": {"id": "/a"}}}, {"id": "/a"}),
    Sent("app", ("/a",), "GET /v2/apps/a", missing("App"), None),
    Sent("app", ("/a", ("apps.readiness",)), "GET /v2/apps/a", {"data": {"app": {"id": "/a"}}}, {"id": "/a"},
         params={"embed": ["apps.readiness"]}),
    Sent("apps_below", ("/g",), "GET /v2/apps/g/*", {"data": {"*": [{"id": "/g/a"}]}}, [{"id": "/g/a"}]),
    Sent("apps_below", ("/", ("apps.tasks",)), "GET /v2/apps/*", {"data": {"*": []}}, [],
         params={"embed": ["apps.tasks"]}),
    Sent("apps_below", ("/g",), "GET /v2/apps/g/*", missing("Group", "/g"), None),
    Sent("app_versions", ("/a",), "GET /v2/apps/a/versions", {"data": {"versions": [OLDER, NEWER]}}, [NEWER, OLDER]),
    Sent("app_versions", ("/a",), "GET /v2/apps/a/versions", missing("App"), None),
    Sent("app_version", ("/a", OLDER), "GET /v2/apps/a/versions/2020-10-29T12:28:49.123Z", {"data": {"id": "/a"}},
         {"id": "/a"}),
    Sent("app_tasks", ("/g/a",), "GET /v2/apps/g/a/tasks", {"data": {"tasks": [{"id": "t"}]}}, [{"id": "t"}]),
    Sent("app_tasks", ("/a",), "GET /v2/apps/a/tasks", missing("App"), None),
    Sent("tasks_below", ("/g",), "GET /v2/apps/g/*/tasks", {"data": {"tasks": [{"id": "t"}]}}, [{"id": "t"}]),
    Sent("tasks_below", ("/g",), "GET /v2/apps/g/*/tasks", missing("Group", "/g"), None),
    Sent("tasks", (), "GET /v2/tasks", {"data": {"tasks": []}}, []),
    Sent("tasks", ("running",), "GET /v2/tasks", {"data": {"tasks": []}}, [], params={"status": "running"}),
    Sent("group", ("/",), "GET /v2/groups", {"data": {"id": "/"}}, {"id": "/"}),
    Sent("group", ("/g",), "GET /v2/groups/g", {"data": GROUP}, GROUP),
    Sent("group", ("/g", ("group.apps",)), "GET /v2/groups/g", {"data": GROUP}, GROUP,
         params={"embed": ["group.apps"]}),
    Sent("group", ("/g",), "GET /v2/groups/g", missing("Group", "/g"), None),
    Sent("group_versions", ("/",), "GET /v2/groups/versions", {"data": [OLDER, NEWER]}, [NEWER, OLDER]),
    Sent("group_version", ("/g", OLDER), "GET /v2/groups/g/versions/2020-10-29T12:28:49.123Z", {"data": GROUP},
         GROUP),
    Sent("pods", (), "GET /v2/pods", {"data": [{"id": "/p"}]}, [{"id": "/p"}]),
    Sent("pod", ("/p",), "GET /v2/pods/p", {"data": {"id": "/p"}}, {"id": "/p"}),
    # Marathon encodes this one twice.
    Sent("pod", ("/p",), "GET /v2/pods/p",
         {"status": 404, "data": {"message": '{"message": "pod with /p does not exist"}'}}, None),
    Sent("pod_statuses", (), "GET /v2/pods/::status", {"data": []}, []),
    Sent("pod_status", ("/p",), "GET /v2/pods/p::status", {"data": {"id": "/p", "status": "STABLE"}},
         {"id": "/p", "status": "STABLE"}),
    Sent("pod_versions", ("/p",), "GET /v2/pods/p::versions", {"data": [OLDER, NEWER]}, [NEWER, OLDER]),
    Sent("pod_version", ("/p", OLDER), "GET /v2/pods/p::versions/2020-10-29T12:28:49.123Z",
         {"data": {"id": "/p"}}, {"id": "/p"}),
    Sent("deployments", (), "GET /v2/deployments", {"data": [{"id": "d", "steps": [{"actions": ACTIONS}]}]},
         [{"id": "d", "steps": [{"actions": ACTIONS}]}]),
    # The form of releases before 1.1.
    Sent("deployments", (), "GET /v2/deployments", {"data": [{"id": "d", "steps": [ACTIONS]}]},
         [{"id": "d", "steps": [{"actions": ACTIONS}]}]),
    Sent("queue", (), "GET /v2/queue", {"data": {"queue": [{"count": 1}]}}, [{"count": 1}],
         params={"embed": "lastUnusedOffers"}),
    Sent("queue", (False,), "GET /v2/queue", {"data": {"queue": []}}, []),
    Sent("leader", (), "GET /v2/leader", {"data": {"leader": "m1:8080"}}, "m1:8080"),
    Sent("leader", (), "GET /v2/leader", {"status": 404, "data": {"message": "There is no leader"}}, None),
    Sent("ping", (), "GET /ping", {"data": "pong"}, None),
]  # fmt: skip
BODY = {"id": "/a", "cpus": 1}
WRITES = [
    Sent("post_app", (BODY, False), "POST /v2/apps",
         {"status": 201, "data": {"id": "/a", "deployments": [{"id": "d"}]}}, "d", body=BODY),
    Sent("put_app", ("/g/a", BODY, False, False), "PUT /v2/apps/g/a", {"data": DEPLOYED}, "d",
         params={"partialUpdate": "false"}, body=BODY),
    Sent("put_app", ("/a", BODY, True, True), "PUT /v2/apps/a", {"data": DEPLOYED}, "d", params={"force": "true"},
         body=BODY),
    Sent("put_apps", ([BODY], True, False), "PUT /v2/apps", {"data": DEPLOYED}, "d", params={}, body=[BODY]),
    Sent("put_apps", ([BODY], False, True), "PUT /v2/apps", {"data": DEPLOYED}, "d",
         params={"partialUpdate": "false", "force": "true"}, body=[BODY]),
    Sent("restart_app", ("/a", True), "POST /v2/apps/a/restart", {"data": DEPLOYED}, "d", params={"force": "true"}),
    # The server's own default is true here.
    Sent("delete_app", ("/a", False), "DELETE /v2/apps/a", {"data": {}, "headers": HEADER}, "d",
         params={"force": "false"}),
    Sent("delete_app", ("/a", True), "DELETE /v2/apps/a", missing("App"), None, params={"force": "true"}),
    Sent("post_group", ("/g", {"apps": []}, False), "POST /v2/groups/g", {"status": 201, "data": DEPLOYED}, "d",
         body={"apps": []}),
    Sent("put_group", ("/", {"groups": []}, True), "PUT /v2/groups", {"data": DEPLOYED}, "d",
         params={"force": "true"}, body={"groups": []}),
    Sent("plan_group", ("/g", {"apps": []}), "PUT /v2/groups/g", {"data": {"steps": [ACTIONS]}},
         [{"actions": ACTIONS}], params={"dryRun": "true"}, body={"apps": []}),
    Sent("delete_group", ("/g", True), "DELETE /v2/groups/g", {"data": DEPLOYED}, "d", params={"force": "true"}),
    Sent("delete_group", ("/g", False), "DELETE /v2/groups/g", missing("Group", "/g"), None),
    Sent("post_pod", (BODY, False), "POST /v2/pods", {"status": 201, "data": BODY, "headers": HEADER}, "d", body=BODY),
    Sent("put_pod", ("/a", BODY, True), "PUT /v2/pods/a", {"data": BODY, "headers": HEADER}, "d",
         params={"force": "true"}, body=BODY),
    Sent("delete_pod", ("/a", False), "DELETE /v2/pods/a", {"status": 202, "text": "", "headers": HEADER}, "d"),
    Sent("delete_pod", ("/a", False), "DELETE /v2/pods/a", missing("Pod"), None),
    Sent("kill_pod_instances", ("/p", ["i"], True), "DELETE /v2/pods/p::instances", {"data": [{"id": "i"}]},
         [{"id": "i"}], params={"wipe": "true"}, body=["i"]),
    Sent("kill_tasks", (["t"],), "POST /v2/tasks/delete", {"data": {"tasks": [{"id": "t"}]}},
         Killed([{"id": "t"}], None), body={"ids": ["t"]}),
    Sent("kill_tasks", (["t"], True, False, True), "POST /v2/tasks/delete", {"data": DEPLOYED}, Killed([], "d"),
         params={"scale": "true", "force": "true"}, body={"ids": ["t"]}),
    Sent("kill_app_tasks", ("/a", "slave1", False, True), "DELETE /v2/apps/a/tasks", {"data": {"tasks": []}},
         Killed([], None), params={"host": "slave1", "wipe": "true"}),
    Sent("kill_app_task", ("/a", "t"), "DELETE /v2/apps/a/tasks/t", {"data": {"task": {"id": "t"}}},
         Killed([{"id": "t"}], None)),
    Sent("delete_deployment", ("d", False), "DELETE /v2/deployments/d",
         {"data": {"version": OLDER, "deploymentId": "undo"}}, "undo"),
    Sent("delete_deployment", ("d", True), "DELETE /v2/deployments/d", {"status": 202, "text": ""}, None,
         params={"force": "true"}),
    Sent("reset_delay", ("/a",), "DELETE /v2/queue/a/delay", {"status": 204, "text": ""}, True),
    Sent("reset_delay", ("/a",), "DELETE /v2/queue/a/delay",
         {"status": 404, "data": {"message": "Application /a not found in tasks queue."}}, False),
    Sent("delete_leader", (), "DELETE /v2/leader", {"data": {"message": "Leadership abdicated"}}, None),
]  # fmt: skip


def opened(*calls: Call) -> tuple[Client, FakeSession]:
    session = FakeSession(*calls)
    return Client(Http(["http://m1:8080"], FakeTime().sleep, session=session)), session


@pytest.mark.parametrize("sent", READS + WRITES, ids=lambda sent: f"{sent.method}-{sent.answer.get('status', 200)}")
def test_what_is_sent_and_what_comes_of_it(sent: Sent) -> None:
    verb, path = sent.request.split()
    client, session = opened(Call(verb, path, params=sent.params, body=sent.body, **sent.answer))
    assert getattr(client, sent.method)(*sent.arguments) == sent.result
    assert session.calls == []


def test_selectors_are_passed_on() -> None:
    params = {"label": "team==shop", "embed": ["apps.tasks", "apps.counts"]}
    client, _session = opened(Call("GET", "/v2/apps", params=params, data={"apps": []}))
    assert client.apps(**params) == []


@pytest.mark.parametrize(
    ("method", "arguments", "request_line", "message"),
    [
        ("restart_app", ("/a", False), "POST /v2/apps/a/restart", "App '/a' does not exist"),
        ("put_app", ("/a", {}, True, False), "PUT /v2/apps/a", "App '/a' does not exist"),
        ("put_group", ("/a", {}, False), "PUT /v2/groups/a", "Group '/a' does not exist"),
        ("delete_deployment", ("d-1", False), "DELETE /v2/deployments/d-1", "DeploymentPlan d-1 does not exist"),
        ("kill_app_task", ("/a", "t"), "DELETE /v2/apps/a/tasks/t", "Task 't' does not exist"),
        ("kill_app_task", ("/a", "t"), "DELETE /v2/apps/a/tasks/t", "App '/a' does not exist"),
        ("kill_tasks", (["t"], True, False, False, ("/a",)), "POST /v2/tasks/delete", "Path '/a' does not exist"),
        ("kill_pod_instances", ("/p", ["i"]), "DELETE /v2/pods/p::instances", "Path '/p' does not exist"),
        ("delete_leader", (), "DELETE /v2/leader", "There is no leader"),
    ],
)
def test_a_write_about_what_does_not_exist(
    method: str, arguments: tuple[Any, ...], request_line: str, message: str
) -> None:
    verb, path = request_line.split()
    client, _session = opened(Call(verb, path, status=404, data={"message": message}))
    with pytest.raises(errors.Missing, match=f"Marathon has nothing at {path}: {message}"):
        getattr(client, method)(*arguments)


@pytest.mark.parametrize(
    ("method", "arguments", "request_line", "message"),
    [
        # The forms of the releases: with and without a version, encoded twice, of the launch queue.
        ("app", ("/a/b",), "GET /v2/apps/a/b", "App '/a/b' does not exist"),
        (
            "app_version",
            ("/a", OLDER),
            f"GET /v2/apps/a/versions/{OLDER}",
            f"App '/a' does not exist in version {OLDER}",
        ),
        ("group_version", ("/", OLDER), f"GET /v2/groups/versions/{OLDER}", "Group '/' does not exist"),
        ("pod", ("/a.b",), "GET /v2/pods/a.b", '{"message": "pod with /a.b does not exist"}'),
        ("pod_status", ("/p",), "GET /v2/pods/p::status", "Pod '/p' does not exist"),
        ("pod_versions", ("/p",), "GET /v2/pods/p::versions", "Pod '/p' does not exist"),
    ],
)
def test_marathons_own_words_for_what_it_does_not_have(
    method: str, arguments: tuple[Any, ...], request_line: str, message: str
) -> None:
    verb, path = request_line.split()
    client, _session = opened(Call(verb, path, status=404, data={"message": message, "details": []}))
    assert getattr(client, method)(*arguments) is None


# Each with the path that follows that of the url in the request.
OF_NAMES = [
    ("app", ("/a",), "GET /v2/apps/a"),
    ("apps_below", ("/a",), "GET /v2/apps/a/*"),
    ("app_tasks", ("/a",), "GET /v2/apps/a/tasks"),
    ("tasks_below", ("/a",), "GET /v2/apps/a/*/tasks"),
    ("app_versions", ("/a",), "GET /v2/apps/a/versions"),
    ("app_version", ("/a", OLDER), f"GET /v2/apps/a/versions/{OLDER}"),
    ("group", ("/a",), "GET /v2/groups/a"),
    ("group", ("/",), "GET /v2/groups"),
    ("group_versions", ("/a",), "GET /v2/groups/a/versions"),
    ("group_version", ("/a", OLDER), f"GET /v2/groups/a/versions/{OLDER}"),
    ("pod", ("/a",), "GET /v2/pods/a"),
    ("pod_status", ("/a",), "GET /v2/pods/a::status"),
    ("pod_versions", ("/a",), "GET /v2/pods/a::versions"),
    ("pod_version", ("/a", OLDER), f"GET /v2/pods/a::versions/{OLDER}"),
    ("delete_app", ("/a", False), "DELETE /v2/apps/a"),
    ("delete_group", ("/a", False), "DELETE /v2/groups/a"),
    ("delete_pod", ("/a", False), "DELETE /v2/pods/a"),
    ("delete_deployment", ("a", False), "DELETE /v2/deployments/a"),
    ("kill_app_tasks", ("/a",), "DELETE /v2/apps/a/tasks"),
    ("restart_app", ("/a", False), "POST /v2/apps/a/restart"),
    ("put_app", ("/a", {}, False, False), "PUT /v2/apps/a"),
    ("put_group", ("/a", {}, False), "PUT /v2/groups/a"),
    ("reset_delay", ("/a",), "DELETE /v2/queue/a/delay"),
    ("apps", (), "GET /v2/apps"),
    ("tasks", (), "GET /v2/tasks"),
    ("pods", (), "GET /v2/pods"),
    ("deployments", (), "GET /v2/deployments"),
    ("queue", (False,), "GET /v2/queue"),
    ("leader", (), "GET /v2/leader"),
    ("info", (), "GET /v2/info"),
]


@pytest.mark.parametrize(
    ("end", "root"),
    [
        ("/v2/apps", "http://m1:8080"),
        ("/v2/apps/a", "http://m1:8080"),
        ("/v2/groups", "http://m1:8080"),
        ("/v2/pods", "http://m1:8080"),
        ("/proxy/marathon/v2/apps", "http://m1:8080/proxy/marathon"),
        ("/ui", "http://m1:8080"),
        ("/v2apps", "http://m1:8080"),
    ],
)
@pytest.mark.parametrize(("method", "arguments", "request_line"), OF_NAMES, ids=[one[2] for one in OF_NAMES])
def test_what_a_marathon_says_of_a_url_with_a_path(
    method: str, arguments: tuple[Any, ...], request_line: str, end: str, root: str
) -> None:
    """It takes the rest of the path for an id, and says that no app has it."""
    verb, path = request_line.split()
    taken_for = end.partition("/v2/apps")[2] + path
    answer = missing("App", taken_for)
    host = "http://m1:8080" + end
    session = FakeSession(Call(verb, path, host=host, **answer))
    client = Client(Http([host], FakeTime().sleep, session=session))
    with pytest.raises(errors.Unexpected) as failure:
        getattr(client, method)(*arguments)
    assert str(failure.value) == (
        f"{host}{path} is not an address of Marathon's API (404: App '{taken_for}' does not exist), so nothing is "
        f"known about what was asked for: url is {host}; give the root URL of Marathon as url, for example {root}"
    )
    assert failure.value.facts == {"status": 404, "message": f"App '{taken_for}' does not exist"}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, "data": {"message": "App '/a/b' does not exist"}},
        {"status": 404, "data": {"message": "App '/b/a' does not exist"}},
        {"status": 404, "data": {"message": "App '/a-1' does not exist"}},
        {"status": 404, "data": {"message": "does not exist"}},
        {"status": 404, "data": {"message": "/a"}},
        {"status": 404, "data": ["App '/a' does not exist"]},
        {"status": 405, "data": {"message": "Method Not Allowed"}},
        {"status": 500, "data": {"message": "URI not found"}},
        {"status": 404, "data": {"message": "URI not found: /v2/v2/apps/a"}},
        {"status": 200, "data": {"app": {"id": "/v2/apps/a"}}},
        {"status": 200, "data": {"app": None}},
        {"status": 200, "data": []},
        {"status": 200, "data": None},
        {"status": 200, "text": ""},
        {"status": 204, "text": ""},
        {"status": 200, "text": "<html>It works!</html>"},
        {"status": 410, "data": {"message": "App '/a' does not exist"}},
    ],
)
def test_what_is_no_word_about_the_app(answer: dict[str, Any]) -> None:
    url = "http://m1:8080/v2"
    client = Client(Http([url], FakeTime().sleep, session=FakeSession(Call("GET", "/v2/apps/a", host=url, **answer))))
    with pytest.raises(errors.Unexpected, match="http://m1:8080/v2") as failure:
        client.app("/a")
    remedy = "url is http://m1:8080/v2; give the root URL of Marathon as url, for example http://m1:8080"
    assert str(failure.value).endswith(remedy) or answer["status"] == 410


@pytest.mark.parametrize(
    ("method", "request_line", "data"),
    [
        ("apps", "GET /v2/apps", {"apps": None}),
        ("apps", "GET /v2/apps", []),
        ("tasks", "GET /v2/tasks", {"tasks": None}),
        ("queue", "GET /v2/queue", {"queue": {}}),
        ("deployments", "GET /v2/deployments", {}),
        ("pods", "GET /v2/pods", {"apps": []}),
        ("pod_statuses", "GET /v2/pods/::status", None),
    ],
)
def test_what_is_no_list_is_not_taken_for_an_empty_one(method: str, request_line: str, data: Any) -> None:
    verb, path = request_line.split()
    client, _session = opened(Call(verb, path, data=data))
    with pytest.raises(errors.Unexpected, match=f"http://m1:8080{path} answer"):
        getattr(client, method)()


def test_a_marathon_behind_a_path_of_a_proxy() -> None:
    url = "http://proxy/service/marathon"
    session = FakeSession(
        Call("GET", "/v2/apps/a", host=url, **missing("App")), Call("DELETE", "/v2/apps/a", host=url, data=DEPLOYED)
    )
    client = Client(Http([url + "/"], FakeTime().sleep, session=session))
    assert client.app("/a") is None
    assert client.delete_app("/a", False) == "d"


# A web server that is no Marathon must never make anything look deleted, empty or done.
FOREIGN = [
    {"status": 404, "data": {"error": "not found"}},
    {"status": 404, "data": {"message": "no such page"}},
    {"status": 404, "text": "<h1>Not Found</h1>"},
    {"status": 404, "text": ""},
    {"data": {"hello": "world"}},
    {"data": "hello"},
    {"text": "<h1>It works!</h1>"},
]


@pytest.mark.parametrize("answer", FOREIGN)
@pytest.mark.parametrize(
    ("method", "arguments", "request_line"),
    [
        ("app", ("/a",), "GET /v2/apps/a"),
        ("apps", (), "GET /v2/apps"),
        ("group", ("/a",), "GET /v2/groups/a"),
        ("deployments", (), "GET /v2/deployments"),
        ("queue", (False,), "GET /v2/queue"),
        ("pods", (), "GET /v2/pods"),
        ("version", (), "GET /v2/info"),
        ("leader", (), "GET /v2/leader"),
        ("tasks", (), "GET /v2/tasks"),
        ("kill_tasks", (["t"],), "POST /v2/tasks/delete"),
    ],
)
def test_an_answer_that_is_not_marathons(
    method: str, arguments: tuple[Any, ...], request_line: str, answer: dict[str, Any]
) -> None:
    verb, path = request_line.split()
    client, _session = opened(Call(verb, path, **answer))
    # A page that says that all is well may stand before a Marathon that has done it.
    done = verb == "POST" and answer == FOREIGN[-1]
    with pytest.raises(errors.WriteUncertain if done else errors.Unexpected):
        getattr(client, method)(*arguments)


@pytest.mark.parametrize("answer", FOREIGN[:-1])
@pytest.mark.parametrize("method", ["delete_app", "delete_group", "delete_pod"])
def test_a_foreign_answer_deletes_nothing(method: str, answer: dict[str, Any]) -> None:
    kind = method.removeprefix("delete_") + "s"
    client, _session = opened(Call("DELETE", f"/v2/{kind}/a", **answer))
    with pytest.raises(errors.Unexpected):
        getattr(client, method)("/a", False)


def test_the_release_is_asked_once() -> None:
    client, session = opened(Call("GET", "/v2/info", data={"version": "1.5.0-96-gf84298d", "leader": None}))
    assert (client.version(), client.release()[:2], client.release()[:2]) == ("1.5.0-96-gf84298d", (1, 5), (1, 5))
    assert (session.calls, client.requests) == ([], 1)
