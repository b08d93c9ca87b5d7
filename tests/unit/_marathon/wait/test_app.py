from __future__ import annotations

from contextlib import nullcontext

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import Unreachable, WaitFailed
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter, settled

from ..fakes import FakeTime, stored, task

BUSY = [{"id": "d1"}]


class Source:
    """Answers app() from a list, the last answer forever; exceptions in it are raised."""

    def __init__(self, *apps, deployments=(), queue=()):
        self.apps = list(apps)
        self.listed = list(deployments)
        self.items = list(queue)
        self.reads = 0

    def app(self, app_id):
        self.reads += 1
        answer = self.apps.pop(0) if len(self.apps) > 1 else self.apps[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def deployments(self):
        return self.listed.pop(0) if len(self.listed) > 1 else (self.listed or [[]])[0]

    def queue(self):
        return self.items

    def limited(self, left):
        return nullcontext()


def deployed(source, timeout=60, matches=lambda app: True, progress=None, **options):
    time = FakeTime()
    app = Waiter(source, timeout, time.clock, time.sleep, progress).until_deployed("/a", matches, **options)
    return app, time


def test_a_settled_app_that_was_just_read_costs_no_request():
    source = Source(None)
    _app, time = deployed(source, known=stored())
    assert (source.reads, time.sleeps) == (0, [])


def test_polls_with_growing_pauses_until_it_runs():
    staging = stored(instances=2, tasksRunning=0, deployments=BUSY)
    source = Source(staging, staging, staging, stored(instances=2))
    app, time = deployed(source)
    assert app["tasksRunning"] == 2
    assert time.sleeps == sorted(time.sleeps)
    assert len(time.sleeps) == 3


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (stored(), True),
        (stored(deployments=BUSY), False),
        (stored(instances=2, tasksRunning=1), False),
        (stored(instances=1, tasksRunning=2), False),
        (stored(instances=0), True),
        (stored(healthChecks=[{}]), False),
        (stored(healthChecks=[{}], tasksHealthy=1), True),
        (stored(healthChecks=[{}], tasksHealthy=1, tasksUnhealthy=1), False),
        (stored(tasks=[task(version="2019-01-01T00:00:00.000Z")]), False),
    ],
)
def test_when_an_app_is_settled(app, expected):
    assert settled(app) is expected


def test_an_app_may_be_deployed_before_it_is_healthy():
    app = stored(healthChecks=[{}], tasksUnhealthy=1)
    assert settled(app, healthy=False)
    assert not settled({**app, "deployments": BUSY}, healthy=False)


def test_a_restarted_app_is_settled_when_the_old_tasks_are_gone():
    old, new = task(0), task(1)
    assert not settled(stored(tasks=[old]), replaced=frozenset([old["id"]]))
    assert settled(stored(tasks=[new]), replaced=frozenset([old["id"]]))


def test_a_vanished_deployment_is_no_proof_of_success():
    with pytest.raises(WaitFailed, match="0 of 1 instances run"):
        deployed(Source(stored(tasksRunning=0)), timeout=5)


def test_a_cancelled_deployment_is_told():
    with pytest.raises(WaitFailed, match="deployment d1 is over, or somebody cancelled it"):
        deployed(
            Source(stored(tasksRunning=0, deployments=BUSY), stored(tasksRunning=0)), timeout=5, deployment_id="d1"
        )


class TestProgress:
    def test_tells_the_counts_and_the_step_and_that_marathon_is_away(self):
        lines = []
        busy = stored(tasksRunning=0, deployments=BUSY)
        steps = {"id": "d1", "steps": [{}], "currentStep": 1, "currentActions": [{"action": "ScaleApplication"}]}
        source = Source(busy, Unreachable("away"), stored(tasksRunning=0), stored(), deployments=[[steps]])
        deployed(source, progress=lines.append)
        assert lines == [
            "/a: 0 of 1 instances run; step 1 of 1, ScaleApplication",
            "/a: Marathon does not answer",
            "/a: 0 of 1 instances run",
        ]

    def test_asks_for_the_step_only_if_somebody_reads_it(self):
        source = Source(stored(deployments=BUSY), stored())
        source.deployments = None
        deployed(source)


