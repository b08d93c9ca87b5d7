from __future__ import annotations

import pytest
import requests
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.http import Http

from .fakes import Call, FakeSession, FakeTime, refused, stored

M1, M2 = "http://m1:8080", "http://m2:8080"
BAD_GATEWAY = "<html><body><h2>HTTP ERROR: 502</h2><p>Could not determine the current leader</p></body></html>"


def opened(*calls, urls=(M1, M2)):
    time = FakeTime()
    session = FakeSession(*calls)
    return Client(Http(list(urls), time.sleep, session=session)), session, time


def test_the_next_endpoint_answers_and_stays_the_first():
    client, session, time = opened(
        Call("GET", "/v2/apps/a", raises=refused()),
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
    timeout = requests.exceptions.ReadTimeout("read timed out")
    calls = [
        call
        for _round in range(3)
        for call in (
            Call("GET", "/v2/apps/a", raises=refused()),
            Call("GET", "/v2/apps/a", raises=timeout, host=M2),
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
        Call("PUT", "/v2/apps/a", raises=requests.exceptions.ConnectTimeout("connect")),
        Call("PUT", "/v2/apps/a", data={"deploymentId": "d1"}, host=M2),
    )
    assert client.put_app("/a", {}, partial=False, force=False) == "d1"
    assert session.calls == []


@pytest.mark.parametrize(
    "outcome",
    [
        {"raises": requests.exceptions.ReadTimeout("read timed out")},
        {"raises": requests.exceptions.ConnectionError("Connection aborted")},
        {"status": 503, "data": {"message": "timeout"}},
        {"status": 502, "text": BAD_GATEWAY},
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


def test_credentials_and_certificates_reach_every_request():
    session = FakeSession(Call("GET", "/v2/info", data={}))
    http = Http([M1], FakeTime().sleep, session=session, username="ops", password="pässword", verify="/etc/ca.pem")
    http.get("/v2/info")
    assert session.auth == (b"ops", "pässword".encode())
    # With the request, because the environment's REQUESTS_CA_BUNDLE wins over what is the session's.
    assert session.verify == "/etc/ca.pem"


def test_missing_app_is_none():
    client, _session, _time = opened(Call("GET", "/v2/apps/a", status=404, data={"message": "App '/a' does not exist"}))
    assert client.app("/a") is None


LOCKED = "App is locked by one or more deployments. Override with the option '?force=true'."


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ({"status": 401, "text": "<html>Unauthorized</html>"}, errors.Refused, "check url_username and url_password"),
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
            "/cpus: is too small (error.min). Correct that in the definition of /a and run again",
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
            {"status": 200, "text": "<html><title>Welcome to nginx!</title></html>"},
            errors.Unexpected,
            "not JSON: Welcome to nginx!. Is this address a Marathon",
        ),
        ({"status": 404, "text": "<h1>Not Found</h1>"}, errors.Unexpected, "HTTP 404 and something that is not JSON"),
        ({"status": 404, "data": {"message": "no route"}}, errors.Unexpected, "JSON that is not Marathon's"),
        (
            {"status": 302, "text": "", "headers": {"Location": "https://m1/"}},
            errors.Unexpected,
            "redirects PUT /v2/apps/a to https://m1/: give that address as url",
        ),
        (
            {"status": 500, "data": {"message": "URI not found"}},
            errors.Unexpected,
            "answered PUT /v2/apps/a with HTTP 500: URI not found",
        ),
    ],
)
def test_refusals_are_told_in_one_sentence(answer, kind, words):
    client, _session, _time = opened(Call("PUT", "/v2/apps/a", **answer))
    with pytest.raises(kind) as failure:
        client.put_app("/a", {}, partial=False, force=False)
    assert words in str(failure.value)


def test_a_foreign_server_does_not_make_an_app_missing():
    client, _session, _time = opened(Call("GET", "/v2/apps/a", status=404, data={"error": "not found"}))
    with pytest.raises(errors.Unexpected, match="not Marathon's"):
        client.app("/a")


@pytest.mark.parametrize("url", ["m1:8080", "ftp://m1", "http://", "http://[::1", "http://ops:secret@m1:8080"])
def test_addresses_that_cannot_be_used(url):
    with pytest.raises(errors.MarathonError) as failure:
        Http([url], FakeTime().sleep, session=FakeSession())
    assert "secret" not in str(failure.value)
