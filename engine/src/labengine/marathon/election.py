"""Who leads: an election in ZooKeeper, or nobody else when ``--disable_ha`` is given."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette

from labengine.common import log
from labengine.common.supervision import supervise
from labengine.common.zk import Connection, Election, KazooException, ZkUnavailable

logger = log.get(__name__)

FOLLOW_SECONDS = 0.2
PREFIX = "latch-"


class Candidate:
    """``leader`` follows the leading znode; ``application`` is set by the program once it leads and is ready."""

    def __init__(self, address: str) -> None:
        self.application: Starlette | None = None
        self.leader: str | None = None
        self._address = address
        self._election: Election | None = None
        self._following: asyncio.Task[None] | None = None

    async def win(self, connection: Connection | None) -> None:
        """Returns when this node leads."""
        if connection is None:
            self.leader = self._address
            return
        path = connection.url.join("leader-curator")
        await connection.ensure_path(path)
        self._election = Election(connection, path, PREFIX, self._address.encode())
        await self._election.enter()
        self._following = supervise(self._follow(self._election))
        logger.info("Contending for the leadership as %s", self._address)
        await self._election.wait_elected()
        logger.info("Elected as leader")

    async def lost(self) -> None:
        """Returns when the leadership is gone."""
        if self._election is None:
            await asyncio.Event().wait()
        else:
            await self._election.wait_gone()

    async def leave(self) -> None:
        if self._following:
            self._following.cancel()
        if self._election:
            await self._election.leave()

    async def _follow(self, election: Election) -> None:
        known: str | None = None
        while True:
            first = election.group.names[0] if election.group.names else None
            if first != known:
                try:
                    data = await election.leader_data()
                except (KazooException, ZkUnavailable):
                    data = None
                else:
                    known = first
                self.leader = data.decode() if data else None
            await asyncio.sleep(FOLLOW_SECONDS)
