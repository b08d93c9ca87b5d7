"""A program of ``marathon_discovery`` as a process, with a configuration, a log and a status of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from haproxy_process import free_ports
from raw_server import RawServer

PACKAGE = Path(__file__).resolve().parents[2] / "roles" / "_common" / "files"
SECONDS = 60


class AgentProcess:
    def __init__(self, directory: Path, module: str, values: dict[str, Any], python: str = sys.executable) -> None:
        self.directory = directory
        self._module = module
        self._python = python
        (self.status_port,) = free_ports(1)
        self.values: dict[str, Any] = {
            **values,
            "interval": 2,
            "debounce": 0.05,
            "status_listen": f"127.0.0.1:{self.status_port}",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> list[str]:
        file = self.directory / "agent.json"
        file.write_text(json.dumps(self.values))
        return [self._python, "-B", "-m", self._module, "--config", str(file), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(PACKAGE)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, timeout=120
        )

    def start(self) -> None:
        log = (self.directory / "agent.log").open("ab")
        self.process = subprocess.Popen(self.command(), env=self.environment, stdout=log, stderr=log)

    def stop(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process = None
        return code

    def ends_while_it_reads(self, slow: RawServer) -> None:
        """It must not wait for an answer that does not end."""
        self.start()
        self.wait_for(lambda _status: slow.asked)
        before = time.monotonic()
        assert self.stop() == 0
        assert time.monotonic() - before < 3

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(60)
            self.process = None

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.status_port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""

    def status(self) -> dict[str, Any]:
        code, body = self.get("/status")
        return json.loads(body) if code == 200 else {}

    def wait_for(self, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        deadline = time.monotonic() + SECONDS
        while True:
            status = self.status()
            if status and condition(status):
                return status
            log = (self.directory / "agent.log").read_text()
            assert time.monotonic() < deadline, f"{status}\n{log[-3000:]}"
            time.sleep(0.05)
