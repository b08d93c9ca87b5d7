"""When it logs in, and how often."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import LoginFailed, NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer, Login
from ansible_collections.quorum.mesos.plugins.module_utils._http.login import session

LOGIN = Login("https://c/acs/api/v1/auth/login", "ops", password="hunter2")
URL = "https://c/service/marathon/v2/apps"
OK, EXPIRED = Answer(200, "{}"), Answer(401, "expired")


class Wire:
    """Takes a token for as many requests as it says; a login gives the next one."""

    def __init__(self, *uses: int, login: Answer | NoAnswer | None = None) -> None:
        self._uses = list(uses)
        self._login = login
        self._left = 0
        self._token = 0
        self.sent: list[tuple[str, str, str]] = []
        self.seconds: list[float | None] = []
        self.prepared: list[str] = []

    def prepare(self, urls):
        self.prepared = urls

    def exchange(self, method, url, params, body, seconds, headers=None):
        self.seconds.append(seconds)
        header = (headers or {}).get("Authorization", "")
        self.sent.append((method, url, header))
        if url == LOGIN.url:
            assert not header and body == {"uid": "ops", "password": "hunter2"}
            if isinstance(self._login, NoAnswer):
                raise self._login
            if self._login is not None:
                return self._login
            self._token += 1
            self._left = self._uses.pop(0)
            return Answer(200, f'{{"token": "t{self._token}"}}')
        if header != f"token=t{self._token}" or not self._left:
            return EXPIRED
        self._left -= 1
        return OK

    def stream(self, url, params, accept, silence, headers):
        assert (params, accept, silence) == ({"a": 1}, "text/event-stream", 35)
        return self.exchange("GET", url, params, None, None, headers)


def logged(wire):
    return [header or "login" for _method, _url, header in wire.sent]


def test_it_logs_in_once_before_the_first_request():
    wire = Wire(3)
    opened = session.LoginSession(wire, LOGIN)
    opened.prepare(["https://m1"])
    assert wire.prepared == ["https://m1", LOGIN.url] and wire.sent == []
    for method in ("GET", "PUT", "GET"):
        assert opened.exchange(method, URL) == OK
    assert logged(wire) == ["login", "token=t1", "token=t1", "token=t1"]
    assert wire.sent[0][:2] == ("POST", LOGIN.url)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_has_expired_is_renewed_and_the_request_sent_again(method):
    wire = Wire(1, 1, 1)
    opened = session.LoginSession(wire, LOGIN)
    assert [opened.exchange(method, URL).status for _time in range(3)] == [200] * 3
    assert logged(wire) == ["login", "token=t1", "token=t1", "login", "token=t2", "token=t2", "login", "token=t3"]


def test_a_token_that_is_never_accepted_is_renewed_once():
    wire = Wire(0, 0, 0)
    opened = session.LoginSession(wire, LOGIN)
    assert opened.exchange("GET", URL) == EXPIRED
    assert logged(wire) == ["login", "token=t1"]
    assert opened.exchange("GET", URL) == EXPIRED
    assert logged(wire)[2:] == ["token=t1", "login", "token=t2"]


def test_other_headers_go_along():
    seen = {}
    wire = Wire(1)
    ask = wire.exchange
    wire.exchange = lambda *given: seen.update(given[5] if len(given) > 5 else {}) or ask(*given)
    session.LoginSession(wire, LOGIN).exchange("POST", URL, None, {}, None, {"Mesos-Stream-Id": "s1"})
    assert seen == {"Mesos-Stream-Id": "s1", "Authorization": "token=t1"}


def test_the_login_is_part_of_the_time():
    wire = Wire(5)
    opened = session.LoginSession(wire, LOGIN)
    opened.exchange("GET", URL, seconds=5)
    opened.exchange("GET", URL)
    login, first, second = wire.seconds
    assert 4 < first <= login <= 5 and second is None


def test_no_time_is_left_behind_the_login():
    wire = Wire(5)
    opened = session.LoginSession(wire, LOGIN)
    with pytest.raises(NoAnswer, match="the time to wait was up before it was asked") as late:
        opened.exchange("PUT", URL, seconds=0)
    assert not late.value.arrived and wire.sent == []


def test_a_login_without_an_answer_means_that_nothing_was_sent():
    opened = session.LoginSession(Wire(login=NoAnswer("no answer within 1 s", arrived=True)), LOGIN)
    with pytest.raises(NoAnswer, match=rf"the login of ops at {LOGIN.url} failed before: no answer within 1 s") as lost:
        opened.exchange("PUT", URL)
    assert not lost.value.arrived


def test_a_login_that_is_refused_is_tried_again_by_the_next_request_only():
    wire = Wire(login=Answer(401, ""))
    opened = session.LoginSession(wire, LOGIN)
    for times in (1, 2):
        with pytest.raises(LoginFailed, match="check url_username"):
            opened.exchange("GET", URL)
        assert logged(wire) == ["login"] * times


def test_a_stream_has_the_login_too_and_a_token_that_is_refused_is_renewed():
    wire = Wire(1, 1)
    opened = session.LoginSession(wire, LOGIN)
    for _time in range(2):
        assert opened.stream(URL, {"a": 1}, "text/event-stream", 35) == OK
    assert logged(wire) == ["login", "token=t1", "token=t1", "login", "token=t2"]
