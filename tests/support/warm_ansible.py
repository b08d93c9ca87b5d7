"""Ansible's own programs in processes that are forked from one that has imported them.

A start of Ansible and the packing of a module cost more than a second, and the tests start it more than a thousand
times. A run is a process of its own all the same, with its own arguments, environment and output. Ansible reads its
settings when it is imported: a run with others needs a start of its own.

Run as a program it is that process. It listens at the socket it is given and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

STARTED = b"ready\n"
PROGRAMS = {"ansible": "ansible.cli.adhoc", "ansible-playbook": "ansible.cli.playbook"}


class WarmAnsible:
    """The process, which is started once and with these variables alone."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        # A socket's path may have 104 characters at the most.
        self._directory = tempfile.TemporaryDirectory(prefix="warm-ansible-")
        self._socket = str(Path(self._directory.name) / "socket")
        self._log = (directory / "warm_ansible.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, __file__, self._socket],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=dict(environment),
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line != STARTED:
            raise RuntimeError(f"Ansible could not be imported; see {self._log.name}")

    @staticmethod
    def can_run(program: str, environment: Mapping[str, str]) -> bool:
        return program in PROGRAMS and not any(name.startswith("ANSIBLE_") for name in environment)

    def run(
        self, program: str, arguments: Sequence[str], environment: Mapping[str, str], seconds: float
    ) -> tuple[int, str]:
        """The exit code and the output of a run with these variables; subprocess.TimeoutExpired after the seconds."""
        with tempfile.TemporaryFile() as output, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(self._socket)
            asked = {"program": program, "arguments": [*arguments], "environment": {**environment}, "cwd": os.getcwd()}
            words = json.dumps(asked).encode() + b"\n"
            # One message may be too long for the socket's buffer; the file goes with its beginning.
            sent = socket.send_fds(connection, [words], [output.fileno()])
            connection.sendall(words[sent:])
            try:
                answer = connection.makefile("rb").readline()
            except TimeoutError:
                # The run ends with the connection.
                raise subprocess.TimeoutExpired([program, *arguments], seconds) from None
            output.seek(0)
            text = output.read().decode("utf-8", "replace")
        if not answer:
            raise RuntimeError(f"the run of {program} has no end; see {self._log.name}")
        return json.loads(answer)["code"], text

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._directory.cleanup()


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """A process for each run."""

    max_children = 64
    # Tests ask for a dozen runs at once, and who asks while the queue is full is refused.
    request_queue_size = max_children


class _Run(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        received, files, _flags, _address = socket.recv_fds(self.request, 1 << 20, 1)
        while not received.endswith(b"\n"):
            received += self.request.recv(1 << 20)
        asked = json.loads(received)
        child = os.fork()
        if not child:
            os.setsid()
            self.request.close()
            _become(asked, files[0])
        watch = threading.Thread(target=self._end_with_connection, args=(child,), daemon=True)
        watch.start()
        _pid, status = os.waitpid(child, 0)
        self.request.sendall(json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode() + b"\n")

    def _end_with_connection(self, child: int) -> None:
        """Who gave up has closed it."""
        with contextlib.suppress(OSError):
            if not self.request.recv(1):
                os.killpg(child, signal.SIGKILL)


def _become(asked: Mapping[str, Any], output: int) -> None:
    """Be the program that is asked for, to its end."""
    code = 70
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        for number, instead in ((0, null), (1, output), (2, output)):
            os.dup2(instead, number)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv = [str(Path(sys.executable).parent / asked["program"]), *asked["arguments"]]
        try:
            sys.modules[PROGRAMS[asked["program"]]].main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit(): the directory of temporary files is that of all runs.
        os._exit(code)


def _serve(path: str) -> None:
    import ansible.cli.adhoc
    import ansible.cli.playbook
    import ansible.executor.module_common
    import ansible.executor.process.worker
    import ansible.plugins.action.normal
    import ansible.plugins.callback.default
    import ansible.plugins.connection.local
    import ansible.plugins.shell.sh
    import ansible.plugins.strategy.linear  # noqa: F401

    with _Server(path, _Run) as server:
        # Not sys.stdin: a process that is forked meanwhile would wait for its lock.
        threading.Thread(target=lambda: (os.read(0, 1), server.shutdown()), daemon=True).start()
        os.write(1, STARTED)
        server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    _serve(sys.argv[1])
