"""Who keeps what two apps want: a port, a virtual host, a name. Who holds it now, else the older app."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

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
        self._taken = now.taken
        for claim, owner in now.kept.items():
            self._owners[claim] = owner
            kind, _space, what = claim.partition(" ")
            if kind == "port":
                address, _colon, port = what.rpartition(":")
                self._listeners.setdefault(int(port), []).append((owner, Listener(address, int(port))))

    def announce(self, owner: str, backend: Backend, routes: Sequence[Route]) -> None:
        for claim in [f"name {backend.name}", *(_vhost(route) for route in routes)]:
            # The first to announce it is the older one; who holds it comes before.
            if claim not in self._owners or self._before.get(claim) == owner:
                self._owners[claim] = owner
        if backend.listener and not self._closed_by(backend.listener):
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
        closed = self._closed_by(listener)
        if closed:
            self.lost.append(Conflict(claim, closed, owner))
            return False
        for other, address in self._listening(listener.port):
            if other != owner and clash(address, listener.address):
                self.lost.append(Conflict(claim, other, owner))
                return False
        return self._take(claim, owner, index)

    def _closed_by(self, listener: Listener) -> str | None:
        return self._closed.get(listener.port) or self._taken.get((listener.address, listener.port))

    def _listening(self, port: int) -> list[tuple[str, str]]:
        """Who gets the port, on which address: in order, each that clashes with none before it."""
        found: list[tuple[str, str]] = []
        wanted = self._listeners.get(port, [])
        for owner, listener in sorted(wanted, key=lambda one: self._before.get(_port(one[1])) != one[0]):
            if not any(clash(address, listener.address) for _place, address in found):
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


@lru_cache(maxsize=4096)
def place(address: str) -> str:
    """One name for each address on which one can listen: there are several for all of them."""
    if address == "*":
        return address
    found = ipaddress.ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    return "*" if found.is_unspecified else str(found)


def place_of(listener: Listener) -> tuple[str, int]:
    return place(listener.address), listener.port


def clash(one: str, other: str) -> bool:
    places = (place(one), place(other))
    return places[0] == places[1] or "*" in places


def _vhost(route: Route) -> str:
    return normal(f"vhost {route.what}")


def _port(listener: Listener) -> str:
    return normal(f"port {listener.address}:{listener.port}")


def normal(claim: str) -> str:
    """One text for each thing that can be held: the path `/` is the whole host."""
    kind, _space, what = claim.partition(" ")
    if kind == "port":
        address, _colon, port = what.rpartition(":")
        return f"port {place(address)}:{port}"
    return claim[:-1] if kind == "vhost" and what.find("/") == len(what) - 1 else claim
