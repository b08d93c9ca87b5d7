# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: how the process of a unit ends while its gate waits, and whether there is something to wait for."""

from __future__ import annotations

import signal
import typing as t

from . import exit_codes

PROPERTIES = "ActiveState,ExecMainCode,ExecMainStatus,ExecMainExitTimestampMonotonic,NRestarts"
# Once or twice a service may end because what it needs is late.
LOOP = 3
# Where another start does not change the reason.
HOPELESS_LOOP = 2
EXITED = "1"


class Unit(t.NamedTuple):
    """What systemd says of a unit; a process that runs has no end."""

    active: str
    end: str
    exited: bool
    status: int
    restarts: int | None


def parse(output: str) -> Unit:
    """From the output of ``systemctl show``. systemd before 235 does not count restarts."""
    found = dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
    return Unit(
        found.get("ActiveState", ""),
        found.get("ExecMainExitTimestampMonotonic", "0").replace("[not set]", "0") or "0",
        found.get("ExecMainCode") == EXITED,
        _number(found.get("ExecMainStatus")) or 0,
        _number(found.get("NRestarts")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


class Ends:
    """What the looks of one gate have seen; ``seen`` goes from one run of the module to the next."""

    def __init__(self, service: str, seen: t.Mapping[str, t.Any] | None = None) -> None:
        self._service = service
        self._times: list[str] = list((seen or {}).get("times") or [])
        self._how: str = (seen or {}).get("how") or ""
        self._hopeless: bool = bool((seen or {}).get("hopeless"))
        self._restarts: int | None = (seen or {}).get("restarts")
        self._first: int | None = (seen or {}).get("first")
        self._down: int = 0

    @property
    def seen(self) -> dict[str, t.Any]:
        return {
            "times": self._times,
            "how": self._how,
            "hopeless": self._hopeless,
            "restarts": self._restarts,
            "first": self._first,
        }

    def look(self, unit: Unit) -> None:
        if unit.restarts is not None:
            self._restarts = unit.restarts
            self._first = unit.restarts if self._first is None else self._first
        # A unit that systemd does not start again is asked twice, because somebody else may restart it just now.
        self._down = self._down + 1 if unit.active in ("inactive", "failed") else 0
        if unit.end == "0":
            return
        self._how = self._end(unit)
        self._hopeless = unit.exited and unit.status in exit_codes.HOPELESS.get(self._service, ())
        if unit.end not in self._times:
            self._times.append(unit.end)

    def _end(self, unit: Unit) -> str:
        if not unit.exited:
            try:
                return "by %s" % signal.Signals(unit.status).name
            except ValueError:
                return "by signal %d" % unit.status
        meaning = exit_codes.meaning(self._service, unit.status)
        return "with exit code %d%s" % (unit.status, " (%s)" % meaning if meaning else "")

    @property
    def final(self) -> bool:
        """Whether a longer wait changes nothing."""
        return self._down > 1 or self._count() >= (HOPELESS_LOOP if self._hopeless else LOOP)

    def _count(self) -> int:
        """A look that takes long may miss an end."""
        return max(len(self._times), (self._restarts or 0) - (self._first or 0))

    def problems(self) -> list[str]:
        """What to say beside the reason why the service is not healthy."""
        if self._down > 1:
            how = ": its process ended %s" % self._how if self._how else ""
            return ["its unit does not run%s" % how]
        if not self._how:
            return []
        count = "" if self._restarts is None else ", NRestarts is %d" % self._restarts
        return ["its process ended %s and systemd starts it again%s" % (self._how, count)]
