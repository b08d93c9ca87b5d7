# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods of a set beside those that are there: what happens to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ...definition.apps import AppSet, DeclaredApp, refuse_all
from ...definition.schema import Release
from ...errors import DefinitionError
from ...plan import app as app_plan
from ...plan import pod as pod_plan
from ...plan.ownership import Nobody, listed
from ...plan.pod import PodPlan, WantedPod
from . import ignored as ignored_in_set
from . import limit as removal_limit

SINCE: Release = (1, 4)

Pods = Mapping[str, "dict[str, Any]"]


@dataclass(frozen=True)
class PodEntry:
    plan: PodPlan
    origin: str | None = None
    adopted: bool = False

    @property
    def pod_id(self) -> str:
        return self.plan.pod_id


@dataclass(frozen=True)
class PodPlans:
    """kept are pods that are not declared and would be removed if any pod was declared; spared those of other sets."""

    entries: tuple[PodEntry, ...] = ()
    kept: tuple[str, ...] = ()
    spared: tuple[tuple[str, str], ...] = ()

    @property
    def removed(self) -> list[str]:
        return [one.pod_id for one in self.entries if one.plan.action == app_plan.DELETED]


def wanted_pod(
    declared: DeclaredApp, current: dict[str, Any] | None, owner: Nobody, ignored: tuple[str, ...]
) -> WantedPod:
    pod = owner.marked(declared).app
    return WantedPod(pod, ignored=ignored_in_set.of_pod(ignored, pod, current))


def plan_pods(
    appset: AppSet,
    pods: Pods,
    owner: Nobody,
    ignored: tuple[str, ...],
    release: Release,
    prune: bool = False,
    allow_empty: bool = False,
    limit: removal_limit.Limit = removal_limit.USUAL,
) -> PodPlans:
    present, wrong = [], []
    for pod_id, one in sorted(appset.pods.items()):
        try:
            present.append(_plan_present(one, pods.get(pod_id), owner, ignored, release))
        except DefinitionError as error:
            wrong.append(error)
    refuse_all(wrong)
    if not prune:
        return PodPlans(tuple(present))
    owned = {pod_id: pod for pod_id, pod in sorted(pods.items()) if owner.owns(pod)}
    marks = {pod_id: owner.marked_by_another(pod, appset) for pod_id, pod in owned.items() if pod_id not in appset.pods}
    spared = tuple((pod_id, mark) for pod_id, mark in marks.items() if mark is not None)
    doomed = [pod_id for pod_id, mark in marks.items() if mark is None]
    if doomed and not appset.pods and not allow_empty:
        # A set of before pods could be declared says nothing about them.
        return PodPlans(tuple(present), kept=tuple(doomed), spared=spared)
    if limit.exceeded(len(doomed), len(owned) - len(spared)):
        raise DefinitionError(
            f"prune would remove {len(doomed)} of the {len(owned) - len(spared)} pods that this set owns "
            f"({listed(doomed)}), which is more than {limit}: check definitions and src, or set prune_limit to "
            f"{len(doomed)} if that is intended",
            removed=doomed,
        )
    absent = [PodEntry(pod_plan.plan_absent(pod_id, pods[pod_id])) for pod_id in doomed]
    return PodPlans(tuple(sorted([*present, *absent], key=lambda one: one.pod_id)), spared=spared)


def _plan_present(
    declared: DeclaredApp, current: dict[str, Any] | None, owner: Nobody, ignored: tuple[str, ...], release: Release
) -> PodEntry:
    try:
        plan = pod_plan.plan_present(wanted_pod(declared, current, owner, ignored), current, release)
        if release < SINCE and plan.action == app_plan.CREATED:
            raise DefinitionError(f"{plan.pod_id} is a pod, and this Marathon is older than 1.4, which brought pods")
    except DefinitionError as error:
        raise DefinitionError(f"{declared.origin}: {error}", **error.facts) from error
    return PodEntry(plan, declared.origin, adopted=current is not None and not owner.owns(current))
