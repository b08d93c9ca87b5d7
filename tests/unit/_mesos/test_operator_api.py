"""Which master is asked, and what its answers mean."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    CallRefused,
    MesosError,
    NoLeader,
    Unauthorized,
    Unexpected,
    Unreachable,
    WriteUncertain,
)

from .fakes import FakeTime, Masters, leader_at, redirected

VERSION = Answer(200, '{"type": "GET_VERSION", "get_version": {"version_info": {"version": "1.11.0"}}}')
DOWN = NoAnswer("connection refused", arrived=False)


def asked(masters: Masters) -> list[str]:
    return [url.removeprefix("http://").removesuffix(":5050") for url, _call in masters.asked]


def test_the_leader_is_found_through_any_master_and_asked_first_from_then_on() -> None:
    masters = Masters(m1=leader_at("m2"), m2=VERSION)
    api = masters.api(FakeTime(), "m1")
    assert api.call("GET_VERSION") == {"version_info": {"version": "1.11.0"}}
    api.call("GET_VERSION")
    assert asked(masters) == ["m1", "m2", "m2"]
    assert masters.asked[0][1] == {"type": "GET_VERSION"}


def test_a_master_that_is_down_is_passed_over() -> None:
    masters = Masters(m1=DOWN, m2=VERSION)
    assert masters.api(FakeTime()).call("GET_VERSION")
    assert asked(masters) == ["m1", "m2"]


def test_a_dead_leader_is_waited_out() -> None:
    time = FakeTime()
    masters = Masters(m1=DOWN, m2=[leader_at("m1")] * 5 + [VERSION])
    assert masters.api(time).call("GET_VERSION")
    assert 2 <= time.now <= 16


def test_nothing_answers() -> None:
    time = FakeTime()
    with pytest.raises(Unreachable, match=r"No Mesos master answers at http://m1:5050 \(connection refused\)") as info:
        Masters(m1=DOWN).api(time).call("GET_VERSION")
    assert not isinstance(info.value, NoLeader)
    assert time.now <= 3


def test_nobody_leads() -> None:
    time = FakeTime()
    with pytest.raises(NoLeader, match=r"No leading Mesos master answers at http://m1:5050 \(HTTP 503: No leader"):
        Masters(m1=Answer(503, "No leader elected")).api(time).call("GET_VERSION")
    assert 10 <= time.now <= 30


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Answer(400, "Unknown agent"), CallRefused, "refuses GET_VERSION: Unknown agent"),
        (Answer(401, ""), Unauthorized, r"\(401\): check its login \(url_username and url_password"),
        (Answer(403, ""), Unauthorized, r"\(403\): check"),
        (Answer(404, "404 Not Found."), Unexpected, "HTTP 404: 404 Not Found. Is this address a Mesos master"),
        (Answer(200, "<html>"), Unexpected, "Is this address a Mesos master"),
        (Answer(200, '{"type": "GET_HEALTH"}'), Unexpected, "Is this address a Mesos master"),
        (redirected("https://elsewhere/api"), Unexpected, "redirects to 'https://elsewhere/api'"),
        (redirected(""), Unexpected, "redirects to 'nowhere'"),
        (redirected("//[m2:5050"), Unexpected, r"redirects to '//\[m2:5050'"),
        (Answer(200, "[" * 100_000), Unexpected, "Is this address a Mesos master"),
        (Answer(200, '{"type": "GET_VERSION", "get_version": [1]}'), Unexpected, "GET_VERSION without an object"),
    ],
)
def test_answers_that_end_it(answer: Answer, kind: type[MesosError], words: str) -> None:
    masters = Masters(m1=answer, m2=VERSION)
    with pytest.raises(kind, match=words):
        masters.api(FakeTime()).call("GET_VERSION")
    assert asked(masters) == ["m1"]


@pytest.mark.parametrize("status", [200, 202])
def test_a_write_has_no_answer(status: int) -> None:
    masters = Masters(m1=Answer(status, ""))
    assert masters.api(FakeTime()).call("DRAIN_AGENT", agent_id={"value": "S1"}) == {}
    assert masters.asked[0][1] == {"type": "DRAIN_AGENT", "drain_agent": {"agent_id": {"value": "S1"}}}


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://me:pw@m1:5050", "url_username"), ("m1:5050", "not the address"), ("http://[::1", "not the address")],
)
def test_addresses_that_are_none(url: str, words: str) -> None:
    from ansible_collections.quorum.mesos.plugins.module_utils._mesos.operator_api import checked_urls

    with pytest.raises(MesosError, match=words) as info:
        checked_urls([url])
    assert "pw@" not in str(info.value)


LOST = NoAnswer("it closed the connection without an answer", arrived=True)
DRAIN = {"agent_id": {"value": "S1"}}


@pytest.mark.parametrize("reply", [LOST, Answer(502, "Bad Gateway"), Answer(504, "Gateway Timeout")])
def test_a_write_that_may_have_arrived_is_not_sent_again(reply: Answer | NoAnswer) -> None:
    masters = Masters(m1=reply, m2=Answer(200, ""))
    words = r"http://m1:5050 did not answer DRAIN_AGENT \(.*\), which may have been done"
    with pytest.raises(WriteUncertain, match=words):
        masters.api(FakeTime()).write("DRAIN_AGENT", **DRAIN)
    assert asked(masters) == ["m1"]


@pytest.mark.parametrize(
    "reply", [DOWN, Answer(503, "No leader elected"), Answer(503, "Master has not finished recovery")]
)
def test_a_write_that_did_not_arrive_is_sent_again(reply: Answer | NoAnswer) -> None:
    masters = Masters(m1=[reply, Answer(200, "")])
    masters.api(FakeTime()).write("DRAIN_AGENT", **DRAIN)
    assert asked(masters) == ["m1", "m1"]


def test_a_write_waits_for_the_leader_after_a_dead_one() -> None:
    masters = Masters(m1=DOWN, m2=[leader_at("m1"), Answer(200, "")])
    masters.api(FakeTime(), "m2").write("DRAIN_AGENT", **DRAIN)
    assert asked(masters) == ["m2", "m1", "m2"]


def test_a_read_is_sent_again_whatever_became_of_it() -> None:
    masters = Masters(m1=[LOST, VERSION])
    assert masters.api(FakeTime()).call("GET_VERSION")
