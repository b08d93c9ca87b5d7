"""The zone on the server of DNS: read by a transfer, changed by updates (RFC 2136), both signed (RFC 8945)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update
import dns.zone

from ..apps import fields
from .difference import Change
from .model import Key

_SECONDS = 10
_KINDS = ("A", "AAAA", "SRV")
_ALGORITHM = "hmac-sha256"
Sets = Mapping[Key, tuple[int, frozenset[str]]]


class ZoneError(Exception):
    """The server of DNS does not do as it is told: why, in one sentence."""


class Zone:
    def __init__(self, domain: str, address: tuple[str, int], key: tuple[str, bytes], ttl: int) -> None:
        self._origin = dns.name.from_text(domain)
        self._host, self._port = address
        name, secret = key
        key_name = dns.name.from_text(name)
        keyring = {key_name: dns.tsig.Key(key_name, secret, _ALGORITHM)}
        self._signed: dict[str, Any] = {"keyring": keyring, "keyname": key_name, "keyalgorithm": _ALGORITHM}
        self._ttl = ttl
        # As they were after the last change that was ours.
        self._serial: int | None = None
        self._sets: Sets = {}

    def read(self) -> Sets:
        """What is served. The zone is transferred where somebody else has changed it, and at first."""
        start = self._start()
        if start.serial != self._serial:
            self._serial, self._sets = self._transferred()
        return self._sets

    def change(self, parts: Iterator[list[Change]]) -> None:
        """Each part is done whole or not at all, and only where nobody else has changed the zone since it was read."""
        for part in parts:
            start = self._start()
            if start.serial != self._serial:
                raise ZoneError("somebody else has changed the zone meanwhile; it is read again")
            self._serial = None
            update = dns.update.Update(self._origin, **self._signed)
            update.present(self._origin, start)
            for one in part:
                self._say(update, one)
            answer = self._ask(update)
            if answer.rcode() == dns.rcode.NXRRSET:
                raise ZoneError("somebody else has changed the zone meanwhile; it is read again")
            self._good(answer)
            done = {one.key for one in part}
            kept = {key: value for key, value in self._sets.items() if key not in done}
            self._sets = {**kept, **{one.key: (self._ttl, one.values) for one in part if one.values}}
            self._serial = self._start().serial

    def _say(self, update: Any, change: Change) -> None:
        owner = dns.name.from_text(change.key[0])
        update.delete(owner, change.key[1])
        for value in sorted(change.values):
            update.add(owner, self._ttl, change.key[1], value)

    def _start(self) -> Any:
        """The SOA record."""
        answer = self._ask(dns.message.make_query(self._origin, "SOA"))
        self._good(answer)
        for found in answer.answer:
            if found.rdtype == dns.rdatatype.SOA and found.name == self._origin and answer.flags & dns.flags.AA:
                return found[0]
        raise ZoneError(f"the server has no zone {self._origin}")

    def _transferred(self) -> tuple[int, Sets]:
        with self._failing():
            transfer = dns.query.xfr(
                self._host,
                self._origin,
                port=self._port,
                relativize=False,
                timeout=_SECONDS,
                lifetime=3 * _SECONDS,
                **self._signed,
            )
            zone = dns.zone.from_xfr(transfer, relativize=False)
        found: dict[Key, tuple[int, frozenset[str]]] = {}
        for name, rdataset in zone.iterate_rdatasets():
            kind = dns.rdatatype.to_text(rdataset.rdtype)
            if kind in _KINDS:
                values = frozenset(_usual(one.to_text().lower()) for one in rdataset)
                found[name.to_text(omit_final_dot=True).lower(), kind] = (rdataset.ttl, values)
        return zone.find_rdataset(self._origin, "SOA")[0].serial, found

    def _ask(self, message: Any) -> Any:
        with self._failing():
            return dns.query.tcp(message, self._host, timeout=_SECONDS, port=self._port)

    @staticmethod
    def _good(answer: Any) -> None:
        if answer.rcode() != dns.rcode.NOERROR:
            raise ZoneError(f"the server answers {dns.rcode.to_text(answer.rcode())}")

    @staticmethod
    @contextlib.contextmanager
    def _failing() -> Iterator[None]:
        try:
            yield
        except dns.exception.DNSException as error:
            raise ZoneError(f"the server cannot be asked: {type(error).__name__} {error}".strip()) from error
        except (OSError, EOFError) as error:
            raise ZoneError(
                f"the server cannot be asked: {getattr(error, 'strerror', None) or 'it hangs up'}"
            ) from error


def _usual(value: str) -> str:
    """dnspython writes some addresses in another form than all the rest of the program."""
    return fields.as_address(value) or value
