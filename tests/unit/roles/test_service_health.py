"""A service that this run has started does not stay where it is not healthy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.modules import service_health


class Ended(Exception):
    """The module's answer."""


class FakeModule:
    """A host whose ZooKeeper does not answer."""

    def __init__(self, argument_spec: dict[str, dict[str, Any]], stops: bool, **given: Any) -> None:
        self.params = {name: option.get("default") for name, option in argument_spec.items()} | given
        self.check_mode, self.stops = False, stops
        self.commands: list[list[str]] = []

    def run_command(self, command: list[str]) -> tuple[int, str, str]:
        self.commands.append(command)
        return (0, "", "") if self.stops else (1, "", "Access denied\n")

    def fail_json(self, **result: Any) -> None:
        raise Ended(result)


def refusal(monkeypatch: pytest.MonkeyPatch, stops: bool = True, **given: Any) -> tuple[str, list[list[str]]]:
    made: list[FakeModule] = []

    def make(argument_spec: dict[str, dict[str, Any]], **_options: Any) -> FakeModule:
        made.append(FakeModule(argument_spec, stops, service="zookeeper", address="127.0.0.1:9", timeout=0, **given))
        return made[0]

    monkeypatch.setattr(service_health, "AnsibleModule", make)
    with pytest.raises(Ended) as ended:
        service_health.main()
    return ended.value.args[0]["msg"], made[0].commands


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
