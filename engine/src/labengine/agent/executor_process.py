"""The agent's side of an executor: start it, find it again after a restart, wait for it, kill its command."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labengine.agent import executor
from labengine.common.files import write_private

# An executor writes down who it is as soon as it has taken its order.
TAKING_SECONDS = 5.0
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Exit:
    """How a command ended: one of the three."""

    status: int | None = None
    signal: int | None = None
    error: str | None = None

    @property
    def success(self) -> bool:
        return self.status == 0

    def __str__(self) -> str:
        if self.status is not None:
            return f"exited with status {self.status}"
        if self.signal is not None:
            return f"terminated with signal {signal.strsignal(self.signal) or self.signal}"
        return f"could not be started: {self.error}"


@dataclass(frozen=True)
class Command:
    argv: list[str]
    env: dict[str, str]
    cwd: str
    stdout: str
    stderr: str
    executable: str | None = None
    user: dict[str, Any] | None = None
    cgroups: Sequence[Path] = ()


class ExecutorProcess:
    """``run_dir`` holds the pids, and in the end how the command ended."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.pid = 0
        # Of the command, known as long as none of another process can have got its number.
        self.session: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: Command) -> None:
        for name in ("exit.json", "pids.json"):
            (self.run_dir / name).unlink(missing_ok=True)
        spec = self.run_dir / "spec.json"
        write_private(
            spec,
            json.dumps(
                {
                    "run_dir": str(self.run_dir),
                    "argv": command.argv,
                    "executable": command.executable,
                    "cwd": command.cwd,
                    "env": command.env,
                    "user": command.user,
                    "stdout": command.stdout,
                    "stderr": command.stderr,
                    "cgroups": [str(group) for group in command.cgroups],
                }
            ),
        )
        with open(self.run_dir / "executor.log", "ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", executor.__file__, str(spec)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
                env={name: value for name, value in os.environ.items() if not name.startswith("MESOS_")},
            )
        self.pid = self._process.pid

    def recover(self) -> bool:
        """True if the executor of an earlier agent still runs."""
        pids = self._read("pids.json")
        if not pids:
            return False
        try:
            if executor.start_time(pids["executor"]) != pids["start_time"]:
                return False
        except OSError:
            return False
        self.pid = pids["executor"]
        return True

    async def settle(self) -> bool:
        """True if an executor has, or had, what an agent before this one wanted it to run; no other will have it."""
        with contextlib.suppress(FileNotFoundError):
            (self.run_dir / "spec.json").unlink()
        taken = self.run_dir / "taken.json"
        deadline = time.monotonic() + TAKING_SECONDS
        while taken.exists() and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        taken.unlink(missing_ok=True)
        return self.recover() or self.result() is not None

    def alive(self) -> bool:
        if self._process:
            return self._process.poll() is None
        return self.recover()

    async def wait(self) -> Exit | None:
        """Returns when the executor has ended; None: it ended without saying how (it was killed itself)."""
        own = self._process is not None
        if self.alive():
            own = True
            with contextlib.suppress(ProcessLookupError):
                await self._wait_pid()
            self.alive()  # a child of this agent has to be reaped
        if own:
            self.session = (self._read("pids.json") or {}).get("child")
        return self.result()

    async def _wait_pid(self) -> None:
        descriptor = os.pidfd_open(self.pid)
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def readable() -> None:
            if not ended.done():
                ended.set_result(None)

        loop.add_reader(descriptor, readable)
        try:
            await ended
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)

    def result(self) -> Exit | None:
        content = self._read("exit.json")
        return Exit(**content) if content else None

    def child(self) -> int | None:
        """The pid of the command, while the executor runs."""
        pids = self._read("pids.json")
        return pids.get("child") if pids and self.alive() else None

    def kill(self, number: int) -> None:
        """Signal the command and everything in its process group."""
        if child := self.child():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, number)

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            return json.loads((self.run_dir / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
