"""Everything that a Marathon has only while it leads."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Collection
from typing import Any

from labengine import BUILD_USER, LAB_ENGINE_VERSION
from labengine.common import log
from labengine.common.supervision import supervise
from labengine.common.tls import Tls
from labengine.marathon import backup
from labengine.marathon.backoff import Backoff
from labengine.marathon.conductor import Conductor
from labengine.marathon.definition.settings import Settings
from labengine.marathon.deployments import Deployments
from labengine.marathon.endings import Ending, Failed, Status
from labengine.marathon.events import EventBus
from labengine.marathon.groups import GroupManager
from labengine.marathon.health import HealthMonitor
from labengine.marathon.instances import Tracker
from labengine.marathon.offers import OfferMatcher
from labengine.marathon.queue import LaunchQueue
from labengine.marathon.readiness import Readiness
from labengine.marathon.scheduler import Detector, SchedulerClient
from labengine.marathon.state import Failures, State
from labengine.marathon.store import Store
from labengine.marathon.updates import StatusUpdates

logger = log.get(__name__)

CAPABILITIES = ("PARTITION_AWARE", "MULTI_ROLE", "RESERVATION_REFINEMENT", "REGION_AWARE")


def capabilities(features: Collection[str]) -> list[str]:
    """With the feature task_killing an agent tells when it begins to end a task, not only when it has ended."""
    return [*CAPABILITIES, *(["TASK_KILLING_STATE"] if "task_killing" in features else [])]


def settings_from(flags: Any) -> Settings:
    return Settings(
        mesos_role=flags.mesos_role,
        default_network_name=flags.default_network_name,
        mesos_bridge_name=flags.mesos_bridge_name,
        local_port_min=flags.local_port_min,
        local_port_max=flags.local_port_max,
        enable_features=frozenset(flags.enable_features or ()),
        new_group_enforce_role=flags.new_group_enforce_role,
    )


class Leader:
    def __init__(
        self,
        flags: Any,
        store: Store,
        detector: Detector,
        url: str,
        failed: Failed,
        tls: Tls | None = None,
    ) -> None:
        self.flags = flags
        self.url = url
        self.settings = settings_from(flags)
        self.events = EventBus(flags.event_stream_max_outstanding_messages)
        self.state = State(store, flags.zk_max_versions)
        self.tracker = Tracker(store)
        self.queue = LaunchQueue()
        self.backoff = Backoff()
        self._store = store
        self._failed = failed
        self._tasks: list[asyncio.Task[None]] = []
        self.offers = OfferMatcher(flags, store, self.tracker, self.queue, self.backoff, self.events)
        self.readiness = Readiness(
            lambda app_id: self.deployments.of_app(app_id) is not None,
            lambda app_ids: self.conductor.mark(app_ids),
            failed,
        )
        self.conductor = Conductor(
            flags, self.state, self.tracker, self.queue, self.backoff, self.readiness, self.offers.hungry, failed
        )
        self.deployments = Deployments(store, self.events, flags.max_running_deployments, self.conductor.mark)
        self.health = HealthMonitor(
            self.events,
            parallel=flags.max_concurrent_marathon_health_checks,
            changed=lambda instance, _healthy: self._health_changed(instance),
            kill=self._kill_unhealthy,
            failed=failed,
        )
        self.scheduler = SchedulerClient(
            detector,
            self._framework_info,
            self._handle,
            auth=_mesos_credentials(flags),
            tls=tls or Tls(),
            heartbeat_timeout=flags.mesos_heartbeat_interval * flags.mesos_heartbeat_failure_threshold,
        )
        self.offers.scheduler = self.conductor.scheduler = self.scheduler
        self.conductor.deployments = self.deployments
        self.failures: Failures
        self.groups: GroupManager
        self.updates: StatusUpdates

    async def start(self) -> None:
        """Load what earlier leaders stored and go on with it."""
        documents = await backup.carried_out(self._store, await self._store.load())
        self.state.load(documents)
        self.tracker.load(documents)
        if self.state.framework_id is None and len(self.tracker):
            raise Ending(
                f"Refusing to create a new framework id while {len(self.tracker)} instances are stored",
                Status.FRAMEWORK_ID_MISSING,
            )
        self.failures = Failures(self._store, documents)
        self.groups = GroupManager(
            self.state, self.deployments, self.failures, self.backoff, self.events, self.settings, self.flags.max_apps
        )
        self.updates = StatusUpdates(
            self.state,
            self.tracker,
            self.failures,
            self.backoff,
            self.events,
            self.health,
            self.readiness,
            self.conductor,
        )
        self.conductor.expunge = self.updates.remove
        self.deployments.checks.resume(self.state.tree.apps_below("/"))
        self.deployments.load(documents, self.state.version)
        self.updates.resume()
        logger.info("Leading with %d services and %d instances", len(self.state.tree.services), len(self.tracker))
        for work in (self.conductor.run, self.scheduler.run, self._revive, self._reconcile):
            self._tasks.append(supervise(work(), self._failed))

    async def stop(self) -> None:
        self.events.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.health.close()
        await self.readiness.close()
        await self.scheduler.close()
        await self._store.close()

    def give_up(self) -> None:
        self._failed("the leadership was given up by request", Status.LEADERSHIP_ENDED)

    def _framework_info(self) -> dict[str, Any]:
        flags = self.flags
        info: dict[str, Any] = {
            "name": flags.framework_name,
            "user": flags.mesos_user or "",
            "hostname": flags.hostname,
            "failover_timeout": flags.failover_timeout,
            "checkpoint": flags.checkpoint,
            "roles": [flags.mesos_role],
            "webui_url": flags.webui_url or self.url,
            "capabilities": [{"type": name} for name in capabilities(flags.enable_features or ())],
            "labels": {"labels": [{"key": "lab_engine", "value": f"{BUILD_USER} {LAB_ENGINE_VERSION}"}]},
        }
        if flags.mesos_authentication_principal:
            info["principal"] = flags.mesos_authentication_principal
        if self.state.framework_id:
            info["id"] = {"value": self.state.framework_id}
        return info

    async def _handle(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "SUBSCRIBED":
            await self._subscribed(event)
        elif kind == "OFFERS":
            await self.offers.offered(event["offers"]["offers"])
        elif kind == "UPDATE":
            self.updates.handle(event["update"]["status"])
        elif kind == "MESSAGE":
            self._message(event["message"])
        elif kind == "DISCONNECTED":
            self.events.publish("scheduler_disconnected_event")
            # As the real one does, which knows no other way to be sure of what it has heard.
            self._failed("the connection to the Mesos master is lost", Status.LEADERSHIP_ENDED)
        elif kind == "ERROR":
            message = event["error"]["message"]
            logger.error("The Mesos master refuses this framework: %s", message)
            # The id stays, so that the next start is refused too: an operator decides what becomes of it.
            removed = "Framework has been removed" in message
            self._failed(
                f"the Mesos master refuses this framework: {message}",
                Status.FRAMEWORK_REMOVED if removed else Status.REFUSED_BY_MESOS,
            )

    async def _subscribed(self, event: dict[str, Any]) -> None:
        framework_id = event["subscribed"]["framework_id"]["value"]
        again = self.state.framework_id == framework_id
        self.state.set_framework_id(framework_id)
        await self._store.flush()
        logger.info("Subscribed to %s as framework %s", event["master"], framework_id)
        if again:
            self.events.publish("scheduler_reregistered_event", master=event["master"])
        else:
            self.events.publish("scheduler_registered_event", frameworkId=framework_id, master=event["master"])
        self.offers.subscribed()
        self.conductor.subscribed()

    def _message(self, message: dict[str, Any]) -> None:
        self.events.publish(
            "framework_message_event",
            executorId=message["executor_id"]["value"],
            slaveId=message["agent_id"]["value"],
            message=list(base64.b64decode(message["data"])),
        )

    def _health_changed(self, instance: Any) -> None:
        self.tracker.save(instance)
        self.conductor.mark([instance.app_id])

    def _kill_unhealthy(self, instance: Any, reason: str) -> None:
        self.events.publish(
            "unhealthy_instance_kill_event",
            appId=instance.app_id,
            taskId=instance.task_id,
            instanceId=instance.instance_id,
            version=instance.version,
            reason=reason,
            host=instance.host,
            slaveId=instance.agent_id,
        )
        self.conductor.kill(instance, reason)

    async def _revive(self) -> None:
        while True:
            await self.offers.revive_if_wanted()
            await asyncio.sleep(0.2)

    async def _reconcile(self) -> None:
        await asyncio.sleep(self.flags.reconciliation_initial_delay)
        while True:
            self.conductor.reconcile_all()
            await asyncio.sleep(self.flags.reconciliation_interval)


def _mesos_credentials(flags: Any) -> tuple[str, str] | None:
    if not flags.mesos_authentication or not flags.mesos_authentication_principal:
        return None
    secret = flags.mesos_authentication_secret or ""
    if flags.mesos_authentication_secret_file:
        with open(flags.mesos_authentication_secret_file, encoding="utf-8") as file:
            secret = file.read().strip()
    return flags.mesos_authentication_principal, secret
