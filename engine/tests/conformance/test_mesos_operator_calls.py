"""Calls that change something are answered as Mesos 1.11.0 answered them, and leave behind what it showed then."""

from __future__ import annotations

import pytest
import requests
from conformance import cluster, recordings
from conformance.judging import Record, Verdicts, judge
from conformance.verdict import verdict
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="ZooKeeper is not installed")

# In the order of the recording: what is answered depends on what was done before.
MAINTENANCE = (
    "maint-get-empty", "maint-bad-notanarray", "maint-post-duplicate", "maint-post-follower", "maint-post",
    "maint-status", "machine-down-unscheduled", "machine-down-other", "maint-status-down", "machine-up-notdown",
    "machine-up-other", "maint-schedule-after-up", "maint-clear", "maint-status-cleared", "maint-api-update",
    "maint-status-onlyhost", "maint-clear-empty-obj", "md-sched", "md-status1", "md-down", "md-sched-while-down",
    "md-up", "md-status2", "maint-clear2",
)  # fmt: skip
SHARES = ("quota-update", "quota-old-post", "weights-put", "logging-level")
# DRAINED has to be waited for after the calls before the stroke.
DRAINS = ("drain-unknown", "drain-follower", "drain", "drain-again", "|", "reactivate", "reactivate-again",
          "deactivate", "drain-after-deactivate", "|", "reactivate2", "mark-gone")
SECOND = ("drain-mark-gone",)


def test_every_recorded_call_is_made() -> None:
    assert sorted({*MAINTENANCE, *SHARES, *DRAINS, *SECOND} - {"|"}) == sorted(recordings.operator_calls())


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    if cluster.given():
        pytest.skip("the cluster at MESOS_URL is only read")
    calls, verdicts = recordings.operator_calls(), {}
    with LocalCluster(tmp_path_factory.mktemp("calls"), masters=3, agents=2) as local:
        leader = local.leader()
        follower = next(one for one in local.masters if one is not leader)
        asked = cluster.Asked({"leader": leader.url, "follower": follower.url})

        def agents() -> list[dict[str, object]]:
            return requests.get(f"{leader.url}/slaves", timeout=10).json()["slaves"]

        first, second = (str(one["id"]) for one in agents())

        def drained() -> bool:
            (mine,) = (one for one in agents() if one["id"] == first)
            return mine.get("drain_info", {}).get("state") == "DRAINED"  # type: ignore[attr-defined]

        for agent, names in ((first, (*MAINTENANCE, *SHARES, *DRAINS)), (second, SECOND)):
            for name in names:
                if name == "|":
                    wait_until("the agent is drained", drained)
                else:
                    verdicts[name] = verdict(calls[name], asked.ask(calls[name], agent=agent), asked.names)
        wait_until("both agents are gone", lambda: not agents())
    return verdicts


@pytest.mark.parametrize("name", recordings.operator_calls())
def test_operator_call(found: Verdicts, name: str, record_property: Record) -> None:
    judge(found, name, record_property)
