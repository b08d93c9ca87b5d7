"""The launch queue as the API shows it, and delays that are put back."""

from __future__ import annotations

from typing import Any

import pytest
from fake_master import fails, runs
from marathon_harness import Harness, Marathon

APP = {"cmd": "run", "cpus": 0.1, "mem": 16, "constraints": [["rack", "CLUSTER", "none"]]}
BOX = {"name": "a", "exec": {"command": {"shell": "run"}}, "resources": {"cpus": 0.1, "mem": 16}}
FUNNEL = ["UnfulfilledRole", "UnfulfilledConstraint", "NoCorrespondingReservationFound", "AgentMaintenance",
          "InsufficientCpus", "InsufficientMemory", "InsufficientDisk", "InsufficientGpus", "InsufficientPorts",
          "DeclinedScarceResources"]


def declined(marathon: Marathon) -> dict[str, Any]:
    """The only entry, as soon as an offer did not fit."""
    (item,) = marathon.wait("a declined offer", lambda: [
        one for one in marathon.get("/v2/queue?embed=lastUnusedOffers")["queue"] if one.get("lastUnusedOffers")])
    return item


def test_an_entry_of_an_app(harness: Harness) -> None:
    harness.agent("slave1", attributes={"rack": "r1"})
    marathon = harness.marathon()
    marathon.write("PUT", "/v2/apps/web", {**APP, "instances": 3}, 201)
    item = declined(marathon)
    assert set(item) == {"app", "count", "delay", "since", "role", "processedOffersSummary", "lastUnusedOffers"}
    assert item["app"] == {name: value for name, value in marathon.app("/web").items()
                           if not name.startswith("tasks") and name != "deployments"}
    assert (item["count"], item["role"], item["delay"]) == (3, "*", {"timeLeftSeconds": 0, "overdue": True})
    summary = item["processedOffersSummary"]
    assert summary["processedOffersCount"] == summary["unusedOffersCount"] >= 1
    assert "lastUnusedOfferAt" in summary and "lastUsedOfferAt" not in summary
    for name in ("rejectSummaryLastOffers", "rejectSummaryLaunchAttempt"):
        rows = summary[name]
        assert [row["reason"] for row in rows] == FUNNEL
        assert [row["reason"] for row in rows if row["declined"]] == ["UnfulfilledConstraint"]
        assert [row["processed"] for row in rows[2:]] == [0] * 8
    (unused,) = item["lastUnusedOffers"]
    assert unused["reason"] == ["UnfulfilledConstraint"] and unused["timestamp"] == summary["lastUnusedOfferAt"]
    offer = unused["offer"]
    assert (offer["hostname"], offer["agentId"], offer["attributes"]) == (
        "slave1", "agent-slave1", [{"name": "rack", "text": "r1"}])
    resources = {one["name"]: one for one in offer["resources"]}
    assert resources["cpus"] == {"name": "cpus", "role": "*", "scalar": 4.0}
    assert resources["ports"] == {"name": "ports", "role": "*", "ranges": [{"begin": 31000, "end": 31999}]}
    for query in ("", "?embed=nonsense"):
        (plain,) = marathon.get(f"/v2/queue{query}")["queue"]
        assert "lastUnusedOffers" not in plain


def test_an_entry_of_a_pod(marathon: Marathon) -> None:
    definition = {"id": "/p", "containers": [{**BOX, "resources": {"cpus": 64, "mem": 16}}]}
    marathon.write("POST", "/v2/pods", definition, 201)
    item = declined(marathon)
    assert "app" not in item and item["pod"] == marathon.get("/v2/pods/p")
    assert item["lastUnusedOffers"][0]["reason"] == ["InsufficientCpus"]


@pytest.mark.parametrize(("create", "path", "running"), [
    (("PUT", "/v2/apps/g/it", {"cmd": "run", "cpus": 0.1, "mem": 16, "backoffSeconds": 300}), "/g/it",
     "/v2/apps/g/it"),
    (("POST", "/v2/pods", {"id": "/g/it", "containers": [BOX], "scheduling": {"backoff": {"backoff": 300}}}), "/g/it",
     "/v2/pods/g/it"),
])
def test_a_delay_is_put_back(harness: Harness, create: tuple, path: str, running: str) -> None:
    agent = harness.agent("slave1", behaviour=fails)
    marathon = harness.marathon()
    marathon.write(*create, 201)
    (item,) = marathon.wait("the delay", lambda: [
        one for one in marathon.get("/v2/queue")["queue"] if one["delay"]["overdue"] is False])
    assert item["delay"]["timeLeftSeconds"] > 0
    harness.call(setattr, agent, "behaviour", runs)
    answer = marathon.send("DELETE", f"/v2/queue{path}/delay")
    assert (answer.status_code, answer.content) == (204, b"")
    marathon.settled()
    assert marathon.get("/v2/queue") == {"queue": []}
    assert marathon.refused("DELETE", f"/v2/queue{path}/delay", status=404) == {
        "message": f"Application {path} not found in tasks queue.", "details": []}
    assert marathon.send("GET", running).status_code == 200
