"""How long something waits in the launch queue."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.waiting import Waiting


def entry(name: str = "/web", **more: Any) -> dict[str, Any]:
    return {"app": {"id": name}, "count": 2, "delay": {"overdue": True, "timeLeftSeconds": 0}, **more}


def test_the_wait_is_as_long_as_it_is_seen() -> None:
    waiting = Waiting()
    assert waiting.events([entry()], 100.0)[0]["waitingSeconds"] == 0
    event, other = waiting.events([entry(), entry("/other")], 160.04)
    assert event == {"eventType": "queue_waiting", "appId": "/web", "count": 2, "waitingSeconds": 60.0, "reasons": []}
    assert (other["appId"], other["waitingSeconds"]) == ("/other", 0)
    assert waiting.events([], 170.0) == []
    assert waiting.events([entry()], 180.0)[0]["waitingSeconds"] == 0


@pytest.mark.parametrize(
    "other",
    [entry(count=0), entry(delay={"overdue": False, "timeLeftSeconds": 9}), {"count": 1}, {"app": None, "count": 1}],
)
def test_what_does_not_wait_for_an_offer(other: dict[str, Any]) -> None:
    assert Waiting().events([other], 1.0) == []


def test_a_pod_and_why_it_waits() -> None:
    summary = [{"reason": "InsufficientCpus", "declined": 3}, {"reason": "InsufficientMemory", "declined": 0}]
    pod = {"pod": {"id": "/pod"}, "count": 1, "processedOffersSummary": {"rejectSummaryLastOffers": summary}}
    (event,) = Waiting().events([pod], 1.0)
    assert (event["podId"], event["reasons"]) == ("/pod", ["InsufficientCpus"])
