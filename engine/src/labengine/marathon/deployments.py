"""Deployments that run: accepted plans, where they stand, and who is locked by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from labengine.common import log
from labengine.marathon.checks import ActiveChecks
from labengine.marathon.definition import errors
from labengine.marathon.events import EventBus
from labengine.marathon.plan import STOP, Action, Plan, render_step
from labengine.marathon.store import Store

logger = log.get(__name__)

WAITING, ACTIVE, DONE = "waiting", "active", "done"


@dataclass
class Deployment:
    """``step`` is an index into the plan; ``initial`` are the tasks of an app when its present action began."""

    plan: Plan
    step: int = 0
    finished: set[str] = field(default_factory=set)
    initial: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._actions_of: dict[str, list[tuple[int, Action]]] = {}
        for number, step in enumerate(self.plan.steps):
            for action in step:
                self._actions_of.setdefault(action.app_id, []).append((number, action))

    @property
    def actions(self) -> list[Action]:
        return self.plan.steps[self.step]

    def place(self, app_id: str) -> tuple[str, Action]:
        """Where the app stands and the action that concerns it now (the next one while it waits)."""
        for number, action in self._actions_of[app_id]:
            if number == self.step:
                return (DONE if app_id in self.finished else ACTIVE), action
            if number > self.step:
                return WAITING, action
        return DONE, self._actions_of[app_id][-1][1]


class Deployments:
    """``changed(app ids)`` is told whose wishes must be worked out anew."""

    def __init__(self, store: Store, events: EventBus, limit: int, changed: Callable[[Iterable[str]], None]) -> None:
        self.checks = ActiveChecks(events)
        self._store = store
        self._events = events
        self._limit = limit
        self._changed = changed
        self._running: dict[str, Deployment] = {}
        self._by_app: dict[str, str] = {}

    def load(self, documents: dict[str, Any], version: str) -> None:
        """``version`` is that of the stored tree: a plan that is newer was never begun."""
        plans = [Plan.from_document(document) for key, document in documents.items() if key.startswith("deployments/")]
        for plan in sorted(plans, key=lambda one: one.version):
            if plan.version > version:
                self._store.delete(f"deployments/{plan.id}")
                continue
            logger.info("Resuming deployment %s", plan.id)
            self._cancel_conflicting(plan)
            self._add(plan)

    def __iter__(self) -> Iterator[Deployment]:
        return iter(list(self._running.values()))

    def get(self, deployment_id: str) -> Deployment | None:
        return self._running.get(deployment_id)

    def of_app(self, app_id: str) -> Deployment | None:
        return self._running.get(self._by_app.get(app_id, ""))

    def check_limit(self) -> None:
        """Raises when there are too many to begin another one, whatever it is."""
        if len(self._running) >= self._limit:
            raise errors.ApiError(
                403,
                f"Max number ({self._limit}) of running deployments is achieved. Wait for existing deployments to "
                "complete or cancel oneusing force=true parameter. You can increase max deployment number by using "
                "--max_running_deployments parameter but be advised that this can have negative effects on the "
                "performance.",
            )

    def check(self, plan: Plan, *, force: bool) -> None:
        """Raises what stands against the plan; nothing has changed then."""
        blocking = self._conflicts(plan)
        if blocking and not force:
            self._events.publish("deployment_failed", id=plan.id, plan=plan.render())
            raise errors.locked(blocking)

    def _conflicts(self, plan: Plan) -> list[str]:
        return sorted({self._by_app[app_id] for app_id in plan.affected if app_id in self._by_app})

    def keep(self, plan: Plan) -> None:
        """Store it, before the tree that it leads to: a tree without it would leave its apps as they run."""
        if plan.steps:
            self._store.put(f"deployments/{plan.id}", plan.document())

    def start(self, plan: Plan) -> None:
        """Conflicting deployments are cancelled; :meth:`check` and :meth:`keep` come first."""
        self._cancel_conflicting(plan)
        if not plan.steps:
            self._events.publish("deployment_success", id=plan.id, plan=plan.render())
            return
        self._add(plan)

    def _cancel_conflicting(self, plan: Plan) -> None:
        for deployment_id in self._conflicts(plan):
            self.cancel(deployment_id, "The upgrade has been cancelled")

    def _add(self, plan: Plan) -> None:
        if not plan.steps:
            return
        deployment = Deployment(plan)
        self._running[plan.id] = deployment
        for app_id in plan.affected:
            self._by_app[app_id] = plan.id
        self._begin_step(deployment)
        self._changed(plan.affected)

    def _begin_step(self, deployment: Deployment) -> None:
        self._events.publish(
            "deployment_info", plan=deployment.plan.render(), currentStep=render_step(deployment.actions)
        )
        for action in deployment.actions:
            target = deployment.plan.target[action.app_id]
            if action.kind == STOP or target is None:
                self.checks.remove(action.app_id)
            else:
                self.checks.add(target)

    def finish_action(self, deployment: Deployment, app_id: str) -> None:
        """The app's action of the present step is done."""
        deployment.finished.add(app_id)
        if not all(action.app_id in deployment.finished for action in deployment.actions):
            return
        plan = deployment.plan
        self._events.publish("deployment_step_success", plan=plan.render(), currentStep=render_step(deployment.actions))
        if deployment.step + 1 == len(plan.steps):
            logger.info("Deployment %s is finished", plan.id)
            self._remove(deployment)
            self._events.publish("deployment_success", id=plan.id, plan=plan.render())
            return
        deployment.step += 1
        deployment.finished = set()
        deployment.initial = {}
        self._begin_step(deployment)
        self._changed(plan.affected)

    def cancel(self, deployment_id: str, reason: str) -> None:
        deployment = self._running[deployment_id]
        logger.info("Deployment %s is cancelled: %s", deployment_id, reason)
        self._remove(deployment)
        self._events.publish("deployment_failed", id=deployment_id, plan=deployment.plan.render(), reason=reason)

    def _remove(self, deployment: Deployment) -> None:
        plan = deployment.plan
        del self._running[plan.id]
        for app_id in plan.affected:
            if self._by_app.get(app_id) == plan.id:
                del self._by_app[app_id]
        self._store.delete(f"deployments/{plan.id}")
        self._changed(plan.affected)


def render(deployment: Deployment, readiness: Callable[[str], list[dict[str, Any]]]) -> dict[str, Any]:
    plan = deployment.plan
    current = [{**action.render(), "readinessCheckResults": readiness(action.app_id)} for action in deployment.actions]
    return {
        "id": plan.id,
        "version": plan.version,
        "affectedApps": [app_id for app_id in plan.affected if app_id not in plan.pods],
        "affectedPods": sorted(plan.pods),
        "steps": [render_step(step) for step in plan.steps],
        "currentActions": current,
        "currentStep": deployment.step + 1,
        "totalSteps": len(plan.steps),
    }
