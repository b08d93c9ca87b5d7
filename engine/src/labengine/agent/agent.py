"""The agent: what the master asks for, turned into tasks, and what became of them, told to the master."""

from __future__ import annotations

import asyncio
import shutil
import time
import uuid
from collections import deque
from typing import Any

from labengine import MESOS_VERSION
from labengine.agent import messages, task_group
from labengine.agent.context import AgentContext
from labengine.agent.docker_cli import DockerError
from labengine.agent.docker_task import DockerTask
from labengine.agent.master_link import MasterLink
from labengine.agent.record import TaskRecord
from labengine.agent.shell_task import ShellTask
from labengine.agent.task import Task
from labengine.agent.updates import UpdateStreams
from labengine.common import log
from labengine.common.supervision import supervise
from labengine.common.zk import MasterDetector

logger = log.get(__name__)

SHUTDOWN_SECONDS = 30.0
SANDBOX_SWEEP_SECONDS = 3600.0
Key = tuple[str, str]


class Agent:
    def __init__(self, context: AgentContext, info: dict[str, Any], detector: MasterDetector) -> None:
        self.context = context
        self.info = info
        self.frameworks: dict[str, dict[str, Any]] = {}
        self.tasks: dict[Key, Task] = {}
        self.completed: deque[TaskRecord] = deque(maxlen=context.flags.max_completed_executors_per_framework)
        self.stopped = asyncio.Event()
        self._ending = False
        self._background: set[asyncio.Task[Any]] = set()
        context.emit = self._emit
        self.updates = UpdateStreams(self._send_update, self._save, self._task_completed)
        self.link = MasterLink(
            detector,
            context.flags.registration_backoff_factor,
            self.subscription,
            self.handle,
            context.client(),
            context.poster(),
        )

    # Recovery

    async def recover(self) -> None:
        """Find again what an earlier run of the agent left. DockerError when Docker does not answer."""
        started = time.monotonic()
        docker_names = await self._own_containers()
        agent_id = (self.info.get("id") or {}).get("value")
        if agent_id:
            self.context.agent_id = agent_id
            self.frameworks = {
                framework["id"]["value"]: framework for framework in self.context.checkpoint.frameworks(agent_id)
            }
            for record in list(self.context.checkpoint.tasks(agent_id)):
                self._recover_task(record)
        for task in list(self.tasks.values()):
            self._end_group_of(task.record)
        self._remove_orphans(docker_names)
        self.context.counters.recovery_seconds = time.monotonic() - started
        logger.info("Recovered %d tasks", len(self.tasks))

    async def _own_containers(self) -> list[str]:
        if not self.context.docker:
            return []
        labels = [f"{key}={value}" for key, value in self.context.labels().items()]
        try:
            return await self.context.docker.containers(*labels)
        except DockerError as error:
            raise DockerError(f"Failed to perform recovery: {error}") from error

    def _recover_task(self, record: TaskRecord) -> None:
        framework = self.frameworks.get(record.framework_id)
        if framework is None or (record.terminal and not record.pending):
            self.context.checkpoint.forget_task(self.context.agent_id, record)
            return
        task = self._new_task(framework, record)
        self.updates.resume(record)
        if not record.terminal:
            logger.info("Recovering task %s of framework %s", record.task_id, record.framework_id)
            task.resume()

    def _remove_orphans(self, names: list[str]) -> None:
        wanted = {
            task.container_name
            for task in self.tasks.values()
            if isinstance(task, DockerTask) and not task.record.terminal
        }
        if self.context.janitor and self.context.flags.docker_kill_orphans:
            for name in set(names) - wanted:
                logger.info("Removing orphan container %s", name)
                self.context.janitor.remove_now(name)

    # The master's side

    def subscription(self) -> dict[str, Any]:
        return {
            "type": "SUBSCRIBE",
            "agent_info": self.info,
            "ip": self.context.ip,
            "version": MESOS_VERSION,
            "tasks": [messages.task_entry(self.context.agent_id, task.record) for task in self.tasks.values()],
            "frameworks": list(self.frameworks.values()),
        }

    def handle(self, event: dict[str, Any]) -> None:
        try:
            self._handle(event)
        except (KeyError, TypeError):
            logger.exception("Ignoring a malformed event of the master")

    def _handle(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "PING":
            self.spawn(self.link.post(messages.pong(self.context.agent_id)))
        elif kind == "SUBSCRIBED":
            self._subscribed(event["agent_id"]["value"])
        elif kind == "RUN_TASK":
            self.run_task(event["framework"], event["task"])
        elif kind == "RUN_TASK_GROUP":
            self._run_group(event["framework"], event["tasks"])
        elif kind == "KILL_TASK":
            self._kill_task(event)
        elif kind == "ACKNOWLEDGE":
            if task := self.tasks.get((event["framework_id"]["value"], event["task_id"]["value"])):
                self.updates.acknowledge(task.record, event["uuid"])
        elif kind == "RESEND_UPDATES":
            self.updates.resend(event["framework_id"]["value"])
        elif kind == "DRAIN":
            self._drain(event["config"])
        elif kind == "SHUTDOWN":
            self.spawn(self.shutdown(f"the master asked for it: {event.get('message', '')}"))
        elif kind == "SHUTDOWN_FRAMEWORK":
            self.spawn(self._shutdown_framework(event["framework_id"]["value"]))
        else:
            logger.warning("Ignoring an event of unknown type '%s'", kind)

    def _subscribed(self, agent_id: str) -> None:
        known = self.context.agent_id
        if known and known != agent_id:
            log.die(
                f"The master registered this agent as {agent_id}, but it is {known}; to let it become a new agent, "
                f"remove {self.context.checkpoint.latest}"
            )
        if not known:
            self.context.agent_id = agent_id
            self.info = {**self.info, "id": {"value": agent_id}}
            self.context.checkpoint.save_agent_info(self.info)
        leader = self.link.leader
        logger.info(
            "%s with master %s; given agent ID %s",
            "Re-registered" if known else "Registered",
            leader.url if leader else "",
            agent_id,
        )
        self.updates.resend()

    def run_task(self, framework: dict[str, Any], info: dict[str, Any]) -> None:
        self._start(framework, [TaskRecord(framework["id"]["value"], info, str(uuid.uuid4()))])

    def _run_group(self, framework: dict[str, Any], infos: list[dict[str, Any]]) -> None:
        checkpoint, agent_id, group_id = self.context.checkpoint, self.context.agent_id, str(uuid.uuid4())
        records = [TaskRecord(framework["id"]["value"], info, str(uuid.uuid4()), group_id=group_id) for info in infos]
        shared = checkpoint.group_sandbox(agent_id, records[0])
        checkpoint.save_group(agent_id, records[0])
        without = task_group.SANDBOX_VOLUMES not in self.context.flags.isolation.split(",")
        for record in records:
            info = task_group.without_sandbox_volumes(record.info) if without else record.info
            task_group.create_volumes(info, shared)
            record.launched_as = task_group.launched_as(info, shared)
        self._start(framework, records)

    def _start(self, framework: dict[str, Any], records: list[TaskRecord]) -> None:
        framework_id = framework["id"]["value"]
        names = ", ".join(record.task_id for record in records)
        if any(record.key in self.tasks for record in records):
            logger.warning("Ignoring task %s of framework %s: it is here already", names, framework_id)
            return
        logger.info("Got assigned task '%s' for framework %s", names, framework_id)
        self.frameworks[framework_id] = framework
        self.context.checkpoint.save_framework(self.context.agent_id, framework)
        tasks = [self._new_task(framework, record) for record in records]
        for record in records:
            self._save(record)
        for task in tasks:
            task.start()

    def _new_task(self, framework: dict[str, Any], record: TaskRecord) -> Task:
        kind = DockerTask if record.is_docker else ShellTask
        task = self.tasks[record.key] = kind(self.context, framework, record)
        return task

    def _kill_task(self, event: dict[str, Any]) -> None:
        framework_id, task_id = event["framework_id"]["value"], event["task_id"]["value"]
        task = self.tasks.get((framework_id, task_id))
        if task is None:
            logger.warning("Cannot kill task %s of framework %s: it is not here", task_id, framework_id)
            framework = self.frameworks.get(framework_id, {})
            self.spawn(self.link.post(messages.unknown_task(self.context.agent_id, framework_id, framework, task_id)))
            return
        logger.info("Asked to kill task %s of framework %s", task_id, framework_id)
        grace = ((event.get("kill_policy") or {}).get("grace_period") or {}).get("nanoseconds")
        task.kill(None if grace is None else grace / 1e9)

    def _drain(self, config: dict[str, Any]) -> None:
        """The master says it again to an agent that comes back before it is drained."""
        logger.info("Draining: %d tasks are to end", len(self.tasks))
        limit = (config.get("max_grace_period") or {}).get("seconds")
        for task in self.tasks.values():
            task.kill_reason = "REASON_SLAVE_DRAINING"
            task.kill(task.kill_grace() if limit is None else min(float(limit), task.kill_grace()))

    async def _shutdown_framework(self, framework_id: str) -> None:
        """Nobody will acknowledge anything any more."""
        logger.info("Shutting down framework %s", framework_id)
        mine = [task for task in self.tasks.values() if task.record.framework_id == framework_id]
        await self._kill_all(mine)
        for task in mine:
            self.updates.drop(task.record)
            # The master acknowledged the end of those that are gone already.
            if task.record.key in self.tasks:
                self._task_completed(task.record)
        self.frameworks.pop(framework_id, None)
        self.context.checkpoint.forget_framework(self.context.agent_id, framework_id)

    async def shutdown(self, why: str) -> None:
        """The end of the agent and of all its tasks."""
        if self._ending:
            return
        self._ending = True
        logger.info("Shutting down, because %s", why)
        await self._kill_all(list(self.tasks.values()))
        self.stopped.set()

    async def _kill_all(self, tasks: list[Task]) -> None:
        grace = self.context.flags.executor_shutdown_grace_period
        living = [task for task in tasks if not task.record.terminal]
        for task in living:
            task.kill(min(task.kill_grace(), grace))
        if living:
            await asyncio.wait(
                [asyncio.create_task(task.done.wait()) for task in living], timeout=grace + SHUTDOWN_SECONDS
            )

    # Status updates

    def _emit(self, record: TaskRecord, status: dict[str, Any]) -> None:
        self.context.counters.valid_updates += 1
        self.updates.emit(record, status)
        if record.terminal:
            self.context.counters.terminal[record.state] += 1
            self.context.counters.executors_terminated += 1

        self._end_group_of(record)

    def _end_group_of(self, record: TaskRecord) -> None:
        if not task_group.ends_the_others(record):
            return
        for other in task_group.members([task.record for task in self.tasks.values()], record):
            if not other.terminal:
                logger.info("Killing task %s: %s of its group ended", other.task_id, record.task_id)
                self.tasks[other.key].kill(None)

    def _save(self, record: TaskRecord) -> None:
        self.context.checkpoint.save_task(self.context.agent_id, record)

    async def _send_update(self, record: TaskRecord, status: dict[str, Any]) -> bool:
        return await self.link.post(messages.status_update(self.context.agent_id, record.framework_id, status))

    def _task_completed(self, record: TaskRecord) -> None:
        self.tasks.pop(record.key, None)
        self.context.checkpoint.forget_task(self.context.agent_id, record)
        if record.group_id and not task_group.members([task.record for task in self.tasks.values()], record):
            self.context.checkpoint.forget_group(self.context.agent_id, record)
        self.completed.append(record)

    # Running

    def spawn(self, job: Any) -> None:
        task = supervise(job)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def start(self) -> None:
        self.spawn(self.link.run())
        self.spawn(self._sweep_sandboxes())

    async def _sweep_sandboxes(self) -> None:
        while True:
            for path in list(self.context.checkpoint.old_sandboxes(time.time() - self.context.flags.gc_delay)):
                logger.info("Removing the old sandbox %s", path)
                await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
                self.context.counters.sandboxes_removed += 1
            await asyncio.sleep(SANDBOX_SWEEP_SECONDS)

    async def stop(self) -> None:
        """End the agent; its tasks go on."""
        for job in self._background:
            job.cancel()
        self.updates.stop()
        for task in self.tasks.values():
            task.detach()
        await self.link.close()
