# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the maintenance schedule of a cluster with the machines that are down, and what a change makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterable

from ..errors import WriteRefused
from . import times
from .machines import Machine, listed, machine


@dataclass(frozen=True)
class Unavailability:
    """In nanoseconds; a duration of None has no end."""

    start: int
    duration: int | None = None

    def to_json(self) -> dict[str, Any]:
        length = {} if self.duration is None else {"duration": {"nanoseconds": self.duration}}
        return {"start": {"nanoseconds": self.start}, **length}

    def is_over(self, now: int) -> bool:
        return self.duration is not None and self.start + self.duration <= now


@dataclass(frozen=True)
class Window:
    machines: tuple[Machine, ...]
    unavailability: Unavailability

    def without(self, leaving: set[tuple[str, str]]) -> Window:
        return replace(self, machines=tuple(one for one in self.machines if one.key not in leaving))

    @property
    def shown(self) -> dict[str, Any]:
        length = self.unavailability.duration
        return {
            "machines": [one.to_json() for one in self.machines],
            "start": times.shown(self.unavailability.start),
            "duration": None if length is None else length // times.SECOND,
        }


@dataclass(frozen=True)
class Schedule:
    windows: tuple[Window, ...] = ()
    down: tuple[Machine, ...] = ()

    @property
    def scheduled(self) -> list[Machine]:
        return [one for window in self.windows for one in window.machines]

    @property
    def known(self) -> list[Machine]:
        return [*self.scheduled, *self.down]

    def window_of(self, wanted: Machine) -> Window | None:
        return next((one for one in self.windows if wanted.key in {each.key for each in one.machines}), None)

    def unavailability_of(self, wanted: Machine) -> Unavailability | None:
        window = self.window_of(wanted)
        return window.unavailability if window else None

    def is_down(self, wanted: Machine) -> bool:
        return wanted.key in {one.key for one in self.down}

    def mode_of(self, wanted: Machine) -> str:
        if self.is_down(wanted):
            return "down"
        return "draining" if self.window_of(wanted) else "up"

    def over(self, machines: Iterable[Machine], now: int) -> list[Machine]:
        """Those whose window has ended."""
        times_of = [(one, self.unavailability_of(one)) for one in machines]
        return [one for one, unavailability in times_of if unavailability and unavailability.is_over(now)]

    def agrees(self, other: Schedule, machines: Iterable[Machine]) -> bool:
        """Whether both say the same of these machines."""
        return all(
            self.unavailability_of(one) == other.unavailability_of(one) and self.is_down(one) == other.is_down(one)
            for one in machines
        )

    def to_json(self) -> dict[str, Any]:
        windows = [
            {"machine_ids": [each.to_json() for each in one.machines], "unavailability": one.unavailability.to_json()}
            for one in self.windows
        ]
        return {"windows": windows}

    @property
    def shown(self) -> dict[str, Any]:
        return {"windows": [one.shown for one in self.windows], "down": [one.to_json() for one in self.down]}

    # Changes

    def with_windows(self, machines: list[Machine], wanted: DesiredWindow) -> Schedule:
        """Every machine is away at the wanted time; what is so already stays where it is."""
        times_of = {one.key: wanted.unavailability(self.unavailability_of(one)) for one in machines}
        moved = [one for one in machines if self.unavailability_of(one) != times_of[one.key]]
        if not wanted.force:
            self._keep_together(moved, machines)
        windows = self._without(moved)
        for unavailability in dict.fromkeys(times_of[one.key] for one in moved):
            joined = tuple(one for one in moved if times_of[one.key] == unavailability)
            windows.append(Window(joined, unavailability))
        return replace(self, windows=tuple(windows))

    def without(self, machines: list[Machine]) -> Schedule:
        held = [one for one in machines if self.is_down(one)]
        if held:
            raise WriteRefused(
                f"{listed(held)} is down, and Mesos keeps a machine that is down in the schedule: "
                "bring it up (state: up), which takes it out of the schedule too"
            )
        return replace(self, windows=tuple(self._without(machines)))

    def with_down(self, machines: list[Machine]) -> Schedule:
        outside = [one for one in machines if self.window_of(one) is None]
        if outside:
            raise WriteRefused(
                f"{listed(outside)} has no maintenance window, and Mesos takes no other machine down: "
                "declare one first (state: present)"
            )
        return replace(self, down=(*self.down, *(one for one in machines if not self.is_down(one))))

    def with_up(self, machines: list[Machine]) -> Schedule:
        """A machine that comes up leaves the schedule, as Mesos does it."""
        waiting = [one for one in machines if self.mode_of(one) == "draining"]
        if waiting:
            raise WriteRefused(
                f"{listed(waiting)} is in the schedule and not down, so that it cannot be brought up: "
                "take it out of the schedule with state: absent"
            )
        leaving = {one.key for one in machines}
        return Schedule(tuple(self._without(machines)), tuple(one for one in self.down if one.key not in leaving))

    def _without(self, machines: list[Machine]) -> list[Window]:
        leaving = {one.key for one in machines}
        left = [window.without(leaving) for window in self.windows]
        return [window for window in left if window.machines]

    def _keep_together(self, moved: list[Machine], machines: list[Machine]) -> None:
        own = {one.key for one in machines}
        for one in moved:
            window = self.window_of(one)
            others = [each for each in window.machines if each.key not in own] if window else []
            if window and others:
                raise WriteRefused(
                    f"{one} is in a window with {listed(others)} that starts at "
                    f"{times.shown(window.unavailability.start)}, and Mesos takes a machine in one window only: name "
                    "all machines of that window, take this one out of it first (state: absent), or set force"
                )


@dataclass(frozen=True)
class DesiredWindow:
    """None keeps what the window of a machine has; a new window starts now and has no end."""

    now: int
    start: int | None = None
    duration: int | None = None
    force: bool = False

    def unavailability(self, current: Unavailability | None) -> Unavailability:
        kept = current or Unavailability(self.now)
        return Unavailability(
            kept.start if self.start is None else self.start, kept.duration if self.duration is None else self.duration
        )


def schedule(content: dict[str, Any], status: dict[str, Any]) -> Schedule:
    """From GET_MAINTENANCE_SCHEDULE and GET_MAINTENANCE_STATUS; one that is empty has no keys."""
    windows = (content.get("schedule") or {}).get("windows") or []
    down = (status.get("status") or {}).get("down_machines") or []
    return Schedule(tuple(_window(one) for one in windows), tuple(machine(one) for one in down))


def _window(entry: dict[str, Any]) -> Window:
    times_of = entry["unavailability"]
    length = times_of.get("duration")
    return Window(
        tuple(machine(one) for one in entry.get("machine_ids") or []),
        Unavailability(int(times_of["start"]["nanoseconds"]), None if length is None else int(length["nanoseconds"])),
    )
