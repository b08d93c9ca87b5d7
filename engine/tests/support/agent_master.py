"""The other ends of the lab engine's agent in its tests: a master that the test plays, and a tiny image."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import queue
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests
from local_cluster import ENGINE, free_port

AGENT_ID = "00000000-aaaa-bbbb-cccc-000000000000-S0"
FRAMEWORK = {"id": {"value": "test-framework-0000"}, "name": "test", "user": "root", "checkpoint": True,
             "capabilities": [{"type": "TASK_KILLING_STATE"}, {"type": "PARTITION_AWARE"}]}
TERMINAL = ("TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_LOST", "TASK_DROPPED", "TASK_ERROR")
WAIT_SECONDS = 40.0


def wait_for(what: Callable[[], Any], description: str, seconds: float = WAIT_SECONDS) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := what():
            return result
        time.sleep(0.05)
    raise AssertionError(f"{description}: not within {seconds:g} seconds")


class FakeMaster:
    """Speaks the engine's protocol between master and agent; acknowledges updates unless told not to."""

    def __init__(self) -> None:
        self.subscriptions: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.pongs = 0
        self.acknowledging = True
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._lock = threading.Lock()
        master = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_arguments: Any) -> None:
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if body["type"] == "SUBSCRIBE":
                    master._stream(self, body)
                    return
                master._receive(body)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _stream(self, handler: http.server.BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        with self._lock:
            self._events.put(None)
            events = self._events = queue.Queue()
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        events.put({"type": "SUBSCRIBED", "agent_id": {"value": AGENT_ID}})
        self.subscriptions.append(body)
        with contextlib.suppress(OSError):
            while True:
                try:
                    event = events.get(timeout=2)
                except queue.Empty:
                    event = {"type": "PING"}
                if event is None:
                    break
                record = json.dumps(event).encode()
                record = b"%d\n%s" % (len(record), record)
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(record), record))
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    def _receive(self, body: dict[str, Any]) -> None:
        if body["type"] == "PONG":
            self.pongs += 1
            return
        self.updates.append(body)
        if self.acknowledging:
            self.acknowledge(body)

    def acknowledge(self, update: dict[str, Any]) -> None:
        status = update["status"]
        self.send({"type": "ACKNOWLEDGE", "framework_id": update["framework_id"], "task_id": status["task_id"],
                   "uuid": status["uuid"]})

    def send(self, event: dict[str, Any]) -> None:
        self._events.put(event)

    def wait_subscribed(self, times: int = 1) -> None:
        wait_for(lambda: len(self.subscriptions) >= times, f"subscription {times} of the agent")

    def run(self, task: dict[str, Any], framework: dict[str, Any] | None = None) -> str:
        self.send({"type": "RUN_TASK", "framework": framework or FRAMEWORK, "task": task})
        return task["task_id"]["value"]

    def kill(self, task_id: str, grace: float | None = None) -> None:
        event: dict[str, Any] = {"type": "KILL_TASK", "framework_id": FRAMEWORK["id"], "task_id": {"value": task_id}}
        if grace is not None:
            event["kill_policy"] = {"grace_period": {"nanoseconds": int(grace * 1e9)}}
        self.send(event)

    def disconnect(self) -> None:
        self._events.put(None)

    def statuses(self, task_id: str) -> list[dict[str, Any]]:
        """Every update once, in order."""
        seen: dict[str, dict[str, Any]] = {}
        for update in list(self.updates):
            if update["status"]["task_id"]["value"] == task_id:
                seen.setdefault(update["status"]["uuid"], update["status"])
        return list(seen.values())

    def states(self, task_id: str) -> list[str]:
        return [status["state"] for status in self.statuses(task_id)]

    def wait_state(self, task_id: str, state: str, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        def arrived() -> dict[str, Any] | None:
            found = [status for status in self.statuses(task_id) if status["state"] == state]
            if not found and any(name in TERMINAL for name in self.states(task_id)):
                raise AssertionError(f"{task_id} is over without {state}: {self.statuses(task_id)}")
            return found[-1] if found else None

        return wait_for(arrived, f"{state} of {task_id}, after {self.states(task_id)}", seconds)

    def wait_over(self, task_id: str, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        def over() -> dict[str, Any] | None:
            return next((status for status in self.statuses(task_id) if status["state"] in TERMINAL), None)

        return wait_for(over, f"the end of {task_id}", seconds)

    def close(self) -> None:
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()


class AgentProcess:
    """The real agent as a process, which a test may stop and start again."""

    def __init__(self, master_port: int, work_dir: Path, **flags: str) -> None:
        self.port = free_port()
        self.work_dir = work_dir
        self.flags = {"master": f"127.0.0.1:{master_port}", "work_dir": str(work_dir), "ip": "127.0.0.1",
                      "port": str(self.port), "containerizers": "docker,mesos",
                      "isolation": "posix/cpu,posix/mem,volume/sandbox_path",
                      "resources": "cpus:2;mem:1024;disk:2048", "systemd_enable_support": "false",
                      "launcher": "posix",
                      "registration_backoff_factor": "100ms", "docker_remove_delay": "1ms", **flags}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = work_dir.with_name(work_dir.name + ".log")

    def start(self) -> AgentProcess:
        self.spawn()
        wait_for(self._answers, f"the agent on port {self.port}; its log: {self.log_text()}")
        return self

    def spawn(self) -> subprocess.Popen[bytes]:
        arguments = [f"--{name}={value}" for name, value in self.flags.items()]
        with open(self._log, "ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "labengine.agent", *arguments], stdout=output, stderr=output,
                env={**os.environ, "PYTHONPATH": str(ENGINE)})
        return self._process

    def _answers(self) -> bool:
        assert self._process and self._process.poll() is None, f"the agent ended: {self.log_text()}"
        try:
            return requests.get(f"{self.url}/health", timeout=2).ok
        except requests.RequestException:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, endpoint: str, **parameters: str) -> Any:
        return requests.get(self.url + endpoint, params=parameters, timeout=10).json()

    def log_text(self) -> str:
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def wait_exit(self, seconds: float = WAIT_SECONDS) -> int:
        assert self._process
        return self._process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL to the agent alone."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def sandbox(self, task_id: str) -> Path:
        return next(self.work_dir.glob(f"slaves/*/frameworks/*/executors/{task_id}/runs/latest"))

    def remove_tasks(self) -> None:
        """Whatever a test left running."""
        self.kill()
        for pids in self.work_dir.glob("meta/slaves/*/frameworks/*/executors/*/runs/*/pids.json"):
            content = json.loads(pids.read_text(encoding="utf-8"))
            for kill, pid in ((os.killpg, content["child"]), (os.kill, content["executor"])):
                with contextlib.suppress(ProcessLookupError):
                    kill(pid, 9)
        if shutil.which("docker"):
            names = subprocess.run(["docker", "ps", "-aq", "--filter", f"label=mesos.work_dir={self.work_dir}"],
                                   capture_output=True, text=True).stdout.split()
            if names:
                subprocess.run(["docker", "rm", "-f", "-v", *names], capture_output=True)


def shell_task(words: str = "", **extra: Any) -> dict[str, Any]:
    """A TaskInfo."""
    name = f"task-{uuid.uuid4().hex[:12]}"
    extra.setdefault("command", {"value": words, "shell": True})
    return {"name": name, "task_id": {"value": name}, "agent_id": {"value": AGENT_ID},
            "resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}, "role": "*"},
                          {"name": "mem", "type": "SCALAR", "scalar": {"value": 32.0}, "role": "*"}], **extra}


