"""Apps and pods of a set are waited for together, and each that hangs is told in the same list."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import (
    Overridden,
    Unreachable,
    WaitFailed,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.snapshot import Tree
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.apps import SetWaiter, Target, WantedPods

from ..fakes import FakeTime, pod_instance, pod_status, stored, stored_pod


class Slow:
    """Its apps run after 4 s and its pods after 6 s, unless they are told to stay away; deployments end at once."""

    def __init__(self, apps=(), pods=(), away=(), deployed_at=0, failing_at=None):
        self.time, self.apps, self.pods, self.away = FakeTime(), apps, pods, away
        self.deployed_at, self.failing_at, self.reads, self.lines = deployed_at, failing_at, 0, []

    def limited(self, _left):
        return nullcontext()

    def queue(self):
        return [{"pod": {"id": "/g/p"}, "count": 1, "delay": {"overdue": True}, "processedOffersSummary": OFFERS}]

    def deployments(self):
        if self.failing_at is not None and self.time.now >= self.failing_at:
            raise Unreachable("connection refused")
        running = [{"id": "d7", "affectedApps": [], "affectedPods": ["/g/p"], "currentActions": [{"pod": "/g/p"}]}]
        return running if self.time.now < self.deployed_at else []

    def read(self):
        self.reads += 1
        apps = {name: stored(name, tasksRunning=int(self._runs(name, 4))) for name in self.apps}
        statuses = {}
        for name in self.pods:
            spec = stored_pod(id=name)
            instances = [pod_instance(spec)] if self._runs(name, 6) else []
            statuses[name] = pod_status(spec, *instances) if instances else {**pod_status(spec), "instances": []}
        return Tree(apps, {}, {name: one["spec"] for name, one in statuses.items()}, statuses)

    def _runs(self, name, seconds):
        return name not in self.away and self.time.now >= seconds

    def wait(self, timeout=10, **pods):
        waiter = SetWaiter(self.read, self, timeout, self.time.clock, self.time.sleep, self.lines.append)
        target = Target(tuple(self.apps), lambda _app: True, pods=WantedPods(tuple(self.pods), **pods))
        return waiter.until_deployed(target)


OFFERS = {
    "processedOffersCount": 2,
    "unusedOffersCount": 2,
    "rejectSummaryLastOffers": [{"reason": "InsufficientMemory", "processed": 2, "declined": 2}],
}


def test_apps_and_pods_are_waited_for_in_one_time():
    source = Slow(["/g/a"], ["/g/p", "/g/q"])
    tree = source.wait()
    assert 6 <= source.time.now < 9
    assert len(tree.pod_statuses["/g/q"]["instances"]) == 1
    assert source.lines[0].startswith("0 of 3 apps and pods run as declared; /g/a: 0 of 1")
    assert any(line.startswith("1 of 3 apps and pods run as declared; /g/p: 0 of 1") for line in source.lines)


def test_a_pod_that_hangs_is_told_like_an_app_and_at_the_same_end():
    source = Slow(["/g/a", "/g/b"], ["/g/p", "/g/q"], away=["/g/a", "/g/p", "/g/q"], deployed_at=99)
    with pytest.raises(WaitFailed, match=r"^3 of 4 apps and pods are not deployed after 10 s: /g/p \(") as failed:
        source.wait()
    assert source.time.now == 10
    hanging = failed.value.facts["hanging"]
    # The one that Marathon works on comes first.
    assert [one["id"] for one in hanging] == ["/g/p", "/g/a", "/g/q"]
    assert "InsufficientMemory: 2 of 2 offers declined" in hanging[0]["reason"]
    assert (hanging[0]["deployments"], hanging[0]["task_endings"]) == (["d7"], 0)
    assert hanging[0]["termination_history"] == []


def test_a_pod_runs_as_declared_only_after_its_deployment():
    source = Slow([], ["/g/p"], deployed_at=8)
    source.wait(deployments={"/g/p": "d7"})
    assert source.time.now >= 8
    source = Slow(["/g/a"], ["/g/p"], away=["/g/a"], deployed_at=99)
    with pytest.raises(WaitFailed, match="; 1 more run as declared, but their deployment is not over yet"):
        source.wait(deployments={"/g/p": "d7"})


def test_a_pod_that_goes_is_waited_for_with_the_rest():
    source = Slow(["/g/a"], [], deployed_at=8)
    source.wait(gone=frozenset(["/g/p"]))
    assert source.time.now >= 8
    assert "removing /g/p" in source.lines[0]
    source = Slow([], [], deployed_at=99)
    with pytest.raises(WaitFailed, match="the instances of /g/p are not gone after 10 s"):
        source.wait(gone=frozenset(["/g/p"]))
    with pytest.raises(Overridden, match="/g/p was created again concurrently"):
        Slow([], ["/g/p"]).wait(gone=frozenset(["/g/p"]))


def test_a_look_that_is_answered_in_part_leaves_what_was_known():
    source = Slow([], ["/g/p"], away=["/g/p"], failing_at=5, deployed_at=99)
    with pytest.raises(WaitFailed, match=r"^1 of 1 pods are not deployed after 10 s: .* The last look at it failed"):
        source.wait(deployments={"/g/p": "d7"})


def test_a_pod_that_another_changes_or_deletes_ends_the_wait():
    with pytest.raises(Overridden, match="/g/p was modified or rolled back concurrently"):
        Slow([], ["/g/p"]).wait(matches=lambda _pod: False)
    source = Slow([], ["/g/p"])
    source.read = Tree
    with pytest.raises(Overridden, match="/g/p was deleted concurrently"):
        source.wait()
