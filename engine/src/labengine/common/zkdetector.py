"""Detection of the leading Mesos master."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kazoo.exceptions import KazooException, NoNodeError

from labengine.common import log
from labengine.common.supervision import supervise
from labengine.common.zkconnection import Connection, ZkUnavailable
from labengine.common.zkelection import RETRY_SECONDS, Group
from labengine.common.zkurl import ZkUrl

logger = log.get(__name__)

MASTER_PREFIX = "json.info_"


@dataclass(frozen=True)
class Master:
    """The leading master: ``host`` is its address, ``hostname`` the name it advertises."""

    host: str
    port: int
    hostname: str = ""
    id: str = ""
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


class MasterDetector:
    """Who leads, from ``zk://…``, ``file:///path`` holding that, or a fixed ``[http://]host:port``."""

    def __init__(self, target: str, *, session_timeout: float = 10.0, scheme: str = "http") -> None:
        target = target.strip()
        if target.startswith("file://"):
            target = Path(target[len("file://") :]).read_text(encoding="utf-8").strip()
        self.leader: Master | None = None
        self._scheme = scheme
        self._condition = asyncio.Condition()
        self._connection: Connection | None = None
        self._group: Group | None = None
        self._pending: set[asyncio.Task[None]] = set()
        self._detecting = asyncio.Lock()
        if target.startswith("zk://"):
            self._url = ZkUrl.parse(target)
            self._session_timeout = session_timeout
            self._fixed = None
        else:
            match = re.fullmatch(r"(?:master@|https?://)?([A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\])(?::(\d+))/?", target)
            if not match:
                raise ValueError(f"Failed to parse '{target}'")
            self._fixed = Master(
                match[1], int(match[2]), match[1], scheme="https" if target.startswith("https:") else scheme
            )

    async def start(self, timeout: float | None = None) -> None:
        """Raises ZkUnavailable when no ZooKeeper server answers within ``timeout`` (default: session timeout)."""
        if self._fixed:
            self.leader = self._fixed
            return
        await self._connect(timeout)

    async def _connect(self, timeout: float | None = None) -> None:
        self._connection = Connection(self._url, session_timeout=self._session_timeout, on_lost=self._session_lost)
        await self._connection.start(timeout)
        self._group = Group(self._connection, self._url.path, MASTER_PREFIX, self._group_changed)
        await self._group.start()
        await self._detect()

    async def stop(self) -> None:
        for task in self._pending:
            task.cancel()
        await self._disconnect()

    async def _disconnect(self) -> None:
        if self._group:
            await self._group.stop()
        if self._connection:
            await self._connection.stop()

    async def wait_for_change(self, known: Master | None) -> Master | None:
        """Returns the leader as soon as it differs from ``known``."""
        async with self._condition:
            await self._condition.wait_for(lambda: self.leader != known)
            return self.leader

    def _group_changed(self) -> None:
        self._begin(self._detect())

    def _session_lost(self) -> None:
        self._begin(self._connect_anew())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = supervise(work)
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _connect_anew(self) -> None:
        """With a session of its own, as Mesos does (``GroupProcess::timedout``).

        ZooKeeper lets no client in that has seen later transactions than its own, and after a restore from a backup
        an old session has seen them.
        """
        while True:
            await self._disconnect()
            try:
                await self._connect()
                return
            except ZkUnavailable as error:
                logger.warning("Cannot connect anew: %s; trying again", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _detect(self) -> None:
        # One at a time: what was read first must not be noted last.
        async with self._detecting:
            try:
                leader = await self._read()
            except (ValueError, KeyError, TypeError) as error:
                logger.warning("Cannot read the leading master: %r", error)
                return
            async with self._condition:
                if leader != self.leader:
                    self.leader = leader
                    self._condition.notify_all()

    async def _read(self) -> Master | None:
        assert self._group is not None and self._connection is not None
        while True:
            try:
                for name in list(self._group.names):
                    with contextlib.suppress(NoNodeError):
                        return self._parse((await self._connection.get(self._group.node(name)))[0])
                return None
            except (KazooException, ZkUnavailable) as error:
                # Nobody calls again because the connection is back: the group is the same as before.
                logger.warning("Cannot read the leading master: %r; trying again", error)
                await asyncio.sleep(RETRY_SECONDS)

    def _parse(self, data: bytes) -> Master:
        info = json.loads(data)
        address = info.get("address") or {}
        host = address.get("ip") or info["pid"].partition("@")[2].rpartition(":")[0]
        return Master(
            host, int(address.get("port") or info["port"]), info.get("hostname", host), info.get("id", ""), self._scheme
        )
