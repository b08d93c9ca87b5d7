# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Marathon tells about itself and what runs on it: only what was asked for, chosen by the server where it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Iterator

from ..api.client import Client
from ..errors import DefinitionError, Invalid, MarathonError, Unexpected
from . import endpoints

KINDS = ("apps", "tasks", "groups", "pods", "deployments", "queue", "leader", "info", "versions")
APP_EMBEDS = ("counts", "deployments", "lastTaskFailure", "readiness", "taskStats", "tasks")
QUEUE_EMBEDS = ("lastUnusedOffers",)

_STATES = {"running": (endpoints.RUNNING,), "staging": ("TASK_STAGING", "TASK_STARTING")}
_FIRST_WITH_PODS = (1, 4)
# Marathon leaves these out as soon as anything is embedded.
_GROUP_EMBEDS = ("group.groups", "group.apps", "group.pods")

# Which kinds a selector has a meaning for.
_MEANT_FOR = {
    "label": ("apps",),
    "id_contains": ("apps",),
    "cmd_contains": ("apps",),
    "task_status": ("tasks",),
    "id": ("apps", "tasks", "pods", "deployments", "queue", "versions"),
    "group": ("apps", "tasks", "groups", "pods", "deployments", "queue", "versions"),
}


@dataclass(frozen=True)
class InfoSelection:
    """id is of one app or pod; group means all that is in it, at any depth."""

    kinds: tuple[str, ...]
    id: str | None = None
    group: str | None = None
    label: str | None = None
    id_contains: str | None = None
    cmd_contains: str | None = None
    task_status: str | None = None
    embed: tuple[str, ...] = ()

    def check(self) -> None:
        """A selector that selects nothing is a slip: what comes back would be more than was meant."""
        if not self.kinds:
            raise DefinitionError(f"gather names nothing to be read: give some of {', '.join(KINDS)}")
        for option, kinds in _MEANT_FOR.items():
            if getattr(self, option) is not None:
                self._needs(option, kinds)
        if self.id is not None and "groups" in self.kinds:
            raise DefinitionError(f"id {self.id} is of one app or pod: name the group that is meant by group instead")
        for word in self.embed:
            self._needs(f"embed {word}", ("queue",) if word in QUEUE_EMBEDS else ("apps", "groups"))

    def _needs(self, option: str, kinds: tuple[str, ...]) -> None:
        if not set(kinds).intersection(self.kinds):
            raise DefinitionError(
                f"{option} is about {' and '.join(kinds)}, but gather is {', '.join(self.kinds)}: leave {option} out "
                f"or gather {' or '.join(kinds)} too"
            )

    def covers(self, path: str | None) -> bool:
        """Whether an app or pod of this id is meant by id and group."""
        if path is None:
            return False
        if self.id is not None:
            return path == self.id
        return self.group is None or path.startswith(self.group.rstrip("/") + "/")


def gather(client: Client, wanted: InfoSelection) -> dict[str, Any]:
    """Under the name of each kind what there is of it; what does not exist is left out of its list."""
    readers = {
        "apps": _apps,
        "tasks": _tasks,
        "groups": _groups,
        "pods": _pods,
        "deployments": _deployments,
        "queue": _queue,
        "leader": lambda client, _wanted: client.leader(),
        "info": lambda client, _wanted: client.info(),
        "versions": _versions,
    }
    return {kind: readers[kind](client, wanted) for kind in KINDS if kind in wanted.kinds}


def _apps(client: Client, wanted: InfoSelection) -> list[dict[str, Any]]:
    embed = tuple(f"apps.{word}" for word in wanted.embed if word in APP_EMBEDS)
    if wanted.id is not None:
        app = client.app(wanted.id, embed)
        return [] if app is None else [app]
    given = {"label": wanted.label, "id": wanted.id_contains, "cmd": wanted.cmd_contains}
    selectors = {name: value for name, value in given.items() if value is not None}
    if wanted.group is not None and not selectors:
        return client.apps_below(wanted.group, embed) or []
    try:
        apps = client.apps(**selectors, **({"embed": list(embed)} if embed else {}))
    except Invalid as error:
        if wanted.label is None:
            raise
        raise DefinitionError(
            f"Marathon does not understand the label selector {wanted.label!r}: write key, key==value, key!=value, "
            "key in (a,b) or key notin (a,b), with commas between several"
        ) from error
    return [app for app in apps if wanted.covers(app["id"])]


def _tasks(client: Client, wanted: InfoSelection) -> list[dict[str, Any]]:
    if wanted.id is None and wanted.group is None:
        return client.tasks(wanted.task_status)
    # Below an app or a group there is no selector for the status.
    tasks = (client.tasks_below(wanted.group) if wanted.id is None else client.app_tasks(wanted.id)) or []
    if wanted.task_status is None:
        return tasks
    return [task for task in tasks if endpoints.state(task) in _STATES[wanted.task_status]]


def _groups(client: Client, wanted: InfoSelection) -> list[dict[str, Any]]:
    words = [f"group.apps.{word}" for word in wanted.embed if word in APP_EMBEDS]
    tree = client.group(wanted.group or "/", (*_GROUP_EMBEDS, *words) if words else ())
    return [] if tree is None else list(_flat(tree))


def _flat(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each group once, with the ids of those right below it: an expression in JMESPath cannot follow a tree."""
    inner = sorted(group.get("groups") or [], key=lambda one: one["id"])
    yield {**group, "groups": [one["id"] for one in inner]}
    for one in inner:
        yield from _flat(one)


def _pods(client: Client, wanted: InfoSelection) -> list[dict[str, Any]]:
    try:
        if wanted.id is not None:
            pod = client.pod_status(wanted.id)
            return [] if pod is None else [pod]
        return [pod for pod in client.pod_statuses() if wanted.covers(pod["id"])]
    except Unexpected as error:
        raise _no_pods(client, error) from error


def _no_pods(client: Client, error: MarathonError) -> MarathonError:
    try:
        version, release = client.version(), client.release()
    except MarathonError:
        # Of a server that is no Marathon, the first answer says enough.
        return error
    if release >= _FIRST_WITH_PODS:
        return error
    return DefinitionError(
        f"this Marathon is {version} and pods need 1.4: leave pods out of gather, or upgrade Marathon"
    )


def _deployments(client: Client, wanted: InfoSelection) -> list[dict[str, Any]]:
    return [
        entry
        for entry in client.deployments()
        if wanted.id is wanted.group is None or any(map(wanted.covers, _affected(entry)))
    ]


def _affected(deployment: dict[str, Any]) -> Iterable[str]:
    return [*(deployment.get("affectedApps") or []), *(deployment.get("affectedPods") or [])]


def _queue(client: Client, wanted: InfoSelection) -> list[dict[str, Any]]:
    items = client.queue(offers="lastUnusedOffers" in wanted.embed)
    return [item for item in items if wanted.covers((item.get("app") or item.get("pod") or {}).get("id"))]


def _versions(client: Client, wanted: InfoSelection) -> list[str]:
    if wanted.id is None:
        return client.group_versions(wanted.group or "/") or []
    versions = client.app_versions(wanted.id)
    if versions is None and client.release() >= _FIRST_WITH_PODS:
        versions = client.pod_versions(wanted.id)
    return versions or []
