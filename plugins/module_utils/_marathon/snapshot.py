# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apps, groups and pods as one answer of Marathon shows them, by id."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# The first one that is named takes away what Marathon embeds by itself, so all that is needed is named.
_EMBED = ("group.groups", "group.apps", "group.pods", "group.apps.counts", "group.apps.deployments")
_STATE = ("group.apps.tasks", "group.apps.lastTaskFailure")


@dataclass(frozen=True)
class Tree:
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    # With the instances of each; not of a version of the past.
    pod_statuses: dict[str, dict[str, Any]] = field(default_factory=dict)


def embed(state: bool) -> tuple[str, ...]:
    """What to ask for; with the state of every task, or with counts alone."""
    return (*_EMBED, *_STATE) if state else _EMBED


def read(info: dict[str, Any] | None) -> Tree:
    """The tree in a group as GET returns it; None stands for a group that does not exist."""
    apps: dict[str, dict[str, Any]] = {}
    groups: dict[str, dict[str, Any]] = {}
    pods: dict[str, dict[str, Any]] = {}
    statuses: dict[str, dict[str, Any]] = {}
    left = [info] if info else []
    while left:
        group = left.pop()
        groups[group["id"]] = group
        apps.update((app["id"], app) for app in group.get("apps") or [])
        # GET embeds their status, with the definition in it.
        pods.update((pod["id"], pod.get("spec") or pod) for pod in group.get("pods") or [])
        statuses.update((pod["id"], pod) for pod in group.get("pods") or [] if "spec" in pod)
        left.extend(group.get("groups") or [])
    return Tree(apps, groups, pods, statuses)
