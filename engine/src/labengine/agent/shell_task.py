"""A task that is a process of the host."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

from labengine.agent import cgroups, environment, leftovers, sandbox
from labengine.agent.executor_process import Command, Exit
from labengine.agent.probes import NoResult
from labengine.agent.task import Task, TaskFailure

START_SECONDS = 30.0
POLL_SECONDS = 0.02
END_SECONDS = 10.0


class ShellTask(Task):
    async def prepare(self) -> None:
        if "mesos" not in self.context.flags.containerizers.split(","):
            raise TaskFailure(
                f"None of the enabled containerizers ({self.context.flags.containerizers}) could create "
                "a container for the provided TaskInfo"
            )
        if (self.record.container.get("mesos") or {}).get("image"):
            raise TaskFailure(
                "The lab engine provides no images to the Mesos containerizer; use a container of type DOCKER"
            )
        sandbox.link_volumes(self.record, self.sandbox)

    def launch(self) -> None:
        cgroups.create(self._groups)
        self.process.start(self._command())

    def _command(self) -> Command:
        command = self.record.command
        arguments = list(command.get("arguments", []))
        value = command.get("value")
        if command.get("shell", True):
            if not value:
                raise TaskFailure("Shell specified but no command value provided")
            executable, argv = "/bin/sh", ["sh", "-c", value, *arguments]
        elif value or arguments:
            executable, argv = value or arguments[0], arguments or [value]
        else:
            raise TaskFailure("The command has neither a value nor arguments")
        return Command(
            argv=argv,
            executable=executable,
            env=self._environment(),
            cwd=str(self.sandbox),
            stdout=str(self.sandbox / "stdout"),
            stderr=str(self.sandbox / "stderr"),
            user=self.user.to_json() if self.user else None,
            cgroups=self._groups,
        )

    @property
    def _groups(self) -> list[Path]:
        return self.context.cgroups.of_shell_task(self.record.container_id)

    def _environment(self) -> dict[str, str]:
        return environment.of_shell_task(
            self.record, self.context.agent_id, self.sandbox, self.context.task_environment()
        )

    async def wait_started(self) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_SECONDS
        while loop.time() < deadline:
            result = self.process.result()
            if result:
                return result.error is None
            if self.process.child():
                return True
            if not self.process.alive():
                return False
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def wait_ended(self) -> tuple[Exit, str, str | None]:
        how = await self.process.wait()
        if how is None:
            traces = leftovers.Traces(
                f"MESOS_CONTAINER_ID={self.record.container_id}", self.process.session, self._groups
            )
            await asyncio.to_thread(leftovers.kill, traces)
            raise TaskFailure(
                "Executor terminated: it ended without reporting how the command ended", "REASON_EXECUTOR_TERMINATED"
            )
        return how, f"Command {how}", "REASON_CONTAINER_LAUNCH_FAILED" if how.error else None

    async def stop(self, grace: float) -> None:
        await self.wait_started()
        self.process.kill(signal.SIGTERM)
        if await self.wait_for_process(grace):
            return
        self.process.kill(signal.SIGKILL)
        if not await self.wait_for_process(END_SECONDS):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)

    def ended(self) -> None:
        """The executor left no process behind, and the sandbox stays."""
        cgroups.remove(self._groups)

    async def run_command(self, command: dict[str, Any], timeout: float) -> int:
        shell = command.get("shell", True)
        argv = ["/bin/sh", "-c", command["value"]] if shell else [command["value"], *command.get("arguments", [])[1:]]
        extra = {
            item["name"]: item.get("value", "") for item in (command.get("environment") or {}).get("variables", [])
        }
        user = sandbox.task_user(self.record, self.framework, switch_user=self.context.flags.switch_user)
        switch: dict[str, Any] = {"user": user.uid, "group": user.gid, "extra_groups": user.groups} if user else {}
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                cwd=self.sandbox,
                env={**self._environment(), **extra},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                **switch,
            )
        except OSError as error:
            raise NoResult(f"cannot be run: {error.strerror}") from error
        try:
            async with asyncio.timeout(timeout or None):
                status = await process.wait()
        except TimeoutError:
            raise NoResult(f"did not end within {timeout:g} seconds") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if status < 0:
            raise NoResult(f"was ended by signal {-status}")
        return status
