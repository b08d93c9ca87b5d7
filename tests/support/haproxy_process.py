"""A real HAProxy in master-worker mode, with a base, the agent's file and its sockets in a directory of its own."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marathon_discovery.config import Config
from marathon_discovery.haproxy.runtime import HaproxyError, Sockets

PROGRAM = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "haproxy"
START_SECONDS = 120
_BASE = """\
global
  stats socket {directory}/worker.sock mode 600 level admin
  hard-stop-after 20s
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout queue 5s
"""


# Below the ports that Mesos agents offer to tasks (31000-32000), and those that Linux gives away (ip_local_port_range).
BELOW_TASK_PORTS = range(20100, 31000)


def free_ports(count: int) -> list[int]:
    """Held together, so that they differ, and given back. Neither the kernel nor an agent gives one of them away."""
    held: list[socket.socket] = []
    try:
        for port in random.sample(BELOW_TASK_PORTS, len(BELOW_TASK_PORTS)):
            if len(held) == count:
                break
            one = socket.socket()
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                one.close()
            else:
                held.append(one)
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


@dataclass
class Haproxy:
    directory: Path
    http_port: int
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        return self.directory / "base.cfg"

    @property
    def backends(self) -> Path:
        return self.directory / "marathon" / "backends.cfg"

    @property
    def sockets(self) -> Sockets:
        return Sockets(str(self.directory / "worker.sock"), str(self.directory / "master.sock"))

    def config(self, **more: Any) -> Config:
        """As the agent would have it; ``more`` are other values of its configuration."""
        values = {
            "marathon": ("http://127.0.0.1:1",),
            "groups": ("external",),
            "base_file": str(self.base),
            "backends_file": str(self.backends),
            "haproxy": PROGRAM,
            "socket": str(self.directory / "worker.sock"),
            "master_socket": str(self.directory / "master.sock"),
            "certificates": str(self.directory / "certificates"),
            "http_port": self.http_port,
            "https_port": None,
            "app_id_port": None,
        }
        return Config(**{**values, **self.more, **more})

    def start(self) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "-W", "-S", self.directory / "master.sock", "-f", self.base, "-f", self.backends],
            stdout=(self.directory / "log").open("ab"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                self.sockets.worker()
                return
            except HaproxyError:
                time.sleep(0.05)
        raise AssertionError(f"HAProxy did not start: {self.log()}")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)
            self.process = None

    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def reloads(self) -> int:
        """How often its master has loaded the files since its start."""
        lines = self.sockets.of_master("show proc").splitlines()
        return next(int(line.split()[2]) for line in lines if "master" in line)

    def accepts(self, text: str) -> str:
        """What HAProxy says against the text, with the base."""
        candidate = self.directory / "candidate.cfg"
        candidate.write_text(text)
        done = subprocess.run(
            [PROGRAM, "-c", "-f", self.base, "-f", candidate], capture_output=True, text=True, timeout=120
        )
        return "" if done.returncode == 0 else done.stderr or f"exit code {done.returncode}"


@contextmanager
def directory() -> Iterator[Haproxy]:
    """Not started. The path is short: that of a socket has at most 107 letters."""
    with tempfile.TemporaryDirectory(prefix="hap") as name:
        path = Path(name)
        (path / "marathon").mkdir()
        (path / "certificates").mkdir()
        (path / "log").touch()
        (path / "base.cfg").write_text(_BASE.format(directory=path))
        (path / "marathon" / "backends.cfg").touch()
        (http_port,) = free_ports(1)
        yield Haproxy(path, http_port)


@contextmanager
def running() -> Iterator[Haproxy]:
    with directory() as haproxy:
        haproxy.start()
        try:
            yield haproxy
        finally:
            haproxy.stop()
