"""What holds for every resource: methods, media types, bodies that are none, unknown paths."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from marathon_harness import Marathon

from labengine.marathon.api import media

APP = {"id": "/web", "cmd": "run", "cpus": 0.1, "mem": 16}
THEN = "2001-01-01T00:00:00.000Z"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def marathon(shared: Marathon) -> Marathon:
    """What is asked here changes next to nothing."""
    return shared


@pytest.mark.parametrize(("method", "path", "status", "message"), [
    ("GET", "/nothing", 500, "URI not found"),
    ("GET", "/v2", 500, "URI not found"),
    ("GET", "/v2/artifacts", 500, "URI not found"),
    ("GET", "/v2/eventSubscriptions", 500, "URI not found"),
    ("GET", "/v2/schemas/app", 500, "URI not found"),
    ("DELETE", "/v2/queue/web", 500, "URI not found"),
    ("GET", "/v2/pods/web::nothing", 404, '{"message": "pod with /web::nothing does not exist"}'),
    ("DELETE", "/v2/apps", 405, "Method Not Allowed"),
    ("POST", "/v2/apps/web", 405, "Method Not Allowed"),
    ("PUT", "/v2/apps/web/restart", 405, "Method Not Allowed"),
    ("PUT", "/v2/apps/web/tasks", 405, "Method Not Allowed"),
    ("DELETE", "/v2/apps/web/versions", 405, "Method Not Allowed"),
    ("GET", "/v2/apps/web/tasks/id", 405, "Method Not Allowed"),
    ("PATCH", "/v2/groups", 405, "Method Not Allowed"),
    ("PATCH", "/v2/pods/web", 405, "Method Not Allowed"),
    ("PUT", "/v2/pods/web::status", 405, "Method Not Allowed"),
    ("POST", "/v2/pods/::status", 405, "Method Not Allowed"),
    ("POST", "/v2/tasks", 405, "Method Not Allowed"),
    ("GET", "/v2/tasks/delete", 405, "Method Not Allowed"),
    ("POST", "/v2/deployments", 405, "Method Not Allowed"),
    ("GET", "/v2/deployments/id", 405, "Method Not Allowed"),
    ("POST", "/v2/queue", 405, "Method Not Allowed"),
    ("GET", "/v2/queue/web/delay", 405, "Method Not Allowed"),
    ("POST", "/v2/leader", 405, "Method Not Allowed"),
    ("PUT", "/v2/info", 405, "Method Not Allowed"),
    ("POST", "/ping", 405, "Method Not Allowed"),
    ("DELETE", "/logging", 405, "Method Not Allowed"),
])
def test_paths_and_methods_that_there_are_not(marathon: Marathon, method: str, path: str, status: int,
                                              message: str) -> None:
    answer = marathon.send(method, path)
    details = {"details": []} if status == 404 else {}
    assert (answer.status_code, answer.json()) == (status, {"message": message, **details})
    assert answer.headers["X-Marathon-Leader"] == marathon.url and answer.headers["Pragma"] == "no-cache"


@pytest.mark.parametrize(("method", "path", "message", "details"), [
    ("GET", "/v2/apps/none", "App '/none' does not exist", True),
    ("GET", "/v2/apps//none", "App '/none' does not exist", True),
    ("GET", "/v2/apps/v2/apps/none", "App '/v2/apps/none' does not exist", True),
    ("GET", "/v2/apps/v2/groups", "App '/v2/groups' does not exist", True),
    ("GET", "/v2/apps/none/versions", "App '/none' does not exist", True),
    ("GET", f"/v2/apps/none/versions/{THEN}", f"App '/none' does not exist in version {THEN}", True),
    ("GET", "/v2/apps/none/tasks", "App '/none' does not exist", True),
    ("POST", "/v2/apps/none/restart", "App '/none' does not exist", False),
    ("DELETE", "/v2/apps/none", "App '/none' does not exist", False),
    ("GET", "/v2/groups/none", "Group '/none' does not exist", True),
    ("GET", "/v2/groups/none/versions", "Group '/none' does not exist", True),
    ("DELETE", "/v2/groups/none", "Group '/none' does not exist", False),
    ("GET", "/v2/pods/none", '{"message": "pod with /none does not exist"}', True),
    ("GET", "/v2/pods/none::status", "Pod '/none' does not exist", True),
    ("GET", "/v2/pods/none::versions", "Pod '/none' does not exist", True),
    ("DELETE", "/v2/pods/none", "Pod '/none' does not exist", True),
])
def test_what_is_not_there(marathon: Marathon, method: str, path: str, message: str, details: bool) -> None:
    """As Marathon 1.11.24 answered; with ``details`` where the resource itself looks."""
    answer = marathon.send(method, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
    assert answer.json() == {"message": message, **({"details": []} if details else {})}


@pytest.mark.parametrize(("path", "methods"), [
    ("/v2/apps", "GET,HEAD,OPTIONS,PATCH,POST,PUT"),
    ("/v2/apps/web", "DELETE,GET,HEAD,OPTIONS,PATCH,PUT"),
    ("/v2/apps/web/restart", "OPTIONS,POST"),
    ("/v2/groups", "DELETE,GET,HEAD,OPTIONS,POST,PUT"),
    ("/v2/groups/a", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"),
    ("/v2/pods/web::instances", "DELETE,OPTIONS"),
    ("/v2/leader", "DELETE,GET,HEAD,OPTIONS"),
    ("/v2/events", "GET, HEAD, OPTIONS"),
])
def test_options_tells_the_methods(marathon: Marathon, path: str, methods: str) -> None:
    answer = marathon.send("OPTIONS", path)
    assert (answer.status_code, answer.headers["Allow"], answer.content) == (200, methods, b"")


@pytest.mark.parametrize(("path", "status"), [
    ("/v2/apps", 200), ("/v2/apps/none", 404), ("/v2/groups", 200), ("/v2/pods", 200), ("/v2/info", 200),
    ("/ping", 200), ("/v2/nothing", 500), ("/v2/apps/none/restart", 405)])
def test_head_is_get_without_the_body(marathon: Marathon, path: str, status: int) -> None:
    answer = marathon.send("HEAD", path)
    assert (answer.status_code, answer.content) == (status, b"")
    assert answer.headers["Content-Type"] == marathon.send("GET" if status != 405 else "PUT", path).headers[
        "Content-Type"]


@pytest.mark.parametrize("path", ["/v2/apps/", "/v2/info/", "/v2/groups/", "/v2/pods/", "/v2/queue/", "/ping/"])
def test_a_slash_at_the_end_changes_nothing(marathon: Marathon, path: str) -> None:
    answer, without = marathon.send("GET", path), marathon.send("GET", path.rstrip("/"))
    assert answer.status_code == 200 and answer.content == without.content


def test_a_doubled_slash_is_tolerated(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/apps//shop/web", APP, 201)
    assert marathon.get("/v2/apps//shop//web")["app"]["id"] == "/shop/web"


@pytest.mark.parametrize(("path", "accept", "status"), [
    ("/v2/apps", "text/plain", 406), ("/v2/tasks", "text/plain", 406), ("/v2/groups", "text/html", 406),
    ("/v2/apps", "application/json;q=0", 406), ("/metrics/prometheus", "application/json", 406),
    ("/v2/apps", "text/html, application/*;q=0.5", 200), ("/v2/apps", "*/*", 200), ("/v2/apps", "", 200),
    ("/v2/queue/none/delay", "text/plain", 405), ("/v2/nothing", "text/plain", 500)])
def test_an_answer_that_the_client_does_not_take(marathon: Marathon, path: str, accept: str, status: int) -> None:
    answer = marathon.send("GET", path, headers={"Accept": accept})
    assert answer.status_code == status
    if status == 406:
        assert answer.json() == {"message": "Not Acceptable"}


@pytest.mark.parametrize(("accept", "kind", "text"), [
    (None, "text/plain", "pong"), ("text/*", "text/plain", "pong"), ("text/html", "text/html", "pong"),
    ("application/json", "application/json", '"pong"'), ("image/png", None, ""),
    ("text/plain;q=0.1, application/json", "application/json", '"pong"')])
def test_ping_answers_in_the_client_s_form(marathon: Marathon, accept: str | None, kind: str | None,
                                           text: str) -> None:
    answer = marathon.send("GET", "/ping", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.text) == (200 if kind else 204, text)
    assert (answer.headers.get("Content-Type") or "").partition(";")[0] == (kind or "")


WRITES = [
    ("POST", "/v2/apps"), ("PUT", "/v2/apps"), ("PATCH", "/v2/apps"), ("PUT", "/v2/apps/web"),
    ("PATCH", "/v2/apps/web"), ("POST", "/v2/pods"), ("PUT", "/v2/pods/web"), ("POST", "/v2/tasks/delete"),
    ("POST", "/logging"), ("DELETE", "/v2/pods/web::instances")]


@pytest.mark.parametrize(("method", "path"), [*WRITES, ("POST", "/v2/apps/web/restart"), ("DELETE", "/v2/apps/web"),
                                              ("DELETE", "/v2/deployments/id"), ("DELETE", "/v2/queue/web/delay")])
def test_a_body_of_another_type(marathon: Marathon, method: str, path: str) -> None:
    answer = marathon.send(method, path, data="a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, answer.json()) == (415, {"message": "Unsupported Media Type"})


@pytest.mark.parametrize(("method", "path"), [*WRITES, ("POST", "/v2/groups"), ("PUT", "/v2/groups/a"),
                                              ("PATCH", "/v2/groups/a")])
def test_a_body_that_is_no_json(marathon: Marathon, method: str, path: str) -> None:
    assert marathon.send("PUT", "/v2/apps/web", APP).ok
    broken = marathon.send(method, path, data='{"id": ', headers=JSON)
    assert (broken.status_code, broken.json()["message"]) == (400, "Invalid JSON")
    assert isinstance(broken.json()["details"], str)
    empty = marathon.send(method, path, headers=JSON)
    assert (empty.status_code, empty.json()["message"]) == (400, "Please specify data in JSON format")
    assert empty.json()["details"].startswith("No content to map due to end-of-input")


@pytest.mark.parametrize(("method", "path"), [("POST", "/v2/groups"), ("PUT", "/v2/groups/a")])
def test_groups_read_a_body_of_any_type(marathon: Marathon, method: str, path: str) -> None:
    answer = marathon.send(method, path, data='{"id": "/a"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code in (200, 201)


def test_the_page_says_what_it_is(marathon: Marathon) -> None:
    assert "lab engine" in marathon.send("GET", "/").text
    assert marathon.get("/v2/plugins") == {"plugins": []}


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    one = logging.getLogger("labengine.test.level")
    yield one
    one.setLevel(logging.NOTSET)


def test_levels_of_logging(marathon: Marathon, logger: logging.Logger) -> None:
    assert marathon.get("/logging")[logger.name].endswith(" (inherited)")
    change = {"level": "debug", "logger": logger.name}
    assert marathon.write("POST", "/logging", {**change, "level": "DEBUG"}) == change
    assert logger.level == logging.DEBUG and marathon.get("/logging")[logger.name] == "DEBUG"
    marathon.write("POST", "/logging", {"level": "error", "logger": logger.name, "durationSeconds": 0})
    marathon.wait("the old level is back", lambda: logger.level == logging.DEBUG)
    for body, path, text in (({"logger": "a"}, "/level", "'level' is undefined on object: {\"logger\":\"a\"}"),
                             ({"logger": "a", "level": "loud"}, "/level", "error.unknown.enum.literal"),
                             ({"logger": "", "level": "info"}, "/logger", "must not be empty")):
        assert marathon.refused("POST", "/logging", body)["details"] == [{"path": path, "errors": [text]}]


def test_a_token_is_ignored(marathon: Marathon) -> None:
    assert marathon.send("GET", "/v2/apps", headers={"Authorization": "token=abc"}).status_code == 200


@pytest.mark.parametrize(("accept", "chosen"), [
    (None, "text/plain"), ("*/*", "text/plain"), ("application/json", "application/json"),
    ("*/*;q=0.1, application/json;q=0.2", "application/json"), ("text/*;q=0, */*", "application/json"),
    ("image/png", None), ("text/plain;q=x", None)])
def test_what_a_client_likes_most(accept: str | None, chosen: str | None) -> None:
    assert media.chosen(accept, ("text/plain", "application/json")) == chosen
