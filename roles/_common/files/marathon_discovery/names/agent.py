"""One round from Mesos and Marathon to the zone."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..addresses import Addresses
from ..apps import fields
from ..fetch import ReadError
from ..marathon.client import Marathon
from ..marathon.events import LONGEST_SECONDS
from ..mesos import state as mesos
from ..mesos.client import Masters
from . import guard, health
from .config import Config
from .difference import Change, changes, messages
from .model import Key, Names, Now, Settings
from .records import build
from .status import Status
from .zone import Zone, ZoneError

log = logging.getLogger("marathon-dns")
# Changes of one round that the log has in full.
_SAID = 12


class Agent:
    def __init__(self, config: Config, key: tuple[str, bytes], status: Status) -> None:
        self._config = config
        self._status = status
        self._zone = Zone(config.domain, config.server_address, key, config.ttl)
        self._addresses = Addresses()
        self._said: frozenset[str] = frozenset()

    def round(self, state: Mapping[str, Any], apps: Sequence[Mapping[str, Any]]) -> list[Change]:
        """Makes the zone hold the names of this state. Nothing changes where it raises before the first update."""
        names, found = self.plan(state, apps)
        self._zone.change(messages(found))
        self._status.applied(names, len(found))
        self._say(names, found)
        return found

    def plan(self, state: Mapping[str, Any], apps: Sequence[Mapping[str, Any]]) -> tuple[Names, list[Change]]:
        sets = self._zone.read()
        settings, now = self._known(state, apps, sets)
        names = build(state, settings, now)
        return names, changes(sets, self._believed(state, names, sets), self._config.ttl)

    def _known(
        self, state: Mapping[str, Any], apps: Sequence[Mapping[str, Any]], sets: Mapping[Key, Any]
    ) -> tuple[Settings, Now]:
        hosts = [urlsplit(url).hostname or "" for url in self._config.masters]
        named = {host for host in hosts if fields.as_address(host) is None}
        addresses = self._addresses.of(sorted(named.union(mesos.host_names(state))))
        masters = [fields.as_address(host) or addresses.get(host.lower()) for host in hosts]
        tasks, bridged = health.known(apps)
        config = self._config
        settings = Settings(
            domain=config.domain,
            ip_sources=config.ip_sources,
            enforce_rfc952=config.enforce_rfc952,
            masters=tuple(dict.fromkeys(master for master in masters if master)),
            nameservers=config.nameservers,
        )
        return settings, Now(frozenset(name for name, _kind in sets), addresses, tasks, bridged)

    def _believed(self, state: Mapping[str, Any], names: Names, sets: Mapping[Key, Any]) -> Mapping[Key, Any]:
        gone, count = guard.lost({name for name, _kind in sets}, names, state)
        why = None if self._config.allow_guarded else guard.doubt(len(gone), count, state, self._config.guard)
        self._status.guarded(why, sorted(name for found in gone.values() for name in found) if why else ())
        if why is None:
            return names.records
        log.warning("%s: their names are kept", why)
        return guard.held(sets, names.records, self._config.domain)

    def _say(self, names: Names, found: Sequence[Change]) -> None:
        if found:
            more = f" and {len(found) - _SAID} more" if len(found) > _SAID else ""
            log.info("changed: %s%s", "; ".join(str(one) for one in found[:_SAID]), more)
        words = frozenset(words_of(names))
        for word in sorted(words - self._said):
            log.warning("%s", word)
        self._said = words


class Rounds:
    """Rounds that never raise: what goes wrong is in the log and in the status."""

    def __init__(self, agent: Agent, masters: Masters, marathon: Marathon, status: Status) -> None:
        self._agent = agent
        self._masters = masters
        self._marathon = marathon
        self._status = status
        self._apps: Sequence[Mapping[str, Any]] | None = None

    def once(self) -> float:
        """One round; the most seconds until it is tried again where it failed."""
        what = "mesos"
        try:
            state = self._masters.state()
            self._status.read("mesos", self._masters.urls[self._masters.current])
            what = "marathon"
            known = self._health()
            what = "dns"
            self._agent.round(state, self._apps or ())
        except (ReadError, ZoneError) as error:
            log.error("%s; the names are kept", error)
            self._status.failed(what, str(error))
        except Exception as error:
            # An unforeseen fault must not stop the loop: the zone is kept, and the status says why.
            log.exception("unexpected")
            self._status.failed(what, f"unexpected: {type(error).__name__}")
        else:
            return 0.0 if known else LONGEST_SECONDS
        return LONGEST_SECONDS

    def _health(self) -> bool:
        """Where Marathon fails, its last answer is gone by: who leads and what runs is Mesos' to say."""
        try:
            self._apps = self._marathon.apps()
        except ReadError as error:
            if self._apps is None:
                raise
            log.error("%s; the health of tasks is as it was", error)
            self._status.failed("marathon", str(error))
            return False
        self._status.read("marathon", self._marathon.urls[self._marathon.current])
        return True


def words_of(names: Names) -> list[str]:
    return [f"{one.app} is left out: {one.reason}" for one in names.excluded] + [
        f"{name} has more values than a message of DNS holds" for name in names.cut
    ]
