"""At the end of a run what a service runs with is what the run has declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import running, started
from ansible_collections.quorum.mesos.plugins.modules import _service_running as service_running

SOURCE = {"method": "archive", "family": "debian", "package": None, "image": None, "library": None}


class Ended(Exception):
    """The module's answer."""


class Host:
    """A host on which the service runs, with whatever the commands of its unit print."""

    def __init__(self, argument_spec: dict[str, Any], **given: Any) -> None:
        self.params = {name: option.get("default") for name, option in argument_spec.items()} | given
        self.check_mode = False

    def run_command(self, command: list[str], environ_update: dict[str, str] | None = None) -> tuple[int, str, str]:
        if command[0] == "/bin/sh":
            return 0, "digest  " + Path(self.params["files"][0]).read_text(), ""
        return 0, "ActiveState=active\nUnitFileState=enabled\nInvocationID=1\n", ""

    def fail_json(self, **result: Any) -> None:
        raise Ended({"failed": True, **result})

    def exit_json(self, **result: Any) -> None:
        raise Ended(result)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("RECORDS", "UNITS"):
        monkeypatch.setattr(started, name, str(tmp_path))
    path = tmp_path / "settings"
    path.write_text("a=1")
    (tmp_path / "zookeeper.service").write_text(f"echo unit {'0' * 64}")
    (tmp_path / "zookeeper").write_text(f"invocation 1\nunit {'0' * 64}\ndigest  a=1\n")
    return path


def answer(monkeypatch: pytest.MonkeyPatch, settings: Path, **given: Any) -> dict[str, Any]:
    def make(argument_spec: dict[str, Any], **_options: Any) -> Host:
        return Host(argument_spec, unit="zookeeper", files=[str(settings)], source=SOURCE, **given)

    monkeypatch.setattr(service_running, "AnsibleModule", make)
    with pytest.raises(Ended) as ended:
        service_running.main()
    return ended.value.args[0]


def test_what_was_declared_runs(monkeypatch: pytest.MonkeyPatch, settings: Path) -> None:
    declared = answer(monkeypatch, settings)["declared"]
    assert {name: declared[name] for name in ("unit", "files")} == {"unit": "zookeeper", "files": [str(settings)]}
    again = answer(monkeypatch, settings, expected=declared["digest"], start=False)
    assert (again.get("failed"), again["changed"], again["outdated"]) == (None, False, [])


def test_files_that_somebody_else_has_written(monkeypatch: pytest.MonkeyPatch, settings: Path) -> None:
    digest = answer(monkeypatch, settings)["declared"]["digest"]
    settings.write_text("a=2")
    said = answer(monkeypatch, settings, expected=digest, start=False)
    assert said["failed"]
    assert said["msg"].startswith("What zookeeper starts with is not what this run has declared any more: ")


def test_a_service_that_runs_with_something_else(monkeypatch: pytest.MonkeyPatch, settings: Path) -> None:
    digest = answer(monkeypatch, settings)["declared"]["digest"]
    (settings.parent / "zookeeper").write_text(f"invocation 1\nunit {'0' * 64}\nother  a=1\n")
    said = answer(monkeypatch, settings, expected=digest, start=False)
    assert said["failed"]
    assert said["msg"].startswith("zookeeper does not run with what this run has declared: a=1 has changed. Run again")


def test_the_digest_is_of_this_host_alone(monkeypatch: pytest.MonkeyPatch, settings: Path) -> None:
    here = answer(monkeypatch, settings)["declared"]["digest"]
    read = running.facts.text
    monkeypatch.setattr(running.facts, "text", lambda path: "another" if path == "/etc/machine-id" else read(path))
    assert answer(monkeypatch, settings)["declared"]["digest"] != here
