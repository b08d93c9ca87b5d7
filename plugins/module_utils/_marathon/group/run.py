# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a group what is declared, what it was, or a multiple of what it is; a set of apps with lists that are whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator

from .. import secrets, snapshot, timestamps
from ..api.client import Client
from ..apps.planning import writes as set_writes
from ..apps.planning.limit import USUAL, Limit
from ..apps.planning.plan import Rules, SetPlan
from ..apps.planning.writes import Write
from ..apps.run import SetOptions, SetRunner
from ..definition import pod as pod_definition
from ..errors import DefinitionError, MarathonError
from ..plan.app import Wanted
from ..plan.ownership import listed
from ..snapshot import Tree
from ..wait.apps import SetWaiter
from ..wait.deployment import DeploymentWaiter
from ..wait.pod import PodWaiter
from . import tree as group_tree
from .plan import TreePlan, declared_app, plan_tree
from .tree import DeclaredTree

_WHOLE = ("group.groups", "group.apps", "group.pods")


@dataclass(frozen=True)
class GroupOptions:
    """Of definition, scale_by and version at most one is given."""

    group_id: str | None = None
    definition: dict[str, Any] | None = None
    scale_by: float | None = None
    version: str | None = None
    merge: bool = False
    allow_empty: bool = False
    limit: Limit = USUAL
    ignored: tuple[str, ...] = ()
    secret_names: tuple[str, ...] = ()
    strict: bool = False
    force: bool = False
    wait: bool = True
    healthy_for: float | None = 0.0


def declared_tree(client: Client, options: GroupOptions) -> DeclaredTree:
    """What the options ask for. A factor and a version are turned into definitions here, once for the whole run."""
    group_id = group_tree.checked_id(options.group_id, options.definition)
    if options.scale_by is not None:
        group_tree.check_factor(options.scale_by)
        info = client.group(group_id, snapshot.embed(False))
        if info is None:
            raise DefinitionError(f"{group_id} does not exist, so it cannot be scaled: give definition or src")
        return group_tree.scaled(group_id, snapshot.read(info), options.scale_by)
    if options.version is not None:
        _refuse_no_time(options.version)
        info = client.group_version(group_id, options.version, _WHOLE)
        if info is None:
            known = client.group_versions(group_id) or []
            told = f"the versions are {', '.join(known)}" if known else "there is no such group"
            raise DefinitionError(f"{group_id} has no version {options.version}: {told}")
        return group_tree.from_version(group_id, options.version, info)
    return group_tree.from_definition(group_id, options.definition or {})


def _refuse_no_time(version: str) -> None:
    """Versions are times, and Marathon answers anything else with an error of its own program."""
    if not timestamps.is_time(version):
        raise DefinitionError(
            f"version is {version!r}, and a version of a group is a time like 2026-03-01T12:00:00.000Z, in quotes in "
            "YAML: the module marathon_info lists those of a group"
        )


