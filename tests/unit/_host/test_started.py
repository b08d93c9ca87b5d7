"""What a unit records at its start, and when a service must be restarted. The shell runs what systemd would."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import running, started

TEXT = "[Unit]\nDescription=x\n\n[Service]\nExecStart=/usr/sbin/mesos-master\n"
PACKAGE = {"method": "package", "family": "debian", "package": "mesos"}
INVOCATION = "0123456789abcdef0123456789abcdef"


class Host:
    """A host with a unit, its file, a package manager and a systemd that does what is needed here."""

    def __init__(self, directory: Path, source: dict[str, Any]) -> None:
        self.directory, self.source = directory, source
        self.file = directory / "mesos-master.env"
        self.file.write_text("MESOS_QUORUM=1\n")
        self.unit = directory / "mesos-master.service"
        self.write_unit()
        self.installed("1.11.0-1", "a")
        self.invocation = ""
        self.started = 0
        self.loaded = ""
        self.reloads = 0

    def write_unit(self, text: str = TEXT) -> None:
        files = [str(self.unit), str(self.file)]
        self.unit.write_text(started.with_record(text, "mesos-master", files, self.source))

    def installed(self, version: str, content: str) -> None:
        """Installs the package, for dpkg and rpm; the same as an image for Docker."""
        tools = self.directory / "bin"
        tools.mkdir(exist_ok=True)
        (tools / "dpkg-query").write_text(f"#!/bin/sh\n[ $1 = --show ] && echo '{version}' || echo {content}\n")
        (tools / "rpm").write_text(
            f'#!/bin/sh\n[ "$2" = --quiet ] || echo "$3" | sed "s/%{{VERSION}}.*/{version} {content}/"\n'
        )
        (tools / "docker").write_text(f"#!/bin/sh\necho sha256:{content}\n")
        for tool in tools.iterdir():
            tool.chmod(0o755)

    def start(self, *, reload: bool = True) -> None:
        """As systemd does: what it has loaded, word by word."""
        if reload:
            self.loaded = self.unit.read_text()
        self.started += 1
        self.invocation = f"{self.started:032}"
        self.record("ExecStartPre")

    def record(self, when: str) -> None:
        (line,) = re.findall(rf'^{when}=-\+/bin/sh -c "(.*)"$', self.loaded, re.MULTILINE)
        command = re.sub(r'\\(["\\])', r"\1", line).replace("$$", "$").replace("%%", "%")
        # What the service's own environment may have.
        environment = {"PATH": "/nowhere", "LD_LIBRARY_PATH": "/nowhere", "INVOCATION_ID": self.invocation}
        subprocess.run(["/bin/sh", "-c", command], env=environment, check=True, timeout=10)

    def run(self, command: list[str], **_options: Any) -> tuple[int, str, str]:
        if command[0] == "/bin/sh":
            done = subprocess.run(command, env={}, capture_output=True, text=True, timeout=10, check=True)
            return done.returncode, done.stdout, ""
        if command[1] == "daemon-reload":
            self.reloads += 1
            self.loaded = self.unit.read_text()
            return 0, "", ""
        needed = "yes" if self.loaded != self.unit.read_text() else "no"
        shown = ["ActiveState=active", "UnitFileState=enabled", f"NeedDaemonReload={needed}"]
        shown += [f"InvocationID={self.invocation}", "ExecStartPre={ argv[]=" + self.loaded.replace("\n", " ") + " }"]
        return 0, "\n".join(shown), ""

    def service(self) -> running.Service:
        return running.Service(self.run, "mesos-master", [str(self.unit), str(self.file)], self.source)

    def outdated(self) -> list[str]:
        service = self.service()
        service.load()
        return service.outdated()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], Host]:
    monkeypatch.setattr(started, "RECORDS", str(tmp_path / "run"))
    monkeypatch.setattr(started, "UNITS", str(tmp_path))
    monkeypatch.setattr(started, "TOOLS", f"{tmp_path / 'bin'}:{started.TOOLS}")
    return lambda source: Host(tmp_path, source)


SOURCES = [
    ({"method": "archive"}, None),
    (PACKAGE, "mesos is 1.11.1-1, and it was started from 1.11.0-1"),
    ({**PACKAGE, "family": "redhat"}, "mesos is 1.11.1-1, and it was started from 1.11.0-1"),
    (
        {"method": "container", "image": "registry.example.org/mesos:1"},
        "registry.example.org/mesos:1 is sha256:b, and it was started from sha256:a",
    ),
]


@pytest.mark.parametrize(("source", "reason"), SOURCES)
def test_another_program(host: Callable[[dict[str, Any]], Host], source: dict[str, Any], reason: str | None) -> None:
    one = host(source)
    one.start()
    assert one.outdated() == []
    one.installed("1.11.1-1", "b")
    assert one.outdated() == ([reason] if reason else [])
    one.start()
    assert one.outdated() == []


@pytest.mark.parametrize("family", ["debian", "redhat"])
def test_a_package_that_was_built_again(host: Callable[[dict[str, Any]], Host], family: str) -> None:
    one = host({**PACKAGE, "family": family})
    one.start()
    one.installed("1.11.0-1", "b")
    assert one.outdated() == ["mesos 1.11.0-1 was built again"]


def test_another_setting(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.start()
    one.file.write_text("MESOS_QUORUM=2\n")
    assert one.outdated() == [f"{one.file} has changed"]
    one.start()
    assert one.outdated() == []


RELOADED = TEXT + "ExecReload=/usr/sbin/mesos-master --check\nExecReload=/bin/kill -USR2 $MAINPID\n"


def test_a_reload_reads_the_settings_and_the_program_anew(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.write_unit(RELOADED)
    one.start()
    one.file.write_text("MESOS_QUORUM=2\n")
    one.installed("1.11.1-1", "b")
    assert len(one.outdated()) == 2
    assert started.reloadable(one.outdated())
    one.record("ExecReload")
    assert one.outdated() == []


def test_a_reload_changes_no_unit_that_runs(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.write_unit(RELOADED)
    one.start()
    one.write_unit(RELOADED + "LimitNOFILE=4096\n")
    assert one.outdated() == ["its unit has changed"]
    assert not started.reloadable(one.outdated())
    one.record("ExecReload")
    assert "its unit has changed" in one.outdated()


def test_a_reload_records_last(host: Callable[[dict[str, Any]], Host]) -> None:
    """So that one that fails leaves the record as it is."""
    one = host(PACKAGE)
    one.write_unit(RELOADED)
    *own, record = re.findall(r"^ExecReload=(\S+)", one.unit.read_text(), re.MULTILINE)
    assert own == ["/usr/sbin/mesos-master", "/bin/kill"]
    assert record == "-+/bin/sh"


def test_another_library(host: Callable[[dict[str, Any]], Host], tmp_path: Path) -> None:
    """What a running program has loaded stays in it, wherever the link leads later."""
    link, old, new = (tmp_path / name for name in ("libmesos.so", "old.so", "new.so"))
    one = host({"method": "archive", "library": str(link)})
    one.start()
    assert one.outdated() == []
    old.write_text("1")
    new.write_text("1")
    link.symlink_to(old)
    assert one.outdated() == [f"{link} leads to {old}, and it was started with nothing"]
    one.start()
    assert one.outdated() == []
    link.unlink()
    link.symlink_to(new)
    assert one.outdated() == [f"{link} leads to {new}, and it was started with {old}"]
    one.start()
    new.write_text("12")
    assert one.outdated() == [f"{link} was replaced"]


def test_a_package_that_is_not_there(host: Callable[[dict[str, Any]], Host]) -> None:
    """As in check mode, where another package or another method comes."""
    one = host({"method": "package", "family": "debian", "package": "aventer-mesos"})
    one.start()
    (one.directory / "bin" / "dpkg-query").write_text("#!/bin/sh\nexit 1\n")
    assert one.outdated() == ["aventer-mesos is missing, and it was started from 1.11.0-1"]


def test_dates_say_nothing(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.start()
    for path in (one.file, one.unit):
        os.utime(path, (4_000_000_000, 4_000_000_000))
    assert one.outdated() == []
    one.file.write_text("MESOS_QUORUM=2\n")
    os.utime(one.file, (0, 0))
    assert one.outdated() == [f"{one.file} has changed"]


def test_another_unit_whose_loading_was_lost(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.start()
    one.write_unit(TEXT + "LimitNOFILE=1\n")
    # The service ends and is started again, still by the old unit; then somebody else lets systemd load the new one.
    one.start(reload=False)
    one.run(["systemctl", "daemon-reload"])
    assert one.outdated() == ["its unit has changed"]


def test_systemd_loads_what_it_has_not(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.start()
    one.outdated()
    assert one.reloads == 0
    one.write_unit(TEXT + "LimitNOFILE=1\n")
    assert one.outdated() == ["its unit has changed"]
    assert one.reloads == 1


def test_one_that_was_started_before_its_unit_recorded_anything(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.invocation = INVOCATION
    assert one.outdated() == [started.UNKNOWN]
    one.unit.write_text(TEXT)
    assert one.outdated() == []


def test_a_record_of_an_earlier_start(host: Callable[[dict[str, Any]], Host]) -> None:
    one = host(PACKAGE)
    one.start()
    one.invocation = INVOCATION
    assert one.outdated() == [started.UNKNOWN]


def test_a_systemd_without_the_plus_and_the_id() -> None:
    text = started.with_record(TEXT, "mesos-master", ["/etc/mesos/mesos-master.env"], {"method": "archive"}, True)
    assert "\nPermissionsStartOnly=yes\nExecStartPre=-/bin/sh " in text
    assert started.reasons("invocation \nunit a\n", "", "unit a\n") == []


def test_what_systemd_would_expand_is_escaped() -> None:
    text = started.with_record(TEXT, "x", ["/etc/a %i$b"], {**PACKAGE, "family": "redhat"})
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStartPre")]
    assert "'/etc/a %%i$$b'" in line
    assert "%%{VERSION}" in line
    assert "$$INVOCATION_ID" in line


def test_a_refusal_of_systemd() -> None:
    service = running.Service(lambda *_a, **_k: (1, "", "Unit is masked.\n"), "marathon", [], {"method": "archive"})
    with pytest.raises(running.ServiceError, match="failed \\(Unit is masked\\); see systemctl status marathon"):
        service.start()
