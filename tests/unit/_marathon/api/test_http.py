from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Access, Login
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http

from ..fakes import CLOSED, LATE, REFUSED, UNCONNECTED, Call, FakeSession, FakeTime, stored

M1, M2 = "http://m1:8080", "http://m2:8080"
BAD_GATEWAY = "<html><body><h2>HTTP ERROR: 502</h2><p>Could not determine the current leader</p></body></html>"


def opened(*calls, urls=(M1, M2)):
    time = FakeTime()
    session = FakeSession(*calls)
    return Client(Http(list(urls), time.sleep, session=session)), session, time


def test_the_next_endpoint_answers_and_stays_the_first():
    client, session, time = opened(
        Call("GET", "/v2/apps/a", raises=REFUSED),
        Call("GET", "/v2/apps/a", data={"app": stored()}, host=M2),
        Call("PUT", "/v2/apps/a", data={"deploymentId": "d1"}, host=M2, body={"instances": 2}, params={}),
    )
    assert client.app("/a")["id"] == "/a"
    assert client.put_app("/a", {"instances": 2}, partial=True, force=False) == "d1"
    assert (session.calls, client.requests, time.sleeps) == ([], 3, [])


def test_a_standby_without_leader_is_passed_over():
    client, session, _time = opened(
        Call("GET", "/v2/apps/a", status=502, text=BAD_GATEWAY),
        Call("GET", "/v2/apps/a", data={"app": stored()}, host=M2),
    )
    assert client.app("/a") is not None
    assert session.calls == []


def test_reads_are_repeated_three_times_and_then_every_url_is_named():
    calls = [
        call
        for _round in range(3)
        for call in (
            Call("GET", "/v2/apps/a", raises=REFUSED),
            Call("GET", "/v2/apps/a", raises=LATE, host=M2),
        )
    ]
    client, session, time = opened(*calls)
    with pytest.raises(errors.Unreachable) as failure:
        client.app("/a")
    assert str(failure.value) == (
        "Marathon does not answer at http://m1:8080 (connection refused), http://m2:8080 (no answer within 30 s). "
        "Check that Marathon runs and that the option url (or MARATHON_URL) names it"
    )
    assert session.calls == []
    assert time.sleeps == [1.0, 1.0]


def test_an_election_is_waited_for_longer():
    electing = Call("GET", "/v2/apps/a", status=502, text=BAD_GATEWAY)
    client, session, time = opened(*[electing] * 5, Call("GET", "/v2/apps/a", data={"app": stored()}), urls=[M1])
    assert client.app("/a") is not None
    assert (session.calls, time.sleeps) == ([], [1.0, 1.0, 2.0, 4.0, 8.0])
    client, _session, _time = opened(*[electing] * 6, urls=[M1])
    with pytest.raises(errors.Unreachable, match=r"HTTP 502: HTTP ERROR: 502 Could not determine the current leader"):
        client.app("/a")


def test_a_write_that_never_arrived_goes_to_the_next_endpoint():
    client, session, _time = opened(
        Call("PUT", "/v2/apps/a", raises=UNCONNECTED),
        Call("PUT", "/v2/apps/a", data={"deploymentId": "d1"}, host=M2),
    )
    assert client.put_app("/a", {}, partial=False, force=False) == "d1"
    assert session.calls == []


@pytest.mark.parametrize(
    "outcome",
    [
        {"raises": LATE},
        {"raises": CLOSED},
        {"status": 503, "data": {"message": "timeout"}},
        {"status": 504, "data": {"message": "timeout"}},
        {"status": 502, "text": "<html>Bad Gateway</html>"},
        {"status": 500, "text": "<html>Error processing request by the leader</html>"},
        {"text": '{"version": "2020-10-29T12:28:4', "headers": {"Content-Type": "application/json"}},
        {"status": 200, "text": "<html><title>Welcome to nginx!</title></html>"},
    ],
)
def test_a_write_that_may_have_arrived_is_not_repeated(outcome):
    client, session, _time = opened(Call("PUT", "/v2/apps/a", **outcome))
    with pytest.raises(errors.WriteUncertain, match="may or may not have been done"):
        client.put_app("/a", {}, partial=False, force=False)
    assert session.calls == []