def docker_task(image: str, words: str, docker: dict[str, Any] | None = None, **extra: Any) -> dict[str, Any]:
    volumes = extra.pop("volumes", [])
    container = {"type": "DOCKER", "docker": {"image": image, "network": "HOST", **(docker or {})}, "volumes": volumes}
    return shell_task(words, container=container, **extra)


@contextlib.contextmanager
def agent_of_a_master(scratch: Path, containerizers: str) -> Iterator[tuple[FakeMaster, AgentProcess]]:
    """An agent that has registered; its tasks go with it."""
    fake = FakeMaster()
    process = AgentProcess(fake.port, scratch / "work", containerizers=containerizers).start()
    fake.wait_subscribed()
    yield fake, process
    process.remove_tasks()
    fake.close()


def containerizers() -> str:
    """Those that there are here."""
    return "docker,mesos" if docker_answers() else "mesos"


def docker_answers() -> bool:
    return bool(shutil.which("docker")) and subprocess.run(["docker", "info"], capture_output=True).returncode == 0


@contextlib.contextmanager
def busybox_image(scratch: Path) -> Iterator[str]:
    """An image made of one statically linked program of Debian."""
    subprocess.run(["apt-get", "download", "busybox-static"], cwd=scratch, check=True, capture_output=True, timeout=120)
    package = next(scratch.glob("busybox-static_*.deb"))
    root = scratch / "root"
    subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True, capture_output=True)
    program = next(root.glob("**/bin/busybox"))
    archive = scratch / "image.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(program, "bin/busybox")
        for name in ("sh", "sleep", "cat", "echo", "env", "httpd", "dd", "id", "test", "touch", "ls"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        directory = tarfile.TarInfo("tmp")
        directory.type, directory.mode = tarfile.DIRTYPE, 0o777
        tar.addfile(directory)
    image = f"quorum-agent-test-{uuid.uuid4().hex[:8]}:1"
    subprocess.run(["docker", "import", "--change", "ENV PATH=/bin", str(archive), image], check=True,
                   capture_output=True)
    try:
        yield image
    finally:
        subprocess.run(["docker", "rmi", "-f", image], capture_output=True)