class GroupRunner(SetRunner):
    def __init__(
        self,
        client: Client,
        declared: DeclaredTree,
        options: GroupOptions,
        waiter: Callable[[Callable[[], Tree]], SetWaiter],
        deployment_waiter: Callable[[float], DeploymentWaiter],
        sleep: Callable[[float], None],
        warn: Callable[[str], None],
        pod_waiter: Callable[[float], PodWaiter] | None = None,
    ) -> None:
        """deployment_waiter and pod_waiter take the seconds that are left."""
        rules = Rules(ignored=options.ignored)
        super().__init__(
            client,
            declared.appset,
            SetOptions(
                rules,
                options.secret_names,
                # What Marathon itself answered is no definition of the user.
                options.strict and options.definition is not None,
                options.force,
                options.wait,
                options.healthy_for,
            ),
            waiter,
            sleep,
            warn,
        )
        self._scope = self._about = declared.group_id
        self._declared = declared
        self._deployment_waiter = deployment_waiter
        self._pod_waiter = pod_waiter
        # A number of instances is all that is declared then.
        self._merge = options.merge or options.scale_by is not None
        self._ignored = options.ignored
        self._allow_empty = options.allow_empty
        self._limit = options.limit

    def run(self, check_mode: bool) -> dict[str, Any]:
        result = super().run(check_mode)
        if not result["changed"] or check_mode:
            return result
        try:
            versions = self._client.group_versions(self._declared.group_id)
        except MarathonError as error:
            # The change is done, which a failure here would not tell.
            self._warn(f"the versions of {self._declared.group_id} could not be read: {error}")
            versions = []
        return {**result, "versions": versions or [], "requests": self._client.requests}

    def _plan(self, tree: Tree) -> TreePlan:
        return plan_tree(
            self._declared, tree, self._merge, self._ignored, self._release, self._allow_empty, self._limit
        )

    def _changed_pods(self, plan: SetPlan) -> list[str]:
        return [pod_id for pod_id in plan.pods if pod_id in plan.tree.pods]

    def _release_matters(self, plan: SetPlan) -> bool:
        return super()._release_matters(plan) or plan.role is not None

    def _writes(self, plan: SetPlan) -> list[Write]:
        group_id, version = self._declared.group_id, self._declared.version
        if not plan.changed:
            return []
        if version is not None:
            return [Write(set_writes.GROUP, group_id, body={"version": version})]
        writes = super()._writes(plan)
        if plan.role is None:
            return writes
        # Marathon takes it only in a request that changes no app.
        before = plan.tree.groups.get(group_id, {}).get("dependencies") or []
        body = {"dependencies": before, "enforceRole": plan.role}
        return [Write(set_writes.GROUP, group_id, body=body), *writes]

    def _looked_at(self, write: Write, plan: SetPlan) -> Iterator[Write]:
        if self._declared.version is not None:
            self._refuse_newcomers(plan)
        yield from super()._looked_at(write, plan)

    def _refuse_newcomers(self, plan: SetPlan) -> None:
        """An earlier version takes along what came since the plan was made."""
        now = self._read()
        new = sorted({*now.apps, *now.pods, *now.groups} - {*plan.tree.apps, *plan.tree.pods, *plan.tree.groups})
        if new:
            raise DefinitionError(
                f"{listed(new)} came into {self._declared.group_id} meanwhile, and putting back the version "
                f"{self._declared.version} would remove that: run again to see it in the plan. Nothing was changed"
            )

    def _wanted(self, app_id: str) -> Wanted:
        return declared_app(self._declared.appset.apps[app_id], self._merge, self._ignored)

    def _wait(self, plan: SetPlan, known: Tree | None) -> Tree:
        tree = super()._wait(plan, known)
        if plan.pods:
            ids = set(self._deployments)
            waiter = self._deployment_waiter(max(self._waiter.time_left(), 0))
            waiter.until_over(lambda listed: [entry for entry in listed if entry["id"] in ids])
        for pod_id in sorted(set(plan.pods) & set(self._declared.pods)) if self._pod_waiter else ():
            # Its deployment is over as soon as its containers run, however short they do so.
            waiter = self._pod_waiter(max(self._waiter.time_left(), 0))
            waiter.until_stable(pod_id, matches=lambda _pod: True, healthy_for=self._options.healthy_for)
        return tree

    def _described(self, plan: SetPlan) -> dict[str, Any]:
        result = super()._described(plan)
        current = plan.tree.groups.get(self._declared.group_id, {})
        names = ("id", "action", "restarts")
        return {
            **result,
            "action": plan.action,
            "restarts": any(one.plan.restarts for one in plan.apps),
            "apps": [{name: one[name] for name in names} for one in result["apps"]],
            "pods": list(plan.pods),
            "previous_version": current.get("version"),
            "group": secrets.mask(plan.after(self._release), self._options.secret_names),
            "diff": [*result["diff"], *self._other_diffs(plan, current)],
        }

    def _other_diffs(self, plan: SetPlan, current: dict[str, Any]) -> list[dict[str, Any]]:
        diffs = []
        if plan.role is not None:
            before = {} if current.get("enforceRole") is None else {"enforceRole": current["enforceRole"]}
            diffs.append(_diff(f"group {self._declared.group_id}", before, {"enforceRole": plan.role}))
        for pod_id in plan.pods:
            sides = [
                secrets.mask(pod_definition.canonical(pods[pod_id], self._release), self._options.secret_names)
                if pod_id in pods
                else {}
                for pods in (plan.tree.pods, self._declared.pods)
            ]
            diffs.append(_diff(f"pod {pod_id}", *sides))
        return diffs


def _diff(header: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"before": before, "after": after, "before_header": header, "after_header": header}
