# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of every top-level field of an app: its type, its default, how it compares and who owns it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from . import app_shapes, schema
from .schema import ANY, FLAG, ID, INTEGER, LABELS, NUMBER, TEXT, TEXT_SET, TEXTS, UPPER, List, Release, Shape

USER = "user"
SERVER = "server"
LEGACY = "legacy"

NEWEST: Release = (1, 11)


@dataclass(frozen=True)
class Field(schema.Member):
    """A row of the table, with what every member of a record has.

    owner        user, server (reported, never declared) or legacy (accepted, translated, never returned)
    kept         an undeclared field keeps the value the app has, because its default is the server's secret
    create_only  the API stores the value only when the app is created
    stays        a partial write cannot take the value away again
    """

    name: str = ""
    owner: str = USER
    kept: bool = False
    create_only: bool = False
    stays: bool = False


def _field(name: str, shape: Shape = TEXT, default: Any = None, **more: Any) -> Field:
    return Field(shape, default, name=name, **more)


_TABLE = (
    _field("id", ID),
    _field("cmd", stays=True),
    _field("args", TEXTS),
    _field("user", stays=True),
    _field("env", app_shapes.ENV),
    _field("instances", INTEGER, 1),
    _field("cpus", NUMBER, 1.0),
    _field("mem", NUMBER, 128.0),
    _field("disk", NUMBER, 0.0),
    _field("gpus", INTEGER, 0, since=(1, 3)),
    _field("executor", TEXT, ""),
    _field("executorResources", app_shapes.EXECUTOR_RESOURCES, since=(1, 6), create_only=True),
    _field("resourceLimits", app_shapes.RESOURCE_LIMITS, since=(1, 10)),
    _field("constraints", app_shapes.CONSTRAINTS),
    _field("acceptedResourceRoles", TEXT_SET, since=(0, 10), stays=True),
    _field("role", since=(1, 9), kept=True),
    _field("fetch", List(app_shapes.ARTIFACT)),
    _field("networks", List(app_shapes.NETWORK)),
    _field("portDefinitions", List(app_shapes.PORT_DEFINITION)),
    _field("requirePorts", FLAG, False),
    _field("container", app_shapes.CONTAINER, stays=True),
    _field("healthChecks", List(app_shapes.HEALTH_CHECK, unordered=True)),
    _field("check", app_shapes.CHECK, since=(1, 8), stays=True),
    _field("readinessChecks", List(app_shapes.READINESS_CHECK), since=(1, 0)),
    _field("dependencies", List(ID, unordered=True)),
    _field("upgradeStrategy", app_shapes.UPGRADE_STRATEGY),
    _field("backoffSeconds", INTEGER, 1),
    _field("backoffFactor", NUMBER, 1.15),
    _field("maxLaunchDelaySeconds", INTEGER, 300, before=((1, 8), 3600), since=(0, 10)),
    _field("taskKillGracePeriodSeconds", INTEGER, since=(1, 3), stays=True),
    _field("killSelection", UPPER, "YOUNGEST_FIRST", since=(1, 4)),
    _field("unreachableStrategy", app_shapes.UNREACHABLE_STRATEGY, since=(1, 4)),
    _field("labels", LABELS, {}),
    _field("secrets", app_shapes.SECRETS, since=(1, 3)),
    _field("tty", FLAG, since=(1, 5), stays=True),
    # The server adds residency to apps with persistent volumes; it has no effect any more.
    _field("residency", ANY, owner=SERVER),
    _field("version", ANY, owner=SERVER),
    _field("versionInfo", ANY, owner=SERVER),
    _field("tasksStaged", ANY, owner=SERVER),
    _field("tasksRunning", ANY, owner=SERVER),
    _field("tasksHealthy", ANY, owner=SERVER),
    _field("tasksUnhealthy", ANY, owner=SERVER),
    _field("tasksStats", ANY, owner=SERVER),
    _field("taskStats", ANY, owner=SERVER),
    _field("tasks", ANY, owner=SERVER),
    _field("deployments", ANY, owner=SERVER),
    _field("readinessCheckResults", ANY, owner=SERVER),
    _field("lastTaskFailure", ANY, owner=SERVER),
    _field("storeUrls", ANY, owner=SERVER),
    _field("ports", ANY, owner=LEGACY),
    _field("uris", ANY, owner=LEGACY),
    _field("ipAddress", ANY, owner=LEGACY, stays=True),
)

FIELDS: dict[str, Field] = {field.name: field for field in _TABLE}
APP = schema.Record(FIELDS)


def names(owner: str) -> list[str]:
    return [field.name for field in _TABLE if field.owner == owner]


def parse_release(version: str) -> Release:
    """The release of a version string; snapshot and vendor suffixes are common, nonsense counts as the newest."""
    found = re.match(r"\s*v?(\d+)\.(\d+)(?:\.(\d+))?", version or "")
    return tuple(int(number or 0) for number in found.groups()) if found else NEWEST