def test_time_is_up_exactly_at_the_timeout():
    time = FakeTime()
    with pytest.raises(WaitFailed):
        Waiter(Source(stored(tasksRunning=0)), 10, time.clock, time.sleep).until_deployed("/a", lambda app: True)
    assert time.now == 10


def test_errors_on_the_way_are_waited_over():
    source = Source(Unreachable("away"), Unreachable("away"), stored())
    assert deployed(source)[0]["id"] == "/a"


def test_a_marathon_that_stays_away_is_the_error():
    with pytest.raises(Unreachable, match="away"):
        deployed(Source(Unreachable("away")), timeout=5)


def test_somebody_else_changed_or_deleted_it():
    with pytest.raises(WaitFailed, match="modified or rolled back"):
        deployed(Source(stored(deployments=BUSY)), matches=lambda app: False)
    with pytest.raises(WaitFailed, match="deleted concurrently"):
        deployed(Source(None))


class TestForced:
    def test_an_app_that_looks_settled_is_looked_at_again(self):
        _app, time = deployed(Source(stored()), deployment_id="d1", forced=True)
        assert 2.0 <= time.now <= 3.5

    def test_the_late_deployment_is_waited_for(self):
        source = Source(stored(), stored(deployments=BUSY), stored(deployments=BUSY), stored())
        _app, _time = deployed(source, deployment_id="d1", forced=True)
        assert len(source.apps) == 1
        assert source.reads == 4


class TestGone:
    def gone(self, source, timeout=30):
        time = FakeTime()
        Waiter(source, timeout, time.clock, time.sleep).until_gone("/a")
        return time

    def test_waits_for_its_deployment_after_the_app_is_away(self):
        running = [{"id": "d1", "affectedApps": ["/a"]}, {"id": "d2", "affectedApps": ["/b"]}]
        time = self.gone(Source(None, deployments=[running, running, running[1:]]))
        assert len(time.sleeps) == 2

    def test_somebody_else_created_it_again(self):
        with pytest.raises(WaitFailed, match="created again concurrently"):
            self.gone(Source(None, stored(), deployments=[[{"id": "d1", "affectedApps": ["/a"]}]]))

    def test_says_which_deployment_is_left(self):
        with pytest.raises(WaitFailed, match=r"not gone after 5 s \(deployment d1\)"):
            self.gone(Source(None, deployments=[[{"id": "d1", "affectedApps": ["/a"]}]]), timeout=5)


def test_why_it_does_not_run_comes_from_the_queue_and_the_deployments():
    row = {"reason": "InsufficientCpus", "declined": 3, "processed": 3}
    item = {
        "app": {"id": "/a"},
        "count": 1,
        "delay": {"timeLeftSeconds": 0, "overdue": True},
        "processedOffersSummary": {"rejectSummaryLastOffers": [row]},
    }
    steps = [{"actions": [{"action": "ScaleApplication", "app": name}]} for name in ("/db", "/a")]
    deployment = {"id": "d1", "affectedApps": ["/a"], "currentStep": 1, "totalSteps": 2, "steps": steps}
    source = Source(stored(tasksRunning=0, deployments=BUSY), queue=[item], deployments=[[deployment]])
    with pytest.raises(WaitFailed) as failure:
        deployed(source, timeout=5)
    assert str(failure.value).startswith(
        "/a is not deployed after 5 s (0 of 1 instances run): step 1 of 2 of deployment d1 is not done: /db must be "
        "ready before /a, whose turn is step 2. no agent offers 1 cpus (InsufficientCpus: 3 of 3 offers declined)"
    )
