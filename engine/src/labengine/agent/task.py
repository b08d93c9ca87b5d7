"""The life of a task, whatever it runs in: prepare, start, watch, kill, report."""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from typing import Any

from labengine.agent import fetcher, sandbox, task_group
from labengine.agent.context import AgentContext
from labengine.agent.docker_cli import DockerError
from labengine.agent.docker_command import BadContainer
from labengine.agent.executor_process import ExecutorProcess, Exit
from labengine.agent.health import HealthCheck, HealthChecker, probe
from labengine.agent.record import TaskRecord, new_status
from labengine.common import log
from labengine.common.supervision import supervise

logger = log.get(__name__)

DEFAULT_KILL_GRACE_SECONDS = 3.0
LAUNCH_FAILED = "REASON_CONTAINER_LAUNCH_FAILED"


class TaskFailure(Exception):
    """The task is over before its command ended by itself; the text becomes its message."""

    def __init__(self, message: str, reason: str = LAUNCH_FAILED) -> None:
        super().__init__(message)
        self.reason = reason


class Task(ABC):
    def __init__(self, context: AgentContext, framework: dict[str, Any], record: TaskRecord) -> None:
        self.context = context
        self.framework = framework
        self.record = record
        self.sandbox = context.checkpoint.sandbox(context.agent_id, record)
        self.process = ExecutorProcess(context.checkpoint.run_dir(context.agent_id, record))
        self.addresses = [context.ip]
        self.healthy: bool | None = None
        self.killing = False
        self.kill_reason: str | None = None
        self._unhealthy: str | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._jobs: set[asyncio.Task[None]] = set()
        self.done = asyncio.Event()

    # What the kinds of tasks differ in

    @abstractmethod
    async def prepare(self) -> None:
        """Everything that takes time before the command can start."""

    @abstractmethod
    def launch(self) -> None:
        """Start the executor; must not wait."""

    @abstractmethod
    async def wait_started(self) -> bool:
        """False: it never ran."""

    @abstractmethod
    async def wait_ended(self) -> tuple[Exit, str, str | None]:
        """(how, message, reason); raises TaskFailure when there is no exit to report."""

    @abstractmethod
    async def stop(self, grace: float) -> None:
        """SIGTERM, after the grace period SIGKILL."""

    @abstractmethod
    async def run_command(self, command: dict[str, Any], timeout: float) -> int:
        """The exit status of a command of a check where the task runs; raises NoResult."""

    @property
    def probe_host(self) -> str:
        return "127.0.0.1"

    def root_pid(self) -> int | None:
        """The first process of the task, for usage statistics."""
        return self.process.child()

    @abstractmethod
    def ended(self) -> None:
        """Clean up after the terminal status was recorded."""

    # The course of things

    def start(self) -> None:
        self._spawn(self._guarded(self._run()))

    def resume(self) -> None:
        """Go on after the agent was restarted."""
        self._spawn(self._guarded(self._resume()))

    def kill(self, grace: float | None) -> None:
        if self.killing or self.record.terminal:
            return
        self.killing = True
        if self._preparing and not self._preparing.done():
            self._preparing.cancel()
            return
        if self.can_report_killing():
            self.report("TASK_KILLING")
        self._spawn(self._stop(self.kill_grace() if grace is None else grace))

    async def _stop(self, grace: float) -> None:
        try:
            await self.stop(grace)
        except Exception:
            logger.exception("Task %s could not be killed; the next attempt begins anew", self.record.task_id)
            self.killing = False

    def detach(self) -> None:
        """The agent ends; the task goes on."""
        for job in self._jobs:
            job.cancel()

    def can_report_killing(self) -> bool:
        return {"type": "TASK_KILLING_STATE"} in self.framework.get("capabilities", [])

    def kill_grace(self) -> float:
        policy = self.record.info.get("kill_policy") or {}
        nanoseconds = (policy.get("grace_period") or {}).get("nanoseconds")
        return DEFAULT_KILL_GRACE_SECONDS if nanoseconds is None else nanoseconds / 1e9

    def report(self, state: str, **details: Any) -> None:
        details.setdefault("healthy", self.healthy)
        self.context.emit(
            self.record,
            new_status(
                self.record,
                self.context.agent_id,
                state,
                ip_addresses=self.addresses,
                executor_pid=self.process.pid or None,
                **details,
            ),
        )

    def _spawn(self, job: Any) -> None:
        task = supervise(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _guarded(self, job: Any) -> None:
        try:
            await job
        except TaskFailure as failure:
            self._fail(str(failure), failure.reason)
        except Exception as error:  # the agent must outlive whatever one task does
            logger.exception("Task %s cannot be handled", self.record.task_id)
            self._fail(f"The agent cannot handle the task: {error!r}", "REASON_EXECUTOR_TERMINATED")
        finally:
            if self.record.terminal:
                self.ended()
                self.done.set()

    def _fail(self, message: str, reason: str) -> None:
        if reason == LAUNCH_FAILED:
            self.context.counters.launch_errors += 1
            message = f"Failed to launch container: {message}"
        if self.killing:
            self.report("TASK_KILLED", message=self._unhealthy or message, reason=self.kill_reason)
        else:
            self.report("TASK_FAILED", message=message, reason=reason, source="SOURCE_AGENT")

    async def _run(self) -> None:
        if not await self._prepared():
            self.report(
                "TASK_KILLED",
                message="Task was killed before it was started",
                reason="REASON_TASK_KILLED_DURING_LAUNCH",
                source="SOURCE_AGENT",
            )
            return
        self.launch()
        self.report("TASK_STARTING")
        await self._watch()

    async def _prepared(self) -> bool:
        limit = self.context.flags.executor_registration_timeout
        self._preparing = asyncio.create_task(self._prepare())
        done, _ = await asyncio.wait({self._preparing}, timeout=limit)
        if not done:
            self._preparing.cancel()
            await asyncio.wait({self._preparing})
            raise TaskFailure(
                f"{self.preparation} did not end within {limit:g} seconds (the agent's executor_registration_timeout)",
                "REASON_EXECUTOR_REGISTRATION_TIMEOUT",
            )
        if self._preparing.cancelled():
            return False
        try:
            self._preparing.result()
        except (sandbox.SandboxError, fetcher.FetchError, BadContainer, DockerError, OSError) as error:
            raise TaskFailure(str(error)) from error
        return not self.killing

    @property
    def preparation(self) -> str:
        return "Fetching the URIs"

    async def _prepare(self) -> None:
        if refusal := task_group.problem(self.record):
            raise TaskFailure(refusal)
        flags = self.context.flags
        self.user = sandbox.task_user(self.record, self.framework, switch_user=flags.switch_user)
        sandbox.create(self.sandbox, self.user)
        if self.record.group_id:
            shared = self.context.checkpoint.group_sandbox(self.context.agent_id, self.record)
            sandbox.show_below(shared, self.sandbox, self.record.container_id)
        if uris := self.record.command.get("uris"):
            await asyncio.to_thread(
                fetcher.fetch_all,
                uris,
                self.sandbox,
                self.user,
                frameworks_home=flags.frameworks_home,
                stall_timeout=flags.fetcher_stall_timeout,
            )
            self.context.counters.fetches += 1
        await self.prepare()

    async def _resume(self) -> None:
        if not await self.process.settle() and self.record.state == "TASK_STAGING":
            raise TaskFailure("The agent was restarted while the task was being prepared", "REASON_EXECUTOR_TERMINATED")
        if self.record.state == "TASK_KILLING":
            self.killing = True
            self._spawn(self._stop(self.kill_grace()))
        await self._watch()

    async def _watch(self) -> None:
        started = await self.wait_started()
        if started and not self.killing and self.record.state in ("TASK_STAGING", "TASK_STARTING"):
            self.report("TASK_RUNNING")
        checking = supervise(self._check_health()) if started else None
        try:
            how, message, reason = await self.wait_ended()
        finally:
            if checking:
                checking.cancel()
        if self.killing:
            self.report("TASK_KILLED", message=self._unhealthy or message, reason=self.kill_reason)
        elif how.success:
            self.report("TASK_FINISHED", message=message)
        else:
            self.report("TASK_FAILED", message=message, reason=reason or "REASON_COMMAND_EXECUTOR_FAILED")

    async def _check_health(self) -> None:
        definition = self.record.info.get("health_check")
        if not definition:
            return
        try:
            check = HealthCheck.of(definition)
        except (AttributeError, KeyError, TypeError) as error:
            logger.error("Task %s runs unchecked: its health check is malformed: %r", self.record.task_id, error)
            return
        last = next((status["healthy"] for status in reversed(self.record.statuses) if "healthy" in status), None)
        self.healthy = last

        async def run_probe(check: HealthCheck) -> str | None:
            try:
                return await probe(check, self.probe_host, self.run_command)
            except Exception as error:  # a check that cannot be made is a failed one
                logger.exception("The health check of task %s cannot be made", self.record.task_id)
                return f"{check.kind} health check cannot be made: {error!r}"

        await HealthChecker(check, self._started(), run_probe, self._health_changed, was_healthy=last is True).run()

    def _health_changed(self, healthy: bool, problem: str, must_die: bool) -> None:
        if self.killing or self.record.terminal:
            return
        self.healthy = healthy
        self.report("TASK_RUNNING", reason="REASON_TASK_HEALTH_CHECK_STATUS_UPDATED", message=problem or None)
        if must_die:
            self._unhealthy = f"Task failed health check too often and was killed: {problem}"
            self.kill(None)

    def _started(self) -> float:
        return self.record.first_time("TASK_RUNNING") or time.time()

    async def wait_for_process(self, seconds: float) -> bool:
        """True when the executor ended in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.process.wait()
                return True
        return False
