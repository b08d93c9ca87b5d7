"""HAProxy's sockets: that of the worker, which changes servers, and that of the master, which reloads."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable

from .changes import Command, Key, Running
from .text import STRUCTURE

_ANSWER_SECONDS = 10
_MOST = 64 * 1024 * 1024


class HaproxyError(Exception):
    """HAProxy does not answer, or not as expected."""


class Sockets:
    def __init__(self, worker: str, master: str) -> None:
        self._worker = worker
        self._master = master

    def structure(self) -> str:
        """The digest of the file that the worker has loaded; empty where it has loaded none of ours."""
        answer = ask(self._worker, f"show env {STRUCTURE}")
        for line in answer.splitlines():
            if line.startswith(f"{STRUCTURE}="):
                return line.partition("=")[2]
        return ""

    def worker(self) -> int:
        for line in ask(self._worker, "show info").splitlines():
            if line.startswith("Pid:"):
                return int(line.partition(":")[2])
        raise HaproxyError("HAProxy does not say which process it is")

    def ports(self) -> set[int]:
        """Of the frontends of apps, whose names end with them."""
        rows = [line.split(",") for line in ask(self._worker, "show stat -1 1 -1").splitlines() if line[:1] != "#"]
        names = [row[0].rpartition("_")[2] for row in rows if len(row) > 1 and row[1] == "FRONTEND"]
        return {int(port) for port in names if port.isdecimal()}

    def servers(self) -> dict[Key, Running]:
        return parse_servers(ask(self._worker, "show servers state"))

    def run(self, commands: Iterable[Command]) -> None:
        for command in commands:
            answer = ask(self._worker, command.text).strip()
            good = answer.startswith(command.expected) if command.expected else not answer
            if not good and not command.may_wait:
                raise HaproxyError(f"`{command.text}` was answered with: {answer[:200] or 'nothing'}")

    def reload(self) -> None:
        self.of_master("reload")

    def of_master(self, command: str) -> str:
        """While the master loads itself anew it refuses connections, also where somebody else asked for that."""
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            try:
                return ask(self._master, command)
            except HaproxyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def parse_servers(text: str) -> dict[Key, Running]:
    """The answer to `show servers state`, whose second line names the columns."""
    found: dict[Key, Running] = {}
    columns: dict[str, int] = {}
    for line in text.splitlines():
        words = line.split()
        if line.startswith("# "):
            columns = {name: place for place, name in enumerate(words[1:])}
        elif columns and len(words) >= len(columns):
            key: tuple[str, str] = (words[columns["be_name"]], words[columns["srv_name"]])
            found[key] = Running(
                address=words[columns["srv_addr"]],
                port=int(words[columns["srv_port"]]),
                weight=int(words[columns["srv_uweight"]]),
                admin=int(words[columns["srv_admin_state"]]),
                check_port=int(words[columns["srv_check_port"]]),
            )
    if not columns:
        raise HaproxyError("HAProxy does not list its servers")
    return found


def ask(path: str, command: str) -> str:
    """One command, and the answer to it, which ends when HAProxy closes."""
    deadline = time.monotonic() + _ANSWER_SECONDS
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(path)
            connection.sendall(f"{command}\n".encode("ascii"))
            # The master waits for more commands otherwise.
            connection.shutdown(socket.SHUT_WR)
            answer = bytearray()
            while True:
                part = connection.recv(65536)
                if not part:
                    return answer.decode("utf-8", "replace")
                answer += part
                if len(answer) > _MOST or time.monotonic() > deadline:
                    raise HaproxyError(f"{path}: the answer to `{command}` does not end")
    except OSError as error:
        raise HaproxyError(f"{path}: {error.strerror or error}") from error
