from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module import progress
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait import status_line

from ..fakes import stored, task

NEW = "2020-10-29T13:00:00.000Z"
DEPLOYMENT = {
    "id": "d1",
    "steps": [{}, {}],
    "currentStep": 2,
    "totalSteps": 2,
    "currentActions": [{"action": "RestartApplication", "app": "/a"}],
}


@pytest.mark.parametrize(
    ("app", "deployment", "line"),
    [
        (stored(instances=3, tasksRunning=1), None, "/a: 1 of 3 instances run"),
        (
            stored(instances=2, tasksRunning=1, healthChecks=[{}], tasksHealthy=1),
            DEPLOYMENT,
            "/a: 1 of 2 instances run, 1 healthy, 0 unhealthy; step 2 of 2, RestartApplication",
        ),
        (
            stored(
                instances=2,
                tasksRunning=3,
                tasks=[task(0), task(1), task(2, version=NEW), task(3, version=NEW, state="TASK_STAGING")],
                versionInfo={"lastConfigChangeAt": NEW},
            ),
            None,
            "/a: 3 of 2 instances run, 1 of them new",
        ),
        (stored(), {"id": "d1", "steps": [{}], "currentStep": 0}, "/a: 1 of 1 instances run; step 0 of 1"),
    ],
)
def test_the_line_of_an_app(app, deployment, line):
    assert status_line.of_app(app, deployment) == line


def module(**params):
    return SimpleNamespace(params={"progress": True, **params}, no_log_values={"hunter2"})


def test_only_what_moved_is_passed_on_and_no_secret(tmp_path, monkeypatch):
    path = tmp_path / "lines"
    path.touch()
    monkeypatch.setenv(progress.VARIABLE, str(path))
    report = progress.reporter(module())
    for line in ("1 of 2", "1 of 2", "2 of\n2", "hunter2 runs", "1 of 2"):
        report(line)
    assert path.read_text() == "1 of 2\n2 of 2\n******** runs\n1 of 2\n"


def test_where_nobody_reads(tmp_path, monkeypatch):
    assert progress.reporter(module()) is None
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "missing"))
    assert progress.reporter(module()) is None
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "link"))
    assert progress.reporter(module()) is None
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "file"))
    assert progress.reporter(module(progress=False)) is None
