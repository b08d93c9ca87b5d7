"""The docker program of the host: what the agent asks of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labengine.agent import docker_unit

AWAY_MARKS = (
    "Cannot connect to the Docker daemon",
    "error waiting for container",
    "error during connect",
    "unexpected EOF",
)
PING_SECONDS = 1.5
CALL_SECONDS = 30.0


class DockerError(Exception):
    """A docker command failed; the text is fit for a task's message."""


class DockerAway(DockerError):
    """The daemon does not answer."""


@dataclass(frozen=True)
class Output:
    status: int
    stdout: str
    stderr: str


def says_away(text: str) -> bool:
    return any(mark in text for mark in AWAY_MARKS)


# What docker says, up to 20.10 in the last line, after the reason why a container did not start.
NO_REASONS = ("docker run --help", "error waiting for container: context canceled")


def own_words(text: str) -> str:
    """What the docker program said in the end, below the output of the container."""
    lines = [
        line.strip() for line in text.splitlines() if line.strip() and not any(words in line for words in NO_REASONS)
    ]
    if not lines:
        return ""
    logged = re.search(r'\bmsg="([^"]*)"', lines[-1])
    return logged[1] if logged else lines[-1].removeprefix("docker: ")


class DockerCli:
    def __init__(self, program: str, socket_path: str, environment: Mapping[str, str] | None = None) -> None:
        self.program = program
        self.socket_path = socket_path.removeprefix("unix://")
        self.environment = dict(os.environ if environment is None else environment)
        self.base = [program, "-H", f"unix://{self.socket_path}"]

    def text(self, *arguments: str) -> str:
        return " ".join([*self.base, *arguments])

    async def run(
        self, *arguments: str, timeout: float = CALL_SECONDS, environment: Mapping[str, str] | None = None
    ) -> Output:
        """Raises DockerError when the program cannot be run or does not end in time."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.base,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**self.environment, **(environment or {})},
                start_new_session=True,
            )
        except OSError:
            raise DockerError(f"Failed to execute '{self.text(*arguments)}': exited with status 127") from None
        try:
            async with asyncio.timeout(timeout):
                stdout, stderr = await process.communicate()
        except TimeoutError:
            raise DockerAway(f"'{self.text(*arguments)}' did not end within {timeout:g} seconds") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Output(process.returncode or 0, stdout.decode(errors="replace"), stderr.decode(errors="replace"))

    async def call(
        self, *arguments: str, timeout: float = CALL_SECONDS, environment: Mapping[str, str] | None = None
    ) -> str:
        """The standard output; DockerError when docker refuses."""
        output = await self.run(*arguments, timeout=timeout, environment=environment)
        if output.status == 0:
            return output.stdout
        kind = DockerAway if says_away(output.stderr) else DockerError
        raise kind(
            f"Failed to run '{self.text(*arguments)}': exited with status {output.status}; "
            f"stderr='{output.stderr.strip()}'"
        )

    async def ping(self) -> None:
        """Raises DockerAway unless the daemon answers at once.

        Asked on the socket: a program that has to be started is too slow an answer on a busy host.
        """
        if state := await self.stopped():
            raise self._away(f" (systemd: {docker_unit.UNIT} is {state})")
        writer = None
        try:
            async with asyncio.timeout(PING_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self.socket_path)
                writer.write(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
                answer = await reader.readline()
        except (OSError, TimeoutError):
            answer = b""
        finally:
            if writer:
                writer.close()
        if b" 200 " not in answer:
            raise self._away()

    def _away(self, detail: str = "") -> DockerAway:
        return DockerAway(
            f"Cannot connect to the Docker daemon at unix://{self.socket_path}. Is the docker daemon running?{detail}"
        )

    async def stopped(self) -> str | None:
        """How systemd puts it that the daemon is gone or going; None: it does not say so."""
        return await docker_unit.stopped(self.socket_path)

    async def version(self) -> str:
        return (await self.call("--version")).strip()

    async def inspect(self, name: str) -> dict[str, Any] | None:
        """The container, or None where there is none."""
        output = await self.run("container", "inspect", name)
        if output.status == 0:
            return json.loads(output.stdout)[0]
        if says_away(output.stderr):
            raise DockerAway(output.stderr.strip())
        return None

    async def has_image(self, image: str) -> bool:
        output = await self.run("image", "inspect", "--format", "{{.Id}}", image)
        if output.status != 0 and says_away(output.stderr):
            raise DockerAway(output.stderr.strip())
        return output.status == 0

    async def pull(self, image: str, timeout: float, config_dir: Path | None = None) -> None:
        environment = {"DOCKER_CONFIG": str(config_dir)} if config_dir else None
        await self.call("pull", image, timeout=timeout, environment=environment)

    async def stop(self, name: str, grace: float) -> None:
        await self.call("stop", f"--time={max(0, round(grace))}", name, timeout=grace + CALL_SECONDS)

    async def remove(self, name: str) -> None:
        output = await self.run("rm", "--force", "--volumes", name)
        if output.status != 0 and says_away(output.stderr):
            raise DockerAway(output.stderr.strip())

    async def containers(self, *labels: str) -> list[str]:
        """Names of all containers, dead ones too, that carry all the labels."""
        filters = [f"--filter=label={label}" for label in labels]
        listing = await self.call("ps", "--all", "--no-trunc", "--format", "{{.Names}}", *filters)
        return [name for line in listing.splitlines() for name in line.split(",")]


def is_running(container: dict[str, Any] | None) -> bool:
    return bool(container and container["State"]["Running"])


def was_started(container: dict[str, Any] | None) -> bool:
    return bool(container and not container["State"]["StartedAt"].startswith("0001-"))


def addresses(container: dict[str, Any], host_ip: str) -> list[str]:
    """The container's own addresses; the host's where it shares the host's network."""
    networks = container["NetworkSettings"]["Networks"]
    return [network["IPAddress"] for network in networks.values() if network.get("IPAddress")] or [host_ip]
