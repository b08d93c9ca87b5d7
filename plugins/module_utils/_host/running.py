# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of this host as systemd has it."""

from __future__ import annotations

import hmac
import typing as t

from . import facts, started

PROPERTIES = "ActiveState,UnitFileState,NeedDaemonReload,InvocationID,ExecStartPre"
# The service may be started anew between two questions.
ATTEMPTS = 5
Run = t.Callable[..., t.Tuple[int, str, str]]


class ServiceError(Exception):
    """systemd refuses something; says what to do."""


class State(t.NamedTuple):
    """What systemd says of a unit."""

    running: bool
    enabled: bool
    invocation: str
    needs_reload: bool
    loaded: str | None


def parse(output: str) -> State:
    """From the output of ``systemctl show``."""
    found = dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
    return State(
        found.get("ActiveState") in ("active", "activating", "reloading"),
        found.get("UnitFileState") == "enabled",
        found.get("InvocationID", ""),
        found.get("NeedDaemonReload") == "yes",
        started.unit_digest(found.get("ExecStartPre", "")),
    )


class Service:
    """``run`` is the method run_command of a module."""

    def __init__(self, run: Run, unit: str, files: t.Sequence[str], source: t.Mapping[str, t.Any]) -> None:
        self.unit = unit
        self._run = run
        self._files = files
        self._source = source

    def _systemctl(self, *arguments: str) -> str:
        code, output, errors = self._run(["systemctl", *arguments], environ_update={"LC_ALL": "C"})
        if code != 0:
            raise ServiceError(
                "systemctl %s failed (%s); see systemctl status %s and journalctl -u %s."
                % (" ".join(arguments), errors.strip().rstrip("."), self.unit, self.unit)
            )
        return output

    def state(self) -> State:
        return parse(self._systemctl("show", "--property=" + PROPERTIES, self.unit + ".service"))

    def _on_disk(self) -> str | None:
        return started.unit_digest(facts.text(started.unit_file(self.unit)))

    def load(self) -> None:
        """Lets systemd read the unit, where it has loaded another one."""
        state = self.state()
        if state.needs_reload or state.loaded != self._on_disk():
            self._systemctl("daemon-reload")

    def start(self) -> None:
        self._systemctl("enable", self.unit + ".service")
        self._systemctl("start", self.unit + ".service")

    def _wanted(self, unit: str) -> str:
        """What a start now would record."""
        script = ["/bin/sh", "-c", started.script(self._files, self._source)]
        return "unit %s\n%s" % (unit, self._run(script, environ_update={"LC_ALL": "C"})[1])

    def digest(self) -> str:
        """The same on this host alone: digests of files with secrets could be guessed."""
        # machine-id(5) asks for a digest of it with a key of the application.
        key = facts.text("/etc/machine-id").encode()
        return hmac.new(key, self._wanted(self._on_disk() or "").encode(), "sha256").hexdigest()

    def outdated(self) -> list[str]:
        """Why the service, which runs, must be restarted."""
        unit = self._on_disk()
        if unit is None:
            # A unit of an earlier release, which records nothing.
            return []
        wanted = self._wanted(unit)
        reasons: list[str] = []
        for _attempt in range(ATTEMPTS):
            before = self.state()
            record = facts.text(started.record_file(self.unit))
            reasons = started.reasons(record, before.invocation, wanted)
            if before.invocation == self.state().invocation:
                break
        return reasons
