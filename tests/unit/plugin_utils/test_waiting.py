from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module import progress
from ansible_collections.quorum.mesos.plugins.plugin_utils import interruption
from ansible_collections.quorum.mesos.plugins.plugin_utils.waiting import WaitingAction


class Stub(WaitingAction):
    """Runs a module that writes two lines to where it is told."""

    def __init__(self, transport="local", fails=False, **task):
        task = {"check_mode": False, "no_log": False, "async_val": 0, "environment": [{"A": "1"}], "args": {}, **task}
        self._task = SimpleNamespace(**task)
        shell = SimpleNamespace(tmpdir="/remote/tmp")
        self._connection = SimpleNamespace(transport=transport, has_native_async=False, _shell=shell)
        self.shown, self.removed, self.ran = [], [], []
        self._display = SimpleNamespace(display=lambda line, stderr: self.shown.append((line, stderr)))
        self._fails = fails

    def _execute_module(self, module_args, task_vars, wrap_async):
        environment = {key: value for layer in self._task.environment for key, value in layer.items()}
        self.ran.append((module_args, environment, wrap_async))
        if progress.VARIABLE in environment:
            with open(environment[progress.VARIABLE], "a") as lines:
                lines.write("1 of 2\n2 of 2\n")
        if self._fails:
            raise KeyboardInterrupt
        return {"changed": True}

    def _remove_tmp_path(self, path):
        self.removed.append(path)


@pytest.fixture(autouse=True)
def no_base(monkeypatch):
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})


def test_the_lines_of_the_module_go_to_the_standard_error():
    action = Stub(args={"id": "a"})
    assert action.run(task_vars={"inventory_hostname": "web1"}) == {"changed": True}
    assert action.shown == [("[web1] 1 of 2", True), ("[web1] 2 of 2", True)]
    assert action.ran[0][0] == {"id": "a"}
    assert action._task.environment == [{"A": "1"}]
    assert action.removed == ["/remote/tmp"]


@pytest.mark.parametrize(
    "task",
    [
        {"transport": "ssh"},
        {"check_mode": True},
        {"no_log": True},
        {"async_val": 60},
    ],
)
def test_where_no_line_is_shown(task):
    action = Stub(**task)
    assert action.run(task_vars={}) == {"changed": True}
    assert (action.shown, action.ran[0][1]) == ([], {"A": "1"})


def test_a_detached_module_keeps_its_files():
    action = Stub(async_val=60)
    action.run(task_vars={})
    assert (action.ran[0][2], action.removed) == (True, [])


def test_an_interrupt_is_cleaned_up_after():
    action = Stub(fails=True, environment=None)
    with pytest.raises(KeyboardInterrupt):
        action.run(task_vars={})
    assert (action._task.environment, action.removed) == (None, ["/remote/tmp"])


@pytest.fixture
def interruptible():
    """A shell has what runs behind it ignore a Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_tells_what_goes_on(monkeypatch):
    said = []
    monkeypatch.setattr(interruption, "say", said.append)

    class Interrupted(Stub):
        def _execute_module(self, module_args, task_vars, wrap_async):
            path = self._task.environment[-1][progress.VARIABLE]
            with open(path, "a") as lines:
                lines.write(f"{progress.ON_INTERRUPT}d1\n")
                lines.write("0 of 1\n")
            deadline = time.monotonic() + 10
            while not self.shown and time.monotonic() < deadline:
                time.sleep(0.05)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)

    action = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        action.run(task_vars={"inventory_hostname": "web1"})
    assert said == [
        "[web1] interrupted, but deployment d1 goes on in Marathon; see or end it with quorum.mesos.marathon_deployment"
    ]
    assert action.shown == [("[web1] 0 of 1", True)]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("interruptible")
def test_what_ansible_does_about_an_interrupt_comes_after():
    said = []
    with pytest.raises(KeyboardInterrupt), interruption.calls(lambda: said.append("called")):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)
    assert said == ["called"]


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_that_is_ignored_is_none():
    said = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruption.calls(lambda: said.append("called")):
        os.kill(os.getpid(), signal.SIGINT)
    assert said == []