def test_what_is_sent():
    client, session, _time = opened(
        Call("PUT", "/v2/apps/a/b", params={"partialUpdate": "false"}, data={"deploymentId": "d"}),
        Call("PUT", "/v2/apps/a/b", params={"force": "true"}, data={"deploymentId": "d"}),
        Call("POST", "/v2/apps", status=201, params={}, data={"id": "/a", "deployments": [{"id": "d"}]}),
        Call("DELETE", "/v2/apps/a", params={"force": "false"}, data={}, headers={"Marathon-Deployment-Id": "d"}),
        Call("DELETE", "/v2/apps/a", params={"force": "true"}, status=404, data={"message": "App '/a' does not exist"}),
        Call("GET", "/v2/queue", params={"embed": "lastUnusedOffers"}, data={"queue": []}),
        Call("GET", "/v2/deployments", data=[]),
        Call("GET", "/v2/info", data={"version": "1.11.24"}),
    )
    assert client.put_app("/a/b", {}, partial=False, force=False) == "d"
    assert client.put_app("/a/b", {}, partial=True, force=True) == "d"
    assert client.post_app({}, force=False) == "d"
    assert client.delete_app("/a", force=False) == "d"
    assert client.delete_app("/a", force=True) is None
    assert client.queue() == []
    assert client.deployments() == []
    assert client.version() == "1.11.24"
    assert session.calls == []


@pytest.mark.parametrize(
    "words",
    [
        "Could not determine the current leader",
        "Connection to leader refused.",
        "Detected proxying loop.",
        "Too many concurrent requests! Allowed: 10.",
    ],
)
def test_a_write_that_a_standby_passed_to_nobody_is_sent_again(words):
    unsent = Call("PUT", "/v2/apps/a", status=502, text=f"<html><p>{words}</p></html>")
    client, session, time = opened(
        unsent, unsent, unsent, unsent, Call("PUT", "/v2/apps/a", data={"deploymentId": "d1"}), urls=[M1]
    )
    assert client.put_app("/a", {}, partial=False, force=False) == "d1"
    assert (session.calls, time.sleeps) == ([], [1.0, 1.0, 2.0, 4.0])


def test_a_write_is_not_repeated_behind_one_that_may_have_arrived():
    client, session, _time = opened(
        Call("PUT", "/v2/apps/a", raises=REFUSED), Call("PUT", "/v2/apps/a", raises=LATE, host=M2)
    )
    with pytest.raises(errors.WriteUncertain, match="Marathon at http://m2:8080 gave no answer"):
        client.put_app("/a", {}, partial=False, force=False)
    assert session.calls == []


def test_what_does_not_pass_is_not_tried_again():
    mistrusted = NoAnswer("its certificate has expired", arrived=False, lasting=True)
    client, session, time = opened(Call("GET", "/v2/apps/a", raises=mistrusted), urls=[M1])
    with pytest.raises(errors.Unreachable, match=r"http://m1:8080 \(its certificate has expired\)"):
        client.app("/a")
    assert (session.calls, time.sleeps) == ([], [])


def test_without_a_leader_the_elections_are_to_be_looked_at():
    client, _session, _time = opened(*[Call("GET", "/v2/apps/a", status=503, text=BAD_GATEWAY)] * 6, urls=[M1])
    with pytest.raises(
        errors.Unreachable, match=r"has no leader that answers at http://m1:8080 \(HTTP 503: .*ZooKeeper"
    ):
        client.app("/a")


def test_nulls_of_older_releases_are_left_out():
    app = {"id": "/a", "cmd": None, "container": {"docker": None, "volumes": [{"mode": "RO", "external": None}]}}
    client, _session, _time = opened(Call("GET", "/v2/apps/a", data={"app": app}))
    assert client.app("/a") == {"id": "/a", "container": {"volumes": [{"mode": "RO"}]}}


def test_who_holds_the_lock_is_told():
    locked = Call("PUT", "/v2/apps/a", status=409, data={"message": LOCKED, "deployments": [{"id": "d1"}]})
    running = [
        {"id": "d0", "affectedApps": ["/other"]},
        {"id": "d1", "affectedApps": ["/a", "/b"], "affectedPods": ["/p"], "currentStep": 2, "totalSteps": 3},
    ]
    client, session, _time = opened(locked, Call("GET", "/v2/deployments", data=running))
    with pytest.raises(errors.Conflict, match=r"holds /a \(d1\): .*\. d1 changes /a, /b, /p, step 2 of 3") as failure:
        client.put_app("/a", {}, partial=False, force=False)
    assert failure.value.facts == {
        "status": 409,
        "message": LOCKED,
        "deployments": ["d1"],
        "locked_by": [{"id": "d1", "affected": ["/a", "/b", "/p"], "step": 2, "steps": 3}],
    }
    assert session.calls == []


