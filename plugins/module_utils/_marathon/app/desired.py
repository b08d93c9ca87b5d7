# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of one app, as something that makes a plan of what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..definition import app as app_definition
from ..definition import values
from ..definition.schema import Release
from ..errors import DefinitionError, refuse_unknown
from ..plan import app as app_plan
from ..plan import ignored, merging
from ..plan.app import Plan, Wanted

PRESENT = "present"
ABSENT = "absent"
SUSPENDED = "suspended"
RESTARTED = "restarted"

App = dict


@dataclass(frozen=True)
class AppOptions:
    state: str = PRESENT
    app_id: str | None = None
    definition: dict[str, Any] | None = None
    instances: int | None = None
    merge: bool = False
    ignored: tuple[str, ...] = ()
    secret_names: tuple[str, ...] = ()
    strict: bool = False
    force: bool = False
    wait: bool = True
    healthy_for: float | None = 0.0
    healthy: bool = True
    rollback: bool = False


class Desired:
    """plan() is asked again with what is there later: during the wait, and after a write without an answer."""

    def __init__(self, options: AppOptions) -> None:
        ignored.check_app(options.ignored)
        _check(options)
        self._options = options
        self.app_id = _app_id(options)
        if options.strict:
            refuse_unknown(app_definition.unknown_fields(options.definition or {}))
        self._wanted = _wanted(options, self.app_id) if options.state in (PRESENT, SUSPENDED) else None

    @property
    def removes(self) -> bool:
        return self._options.state == ABSENT

    def plan(self, current: App | None, release: Release) -> Plan:
        if self.removes:
            return app_plan.plan_absent(self.app_id, current, release)
        if current is None and (self._wanted is None or self._options.definition is None):
            doing = {SUSPENDED: "suspended", RESTARTED: "restarted"}.get(self._options.state, "scaled")
            raise DefinitionError(
                f"{self.app_id} does not exist, so it cannot be {doing}: give definition, src or the options of an app "
                "with state=present to create it"
            )
        if self._wanted is None:
            return _plan_restart(self.app_id, current, release)
        ignored.check_keys(self._options.ignored, [self._wanted.app, current])
        return app_plan.plan_present(self._wanted, current, release)

    @property
    def declared(self) -> Wanted | None:
        """What the definition asks for, where one is given."""
        return None if self._options.definition is None else self._wanted

    def plan_again(self, before: App | None, current: App | None, release: Release) -> Plan:
        """What is left to do if a write, planned when before was there, may have been done."""
        if self._options.state != RESTARTED:
            return self.plan(current, release)
        if current is None or current.get("version") != (before or {}).get("version"):
            # Every restart gives the app a new version.
            return Plan(self.app_id, app_plan.NONE)
        return self.plan(current, release)

    def reached(self, before: App | None, current: App, release: Release) -> bool:
        """Whether current has the definition that the write gave it."""
        if self._options.state != RESTARTED:
            return not self.plan(current, release).changed
        same = Wanted(app_definition.declared(before or {}), ignored=("instances",))
        return not app_plan.plan_present(same, current, release).changed

    def resumed(self, current: App | None) -> int | None:
        """The instances that a suspended app had, or will have by its definition; None where neither tells."""
        declared = self._options.definition or {}
        kept = self._options.merge or "instances" in self._options.ignored
        if "instances" in declared:
            return values.integer(declared["instances"], "/instances") or None
        if self._options.definition is not None and not (current and kept):
            return 1
        return (current or {}).get("instances") or None


def _check(options: AppOptions) -> None:
    if options.rollback and not options.wait:
        raise DefinitionError("on_failure=rollback needs wait, because only the wait can fail after the write")
    if options.state in (PRESENT, ABSENT):
        return
    if options.instances is not None:
        raise DefinitionError(
            f"instances is {options.instances}, but state={options.state} sets the number itself: leave instances out"
        )
    if options.state == SUSPENDED and "instances" in options.ignored:
        raise DefinitionError("ignore_fields has instances, which is what state=suspended changes: leave it out")


def _plan_restart(app_id: str, current: App, release: Release) -> Plan:
    app = app_definition.canonical(current, release)
    if not app["instances"]:
        return Plan(app_id, app_plan.NONE, app, app)
    return Plan(app_id, app_plan.RESTARTED, app, app, restarts=True)


def _app_id(options: AppOptions) -> str:
    declared = (options.definition or {}).get("id")
    if options.app_id is None and declared is None:
        raise DefinitionError("the app has no id: give the option id or an id in the definition")
    return values.app_id(declared if options.app_id is None else options.app_id)


def _wanted(options: AppOptions, app_id: str) -> Wanted:
    suspended = options.state == SUSPENDED
    if options.definition is None and options.instances is None and not suspended:
        raise DefinitionError(
            f"there is nothing to do to {app_id}: give definition, src, options of the app like image, or instances"
        )
    app = app_definition.declared({**(options.definition or {}), "id": app_id})
    if suspended or options.instances is not None:
        app["instances"] = 0 if suspended else options.instances
    merge = options.merge or options.definition is None
    removed = merging.app_removals(options.definition or {}) if options.merge else ()
    return Wanted(app, merge=merge, removed=removed, ignored=options.ignored)
