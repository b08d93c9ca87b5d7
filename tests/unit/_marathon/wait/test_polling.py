"""What every wait has: an end, patience with reads that fail, and the cause that was known last."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.polling import Watch

from ..app_runs import DEPLOYMENT, INFO, get, run
from ..fakes import CLOSED, LATE, Call, FakeSession, FakeTime, stored

APP = "/v2/apps/a"
PUT = Call("PUT", APP, status=201, data=DEPLOYMENT)
STARTING = stored(tasksRunning=0, deployments=[{"id": "d1"}])
TOO_MANY = Call("GET", APP, status=429, text="slow down")
BROKEN = Call("GET", APP, status=500, data={"message": "oops"})
PAGE = Call("GET", APP, text="<h1>Welcome</h1>")


@pytest.mark.parametrize(
    "failed",
    [
        BROKEN,
        TOO_MANY,
        PAGE,
        Call("GET", APP, status=503, data={"message": "timeout"}),
        Call("GET", APP, raises=CLOSED),
        Call("GET", APP, raises=LATE),
    ],
    ids=["500", "429", "page", "503", "closed", "late"],
)
def test_one_read_that_fails_does_not_end_a_wait(failed):
    assert run(get(), INFO, PUT, get(STARTING), failed, get(stored()))["changed"]
    assert run(get(), INFO, PUT, failed, get(stored()))["changed"]


def test_every_look_asks_once_and_time_is_up_at_the_end():
    """503 for ever took five times as long as it was to."""
    time = FakeTime()
    session = FakeSession(*[Call("GET", APP, status=503, text="no leader")] * 7)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    watch = Watch(client, 6, time.clock, time.sleep)
    with pytest.raises(errors.WaitFailed, match="no leader"):
        watch.until(lambda _now: client.app("/a"), list, lambda evidence: errors.WaitFailed(evidence.told("why")))
    assert (time.now, session.calls) == (6, [])


def test_the_cause_that_was_known_stays_when_reads_fail_at_the_end():
    """A Marathon that dies during the wait."""
    source = Source(failing_from=100)
    with pytest.raises(errors.WaitFailed) as failure:
        source.wait(300)
    assert "no agent offers 1 cpus" in str(failure.value)
    assert "That is what was known before. The last look at it failed: gone away" in str(failure.value)
    assert source.time.now == 300


def test_without_a_cause_the_counts_stay():
    source = Source(failing_from=5)
    with pytest.raises(errors.WaitFailed, match=r"not deployed after 300 s \(0 of 1 instances run\): .*gone away"):
        source.wait(300)


class Source:
    """An app that never runs, at a Marathon that fails from some second on."""

    def __init__(self, failing_from):
        self.failing_from, self.time = failing_from, FakeTime()

    def wait(self, timeout):
        Waiter(self, timeout, self.time.clock, self.time.sleep).until_deployed("/a", lambda app: True)

    def limited(self, _left):
        return nullcontext()

    def _alive(self):
        if self.time.now >= self.failing_from:
            raise errors.Unreachable("gone away")

    def app(self, _app_id):
        self._alive()
        return STARTING

    def queue(self):
        self._alive()
        return QUEUE_ITEMS

    def deployments(self):
        self._alive()
        return []


QUEUE_ITEMS = [
    {
        "app": {"id": "/a"},
        "count": 1,
        "delay": {"overdue": True},
        "processedOffersSummary": {
            "rejectSummaryLastOffers": [{"reason": "InsufficientCpus", "declined": 2, "processed": 2}]
        },
    }
]
