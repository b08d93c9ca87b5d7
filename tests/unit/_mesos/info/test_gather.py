"""Which calls are sent for what is gathered, and what becomes of answers that nobody expects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import Unexpected
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.info.gather import KINDS, gather

from ..fakes import FakeTime, Masters


def answering(**contents: dict[str, Any]) -> Masters:
    def reply(call: dict[str, Any]) -> Answer:
        kind = call["type"]
        return Answer(200, json.dumps({"type": kind, kind.lower(): contents.get(kind, {})}))

    return Masters(m1=reply)


def calls(masters: Masters) -> list[str]:
    return [body["type"] for _url, body in masters.asked]


def test_only_what_is_wanted_is_asked_for_and_each_once() -> None:
    masters = answering(GET_VERSION={"version_info": {"version": "1.11.0"}})
    found = gather(masters.api(FakeTime()), ["version", "tasks", "agents", "version"], completed=False)
    assert found == {"version": {"version": "1.11.0"}, "tasks": [], "agents": []}
    assert calls(masters) == ["GET_VERSION", "GET_TASKS", "GET_FRAMEWORKS", "GET_AGENTS"]


def test_a_cluster_without_anything() -> None:
    found = gather(answering().api(FakeTime()), KINDS, completed=True)
    assert set(found) == set(KINDS)


def test_metrics_are_asked_for_as_mesos_wants_it() -> None:
    masters = answering()
    gather(masters.api(FakeTime()), ["metrics"], completed=False)
    assert masters.asked[0][1] == {"type": "GET_METRICS", "get_metrics": {"timeout": {"nanoseconds": 5_000_000_000}}}


@pytest.mark.parametrize(
    ("kind", "contents"),
    [
        ("agents", {"GET_AGENTS": {"agents": [{"agent_info": {"hostname": "slave1"}}]}}),
        ("agents", {"GET_AGENTS": {"agents": "none"}}),
        ("tasks", {"GET_TASKS": {"tasks": [{"resources": [{"name": "cpus", "scalar": {"value": "many"}}]}]}}),
        ("metrics", {"GET_METRICS": {"metrics": [1]}}),
        ("maintenance", {"GET_MAINTENANCE_SCHEDULE": {"schedule": []}, "GET_MAINTENANCE_STATUS": {"status": [1]}}),
    ],
)
def test_an_answer_that_cannot_be_read(kind: str, contents: dict[str, Any]) -> None:
    with pytest.raises(Unexpected, match=f"What the Mesos master answers about {kind} cannot be read: "):
        gather(answering(**contents).api(FakeTime()), [kind], completed=False)
