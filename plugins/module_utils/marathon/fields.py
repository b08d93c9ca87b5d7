# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of every top-level field of an app: its type, its default, how it compares and who owns it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

USER = "user"
SERVER = "server"
LEGACY = "legacy"

TEXT = "text"
FLAG = "flag"
INTEGER = "integer"
NUMBER = "number"
LIST = "list"
SET = "set"
MAPPING = "mapping"

NEWEST = (1, 11)


@dataclass(frozen=True)
class Field:
    """A row of the table.

    default      what Marathon assumes where the field is not declared; None when it then stays unset
    before       (release, default) where releases before the named one assume something else
    owner        user, server (reported, never declared) or legacy (accepted, translated, never returned)
    kept         an undeclared field keeps the value the app has, because its default is the server's secret
    create_only  the API stores the value only when the app is created
    """

    name: str
    kind: str = TEXT
    default: Any = None
    before: tuple[tuple[int, int], Any] | None = None
    owner: str = USER
    kept: bool = False
    create_only: bool = False

    def default_in(self, release: tuple[int, int]) -> Any:
        if self.before is not None and release < self.before[0]:
            return self.before[1]
        return self.default


_TABLE = (
    Field("id"),
    Field("cmd"),
    Field("args", LIST),
    Field("user"),
    Field("env", MAPPING),
    Field("instances", INTEGER, 1),
    Field("cpus", NUMBER, 1.0),
    Field("mem", NUMBER, 128.0),
    Field("disk", NUMBER, 0.0),
    Field("gpus", INTEGER, 0),
    Field("executor", TEXT, ""),
    Field("executorResources", MAPPING, create_only=True),
    Field("resourceLimits", MAPPING),
    Field("constraints", SET),
    Field("acceptedResourceRoles", SET),
    Field("role", kept=True),
    Field("fetch", LIST),
    Field("networks", LIST),
    Field("portDefinitions", LIST),
    Field("requirePorts", FLAG, False),
    Field("container", MAPPING),
    Field("healthChecks", SET),
    Field("check", MAPPING),
    Field("readinessChecks", LIST),
    Field("dependencies", SET),
    Field("upgradeStrategy", MAPPING),
    Field("backoffSeconds", INTEGER, 1),
    Field("backoffFactor", NUMBER, 1.15),
    Field("maxLaunchDelaySeconds", INTEGER, 300, before=((1, 8), 3600)),
    Field("taskKillGracePeriodSeconds", INTEGER),
    Field("killSelection", TEXT, "YOUNGEST_FIRST"),
    Field("unreachableStrategy", MAPPING),
    Field("labels", MAPPING, {}),
    Field("secrets", MAPPING),
    Field("tty", FLAG),
    # The server adds residency to apps with persistent volumes; it has no effect any more.
    Field("residency", MAPPING, owner=SERVER),
    Field("version", owner=SERVER),
    Field("versionInfo", MAPPING, owner=SERVER),
    Field("tasksStaged", INTEGER, owner=SERVER),
    Field("tasksRunning", INTEGER, owner=SERVER),
    Field("tasksHealthy", INTEGER, owner=SERVER),
    Field("tasksUnhealthy", INTEGER, owner=SERVER),
    Field("tasksStats", MAPPING, owner=SERVER),
    Field("taskStats", MAPPING, owner=SERVER),
    Field("tasks", LIST, owner=SERVER),
    Field("deployments", LIST, owner=SERVER),
    Field("readinessCheckResults", LIST, owner=SERVER),
    Field("lastTaskFailure", MAPPING, owner=SERVER),
    Field("storeUrls", LIST, owner=SERVER),
    Field("ports", LIST, owner=LEGACY),
    Field("uris", LIST, owner=LEGACY),
    Field("ipAddress", MAPPING, owner=LEGACY),
)

FIELDS: dict[str, Field] = {field.name: field for field in _TABLE}


def names(owner: str) -> list[str]:
    return [field.name for field in _TABLE if field.owner == owner]


def parse_release(version: str) -> tuple[int, int]:
    """The release of a version string; snapshot and vendor suffixes are common, nonsense counts as the newest."""
    found = re.match(r"\s*v?(\d+)\.(\d+)", version or "")
    return (int(found.group(1)), int(found.group(2))) if found else NEWEST
