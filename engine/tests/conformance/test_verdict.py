"""On a cluster that is given, what depends on its flags and state is told from what is wrong."""

from __future__ import annotations

import pytest
from conformance import recordings
from conformance.known import CHANGING
from conformance.verdict import sorted_out

QUESTIONS = {one.name: one for one in recordings.answers("running")}


@pytest.mark.parametrize(("question", "difference", "reason"), [
    ("leader GET /flags", ".flags.acls: not in the recording", "flags: what is set is shown"),
    ("leader GET /state", "status 401 instead of 200: 401 Unauthorized.", "flags: authentication and acls"),
    ("leader GET /slaves", ".slaves[].drain_info: not in the recording", CHANGING),
    ("leader GET /tasks", ".tasks[].discovery: not in the recording",
     "state: what frameworks, tasks and agents have or have not"),
    ("leader GET /redirect", "Location //a:5050 instead of //b:5050",
     "hosts: addresses of this cluster, or texts with its ids"),
    ("leader GET /metrics/snapshot", ".allocator/mesos/roles/{role}/of_a_module: not in the recording",
     "state: metrics come with roles, frameworks, containerizers and modules"),
])
def test_what_depends_on_the_cluster(question: str, difference: str, reason: str) -> None:
    assert sorted_out(QUESTIONS[question], [difference], given=True).depends == {reason: [difference]}
    own = sorted_out(QUESTIONS[question], [difference], given=False)
    assert (own.unexplained, own.depends) == ([difference], {})


@pytest.mark.parametrize(("question", "difference"), [
    ("leader GET /slaves", ".slaves[].id: missing"),
    ("leader GET /version", ".version: missing"),
    ("leader GET /slaves", ".slaves[].drain_info: string instead of object"),
    ("leader GET /state", "status 500 instead of 200: "),
    ("leader GET /flags", ".flags: list instead of object"),
    ("leader GET /version", "Content-Type text/html instead of application/json"),
])
def test_what_is_wrong_anywhere(question: str, difference: str) -> None:
    assert sorted_out(QUESTIONS[question], [difference], given=True).unexplained == [difference]
