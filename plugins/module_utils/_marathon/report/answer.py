# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence with which a task ends: what runs, where and after how long, or in check mode what would be done."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ..plan import app as app_plan
from ..plan.ownership import listed
from ..snapshot import Tree
from . import endpoints, pod_instances

# In one line: addresses of one app, apps of a set, and removed apps.
_ADDRESSES = 5
_APPS = 10
_REMOVED = 50


def plan(actions: Mapping[str, str], restarts: int, groups: int = 0, about: str = "") -> str:
    """For example 'Plan: 1 to create, 2 to change (1 restarts), 1 to remove (/shop/old), 6 unchanged'.

    actions has what is done to each app and pod; restarts is how many of them have running instances replaced.
    """
    created, changed, removed, unchanged = _sorted(actions)
    text = f"Plan{about and f' for {about}'}: {len(created)} to create, {len(changed)} to change"
    text += f" ({restarts} restarts)" if restarts else ""
    text += f", {len(removed)} to remove"
    text += f" ({listed(removed, _REMOVED)})" if removed and removed != [about] else ""
    text += f", {len(unchanged)} unchanged" if unchanged else ""
    return text + (f"; {groups} group{'s' if groups > 1 else ''} to change" if groups else "")


def of_app(app: dict[str, Any], seconds: float | None = None) -> str:
    """app is what GET returns together with its tasks; seconds is how long the change took, None without one."""
    if not app.get("instances"):
        return f"{app['id']}: no instance is wanted, {app.get('tasksRunning', 0)} run{_after(seconds)}"
    ready = app.get("tasksHealthy" if app.get("healthChecks") else "tasksRunning", 0)
    state = "healthy" if app.get("healthChecks") else "running"
    return f"{app['id']}: {ready} of {app['instances']} {state}{_after(seconds)}{_where_app(app)}"


def of_pod(status: dict[str, Any], seconds: float | None = None) -> str:
    """status is what ::status returns."""
    instances = pod_instances.described(status)
    wanted = status["spec"].get("scaling", {}).get("instances", 1)
    stable = sum(one["status"] == "STABLE" for one in instances)
    return f"{status['id']}: {stable} of {wanted} stable{_after(seconds)}{_where_pod(instances)}"


def of_nothing(name: str, seconds: float | None = None) -> str:
    """seconds is how long the removal took, None where there was nothing to remove."""
    return f"{name}: does not exist" if seconds is None else f"{name}: removed{_after(seconds)}"


def not_waited(name: str, action: str, deployment_ids: Iterable[str]) -> str:
    return f"{name}: {action}{_by(deployment_ids)}, not waited for"


def of_set(about: str, actions: Mapping[str, str], tree: Tree, seconds: float | None) -> str:
    """actions has what was done to each app and pod of the set; tree is what was seen at the end.

    seconds is None where nothing had to be done, to its groups either.
    """
    created, changed, gone, unchanged = _sorted(actions)
    done = _done(created, changed, gone)
    present = [*created, *changed, *unchanged]
    if not present:
        return f"{_named(about)}nothing is declared, {done}{_after(seconds)}"
    text = f"{_named(about)}{_counted(present, tree)} as declared{_after(seconds)}"
    text += ", nothing to change" if seconds is None else f" ({done})"
    shown = "; ".join(_line(one, tree) for one in present[:_APPS])
    return f"{text}: {shown}{f'; {len(present) - _APPS} more' if len(present) > _APPS else ''}"


def set_not_waited(about: str, actions: Mapping[str, str], deployment_ids: Iterable[str]) -> str:
    return f"{_named(about)}{_done(*_sorted(actions)[:3])}{_by(deployment_ids)}, not waited for"


def _line(name: str, tree: Tree) -> str:
    if name in tree.pod_statuses:
        return of_pod(tree.pod_statuses[name])
    return of_app(tree.apps[name]) if name in tree.apps else name


def _counted(names: list[str], tree: Tree) -> str:
    kinds = [kind for kind, known in (("app", tree.apps), ("pod", tree.pods)) if any(name in known for name in names)]
    if len(names) == 1:
        return f"1 {kinds[0] if kinds else 'app'} runs"
    return f"{len(names)} {' and '.join(f'{kind}s' for kind in kinds) or 'apps'} run"


def _named(about: str) -> str:
    return f"{about}: " if about else ""


def _done(created: list[str], changed: list[str], gone: list[str]) -> str:
    names = f" ({listed(gone, _REMOVED)})" if gone else ""
    return f"{len(created)} created, {len(changed)} changed, {len(gone)} removed{names}"


def _by(deployment_ids: Iterable[str]) -> str:
    ids = list(deployment_ids)
    return f" by deployment{'s' if len(ids) > 1 else ''} {listed(ids)}" if ids else ""


def _sorted(actions: Mapping[str, str]) -> tuple[list[str], list[str], list[str], list[str]]:
    """Those that are created, changed, removed and left as they are."""
    created = [name for name, action in sorted(actions.items()) if action == app_plan.CREATED]
    removed_ones = [name for name, action in sorted(actions.items()) if action == app_plan.DELETED]
    unchanged = [name for name, action in sorted(actions.items()) if action == app_plan.NONE]
    changed = sorted(set(actions) - {*created, *removed_ones, *unchanged})
    return created, changed, removed_ones, unchanged


def _after(seconds: float | None) -> str:
    return "" if seconds is None else f" after {seconds:.0f} s"


def _where_app(app: dict[str, Any]) -> str:
    running = [task for task in app.get("tasks") or [] if endpoints.state(task) == endpoints.RUNNING]
    return _where([one.address for one in endpoints.endpoints(app)], [task.get("host") for task in running])


def _where_pod(instances: list[dict[str, Any]]) -> str:
    return _where(pod_instances.addresses(instances), [one["host"] for one in instances])


def _where(addresses: list[str], hosts: list[str | None]) -> str:
    if addresses:
        return f" at {listed(addresses, _ADDRESSES)}"
    known = sorted({host for host in hosts if host})
    return f" on {listed(known, _ADDRESSES)}" if known else ""
