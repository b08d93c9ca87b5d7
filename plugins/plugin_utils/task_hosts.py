# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of Marathon as hosts of an inventory: their names, variables and groups."""

from __future__ import annotations

import re
import typing as t
from dataclasses import asdict

from ansible_collections.quorum.mesos.plugins.module_utils._marathon import secrets
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import endpoints

# Longer values are data of a program, not names of a group.
_LONGEST_LABEL = 64


def hosts(apps: list[dict[str, t.Any]], secret_labels: t.Collection[str] = ()) -> dict[str, dict[str, t.Any]]:
    """The variables of each task, by its id, which no other task has or will ever have."""
    return {
        task["id"]: _variables(app, task, secret_labels)
        for app in sorted(apps, key=lambda app: app["id"])
        for task in sorted(app.get("tasks") or [], key=lambda task: task["id"])
    }


def groups(variables: dict[str, t.Any], kinds: t.Collection[str]) -> list[str]:
    names = []
    if "app" in kinds:
        names.append(app_group(variables["marathon_app_id"]))
    if "agent" in kinds and variables["marathon_task_agent"]:
        names.append("marathon_agent_" + _word(variables["marathon_task_agent"]))
    if "label" in kinds:
        for key, value in sorted(variables["marathon_app_labels"].items()):
            if _names_group(value):
                names.append(label_group(key, value))
    return names


def label_group(key: str, value: str) -> str:
    return "marathon_label_" + "_".join(_word(part) for part in (key, value) if part)


def _names_group(value: str) -> bool:
    return len(value) <= _LONGEST_LABEL and secrets.MASKED not in value


def app_group(app_id: str) -> str:
    return "marathon_app_" + "__".join(_word(segment) for segment in app_id.strip("/").split("/"))


def shared_label_groups(all_hosts: dict[str, dict[str, t.Any]]) -> dict[str, list[str]]:
    """Groups that would hold the tasks of more than one label, because their texts differ in signs only."""
    texts: dict[str, set[str]] = {}
    for variables in all_hosts.values():
        for key, value in variables["marathon_app_labels"].items():
            if _names_group(value):
                texts.setdefault(label_group(key, value), set()).add(f"{key}={value}")
    return {name: sorted(found) for name, found in texts.items() if len(found) > 1}


def shared_app_groups(all_hosts: dict[str, dict[str, t.Any]]) -> dict[str, list[str]]:
    """Groups that would hold the tasks of more than one app, because their ids differ in signs only."""
    ids: dict[str, set[str]] = {}
    for variables in all_hosts.values():
        ids.setdefault(app_group(variables["marathon_app_id"]), set()).add(variables["marathon_app_id"])
    return {name: sorted(found) for name, found in ids.items() if len(found) > 1}


def _variables(app: dict[str, t.Any], task: dict[str, t.Any], secret_labels: t.Collection[str]) -> dict[str, t.Any]:
    variables = {
        "marathon_app_id": app["id"],
        "marathon_app_labels": secrets.mask({"labels": app.get("labels") or {}}, secret_labels, likely=False)["labels"],
        "marathon_app_version": app.get("version"),
        "marathon_task_id": task["id"],
        "marathon_task_state": endpoints.state(task),
        "marathon_task_healthy": endpoints.health(app, task),
        "marathon_task_version": task.get("version"),
        "marathon_task_agent": task.get("host"),
        "marathon_task_agent_id": task.get("slaveId"),
        "marathon_task_region": task.get("region"),
        "marathon_task_zone": task.get("zone"),
        "marathon_task_ports": task.get("ports") or [],
        "marathon_task_addresses": [address.get("ipAddress") for address in task.get("ipAddresses") or []],
        "marathon_task_endpoints": [
            {name: asdict(endpoint)[name] for name in ("name", "host", "port", "protocol")}
            for endpoint in endpoints.of_task(app, task)
        ],
    }
    if task.get("host"):
        variables["ansible_host"] = task["host"]
    return variables


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", text)
