"""What is kept of a service, and put back."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import kept, started

ARCHIVE = "[Service]\nExecStart=/opt/mesos/0123456789ab/sbin/mesos-agent\n"
IMAGE = "[Service]\nExecStart=/usr/bin/docker run --rm r/mesos:1.11\n"
PACKAGE = "[Service]\nExecStart=/usr/sbin/mesos-agent\n"
WHAT = {"program": {"archive": "0123456789ab", "image": "", "packages": {}}, "version": "1.10.0"}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(started, "UNITS", str(tmp_path))
    (tmp_path / "mesos-slave.service").write_text(ARCHIVE)
    (tmp_path / "mesos-slave.env").write_text("MESOS_PORT=5051\n")
    (tmp_path / "mesos-slave.env").chmod(0o600)
    (tmp_path / "link").symlink_to("old")
    return tmp_path


def keep(host: Path, version: str = "1.10.0") -> bool:
    files = [str(host / name) for name in ("mesos-slave.env", "link", "none.json")]
    return kept.keep("mesos-slave", files, {**WHAT, "version": version}, str(host / "kept"))


def restore(host: Path) -> list[str]:
    def move(source: str, destination: str) -> None:
        shutil.move(source, destination)

    return [Path(path).name for path in kept.restore("mesos-slave", move, str(host / "kept"))]


def test_what_a_service_runs_from() -> None:
    record = "invocation 1\nprogram r/mesos:1.11 sha256:00\n"
    assert kept.program(ARCHIVE, "", {"mesos": "1.11.0-1"}) == ("0123456789ab", "", {})
    assert kept.program(IMAGE, record, {}) == ("", "r/mesos:1.11", {})
    # A package that was replaced since the start, and one that is not installed.
    record = "program mesos 1.10.0-1 00  -\nprogram marathon missing\n"
    assert kept.program(PACKAGE, record, {"mesos": "1.11.0-1"}) == ("", "", {"mesos": "1.10.0-1"})
    assert kept.program("", "", {}) == ("", "", {})


def test_all_is_as_before(host: Path) -> None:
    assert keep(host)
    assert stat.S_IMODE((host / "kept" / "mesos-slave").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (host / "kept" / "mesos-slave").iterdir()} >= {0o600}
    (host / "mesos-slave.service").write_text("other")
    (host / "mesos-slave.env").write_text("other")
    (host / "mesos-slave.env").chmod(0o644)
    (host / "link").unlink()
    (host / "link").symlink_to("new")
    (host / "none.json").write_text("{}")
    assert restore(host) == ["mesos-slave.env", "link", "none.json", "mesos-slave.service"]
    assert (host / "mesos-slave.service").read_text() == ARCHIVE
    assert (host / "mesos-slave.env").read_text() == "MESOS_PORT=5051\n"
    assert stat.S_IMODE((host / "mesos-slave.env").stat().st_mode) == 0o600
    assert os.readlink(host / "link") == "old"
    assert not (host / "none.json").exists()
    assert restore(host) == []


def test_what_an_interrupted_upgrade_has_kept_stays(host: Path) -> None:
    assert keep(host)
    (host / "mesos-slave.env").write_text("half")
    assert not keep(host, "1.11.0")
    assert (kept.manifest("mesos-slave", str(host / "kept")) or {})["version"] == "1.10.0"
    restore(host)
    assert (host / "mesos-slave.env").read_text() == "MESOS_PORT=5051\n"


def test_a_copy_that_was_not_finished_does_not_count(host: Path) -> None:
    (host / "kept" / "mesos-slave.unfinished").mkdir(parents=True)
    (host / "kept" / "mesos-slave.unfinished" / "0").write_text("half")
    assert kept.manifest("mesos-slave", str(host / "kept")) is None
    assert keep(host)


def test_what_was_not_restarted_runs_from_what_is_kept() -> None:
    record = "invocation 1\nunit aa\n00  /etc/mesos/mesos-slave.env\n"
    what = {"record": record, "invocation": "1"}
    assert kept.outdated(what, record, "1") == []
    # Also where its record was never written.
    assert kept.outdated({"record": "", "invocation": "1"}, "", "1") == []
    # The new one, which ends again and again, and the old one after the way back.
    assert kept.outdated(what, record.replace("aa", "bb").replace(" 1", " 2"), "2") == [started.ANOTHER_UNIT]
    assert kept.outdated(what, record.replace(" 1", " 3"), "3") == []
    assert kept.outdated(what, record.replace(" 1", " 3"), "4") == [started.UNKNOWN]
    # systemd before 232 has no such id.
    old = {"record": record.replace(" 1", " "), "invocation": ""}
    assert kept.outdated(old, old["record"].replace("aa", "bb"), "") == [started.ANOTHER_UNIT]


def test_it_is_forgotten(host: Path) -> None:
    keep(host)
    assert kept.forget("mesos-slave", str(host / "kept"))
    assert kept.manifest("mesos-slave", str(host / "kept")) is None
    assert not kept.forget("mesos-slave", str(host / "kept"))
    assert restore(host) == []
