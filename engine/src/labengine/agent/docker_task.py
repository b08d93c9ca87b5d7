"""A task that is a container of the host's Docker.

The executor runs an attached ``docker run``: its output is the task's, its exit status the container's. Where
it got lost, an attached ``docker attach`` takes its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from labengine.agent import cgroups, environment
from labengine.agent.docker_cli import (
    DockerAway,
    DockerCli,
    DockerError,
    addresses,
    is_running,
    own_words,
    says_away,
    was_started,
)
from labengine.agent.docker_command import DockerSettings, Environment, run_arguments
from labengine.agent.executor_process import Command, Exit
from labengine.agent.probes import NoResult
from labengine.agent.sandbox import tail
from labengine.agent.task import Task, TaskFailure
from labengine.common.files import write_private
from labengine.common.resources import Resources

# docker's own exit status when it, not the container, failed.
DOCKER_FAILED = 125
KILLED_STATUS = 128 + signal.SIGKILL
DAEMON_GONE_SECONDS = 10.0
POLL_FIRST_SECONDS = 0.1
POLL_MAX_SECONDS = 0.5
STOP_RETRIES = 20
END_SECONDS = 10.0
ATTACH_PAUSE_SECONDS = 5
MEMORY_LIMITED = "REASON_CONTAINER_LIMITATION_MEMORY"


class DockerTask(Task):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.container_name = f"mesos-{self.record.container_id}"
        self.image = (self.record.container.get("docker") or {}).get("image", "")
        self._was_started = False
        self._container_pid = 0
        # Only the docker run of this agent's own launch is known to have seen the container's end.
        self._saw_launch = False
        self._attaches = 0

    @property
    def docker(self) -> DockerCli:
        if self.context.docker is None:
            raise TaskFailure(
                f"None of the enabled containerizers ({self.context.flags.containerizers}) could create "
                "a container for the provided TaskInfo"
            )
        return self.context.docker

    @property
    def preparation(self) -> str:
        return f"Pulling the Docker image '{self.image}'"

    async def prepare(self) -> None:
        await self.docker.ping()
        arguments = self._run_arguments()
        force = (self.record.container.get("docker") or {}).get("force_pull_image", False)
        if force or not await self.docker.has_image(self.image):
            started = time.monotonic()
            # Bounded from outside, by executor_registration_timeout.
            await self.docker.pull(
                self.image, self.context.flags.executor_registration_timeout + 1, self._registry_config()
            )
            self.context.counters.image_pull_ms = (time.monotonic() - started) * 1000
        self._arguments = arguments

    def _registry_config(self) -> Path | None:
        """Registry credentials: fetched into the sandbox by the task, or the agent's docker_config."""
        own = self.sandbox / ".docker"
        if (own / "config.json").is_file():
            return own
        text = self.context.flags.docker_config
        if not text:
            return None
        directory = self.process.run_dir / "docker-config"
        directory.mkdir(mode=0o700, exist_ok=True)
        write_private(directory / "config.json", json.dumps(json.loads(text)))
        return directory

    def _run_arguments(self) -> list[str]:
        flags = self.context.flags
        self._environment = Environment.of(
            environment.of_docker_task(self.record, self.container_name, flags.sandbox_directory)
        )
        settings = DockerSettings(flags.sandbox_directory, self.context.labels(), flags.cgroups_enable_cfs)
        self._env_file = self.process.run_dir / "environment"
        return run_arguments(
            self.record.launch_info, self.container_name, self.sandbox, settings, self._environment, self._env_file
        )

    def launch(self) -> None:
        write_private(self._env_file, self._environment.file_text)
        self._execute(["run", *self._arguments], self._environment.inherited)
        self._saw_launch = True

    def _execute(self, arguments: list[str], variables: dict[str, str] | None = None) -> None:
        groups = self.context.cgroups.of_docker_task()
        cgroups.create(groups)
        self.process.start(
            Command(
                argv=[*self.docker.base, *arguments],
                cwd="/",
                env={**self.docker.environment, **(variables or {})},
                stdout=str(self.sandbox / "stdout"),
                stderr=str(self.sandbox / "stderr"),
                cgroups=groups,
            )
        )

    async def _attach(self) -> None:
        await asyncio.sleep(min(self._attaches, ATTACH_PAUSE_SECONDS))
        self._attaches += 1
        self._saw_launch = False
        self._execute(["attach", "--no-stdin", "--sig-proxy=false", self.container_name])

    async def _resume(self) -> None:
        """As with the real one a container is lost with its executor, though it runs: after the end of the whole
        control group, or of the container that the agent and its executors were in."""
        there = await self.process.settle()
        if not there and self.record.state != "TASK_STAGING":
            self.killing = self.record.state == "TASK_KILLING"
            await asyncio.sleep(self.context.flags.executor_reregistration_timeout)
            with contextlib.suppress(DockerError):
                await self.docker.stop(self.container_name, self.context.flags.docker_stop_timeout)
            if self.context.janitor:
                self.context.janitor.remove_later(self.container_name)
            raise TaskFailure("The executor did not reregister: it is gone", "REASON_EXECUTOR_REREGISTRATION_TIMEOUT")
        await super()._resume()

    async def wait_started(self) -> bool:
        interval = POLL_FIRST_SECONDS
        while True:
            ended = not self.process.alive()
            try:
                container = await self.docker.inspect(self.container_name)
            except DockerError:
                container = None
            if was_started(container):
                self._remember(container)
                return True
            if ended:
                return False
            await asyncio.sleep(interval)
            interval = min(interval * 1.5, POLL_MAX_SECONDS)

    def _remember(self, container: dict[str, Any]) -> None:
        self.addresses = addresses(container, self.context.ip)
        self._was_started = True
        # 0 where it has ended already.
        self._container_pid = container["State"]["Pid"]

    @property
    def probe_host(self) -> str:
        host_network = (self.record.container.get("docker") or {}).get("network", "HOST") == "HOST"
        return "127.0.0.1" if host_network else self.addresses[0]

    def root_pid(self) -> int | None:
        return self._container_pid or None

    def _alive(self) -> bool:
        return bool(self._container_pid) and os.path.exists(f"/proc/{self._container_pid}")

    async def wait_ended(self) -> tuple[Exit, str, str | None]:
        while True:
            how = await self.process.wait()
            last_words = own_words(tail(self.sandbox / "stderr"))
            if not self.killing and await self.docker.stopped():
                raise self._daemon_gone(f"container {how}" if how else "docker.service was stopped")
            if how and how.status == DOCKER_FAILED and self._saw_launch and says_away(last_words):
                if await self._comes_back():
                    continue
                raise self._daemon_gone(last_words)
            if how is None or (not self.killing and (how.signal or not self._saw_launch)):
                how = await self._container_exit(how)
                if how is None:
                    continue
            if how.error:
                raise TaskFailure(how.error)
            if how.status == DOCKER_FAILED and not self._was_started:
                raise TaskFailure(f"Failed to run '{self.docker.text('run', '…', self.image)}': {last_words}")
            if how.status == KILLED_STATUS and await self._out_of_memory():
                limit = Resources.parse(self.record.resources).scalar("mem")
                return how, f"Container {how}: memory limit of {limit:g} MB exceeded", MEMORY_LIMITED
            return how, f"Container {how}", None

    async def _comes_back(self) -> bool:
        """The daemon went away under a container that lives on: it may be a restart that keeps containers."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + DAEMON_GONE_SECONDS
        while self._alive() and loop.time() < deadline:
            # Not at once: under socket activation the question would start the daemon that is being stopped.
            await asyncio.sleep(1)
            try:
                await self.docker.ping()
                if is_running(await self.docker.inspect(self.container_name)):
                    await self._attach()
                    return True
                return False
            except DockerError:
                continue
        return False

    @staticmethod
    def _daemon_gone(detail: str) -> TaskFailure:
        return TaskFailure(
            f"The Docker daemon is gone, and the container with it: {detail}", "REASON_EXECUTOR_TERMINATED"
        )

    async def _container_exit(self, seen: Exit | None) -> Exit | None:
        """How the container ended, though its executor may not have seen it; None: it runs, and is watched again."""
        try:
            container = await self.docker.inspect(self.container_name)
        except DockerError as error:
            if await self._comes_back():
                return None
            raise self._daemon_gone(str(error)) from error
        if container is None:
            if seen and seen.status is not None:
                return seen
            raise TaskFailure(f"The container {self.container_name} is gone", "REASON_EXECUTOR_TERMINATED")
        self._remember(container)
        if is_running(container):
            await self._attach()
            return None
        return Exit(status=container["State"]["ExitCode"])

    async def _out_of_memory(self) -> bool:
        try:
            container = await self.docker.inspect(self.container_name)
        except DockerError:
            return False
        return bool(container and container["State"]["OOMKilled"])

    async def stop(self, grace: float) -> None:
        for _ in range(STOP_RETRIES):
            if self.process.result():
                return
            try:
                await self.docker.ping()
                await self.docker.stop(self.container_name, grace)
                break
            except DockerAway:
                break
            except DockerError:  # not created yet
                await asyncio.sleep(POLL_MAX_SECONDS)
        if not await self.wait_for_process(END_SECONDS):
            self.process.kill(signal.SIGKILL)

    async def run_command(self, command: dict[str, Any], timeout: float) -> int:
        shell = command.get("shell", True)
        argv = ["/bin/sh", "-c", command["value"]] if shell else [command["value"], *command.get("arguments", [])[1:]]
        try:
            output = await self.docker.run("exec", self.container_name, *argv, timeout=timeout or END_SECONDS)
        except DockerError as error:
            raise NoResult(f"failed: {error}") from error
        return output.status

    def ended(self) -> None:
        self.process.run_dir.joinpath("environment").unlink(missing_ok=True)
        if janitor := self.context.janitor:
            if self._alive():
                janitor.remove_while_alive(self.container_name, self._alive)
            elif self._container_pid or self.process.pid:
                janitor.remove_later(self.container_name)
