"""Status updates of tasks: what they change, and who hears of it."""

from __future__ import annotations

import time
from typing import Any

from labengine.common import log
from labengine.marathon import podupdates
from labengine.marathon.backoff import Backoff
from labengine.marathon.conductor import Conductor
from labengine.marathon.events import EventBus
from labengine.marathon.health import HealthMonitor
from labengine.marathon.instances import (
    KILLING,
    RUNNING,
    TERMINAL,
    UNREACHABLE,
    Instance,
    Tracker,
    change,
    condition_of,
    parsed,
    status_time,
)
from labengine.marathon.readiness import Readiness
from labengine.marathon.state import Failures, State
from labengine.marathon.tree import App

logger = log.get(__name__)

# An end that says something about the app or the agent, and delays the next launch.
_DELAYING = frozenset({"TASK_FAILED", "TASK_ERROR", "TASK_GONE", "TASK_DROPPED", "TASK_FINISHED"})
_FAILURES = TERMINAL - {"TASK_FINISHED", "TASK_KILLED"}
# It carries the health that was told last, but says nothing of it.
_REPEATING = "REASON_RECONCILIATION"


class StatusUpdates:
    def __init__(
        self,
        state: State,
        tracker: Tracker,
        failures: Failures,
        backoff: Backoff,
        events: EventBus,
        health: HealthMonitor,
        readiness: Readiness,
        conductor: Conductor,
    ) -> None:
        self._state = state
        self._tracker = tracker
        self._failures = failures
        self._backoff = backoff
        self._events = events
        self._health = health
        self._readiness = readiness
        self._conductor = conductor

    def handle(self, status: dict[str, Any]) -> None:
        """Apply an update; it is acknowledged when it is durable, which nothing waits for."""
        instance = self._tracker.get(status["task_id"]["value"])
        if instance is not None and instance.containers:
            self._apply_to_pod(instance, status)
        elif instance is not None:
            self._apply(instance, status)
        elif status["state"] in TERMINAL or status["state"] == UNREACHABLE:
            self._unknown_ended(status)
        else:
            logger.warning("Killing the unknown task %s", status["task_id"]["value"])
            self._conductor.call("KILL", {"task_id": status["task_id"], "agent_id": status.get("agent_id")})
        if "uuid" in status:
            self._conductor.call(
                "ACKNOWLEDGE", {"agent_id": status["agent_id"], "task_id": status["task_id"], "uuid": status["uuid"]}
            )

    def _unknown_ended(self, status: dict[str, Any]) -> None:
        ids = parsed(status["task_id"]["value"])
        if ids:
            instance_id, service_id = ids
            self._events.publish(
                "unknown_instance_terminated_event",
                instanceId=instance_id,
                runSpecId=service_id,
                condition=condition_of(status["state"]),
            )

    def app_of(self, instance: Instance) -> App | None:
        """The definition the instance was launched with, as far as it is known."""
        return self._state.app_at(instance.app_id, instance.version) or self._state.tree.services.get(instance.app_id)

    def _apply(self, instance: Instance, status: dict[str, Any]) -> None:
        state = status["state"]
        if state == KILLING:
            self._ending(instance, status)
            return
        known = dict(vars(instance))
        before = instance.state
        changed = state != before or not instance.confirmed
        instance.confirmed = True
        instance.state = state
        self._note_times(instance, status, before)
        self._note_addresses(instance, status)
        if changed:
            self._publish(instance, status)
        if state in TERMINAL:
            self._ended(instance, status, ran=before == RUNNING)
            return
        app = self.app_of(instance)
        if state == RUNNING and app is not None and not instance.killing:
            self._backoff.agent_works(instance.app_id, instance.agent_id)
            self._health.watch(app, instance)
            if "healthy" in status and any(
                one["protocol"].startswith("MESOS") or one["protocol"] == "COMMAND"
                for one in app.get("healthChecks", [])
            ):
                self._health.reported(
                    app,
                    instance,
                    bool(status["healthy"]),
                    status.get("message", ""),
                    repeated=status.get("reason") == _REPEATING,
                )
        # A reconciliation tells of every task, and hardly ever anything new.
        if vars(instance) != known:
            self._tracker.save(instance)
        self._conductor.mark([instance.app_id])

    def _ending(self, instance: Instance, status: dict[str, Any]) -> None:
        """It still counts as what it was until it has ended; its place is not filled before."""
        instance.confirmed = True
        if not instance.ending:
            instance.ending = True
            self._publish(instance, status)
            self._tracker.save(instance)

    def _apply_to_pod(self, instance: Instance, status: dict[str, Any]) -> None:
        before, was_healthy = instance.state, instance.healthy
        ran = instance.started_at is not None
        pod = self.app_of(instance)
        moved = podupdates.apply(instance, pod, status)
        instance.confirmed = True
        self._note_times(instance, status, before)
        self._note_addresses(instance, status)
        if moved:
            self._publish(instance, status)
        if instance.healthy is not was_healthy and instance.healthy is not None:
            self._events.publish(
                "instance_health_changed_event",
                instanceId=instance.instance_id,
                runSpecId=instance.app_id,
                healthy=instance.healthy,
                runSpecVersion=instance.version,
            )
        if not instance.living_tasks:
            self._ended(instance, podupdates.end(instance), ran=ran)
            return
        if instance.state == RUNNING and not instance.killing:
            self._backoff.agent_works(instance.app_id, instance.agent_id)
        self._tracker.save(instance)
        self._conductor.mark([instance.app_id])

    @staticmethod
    def _note_times(instance: Instance, status: dict[str, Any], before: str) -> None:
        state = instance.state
        if state == RUNNING and instance.started_at is None:
            instance.started_at = status_time(status)
        if state == UNREACHABLE and before != UNREACHABLE:
            since = (status.get("unreachable_time") or {}).get("nanoseconds")
            instance.unreachable_since = since / 1e9 if since else time.time()
        elif state != UNREACHABLE:
            instance.unreachable_since = None

    @staticmethod
    def _note_addresses(instance: Instance, status: dict[str, Any]) -> None:
        networks = (status.get("container_status") or {}).get("network_infos") or []
        found = [
            {"ipAddress": address["ip_address"], "protocol": address.get("protocol", "IPv4")}
            for network in networks
            for address in network.get("ip_addresses", [])
            if address.get("ip_address")
        ]
        if found:
            instance.ip_addresses = found

    def _publish(self, instance: Instance, status: dict[str, Any]) -> None:
        self._events.publish(
            "status_update_event",
            slaveId=instance.agent_id,
            taskId=instance.task_id,
            taskStatus=status["state"],
            message=status.get("message", ""),
            appId=instance.app_id,
            host=instance.host,
            ipAddresses=instance.ip_addresses,
            ports=instance.ports,
            version=instance.version,
        )
        self._events.publish("instance_changed_event", **change(instance, instance.condition()))

    def _ended(self, instance: Instance, status: dict[str, Any], *, ran: bool) -> None:
        state, message = status["state"], status.get("message", "")
        logger.info("%s ended: %s %s", instance.task_id, state, message)
        app = self._state.tree.services.get(instance.app_id)
        if app is not None:
            if instance.kill_reason:
                self._record(
                    instance,
                    "TASK_KILLED",
                    f"Task was killed since health check failed. Reason: {instance.kill_reason}",
                )
                self._backoff.failed(app)
            elif not instance.killing:
                if state in _FAILURES:
                    self._record(instance, state, message)
                if state in _DELAYING:
                    self._backoff.failed(app)
                if not ran and state in _FAILURES:
                    self._backoff.agent_failed(instance.app_id, instance.agent_id)
        self.remove(instance)

    def _record(self, instance: Instance, state: str, message: str) -> None:
        self._failures.record(
            instance.app_id,
            task_id=instance.task_id,
            state=state,
            message=message,
            host=instance.host,
            version=instance.version,
            agent_id=instance.agent_id,
            containers=instance.containers,
            started_at=instance.started_at or instance.staged_at,
        )

    def remove(self, instance: Instance) -> None:
        self._health.forget(instance)
        self._readiness.forget(instance)
        self._conductor.forget(instance)
        if instance.app_id not in self._state.tree.services and not self._tracker.of(instance.app_id):
            self._events.publish("app_terminated_event", appId=instance.app_id)

    def resume(self) -> None:
        """After taking over: probe again what runs."""
        for instance in self._tracker:
            app = self.app_of(instance)
            if instance.running and app is not None and not instance.containers:
                self._health.watch(app, instance)
