"""Apps, groups and tasks with what GET adds to their definitions."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from labengine.marathon import podstatus, taskstats
from labengine.marathon.definition import paths, ports
from labengine.marathon.instances import Instance, render
from labengine.marathon.leader import Leader
from labengine.marathon.tree import App, Tree

_PREFIXES = ("group.apps.", "apps.", "app.")


def embeds(given: list[str]) -> set[str]:
    """The app embeds of a request, without their prefixes; `tasks` brings the deployments along."""
    wanted = set()
    for name in given:
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        wanted.add(name)
    if "failures" in wanted:
        wanted |= {"tasks", "lastTaskFailure", "deployments"}
    if "tasks" in wanted:
        wanted.add("deployments")
    return wanted


def app_info(leader: Leader, app: App, wanted: Collection[str]) -> dict[str, Any]:
    info = dict(app)
    instances = leader.tracker.of(app["id"])
    if "counts" in wanted:
        info |= counts(instances)
    if "deployments" in wanted:
        deployment = leader.deployments.of_app(app["id"])
        info["deployments"] = [{"id": deployment.plan.id}] if deployment else []
    if "readiness" in wanted:
        info["readinessCheckResults"] = leader.readiness.results(app["id"], instances)
    if "taskStats" in wanted:
        info["tasksStats"] = taskstats.by_version(app, instances, time.time())
    if "tasks" in wanted:
        info["tasks"] = [task_info(leader, one) for one in instances]
    failure = leader.failures.last(app["id"]) if "lastTaskFailure" in wanted else None
    if failure:
        info["lastTaskFailure"] = failure
    return info


def counts(instances: list[Instance]) -> dict[str, int]:
    return {f"tasks{name.title()}": number for name, number in taskstats.counts(instances).items()}


def task_info(leader: Leader, instance: Instance, *, service_ports: bool = False) -> dict[str, Any]:
    info = render(instance, leader.health.results(instance))
    app = leader.state.tree.app(instance.app_id)
    info["servicePorts"] = ports.service_ports(app) if service_ports and app else []
    return info


def group_info(
    leader: Leader, tree: Tree, group_id: str, given: list[str], app_embeds: Collection[str] | None = None
) -> dict[str, Any]:
    """A group as a tree; without ``embed`` its apps and subgroups are there, the apps without counters.

    ``app_embeds`` takes the place of those that are given for apps.
    """
    groups = not given or "group.groups" in given
    apps = not given or "group.apps" in given
    wanted = app_embeds
    if wanted is None:
        wanted = embeds([name for name in given if name.startswith("group.apps.")])
    group = tree.groups[group_id]
    info: dict[str, Any] = {
        "id": group_id,
        "dependencies": group["dependencies"],
        "version": group["version"],
        "apps": [],
        "groups": [],
        "pods": [],
    }
    if paths.is_top_level(group_id):
        info["enforceRole"] = bool(group.get("enforceRole"))
    if apps:
        info["apps"] = [app_info(leader, app, wanted) for app in tree.apps_in(group_id)]
    if not given or "group.pods" in given:
        info["pods"] = [podstatus.render(leader, pod) for pod in tree.pods_in(group_id)]
    if groups:
        info["groups"] = [group_info(leader, tree, child, given, wanted) for child in tree.groups_in(group_id)]
    return info
