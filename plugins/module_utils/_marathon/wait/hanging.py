# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of the apps and pods of a set that do not run as declared when the time to wait is up."""

from __future__ import annotations

from typing import Any, Callable

from ..diagnose import app as app_diagnosis
from ..diagnose import pod as pod_diagnosis
from ..diagnose.stability import Stay
from ..errors import WaitFailed
from ..snapshot import Tree
from .app import settled
from .polling import Evidence
from .sandbox import Outputs

_EXPLAINED = 5
# What was printed may cost some seconds for each.
_PRINTED = 3


class Hanging:
    """tree is the last one that could be read, evidence the launch queue and the deployments."""

    def __init__(
        self, tree: Tree, stay: Stay, outputs: Outputs | None, evidence: Evidence[tuple[list[Any], list[Any]]]
    ) -> None:
        self._tree = tree
        self._stay = stay
        self._outputs = outputs
        self._evidence = evidence
        items, self._running = evidence.found or ([], [])
        self._queue = {(item.get("app") or item.get("pod") or {}).get("id"): item for item in items}

    def failure(self, waiting: list[str], held: set[str], told: Callable[[int], str], timeout: float) -> WaitFailed:
        """held are pods of waiting that run as declared; told names how many of all are meant."""
        hanging = [name for name in waiting if self._endings(name) or not self._runs(name, held)] or waiting
        actions = [action for entry in self._running for action in entry.get("currentActions") or []]
        active = {action.get(kind) for action in actions for kind in ("app", "pod")}
        # What only waits for its turn comes after what holds it up.
        hanging = sorted(hanging, key=lambda name: name not in active and not self._endings(name))
        described = [self._described(name, number < _PRINTED) for number, name in enumerate(hanging)]
        sentences = [f"{one['id']} ({one['counts']}): {one['reason']}" for one in described[:_EXPLAINED]]
        more = f"; and {len(described) - _EXPLAINED} more, see hanging" if len(described) > _EXPLAINED else ""
        rest = len(waiting) - len(hanging)
        if rest:
            more += f"; {rest} more run as declared, but their deployment is not over yet"
        reason = self._evidence.told(f"{'; '.join(sentences)}{more}")
        return WaitFailed(f"{told(len(hanging))} are not deployed after {timeout:g} s: {reason}", hanging=described)

    def _endings(self, name: str) -> int:
        return self._stay.endings(name).count

    def _runs(self, name: str, held: set[str]) -> bool:
        return name in held or (name in self._tree.apps and settled({**self._tree.apps[name], "deployments": []}))

    def _described(self, name: str, with_output: bool) -> dict[str, Any]:
        is_pod = name in self._tree.pod_statuses
        endings = self._stay.endings(name)
        reasons, entry = self._of_pod(name) if is_pod else self._of_app(name)
        definition = self._tree.pods[name] if is_pod else self._tree.apps[name]
        printed = self._outputs.of_failure(definition, endings) if self._outputs and with_output else None
        return {
            "id": name,
            **entry,
            "reason": ". ".join([*reasons, *([printed.sentence] if printed else [])]),
            "task_endings": endings.count,
            **({"task_output": printed.facts} if printed else {}),
        }

    def _of_app(self, name: str) -> tuple[list[str], dict[str, Any]]:
        app = self._tree.apps[name]
        reasons = app_diagnosis.explain(
            app,
            self._queue.get(name),
            app_diagnosis.deployment_of(app, self._running),
            app_diagnosis.changed_at(app),
            self._stay.endings(name),
        )
        return reasons, {
            "counts": app_diagnosis.counts(app),
            "deployments": [entry["id"] for entry in app.get("deployments") or []],
            "last_task_failure": app.get("lastTaskFailure"),
        }

    def _of_pod(self, name: str) -> tuple[list[str], dict[str, Any]]:
        status = self._tree.pod_statuses[name]
        deployments = [entry for entry in self._running if name in (entry.get("affectedPods") or [])]
        deployment = deployments[0] if deployments else None
        reasons = pod_diagnosis.explain(status, self._queue.get(name), deployment, self._stay.endings(name))
        return reasons, {
            "counts": pod_diagnosis.counts(status),
            "deployments": [entry["id"] for entry in deployments],
            "termination_history": status.get("terminationHistory") or [],
        }