def test_a_lock_is_told_even_if_its_holder_cannot_be_read():
    locked = Call("DELETE", "/v2/groups/a", status=409, data={"message": LOCKED, "deployments": [{"id": "d1"}]})
    client, _session, _time = opened(locked, Call("GET", "/v2/deployments", status=403, data={"message": "no"}))
    with pytest.raises(errors.Conflict, match=r"holds /a \(d1\)"):
        client.delete_group("/a", force=False)


@pytest.mark.parametrize(
    ("access", "words"),
    [
        (Access(), "authentication is required: give url_username and url_password, url_token or url_service_account"),
        (Access(username="ops", password="wrong"), "it does not accept the login: check url_username and url_password"),
        (Access(token="t"), "it does not accept url_token, which may have expired: get a new one"),
        (Access(login=Login("https://c/login", "ops")), "it does not accept the token that ops got at https://c/login"),
    ],
)
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401, "text": "<html>Unauthorized</html>"},
        {"status": 302, "text": "", "headers": {"Location": "https://sso.example.com/login?to=/v2/apps/a"}},
        {"text": "<!DOCTYPE html><form>User <input name=u> Password <input type=password></form>"},
    ],
)
def test_a_login_that_is_missing_or_not_accepted(access, words, answer):
    session = FakeSession(Call("GET", "/v2/apps/a", **answer))
    client = Client(Http([M1], FakeTime().sleep, session=session, access=access))
    with pytest.raises(errors.Refused) as failure:
        client.app("/a")
    assert words in str(failure.value)
    assert failure.value.facts["status"] == answer.get("status", 200)


def test_missing_app_is_none():
    client, _session, _time = opened(Call("GET", "/v2/apps/a", status=404, data={"message": "App '/a' does not exist"}))
    assert client.app("/a") is None


LOCKED = "App is locked by one or more deployments. Override with the option '?force=true'."


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            {"status": 415, "data": {"message": "Unsupported Media Type"}},
            errors.Unexpected,
            "something between changes the header Content-Type",
        ),
        (
            {
                "status": 422,
                "data": {"message": "Bean is not valid", "errors": [{"attribute": "cpus", "error": "low"}]},
            },
            errors.Invalid,
            "(422): Bean is not valid; cpus: low.",
        ),
        (
            {"status": 403, "data": {"message": "Not Authorized to perform this action!"}},
            errors.Refused,
            "does not allow this user PUT /v2/apps/a (403): Not Authorized",
        ),
        (
            {"status": 403, "data": {"message": "Max number (100) of running deployments is achieved."}},
            errors.Refused,
            "raise its --max_running_deployments",
        ),
        (
            {"status": 409, "data": {"message": LOCKED, "deployments": [{"id": "d1"}, {"id": "d2"}]}},
            errors.Conflict,
            "(d1, d2): wait until it is done and run again, or set force",
        ),
        ({"status": 409, "data": {"message": "An app with id [/a] already exists."}}, errors.Conflict, "exists"),
        (
            {
                "status": 422,
                "data": {
                    "message": "Object is not valid",
                    "details": [
                        {"path": "/cpus", "errors": ["error.min"]},
                        {"path": "/constraints(0)", "errors": ["UNIQUE does not accept a value"]},
                    ],
                },
            },
            errors.Invalid,
            "refuses the definition (422): Object is not valid; /constraints(0): UNIQUE does not accept a value; "
            "/cpus: is too small (error.min), but must be 0 or more. "
            "Correct that in the definition of /a and run again",
        ),
        (
            {"status": 400, "data": {"message": "Invalid JSON", "details": "Unexpected\n character"}},
            errors.Invalid,
            "Invalid JSON; Unexpected character",
        ),
        (
            {"status": 422, "data": {"message": "requirement failed: something"}},
            errors.Invalid,
            "(422): requirement failed: something",
        ),
        (
            {"status": 200, "text": "<html><form>Please log in <input type=password></form></html>"},
            errors.Refused,
            "a page to log in instead of JSON",
        ),
        ({"status": 404, "text": "<h1>Not Found</h1>"}, errors.Unexpected, "HTTP 404 and something that is not JSON"),
        (
            {"status": 404, "data": {"message": "no route"}},
            errors.Unexpected,
            "not an address of Marathon's API (404: no route)",
        ),
        (
            {"status": 302, "text": "", "headers": {"Location": "https://m1/"}},
            errors.Unexpected,
            "redirects PUT /v2/apps/a to https://m1/ (302): give the address of Marathon there as url",
        ),
        (
            {"status": 301, "text": "", "headers": {"Location": "https://m1/marathon/v2/apps/a?force=true"}},
            errors.Unexpected,
            "to https://m1/marathon/v2/apps/a?force=true (301): give https://m1/marathon as url",
        ),
        (
            {"status": 500, "data": {"message": "URI not found"}},
            errors.Unexpected,
            "answered PUT /v2/apps/a with HTTP 500: URI not found",
        ),
    ],
)
def test_refusals_are_told_in_one_sentence(answer, kind, words):
    client, _session, _time = opened(Call("PUT", "/v2/apps/a", **answer), Call("GET", "/v2/deployments", data=[]))
    with pytest.raises(kind) as failure:
        client.put_app("/a", {}, partial=False, force=False)
    assert words in str(failure.value)
    assert failure.value.facts.get("status", 404) == answer["status"]


