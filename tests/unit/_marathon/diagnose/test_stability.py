"""A crash loop that Marathon calls running for a moment is no success, and is told with its number of ends."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.diagnose import pod_stability
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.diagnose.stability import Stay, task_ids
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import WaitFailed
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.pod import PodWaiter

from ..fakes import FakeTime, pod_instance, pod_status, stored, stored_pod, task

STARTED = "2020-10-29T12:00:10.000Z"
STARTED_SECONDS = 1603972810.0


class Looping:
    """Its only instance runs for up seconds and is away for one, for ever."""

    def __init__(self, up, status=1, rounds=100):
        self.time, self.up, self.status, self.rounds, self.reads = FakeTime(), up, status, rounds, 0

    def limited(self, _left):
        return nullcontext()

    def deployments(self):
        return []

    def queue(self):
        return []

    def round(self):
        number, part = divmod(self.time.now, self.up + 1)
        return (int(number), part < self.up) if number < self.rounds else (self.rounds, True)

    def app(self, _app_id):
        self.reads += 1
        number, runs = self.round()
        failure = None
        if self.status and (number or not runs):
            ended = number - runs
            failure = {
                "taskId": f"t{ended}",
                "timestamp": f"2020-10-29T12:01:{ended:02}.000Z",
                "version": "2020-10-29T12:00:00.000Z",
                "host": "slave1",
                "state": "TASK_FAILED",
                "message": f"Command exited with status {self.status}",
            }
        return stored(
            tasksRunning=int(runs), tasks=[task(id=f"t{number}", host="slave1")] * runs, lastTaskFailure=failure
        )


def wait(source, timeout=30, **options):
    waiter = Waiter(source, timeout, source.time.clock, source.time.sleep)
    return waiter.until_deployed("/a", lambda app: True, healthy_for=options.pop("healthy_for", None), **options)


def test_a_crash_loop_fails_with_how_often_and_how():
    with pytest.raises(WaitFailed) as failure:
        wait(Looping(up=2))
    ended = failure.value.facts["task_endings"]
    assert 7 <= ended <= 10
    assert f"its instances do not stay up: they ended {ended} times during the wait; the last task ended" in str(
        failure.value
    )
    assert "exited with status 1" in str(failure.value)


def test_one_that_leaves_no_failure_may_have_ended_with_status_0_or_have_been_killed():
    words = r"ended \d+ times .*the last one on slave1, and no failure is recorded: with exit status 0 .*, or it was k"
    with pytest.raises(WaitFailed, match=words):
        wait(Looping(up=2, status=0))


def test_one_that_recovers_is_waited_for():
    source = Looping(up=2, rounds=3)
    assert wait(source)["tasksRunning"] == 1
    assert 9 + 3 <= source.time.now < 9 + 3 + 4


@pytest.mark.parametrize(
    ("healthy_for", "checks", "seconds"), [(None, [], 3), (None, [{}], 0), (0, [], 0), (7, [], 7), (7, [{}], 7)]
)
def test_how_long_an_instance_must_stay_up(healthy_for, checks, seconds):
    time = FakeTime()

    class Source(Looping):
        def app(self, _app_id):
            return stored(healthChecks=checks, tasksHealthy=len(checks))

    source = Source(up=1)
    source.time = time
    wait(source, healthy_for=healthy_for)
    assert seconds <= time.now <= seconds + 0.1


@pytest.mark.parametrize(("age", "remaining"), [(0, 3), (1, 2), (3, 0), (900, 0), (-5, 3)])
def test_an_instance_from_before_counts_from_its_start(age, remaining):
    app = stored(tasks=[task(startedAt=STARTED)])
    stay = Stay(None, 300, task_ids(app), wall=lambda: STARTED_SECONDS + age)
    stay.see(app, 50.0)
    assert stay.remaining(app, 50.0) == remaining


def test_a_time_to_wait_that_is_shorter_than_the_default_is_enough():
    source = Looping(up=1000)
    wait(source, timeout=2)
    assert source.time.now == 1


def test_an_app_without_instances_needs_no_time():
    app = stored(instances=0)
    stay = Stay(60, 300)
    stay.see(app, 0.0)
    assert stay.remaining(app, 0.0) == 0


def test_an_instance_that_is_stopped_on_purpose_has_not_ended_by_itself():
    stay = Stay(None, 300)
    stay.see(stored(instances=2), 0.0)
    stay.see(stored(tasks=[task(0), task(1, state="TASK_KILLING")]), 1.0)
    stay.see(stored(tasks=[task(0)]), 2.0)
    assert stay.endings("/a").count == 0


class LoopingPod(Looping):
    def pod_status(self, _pod_id):
        number, runs = self.round()
        spec = stored_pod()
        box = {"name": "web", "status": "TASK_RUNNING", "containerId": f"p.instance-1.web.{number}"}
        side = {"name": "log", "status": "TASK_RUNNING", "containerId": f"p.instance-1.log.{number}"}
        state = {"status": "STABLE" if runs else "PENDING", "containers": [box, side] if runs else []}
        history = {
            "instanceID": "p.instance-1",
            "startedAt": f"2020-10-29T12:01:{number:02}.000Z",
            "terminatedAt": f"2020-10-29T12:01:{number:02}.500Z",
            "message": "Command exited with status 2",
            "containers": [{"containerId": f"p.instance-1.web.{number - runs}", "lastKnownState": "TASK_FAILED"}],
        }
        ended = [history] if number or not runs else []
        return pod_status(spec, pod_instance(spec, **state), terminationHistory=ended)


def test_a_crash_loop_of_a_pod_names_its_container():
    source = LoopingPod(up=2)
    with pytest.raises(WaitFailed) as failure:
        PodWaiter(source, 30, source.time.clock, source.time.sleep).until_stable(
            "/p", lambda pod: True, healthy_for=None
        )
    assert 7 <= failure.value.facts["task_endings"] <= 10
    assert "times during the wait; the last instance ended with container web at" in str(failure.value)
    assert ": Command exited with status 2" in str(failure.value)


def test_what_ran_before_a_change_of_a_pod_is_known_by_its_containers():
    status = pod_status(stored_pod(instances=2))
    assert pod_stability.task_ids(status) == {"p.instance-0.web", "p.instance-1.web"}
    assert pod_stability.task_ids(None) == frozenset()
