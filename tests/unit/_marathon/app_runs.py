"""Runs of the runner of one app over a script of calls."""

from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.desired import AppOptions
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.run import AppRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter

from .fakes import Call, FakeSession, FakeTime, stored, task

DEFINITION = {"id": "a", "cmd": "sleep 1000"}
INFO = Call("GET", "/v2/info", data={"version": "1.11.24"})
DEPLOYMENT = {"deploymentId": "d1", "version": "2020-10-29T12:00:00.000Z"}
MISSING = {"message": "App '/a' does not exist"}
# What check mode asks beside that: whether the id is free, and whether Marathon takes the definition.
FREE = (
    Call("GET", "/v2/groups/a", status=404, data={"message": "Group '/a' does not exist"}),
    Call("GET", "/v2/pods/a", status=404, data={"message": '{"message": "pod with /a does not exist"}'}),
)
DRY = Call("PUT", "/v2/groups", data={"steps": []}, params={"dryRun": "true"})


def get(app=None):
    return (
        Call("GET", "/v2/apps/a", status=404, data=MISSING)
        if app is None
        else Call("GET", "/v2/apps/a", data={"app": app})
    )


def run(*calls, check_mode=False, timeout=5, warnings=None, **options):
    """Runs with these options over exactly these calls."""
    time = FakeTime()
    session = FakeSession(*calls)
    client = Client(Http(["http://m1:8080"], time.sleep, session=session))
    options.setdefault("definition", DEFINITION)
    try:
        waiter = Waiter(client, timeout, time.clock, time.sleep)
        runner = AppRunner(
            client, waiter, AppOptions(**options), time.sleep, [].append if warnings is None else warnings.append
        )
        result = runner.run(check_mode)
    finally:
        assert session.calls == [], "calls that were not made"
    return result


# What is asked when time is up.
NO_REASON = (Call("GET", "/v2/queue", data={"queue": []}), Call("GET", "/v2/deployments", data=[]))


def version(number):
    return f"2020-10-29T12:00:0{number}.000Z"


def second(**declared):
    """The app after a change or restart, with new tasks."""
    info = {"lastScalingAt": version(1), "lastConfigChangeAt": version(1)}
    tasks = [task(9, version=version(1))]
    return stored(**{"version": version(1), "versionInfo": info, "tasks": tasks, **declared})
