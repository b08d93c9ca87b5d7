# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings machines into and out of the maintenance schedule, down and up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from .. import agents
from ..errors import ModifiedConcurrently, NotFound, WriteRefused
from ..operator_api import OperatorApi
from ..single_write import written
from . import schedule as schedules
from .machines import Machine, distinct, listed, of_agent, resolved
from .schedule import DesiredWindow, Schedule


@dataclass(frozen=True)
class DesiredMachines:
    machines: list[Machine]
    state: str
    wanted: DesiredWindow


class MaintenanceRun:
    def __init__(self, api: OperatorApi, desired: DesiredMachines, warn: Callable[[str], None]) -> None:
        self._api = api
        self._desired = desired
        self._warn = warn

    def run(self, check_mode: bool) -> dict[str, Any]:
        needed = self._desired.state in ("present", "down")
        registered = (self._api.call("GET_AGENTS").get("agents") or []) if needed else []
        # Read last, so that little time is left for a change by another before the write.
        before = self._read()
        agents_of = [of_agent(entry) for entry in registered]
        machines = self._resolved(before, agents_of)
        after = self._planned(before, machines)
        self._warn_of(after, machines, agents_of)
        changing = [one for one in machines if not before.agrees(after, [one])]
        if changing and self._desired.state == "down" and not self._desired.wanted.force:
            self._refuse_harm(changing, registered)
        if changing and not check_mode:
            self._write(changing, after)
            after = self._confirmed(after, machines)
        return _result(before, after, machines, bool(changing))

    def _read(self) -> Schedule:
        call = self._api.call
        return schedules.schedule(call("GET_MAINTENANCE_SCHEDULE"), call("GET_MAINTENANCE_STATUS"))

    def _resolved(self, before: Schedule, registered: list[Machine]) -> list[Machine]:
        """The schedule is asked first: a machine that is down has no agent."""
        found = []
        for one in self._desired.machines:
            meant = resolved(one, before.known) if any(map(one.fits, before.known)) else resolved(one, registered)
            if meant is not None:
                found.append(meant)
            elif self._desired.state in ("present", "down"):
                known = listed(registered) or "none"
                raise NotFound(
                    f"No machine of the schedule and no registered agent has the name {one} (agents: {known}): correct "
                    "it, or give both hostname and ip, which Mesos compares with those of agents"
                )
        return distinct(found)

    def _planned(self, before: Schedule, machines: list[Machine]) -> Schedule:
        if self._desired.state == "present":
            return before.with_windows(machines, self._desired.wanted)
        if self._desired.state == "absent":
            return before.without(machines)
        return before.with_down(machines) if self._desired.state == "down" else before.with_up(machines)

    def _warn_of(self, after: Schedule, machines: list[Machine], registered: list[Machine]) -> None:
        if self._desired.state != "present":
            return
        keys = {one.key for one in registered}
        strangers = [one for one in machines if one.key not in keys and not after.is_down(one)]
        if strangers:
            self._warn(
                f"No registered agent has the host name and address of {listed(strangers)}: the window has no effect"
            )
        over = after.over(machines, self._desired.wanted.now)
        if over:
            self._warn(
                f"The window of {listed(over)} is over already; Mesos keeps it until it is removed (state: absent)"
            )

    def _refuse_harm(self, machines: list[Machine], registered: list[dict[str, Any]]) -> None:
        keys = {one.key for one in machines}
        ids = [entry["agent_info"]["id"]["value"] for entry in registered if of_agent(entry).key in keys]
        all_tasks, frameworks = self._api.call("GET_TASKS"), self._api.call("GET_FRAMEWORKS")
        tasks = [task for agent_id in ids for task in agents.tasks_on(agent_id, all_tasks, frameworks)]
        if tasks:
            raise WriteRefused(
                f"{listed(machines)} still runs {len(tasks)} tasks ({agents.listed(tasks)}), which end at once when it "
                "goes down: drain its agent first (mesos_agent), or set force",
                tasks=[task.summary for task in tasks],
            )

    def _write(self, changing: list[Machine], after: Schedule) -> None:
        def done() -> bool:
            return self._read().agrees(after, changing)

        if self._desired.state in ("present", "absent"):
            written(self._api, done, "UPDATE_MAINTENANCE_SCHEDULE", schedule=after.to_json())
        else:
            kind = "START_MAINTENANCE" if self._desired.state == "down" else "STOP_MAINTENANCE"
            written(self._api, done, kind, machines=[one.to_json() for one in changing])

    def _confirmed(self, after: Schedule, machines: list[Machine]) -> Schedule:
        found = self._read()
        if not found.agrees(after, machines):
            raise ModifiedConcurrently(
                f"The schedule was modified concurrently: it does not say of {listed(machines)} what was just written. "
                "Find out who else changes it, and run again",
                schedule=found.shown,
            )
        return found


def _result(before: Schedule, after: Schedule, machines: list[Machine], changed: bool) -> dict[str, Any]:
    return {
        "changed": changed,
        "machines": [{**one.to_json(), "mode": after.mode_of(one)} for one in machines],
        "schedule": after.shown,
        "diff": {
            "before": before.shown,
            "after": after.shown,
            "before_header": "maintenance schedule",
            "after_header": "maintenance schedule",
        },
    }
