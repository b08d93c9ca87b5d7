"""What is kept of a service, and whether it runs from that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import kept, started
from ansible_collections.quorum.mesos.plugins.modules import _program_kept as program_kept

UNIT = "[Service]\nExecStart=/opt/mesos/%s/sbin/mesos-master\n"


class Ended(Exception):
    """The module's answer."""


class Host:
    """A host with no package, on which the service has been started as often as its invocation says."""

    check_mode = False
    invocation, active = "1", "active"

    def __init__(self, argument_spec: dict[str, Any], **given: Any) -> None:
        self.params = {name: option.get("default") for name, option in argument_spec.items()} | given

    def run_command(self, command: list[str], environ_update: dict[str, str] | None = None) -> tuple[int, str, str]:
        assert command[:2] == ["systemctl", "show"], command
        return 0, f"ActiveState={self.active}\nInvocationID={self.invocation}\n", ""

    def atomic_move(self, source: str, destination: str) -> None:
        Path(source).replace(destination)

    def fail_json(self, **result: Any) -> None:
        raise Ended({"failed": True, **result})

    def exit_json(self, **result: Any) -> None:
        raise Ended(result)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(started, "UNITS", str(tmp_path))
    monkeypatch.setattr(started, "RECORDS", str(tmp_path / "records"))
    monkeypatch.setattr(kept, "KEPT", str(tmp_path / "kept"))
    for function in (kept.directory, kept.manifest, kept.keep, kept.restore, kept.forget):
        monkeypatch.setattr(function, "__defaults__", (str(tmp_path / "kept"),))
    (tmp_path / "records").mkdir()
    runs(tmp_path, "a" * 12, "1")
    return tmp_path


def runs(host: Path, archive: str, invocation: str) -> None:
    (host / "mesos-master.service").write_text(UNIT % archive)
    (host / "records" / "mesos-master").write_text(f"invocation {invocation}\nunit {archive}\n")


def call(monkeypatch: pytest.MonkeyPatch, state: str, invocation: str, active: str = "active") -> dict[str, Any]:
    monkeypatch.setattr(Host, "invocation", invocation)
    monkeypatch.setattr(Host, "active", active)
    monkeypatch.setattr(
        program_kept,
        "AnsibleModule",
        lambda argument_spec, **_rest: Host(argument_spec, unit="mesos-master", state=state, target="archive b"),
    )
    with pytest.raises(Ended) as ended:
        program_kept.main()
    result: dict[str, Any] = ended.value.args[0]
    return result


def test_what_was_refused_before_its_restart(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "kept", "1")["changed"]
    found = call(monkeypatch, "restored", "1")
    assert (found["changed"], found["running"], found["outdated"], found["missing"]) == (False, True, [], [])
    # Another unit was written, with which nothing was started.
    (host / "mesos-master.service").write_text(UNIT % ("b" * 12))
    found = call(monkeypatch, "restored", "1")
    assert (found["restored"], found["outdated"]) == ([str(host / "mesos-master.service")], [])
    assert found["program"]["kept"]["target"] == "archive b"


def test_what_runs_from_the_new_program(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call(monkeypatch, "kept", "1")
    runs(host, "b" * 12, "2")
    assert call(monkeypatch, "restored", "2")["outdated"] == [started.ANOTHER_UNIT]
    found = call(monkeypatch, "restored", "2", "failed")
    assert (found["running"], found["outdated"]) == (False, [])
