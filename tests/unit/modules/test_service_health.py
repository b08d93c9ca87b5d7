"""What the gate says of a service that is not healthy, and that one which this run has started does not stay."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.action import _service_health as service_health_action
from ansible_collections.quorum.mesos.plugins.modules import _service_health as service_health


class Ended(Exception):
    """The module's answer."""


class FakeModule:
    """A host whose ZooKeeper does not answer."""

    def __init__(self, argument_spec: dict[str, dict[str, Any]], stops: bool, **given: Any) -> None:
        self.params = {name: option.get("default") for name, option in argument_spec.items()} | given
        self.check_mode, self.stops = False, stops
        self.commands: list[list[str]] = []
        self.unit = "ActiveState=active\nNRestarts=0"

    def run_command(self, command: list[str], environ_update: dict[str, str] | None = None) -> tuple[int, str, str]:
        if command[:2] == ["systemctl", "show"]:
            return 0, self.unit, ""
        self.commands.append(command)
        return (0, "", "") if self.stops else (1, "", "Access denied\n")

    def fail_json(self, **result: Any) -> None:
        raise Ended({"failed": True, **result})

    def exit_json(self, **result: Any) -> None:
        raise Ended(result)


def answer(monkeypatch: pytest.MonkeyPatch, stops: bool = True, **given: Any) -> tuple[dict[str, Any], FakeModule]:
    made: list[FakeModule] = []

    def make(argument_spec: dict[str, dict[str, Any]], **_options: Any) -> FakeModule:
        options = {"service": "zookeeper", "address": "127.0.0.1:9", "timeout": 0, **given}
        unit = options.pop("shown", None)
        made.append(FakeModule(argument_spec, stops, **options))
        made[0].unit = unit or made[0].unit
        return made[0]

    monkeypatch.setattr(service_health, "AnsibleModule", make)
    with pytest.raises(Ended) as ended:
        service_health.main()
    return ended.value.args[0], made[0]


def refusal(monkeypatch: pytest.MonkeyPatch, stops: bool = True, **given: Any) -> tuple[str, list[list[str]]]:
    result, module = answer(monkeypatch, stops, **given)
    assert result["failed"]
    return result["msg"], module.commands


def test_one_that_ran_before_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    said, commands = refusal(monkeypatch, unit="zookeeper")
    assert said.endswith("it does not serve (Connection refused). Its log: journalctl -u zookeeper.")
    assert commands == []


def test_one_that_was_started_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    said, commands = refusal(monkeypatch, unit="zookeeper", stop_unhealthy=True)
    assert said.endswith("journalctl -u zookeeper. This run has started it and has stopped it again.")
    assert commands == [["systemctl", "stop", "zookeeper"]]


def test_one_that_cannot_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    said, _commands = refusal(monkeypatch, stops=False, unit="zookeeper", stop_unhealthy=True)
    assert said.endswith("This run has started it, and it could not be stopped again (Access denied).")


def test_a_part_of_the_wait_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    result, module = answer(
        monkeypatch, unit="zookeeper", timeout=60, waited=30, report_after=0.3, stop_unhealthy=True
    )  # fmt: skip
    assert not result.get("failed")
    assert result["waiting_for"] == ["it does not serve (Connection refused)"]
    assert 30.3 <= result["elapsed"] < 32
    assert module.commands == []


def test_the_last_part_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    said, _commands = refusal(monkeypatch, unit="zookeeper", timeout=60, waited=59.8, report_after=15)
    assert said.startswith("The zookeeper at 127.0.0.1:9 is not healthy after 60 s: it does not serve")


def test_a_process_that_ends_again_and_again_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {"times": ["1", "2"], "how": "with exit code 2", "hopeless": False, "restarts": 2, "first": 0}
    shown = "ActiveState=activating\nExecMainExitTimestampMonotonic=3\nExecMainCode=1\nExecMainStatus=2\nNRestarts=3"
    said, _commands = refusal(
        monkeypatch, unit="zookeeper", timeout=60, waited=5, report_after=15, seen=seen, shown=shown
    )  # fmt: skip
    assert "is not healthy after 5 s" in said
    assert "exit code 2 (it does not accept its settings or its myid) and systemd starts it again" in said
    assert "NRestarts is 3" in said


class Action(service_health_action.ActionModule):
    """The side of the controller, with a module whose answers are given."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self._task = SimpleNamespace(args={"service": "master", "address": "http://a:5050", "timeout": 40})
        self._display = SimpleNamespace(display=lambda line, stderr: self.shown.append((line, stderr)))
        self.answers, self.shown, self.given = answers, [], []

    def _execute_module(self, module_name: str, module_args: dict[str, Any], task_vars: object) -> dict[str, Any]:
        assert module_name == "quorum.mesos._service_health"
        self.given.append({name: module_args.get(name) for name in ("timeout", "waited", "seen", "report_after")})
        return self.answers.pop(0)


def test_every_part_of_the_wait_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    waits = [
        {"waiting_for": ["0 masters are elected", "b"], "elapsed": 15.1, "seen": {"times": ["1"]}},
        {"waiting_for": ["it is up for 3 s"], "elapsed": 30.2, "seen": {"times": ["1", "2"]}},
    ]
    action = Action([*waits, {"failed": True, "msg": "after 40 s"}])
    assert action.run(task_vars={"inventory_hostname": "m1"}) == {"failed": True, "msg": "after 40 s"}
    assert action.shown == [
        ("[m1] after 15 s the master at http://a:5050 is not healthy yet: 0 masters are elected; b", True),
        ("[m1] after 30 s the master at http://a:5050 is not healthy yet: it is up for 3 s", True),
    ]
    assert [given["waited"] for given in action.given] == [None, 15.1, 30.2]
    assert action.given[-1]["seen"] == {"times": ["1", "2"]}
    assert all(given["report_after"] == 15 for given in action.given)
