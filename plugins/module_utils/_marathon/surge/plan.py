# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: which apps and pods serve from one agent alone, and how many instances they may have elsewhere beforehand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..report import endpoints

APP, POD = "app", "pod"
# They are gone as soon as what was sent to them arrives.
_ENDING = ("TASK_KILLING", "TASK_KILLED", "TASK_FINISHED", "TASK_FAILED", "TASK_ERROR", "TASK_GONE", "TASK_DROPPED")
_HOST_FIELDS = ("hostname", "@hostname")


@dataclass(frozen=True)
class Instance:
    id: str
    here: bool
    serves: bool
    started: str


@dataclass(frozen=True)
class Runner:
    """An app or a pod as far as the drain of one agent matters. ``stays`` says why nothing is started elsewhere."""

    id: str
    kind: str
    instances: int
    found: tuple[Instance, ...]
    ports: tuple[int, ...]
    most: int
    stays: str
    deploying: bool

    @property
    def here(self) -> int:
        return sum(one.here and one.serves for one in self.found)

    @property
    def elsewhere(self) -> int:
        return sum(one.serves and not one.here for one in self.found)

    @property
    def only_here(self) -> bool:
        """Nothing of it serves once the agent is drained."""
        return self.here > 0 and self.elsewhere == 0

    @property
    def surge(self) -> int:
        """How many instances are started elsewhere first."""
        return 0 if self.stays else min(self.here, self.most - self.instances)


def of_app(app: dict[str, Any], agent_id: str, hostname: str) -> Runner:
    """From GET with tasks."""
    instances = int(app.get("instances", 1))
    resident = bool(app.get("residency")) or any(
        volume.get("persistent") for volume in (app.get("container") or {}).get("volumes") or []
    )
    strategy = app.get("upgradeStrategy") or {}
    most = most_instances(instances, strategy, resident)
    return Runner(
        id=app["id"],
        kind=APP,
        instances=instances,
        found=tuple(
            Instance(
                task["id"],
                _is_here(task.get("slaveId"), task.get("host"), agent_id, hostname),
                endpoints.state(task) == endpoints.RUNNING and endpoints.health(app, task) is not False,
                str(task.get("startedAt") or task.get("stagedAt") or "~"),
            )
            for task in app.get("tasks") or []
            if endpoints.state(task) not in _ENDING
        ),
        ports=tuple(sorted(_fixed_ports(app))),
        most=most,
        stays=_stays(resident, most <= instances, app.get("constraints") or [], hostname),
        deploying=bool(app.get("deployments")),
    )


def of_pod(status: dict[str, Any], agent_id: str, hostname: str) -> Runner:
    """From ::status."""
    spec = status["spec"]
    instances = int((spec.get("scaling") or {}).get("instances", 1))
    scheduling = spec.get("scheduling") or {}
    resident = any("persistent" in volume for volume in spec.get("volumes") or [])
    most = most_instances(instances, scheduling.get("upgrade") or {}, resident)
    rules = [
        [rule.get("fieldName"), rule.get("operator"), *([rule["value"]] if "value" in rule else [])]
        for rule in (scheduling.get("placement") or {}).get("constraints") or []
    ]
    ports = {
        int(endpoint["hostPort"])
        for container in spec.get("containers") or []
        for endpoint in container.get("endpoints") or []
        if endpoint.get("hostPort")
    }
    return Runner(
        id=status["id"],
        kind=POD,
        instances=instances,
        found=tuple(
            Instance(
                one["id"],
                _is_here(one.get("agentId"), one.get("agentHostname"), agent_id, hostname),
                one.get("status") == "STABLE",
                str(one.get("statusSince") or "~"),
            )
            for one in status.get("instances") or []
            if one.get("status") != "TERMINAL"
        ),
        ports=tuple(sorted(ports)),
        most=most,
        stays=_stays(resident, most <= instances, rules, hostname),
        deploying=False,
    )


def _is_here(agent: str | None, host: str | None, agent_id: str, hostname: str) -> bool:
    """Marathon before 1.4 does not tell the agent."""
    return agent == agent_id if agent else host == hostname


def most_instances(instances: int, strategy: dict[str, Any], resident: bool) -> int:
    """How many a rolling upgrade may have at a time (TaskReplaceActor.scala, computeRestartStrategy).

    Where no instance may be missing and none be more, Marathon itself takes one more.
    """
    fewest = math.ceil(instances * float(strategy.get("minimumHealthCapacity", 0.5 if resident else 1)) - 1e-9)
    most = math.floor(instances * (1 + float(strategy.get("maximumOverCapacity", 0 if resident else 1))) + 1e-9)
    return most + 1 if fewest == most and not resident else most


def _fixed_ports(app: dict[str, Any]) -> set[int]:
    container = app.get("container") or {}
    mappings = container.get("portMappings") or (container.get("docker") or {}).get("portMappings") or []
    ports = {int(one["hostPort"]) for one in mappings if one.get("hostPort")}
    if app.get("requirePorts") and not mappings:
        ports |= {int(one["port"]) for one in app.get("portDefinitions") or [] if one.get("port")}
        ports |= {int(port) for port in app.get("ports") or [] if port}
    return ports


def _stays(resident: bool, single: bool, constraints: list[list[Any]], hostname: str) -> str:
    if resident:
        return "its data is in a local volume of this agent"
    for rule in constraints:
        field, operator, value = (*rule, None, None, None)[:3]
        if field in _HOST_FIELDS and (operator == "CLUSTER" or (operator == "IS" and value == hostname)):
            return "its constraint %s keeps it on one host" % ":".join(str(part) for part in rule)
    if single:
        return "its upgrade strategy (minimumHealthCapacity, maximumOverCapacity) allows no further instance"
    return ""


def victims(runner: Runner, number: int, from_here: bool) -> list[str]:
    """The instances that go where there are too many: those of the agent first where they leave it, then what does not
    serve, then the youngest."""
    youngest_first = sorted(runner.found, key=lambda one: one.started, reverse=True)
    youngest_first.sort(key=lambda one: (not (from_here and one.here), one.serves))
    return [one.id for one in youngest_first[:number]]
