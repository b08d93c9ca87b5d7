"""Brings every app to what is wished: sets the launch queue, ends instances, moves deployments on."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from labengine.common import log
from labengine.common.supervision import supervise
from labengine.marathon import rolling
from labengine.marathon.backoff import STABLE_SECONDS, Backoff
from labengine.marathon.deployments import ACTIVE, WAITING, Deployments
from labengine.marathon.instances import STAGING, UNREACHABLE, Instance, Tracker
from labengine.marathon.plan import RESTART, SCALE, START, STOP
from labengine.marathon.queue import LaunchQueue
from labengine.marathon.readiness import Readiness
from labengine.marathon.rolling import Wish
from labengine.marathon.scheduler import SchedulerClient
from labengine.marathon.state import State
from labengine.marathon.taskinfo import kill_policy
from labengine.marathon.tree import App, is_checked

logger = log.get(__name__)

TICK_SECONDS = 1.0
RECONCILE_UNCONFIRMED_SECONDS = 10.0


class Conductor:
    def __init__(
        self,
        flags: Any,
        state: State,
        tracker: Tracker,
        queue: LaunchQueue,
        backoff: Backoff,
        readiness: Readiness,
        hungry: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self._flags = flags
        self._state = state
        self._tracker = tracker
        self._queue = queue
        self._backoff = backoff
        self._readiness = readiness
        self._hungry = hungry
        self._failed = failed
        self._dirty: set[str] = set()
        self._wake = asyncio.Event()
        self._kill_sent: dict[str, float] = {}
        self._calls: set[asyncio.Task[Any]] = set()
        self._last_reconciled = 0.0
        self._last_sweep = 0.0
        self.deployments: Deployments
        self.expunge: Callable[[Instance], None]
        self.scheduler: SchedulerClient

    def mark(self, app_ids: Iterable[str]) -> None:
        """Work out anew what these apps want."""
        self._dirty.update(app_ids)
        self._wake.set()

    async def run(self) -> None:
        self.mark(self._state.tree.services.keys() | self._tracker.app_ids())
        next_tick = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + TICK_SECONDS
                self._tick()
            dirty, self._dirty = self._dirty, set()
            for app_id in sorted(dirty):
                self.settle(app_id)
            await asyncio.sleep(0)

    def settle(self, app_id: str) -> None:
        """Compare what the app has with what it should have, and act."""
        app, wish = self._wish(app_id)
        for instance in wish.kill:
            self.kill(instance, "")
        if app is None or not wish.launch:
            self._queue.drop(app_id)
        elif self._queue.want(app, wish.launch):
            self._hungry()

    def _wish(self, app_id: str) -> tuple[App | None, Wish]:
        instances = self._tracker.of(app_id)
        app = self._state.tree.services.get(app_id)
        deployment = self.deployments.of_app(app_id)
        if deployment is None:
            return app, rolling.keep(app, instances) if app else rolling.stop(instances)
        place, action = deployment.place(app_id)
        if place == WAITING:
            original = deployment.plan.original[app_id]
            return original, rolling.hold(original, instances)
        target = deployment.plan.target[app_id]
        wish = Wish(done=True)
        if action.kind == STOP or target is None:
            wish = rolling.stop(instances)
        elif action.kind == SCALE:
            initial = deployment.initial.setdefault(
                app_id, frozenset(one.task_id for one in rolling.active(target, instances))
            )
            wish = rolling.scale(target, instances, initial, lambda one: self.ready(target, one))
        elif action.kind == RESTART:
            wish = rolling.restart(target, instances, lambda one: self.ready(target, one))
        elif action.kind == START:
            wish = Wish(done=True)
        if place == ACTIVE and wish.done:
            self.deployments.finish_action(deployment, app_id)
        return target, wish

    def ready(self, app: App, instance: Instance) -> bool:
        """Running, healthy where there are checks, and past its readiness check."""
        if not instance.running or (is_checked(app) and not instance.healthy):
            return False
        return self._readiness.ready(app, instance)

    def kill(self, instance: Instance, reason: str) -> None:
        """End an instance; repeated until Mesos confirms. ``reason`` is told as the app's failure, if not empty."""
        if not instance.killing:
            instance.kill_reason = reason
            self._tracker.save(instance)
            self.mark([instance.app_id])
        self._send_kill(instance)

    def _send_kill(self, instance: Instance) -> None:
        # It may wait for many others.
        self._kill_sent[instance.task_id] = math.inf

        def sent() -> None:
            if instance.task_id in self._kill_sent:
                self._kill_sent[instance.task_id] = time.time()

        app = self._state.tree.services.get(instance.app_id)
        for task_id in instance.living_tasks:
            body: dict[str, Any] = {"task_id": {"value": task_id}, "agent_id": {"value": instance.agent_id}}
            if app and "taskKillGracePeriodSeconds" in app:
                body["kill_policy"] = kill_policy(app)
            self.call("KILL", body, sent)

    def call(self, kind: str, body: dict[str, Any], sent: Callable[[], None] = lambda: None) -> None:
        """In the background, as soon as its reason is durable."""

        async def run() -> None:
            await self._state.store.flush()
            await self.scheduler.call(kind, body)
            sent()

        task = supervise(run(), self._failed)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    def subscribed(self) -> None:
        """A master took us in: ask about every task, and repeat what it may have missed."""
        self.reconcile_all()
        for instance in self._tracker:
            if instance.killing:
                self._send_kill(instance)

    def reconcile_all(self) -> None:
        """What became of the known tasks, and whether there are others, which nobody wants any more."""
        self.reconcile(self._tracker)
        self.call("RECONCILE", {"tasks": []})

    def reconcile(self, instances: Iterable[Instance]) -> None:
        """Ask about tasks; not about those whose launch may still be on its way, which nobody knows yet."""
        oldest = time.time() - RECONCILE_UNCONFIRMED_SECONDS
        tasks = [
            {"task_id": {"value": task_id}, "agent_id": {"value": one.agent_id}}
            for one in instances
            if one.confirmed or one.staged_at < oldest
            for task_id in one.living_tasks
        ]
        if tasks:
            self.call("RECONCILE", {"tasks": tasks})

    def forget(self, instance: Instance) -> None:
        """The task has ended."""
        self._kill_sent.pop(instance.task_id, None)
        self._tracker.remove(instance)
        self.mark([instance.app_id])

    def _tick(self) -> None:
        now = time.time()
        for instance in self._tracker:
            self._check(instance, now)
        for deployment in self.deployments:
            self.mark(deployment.plan.affected)
        if now - self._last_sweep >= self._flags.scale_apps_interval:
            self._last_sweep = now
            self.mark(self._state.tree.services)
        if now - self._last_reconciled >= RECONCILE_UNCONFIRMED_SECONDS:
            self._last_reconciled = now
            self.reconcile(one for one in self._tracker if not one.confirmed)

    def _check(self, instance: Instance, now: float) -> None:
        app = self._state.tree.services.get(instance.app_id)
        if instance.state == UNREACHABLE:
            if instance.expired(app, "expungeAfterSeconds") and (
                app is None or instance.expired(app, "inactiveAfterSeconds")
            ):
                logger.info("Forgetting the unreachable %s", instance.task_id)
                self.expunge(instance)
            else:
                self.mark([instance.app_id])
        elif instance.killing:
            if now - self._kill_sent.get(instance.task_id, 0) >= self._flags.kill_retry_timeout:
                self._send_kill(instance)
        elif instance.state in (STAGING, "TASK_STARTING"):
            if now - instance.staged_at >= self._flags.task_launch_timeout:
                logger.warning(
                    "%s did not run within %d seconds and is killed", instance.task_id, self._flags.task_launch_timeout
                )
                self.kill(instance, "")
        elif instance.running and instance.started_at and now - instance.started_at >= STABLE_SECONDS:
            self._backoff.stable(instance.app_id)
