"""Groups of sequential znodes, and elections among them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable

from kazoo.exceptions import KazooException, NoNodeError

from labengine.common import log
from labengine.common.supervision import supervise
from labengine.common.zkconnection import Connection, ZkUnavailable

logger = log.get(__name__)

RETRY_SECONDS = 0.5


class Group:
    """The sequential znodes ``<path>/<prefix>NNNNNNNNNN``, watched.

    ``names`` is the present list, oldest first; ``changed()`` callbacks run after it changed.
    """

    def __init__(
        self, connection: Connection, path: str, prefix: str, changed: Callable[[], None] | None = None
    ) -> None:
        self.connection = connection
        self.path = path
        self.prefix = prefix
        self.names: list[str] = []
        self._changed = changed
        self._wake = asyncio.Event()
        self._loaded = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the first list is there, however long ZooKeeper takes."""
        self.connection.on_connected(self._wake.set)
        self._task = supervise(self._follow())
        await self._loaded.wait()

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def node(self, name: str) -> str:
        return f"{self.path.rstrip('/')}/{name}"

    async def refresh(self) -> None:
        names = await self._read()
        if names != self.names:
            self.names = names
            if self._changed:
                self._changed()

    async def _read(self) -> list[str]:
        try:
            found = await self.connection.children(self.path, watch=self._wake.set)
        except NoNodeError:
            if await self.connection.exists(self.path, watch=self._wake.set):
                self._wake.set()
            return []
        ours = [name for name in found if re.fullmatch(rf".*{re.escape(self.prefix)}\d+", name)]
        return sorted(ours, key=lambda name: int(re.search(r"\d+$", name)[0]))  # type: ignore[index]

    async def _follow(self) -> None:
        problem: type[Exception] | None = None
        while True:
            self._wake.clear()
            try:
                await self.refresh()
            except (KazooException, ZkUnavailable) as error:
                if type(error) is not problem:
                    logger.warning(
                        "Cannot list %s of ZooKeeper %s: %r; trying again",
                        self.path,
                        self.connection.url.servers,
                        error,
                    )
                problem = type(error)
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()
            else:
                problem = None
                self._loaded.set()
            await self._wake.wait()


class Election:
    """Contend for leadership with one ephemeral sequential znode; the lowest number leads.

    ``prefix`` is the name before the number: ``json.info_`` for Mesos masters.
    """

    def __init__(self, connection: Connection, path: str, prefix: str, data: bytes) -> None:
        self._connection = connection
        self._data = data
        self._condition = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._callbacks: list[Callable[[], None]] = []
        self.group = Group(connection, path, prefix, self._notify)
        self.name: str | None = None

    def on_change(self, callback: Callable[[], None]) -> None:
        """``callback()`` runs in the loop whenever the contenders changed."""
        self._callbacks.append(callback)

    async def enter(self) -> str:
        """Create the znode and begin to watch; its name."""
        path = self.group.path.rstrip("/")
        created = await self._connection.create(
            f"{path}/{self.group.prefix}", self._data, ephemeral=True, sequence=True, makepath=True
        )
        self.name = created.rpartition("/")[2]
        await self.group.start()
        await self.group.refresh()
        return self.name

    async def leave(self) -> None:
        """Give up: the next in line leads at once."""
        await self.group.stop()
        if self.name:
            with contextlib.suppress(KazooException, ZkUnavailable):
                await self._connection.delete(self.group.node(self.name))
            self.name = None

    @property
    def elected(self) -> bool:
        return bool(self.group.names) and self.group.names[0] == self.name

    @property
    def present(self) -> bool:
        return self.name in self.group.names

    async def leader_data(self) -> bytes | None:
        """What the present leader wrote, or None without one."""
        for name in list(self.group.names):
            with contextlib.suppress(NoNodeError):
                return (await self._connection.get(self.group.node(name)))[0]
        return None

    async def wait_elected(self) -> None:
        """Returns when this contender leads."""
        async with self._condition:
            await self._condition.wait_for(lambda: self.elected)

    async def wait_gone(self) -> None:
        """Returns when this contender's znode was deleted (by a person or with the session)."""
        async with self._condition:
            await self._condition.wait_for(lambda: not self.present)

    def _notify(self) -> None:
        for callback in self._callbacks:
            callback()

        async def wake() -> None:
            async with self._condition:
                self._condition.notify_all()

        task = supervise(wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
