"""What must be said to a running HAProxy so that its servers are those of the model, without a reload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..apps.model import Backend, Model, Server
from .text import ids, is_checked, server_options

Key = tuple[str, str]


@dataclass(frozen=True)
class Running:
    """A server as HAProxy has it. ``admin`` is 0 unless it is in maintenance or drained."""

    address: str
    port: int
    weight: int
    admin: int
    check_port: int


@dataclass(frozen=True)
class Command:
    """``expected`` is what the answer begins with; a command that changes a server answers nothing.

    ``may_wait``: it succeeds once the last connection has ended, and is repeated until then.
    """

    text: str
    expected: str = ""
    may_wait: bool = False


def changes(running: Mapping[Key, Running], model: Model) -> list[Command] | None:
    """Commands, new servers first; None where it takes a reload. Backends that are not of the model are not touched."""
    added: list[Command] = []
    changed: list[Command] = []
    removed: list[Command] = []
    names = {backend.name for backend in model.backends}
    for backend in model.backends:
        numbers = ids(backend)
        for server in backend.servers:
            now = running.get((backend.name, server.name))
            if now is None:
                if not backend.takes_servers:
                    return None
                added += _add(backend, server, numbers[server.name])
                continue
            found = _change(backend, server, now)
            if found is None:
                return None
            changed += found
    wanted = model.servers
    for name, server_name in sorted(running):
        if name in names and (name, server_name) not in wanted:
            removed += _remove(f"{name}/{server_name}", running[name, server_name])
    return added + changed + removed


def differs(running: Mapping[Key, Running], model: Model) -> list[str]:
    """The servers that are not as the model has them; one that only waits for its deletion is as it must be."""
    pending = changes(running, model)
    if pending is None:
        return ["a server that takes a reload"]
    return [command.text for command in pending if not command.may_wait]


def _add(backend: Backend, server: Server, number: int) -> list[Command]:
    name = f"{backend.name}/{server.name}"
    found = [
        Command(f"add server {name} {server_options(server, backend, number)}", "New server registered"),
        Command(f"enable server {name}"),
    ]
    return found + ([Command(f"enable health {name}")] if is_checked(server, backend) else [])


def _change(backend: Backend, server: Server, now: Running) -> list[Command] | None:
    name = f"{backend.name}/{server.name}"
    if (server.check_port or 0) != now.check_port:
        return None
    found = []
    if (server.address, server.port) != (now.address, now.port):
        # It answers with what has changed.
        text = f"set server {name} addr {server.address} port {server.port}"
        found.append(Command(text, "IP changed from"))
    if server.weight != now.weight:
        if backend.balance == "static-rr":
            return None
        found.append(Command(f"set server {name} weight {server.weight}"))
    if now.admin:
        found.append(Command(f"set server {name} state ready"))
    return found


def _remove(name: str, now: Running) -> list[Command]:
    delete = Command(f"del server {name}", "Server deleted", may_wait=True)
    return [delete] if now.admin & 1 else [Command(f"set server {name} state maint"), delete]
