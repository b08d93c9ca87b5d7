"""Who keeps what two apps want: a port, a virtual host, a name. Who holds it now, else the older app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .model import Backend, Conflict, Listener, Now, Route, Settings

BALANCER = "the balancer itself"
ANOTHER_PROGRAM = "another program on this host"


def order(route: Route) -> tuple[int, int, str, str]:
    """Of the vhost rules: the heavier first, then the longer path."""
    return -route.weight, -len(route.path or ""), route.host, route.path or ""


class Claims:
    """``announce`` everything in order of age first, then ``settle`` each: only then it is known who wants what."""

    def __init__(self, settings: Settings, now: Now) -> None:
        self.held: dict[str, str] = {}
        self.lost: list[Conflict] = []
        self._before = now.claims
        self._owners: dict[str, str] = {}
        # Which port of its owner holds a claim: two ports of one app may want the same.
        self._indices: dict[str, int] = {}
        self._listeners: dict[int, list[tuple[str, Listener]]] = {}
        own = {settings.http_port, settings.https_port, settings.app_id_port}
        self._closed = dict.fromkeys(settings.reserved_ports | own - {None}, BALANCER)
        self._closed.update(dict.fromkeys(now.taken_ports, ANOTHER_PROGRAM))

    def announce(self, owner: str, backend: Backend, routes: Sequence[Route]) -> None:
        for claim in [f"name {backend.name}", *(_vhost(route) for route in routes)]:
            # The first to announce it is the older one; who holds it comes before.
            if claim not in self._owners or self._before.get(claim) == owner:
                self._owners[claim] = owner
        if backend.listener:
            self._listeners.setdefault(backend.listener.port, []).append((owner, backend.listener))

    def settle(self, owner: str, backend: Backend, routes: Sequence[Route]) -> tuple[Backend | None, list[Route]]:
        if not self._take(f"name {backend.name}", owner, backend.index):
            return None, []
        kept = [route for route in routes if self._take(_vhost(route), owner, backend.index)]
        if backend.listener and not self._listens(owner, backend.index, backend.listener):
            backend = replace(backend, listener=None)
        return (backend, kept) if kept or backend.listener else (None, [])

    def _listens(self, owner: str, index: int, listener: Listener) -> bool:
        claim = _port(listener)
        if listener.port in self._closed:
            self.lost.append(Conflict(claim, self._closed[listener.port], owner))
            return False
        for other, address in self._listening(listener.port):
            if other != owner and _clash(address, listener.address):
                self.lost.append(Conflict(claim, other, owner))
                return False
        return self._take(claim, owner, index)

    def _listening(self, port: int) -> list[tuple[str, str]]:
        """Who gets the port, on which address: in order, each that clashes with none before it."""
        found: list[tuple[str, str]] = []
        wanted = self._listeners.get(port, [])
        for owner, listener in sorted(wanted, key=lambda one: self._before.get(_port(one[1])) != one[0]):
            if not any(_clash(address, listener.address) for _place, address in found):
                found.append((owner, listener.address))
        return found

    def _take(self, claim: str, owner: str, index: int) -> bool:
        holder = self._owners.get(claim, owner)
        if holder != owner or claim in self.held:
            kept = holder if holder != owner else f"its own port {self._indices[claim]}"
            self.lost.append(Conflict(claim, kept, owner))
            return False
        self.held[claim] = owner
        self._indices[claim] = index
        return True


def _clash(one: str, other: str) -> bool:
    return one == other or "*" in (one, other)


def _vhost(route: Route) -> str:
    return f"vhost {route.what}"


def _port(listener: Listener) -> str:
    return f"port {listener.address}:{listener.port}"
