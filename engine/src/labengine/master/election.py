"""The master's place in the cluster: its election, the leader it sees, the replicas of the registry's log."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import time
from collections.abc import Callable
from typing import Any

from labengine import LAB_ENGINE_VERSION, MESOS_VERSION
from labengine.common import log
from labengine.common.address import Address
from labengine.common.flagtable import Flags
from labengine.common.zk import (
    MASTER_PREFIX,
    RETRY_SECONDS,
    Connection,
    Election,
    Group,
    KazooException,
    NoAuthError,
    NoNodeError,
    ZkUnavailable,
    ZkUrl,
)

logger = log.get(__name__)

CAPABILITIES = ("AGENT_UPDATE", "AGENT_DRAINING", "QUOTA_V2")
REPLICAS = "log_replicas"


def master_info(master_id: str, address: Address) -> dict[str, Any]:
    """MasterInfo as it stands in the election znode."""
    packed = ipaddress.ip_address(address.ip).packed
    return {
        "address": {"hostname": address.hostname, "ip": address.ip, "port": address.port},
        "capabilities": [{"type": name} for name in CAPABILITIES],
        "hostname": address.hostname,
        "id": master_id,
        "ip": int.from_bytes(packed[:4], "little"),
        "pid": f"master@{address.endpoint}",
        "port": address.port,
        "version": MESOS_VERSION,
        "lab_engine": LAB_ENGINE_VERSION,
    }


class Standing:
    """Who leads, and whether the registry can be used. A master leads at most once in its life."""

    def __init__(
        self, flags: Flags, info: dict[str, Any], elected: Callable[[], None], peers_changed: Callable[[], None]
    ) -> None:
        self._flags = flags
        self._elected = elected
        self._peers_changed = peers_changed
        self.info = info
        self.leader: dict[str, Any] | None = None
        self.elected_at: float | None = None
        self.peers: frozenset[str] = frozenset()
        self._url = ZkUrl.parse(flags.zk) if flags.zk else None

    @property
    def leading(self) -> bool:
        return self.elected_at is not None

    @property
    def replicas(self) -> int:
        """How many replicas of the registry's log are present, this master's own one too."""
        return len(self.peers) + 1

    @property
    def quorate(self) -> bool:
        """Enough replicas of the registry's log are present to read and write it."""
        return self._url is None or self.replicas >= (self._flags.quorum or 1)

    async def run(self) -> None:
        if self._url is None:
            self._win()
            return
        while True:
            await self._contend(self._url)

    def _win(self) -> None:
        self.elected_at = time.time()
        self.leader = self.info
        logger.info("Elected as the leading master!")
        self._elected()

    async def _contend(self, url: ZkUrl) -> None:
        lost = asyncio.Event()
        connection = Connection(url, session_timeout=self._flags.zk_session_timeout, on_lost=lost.set, world_reads=True)
        try:
            await connection.start()
        except ZkUnavailable as error:
            logger.warning("Cannot take part in the election: %s; trying again", error)
            return
        election = Election(connection, url.path, MASTER_PREFIX, json.dumps(self.info).encode())
        changed = asyncio.Event()
        replicas = Group(connection, url.join(REPLICAS), "", changed.set)
        waits = [
            asyncio.ensure_future(wait)
            for wait in (lost.wait(), self._take_part(connection, url, election, replicas, changed))
        ]
        done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        reason = "lost its ZooKeeper session" if lost.is_set() else "lost its znode"
        for wait in done:
            if isinstance(wait.exception(), NoAuthError):
                log.exit_now(
                    f"ZooKeeper refuses this master at {url}: the znodes belong to other credentials than those of --zk"
                )
            if wait.exception() is not None:
                reason = f"lost ZooKeeper: {wait.exception()!r}"
        if self.leading:
            log.exit_now(f"Lost leadership: this master {reason}")
        logger.warning("Lost candidacy as a follower: this master %s; contending again", reason)
        self.leader = None
        await election.group.stop()
        await replicas.stop()
        await connection.stop()
        await asyncio.sleep(RETRY_SECONDS)

    async def _take_part(
        self, connection: Connection, url: ZkUrl, election: Election, replicas: Group, changed: asyncio.Event
    ) -> None:
        """Until this master's znode is gone."""
        await connection.create(
            url.join(REPLICAS) + "/",
            f"log-replica(1)@{self._own}".encode(),
            ephemeral=True,
            sequence=True,
            makepath=True,
        )
        await replicas.start()
        await election.enter()
        logger.info("A new candidate: this master is %s in the election at %s", election.name, url)
        election.on_change(changed.set)
        changed.set()
        while election.present:
            await changed.wait()
            changed.clear()
            try:
                await self._look(connection, election, replicas)
            except NoAuthError:
                raise
            except KazooException as error:
                # The end of the session would end all this. Short of that nothing has changed, so nobody calls again.
                logger.warning("Cannot look at the election: %r; trying again", error)
                await asyncio.sleep(RETRY_SECONDS)
                changed.set()

    @property
    def _own(self) -> str:
        return str(self.info["pid"]).partition("@")[2]

    async def _look(self, connection: Connection, election: Election, replicas: Group) -> None:
        peers = set()
        for name in list(replicas.names):
            with contextlib.suppress(NoNodeError):
                pid = (await connection.get(replicas.node(name)))[0].decode()
                peers.add(pid.partition("@")[2])
        peers.discard(self._own)
        if peers != self.peers:
            self.peers = frozenset(peers)
            self._peers_changed()
        if election.elected and not self.leading:
            self._win()
        elif not election.elected:
            data = await election.leader_data()
            leader = json.loads(data) if data else None
            if leader != self.leader:
                self.leader = leader
                logger.info("The leading master is %s", leader["pid"] if leader else "unknown")