def test_a_page_instead_of_an_answer_is_told():
    page = "<html><title>Welcome to nginx!</title></html>"
    client, _session, _time = opened(Call("GET", "/v2/apps/a", status=200, text=page))
    with pytest.raises(errors.Unexpected, match=r"not JSON: Welcome to nginx! Is this a Marathon"):
        client.app("/a")


def test_words_of_others_end_with_one_mark():
    client, _session, _time = opened(Call("GET", "/v2/apps/a", status=200, text="404 Not Found."))
    with pytest.raises(errors.Unexpected, match=r"not JSON: 404 Not Found\. Is this a Marathon"):
        client.app("/a")


@pytest.mark.parametrize(
    ("method", "path", "call", "what"),
    [
        ("GET", "/v2/apps", lambda client: client.apps(label="a,,b"), "read"),
        ("DELETE", "/v2/apps/a", lambda client: client.delete_app("/a", force=False), "changed"),
    ],
)
def test_a_request_without_a_definition_is_refused_as_what_it_is(method, path, call, what):
    client, _session, _time = opened(Call(method, path, status=422, data={"message": "No such thing."}))
    with pytest.raises(errors.Invalid) as refused:
        call(client)
    assert str(refused.value) == (
        f"Marathon at http://m1:8080 refuses {method} {path} (422): No such thing. Correct what the task asks for and "
        f"run again; nothing was {what}"
    )
    assert refused.value.facts["status"] == 422


def test_a_foreign_server_does_not_make_an_app_missing():
    client, _session, _time = opened(Call("GET", "/v2/apps/a", status=404, data={"error": "not found"}))
    with pytest.raises(errors.Unexpected, match="not an address of Marathon's API"):
        client.app("/a")


@pytest.mark.parametrize("url", ["m1:8080", "ftp://m1", "http://", "http://[::1", "http://ops:secret@m1:8080"])
def test_addresses_that_cannot_be_used(url):
    with pytest.raises(errors.MarathonError) as failure:
        Http([url], FakeTime().sleep, session=FakeSession())
    assert "secret" not in str(failure.value)


def test_no_address_at_all():
    with pytest.raises(errors.MarathonError, match="url is an empty list: give the address of a Marathon"):
        Http([], FakeTime().sleep, session=FakeSession())


@pytest.mark.parametrize(("method", "path"), [("post_app", "/v2/apps"), ("post_pod", "/v2/pods")])
@pytest.mark.parametrize(
    ("status", "data", "words"),
    [
        (422, {"message": "Object is not valid"}, "Correct that in the definition of /shop/web and run again"),
        (409, {"message": "locked", "deployments": [{"id": "d1"}]}, "another deployment holds /shop/web (d1)"),
    ],
)
def test_what_is_created_is_named_by_its_id(method, path, status, data, words):
    calls = [Call("POST", path, status=status, data=data)]
    calls += [Call("GET", "/v2/deployments", data=[])] if status == 409 else []
    client, _session, _time = opened(*calls)
    with pytest.raises((errors.Invalid, errors.Conflict)) as refused:
        getattr(client, method)({"id": "/shop/web"}, False)
    assert words in str(refused.value)
