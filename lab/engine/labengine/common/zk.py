"""ZooKeeper for asyncio: URL, connection, elections and the detection of the leading Mesos master.

    url = ZkUrl.parse("zk://user:secret@zk1:2181,zk2:2181/mesos")
    connection = Connection(url, session_timeout=10.0, on_lost=lost)
    await connection.start(timeout=10.0)              # ZkUnavailable when nobody answers
    data, stat = await connection.get("/marathon/state/x")

    election = Election(connection, url.path, "json.info_", data)
    await election.enter()
    await election.wait_elected()

    detector = MasterDetector("zk://zk1:2181/mesos")  # or "host:5050", or "file:///etc/mesos/zk"
    await detector.start()
    master = await detector.wait_for_change(None)     # Master(host, port, hostname, id) | None

kazoo answers in threads of its own; everything here hands the answers over to the event loop, so that
nothing blocks it and callbacks run in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import KazooException, NoAuthError, NodeExistsError, NoNodeError
from kazoo.handlers.threading import KazooTimeoutError
from kazoo.retry import KazooRetry
from kazoo.security import ACL, make_digest_acl

from labengine.common import log

logger = log.get(__name__)

MASTER_PREFIX = "json.info_"
RETRY_SECONDS = 0.5

__all__ = [
    "Connection",
    "Election",
    "Group",
    "KazooException",
    "Master",
    "MasterDetector",
    "NoAuthError",
    "NoNodeError",
    "NodeExistsError",
    "ZkUnavailable",
    "ZkUrl",
]


class ZkUnavailable(Exception):
    """No ZooKeeper server answered in time."""


@dataclass(frozen=True)
class ZkUrl:
    """``zk://[user:password@]host[:port][,host[:port]…]/path``"""

    hosts: tuple[str, ...]
    path: str
    user: str | None = None
    password: str | None = None

    @classmethod
    def parse(cls, text: str) -> ZkUrl:
        """Raises ValueError with Mesos' own wording of what is wrong."""
        if not text.startswith("zk://"):
            raise ValueError("Expecting 'zk://' at the beginning of the URL")
        rest = text[len("zk://"):].strip()
        authority, slash, path = rest.partition("/")
        credentials, at, servers = authority.rpartition("@")
        user = password = None
        if at:
            user, colon, password = credentials.partition(":")
            if not colon:
                raise ValueError("Expecting 'user:password' before the '@' of the URL")
        if not servers:
            raise ValueError("Expecting at least one server in the URL")
        hosts = []
        for server in servers.split(","):
            match = re.fullmatch(r"([A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\])(?::(\d+))?", server)
            if not match:
                raise ValueError(f"Invalid server '{server}' in the URL")
            hosts.append(f"{match[1]}:{match[2] or 2181}")
        return cls(tuple(hosts), "/" + path.strip("/") if slash else "/", user, password)

    @property
    def servers(self) -> str:
        """The connection string, without path and credentials."""
        return ",".join(self.hosts)

    def __str__(self) -> str:
        """For logs: the credentials are masked."""
        masked = "xxxxxxxx:xxxxxxxx@" if self.user is not None else ""
        return f"zk://{masked}{self.servers}{self.path}"

    __repr__ = __str__

    def join(self, *names: str) -> str:
        """A path below the URL's own path."""
        return "/".join([self.path.rstrip("/"), *names])


class Connection:
    """A ZooKeeper session.

    ``on_lost()`` runs in the event loop, once, when the session is gone: the servers expired it, or nobody
    answered for ``session_timeout`` seconds. ``on_connected()`` runs at every (re)connection.
    """

    def __init__(self, url: ZkUrl, *, session_timeout: float = 10.0,
                 on_lost: Callable[[], None] | None = None) -> None:
        self.url = url
        self.session_timeout = session_timeout
        self._on_lost = on_lost
        self._on_connected: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connected = asyncio.Event()
        self._lost_timer: asyncio.TimerHandle | None = None
        self._acl: list[ACL] | None = None
        auth = None
        if url.user is not None:
            auth = [("digest", f"{url.user}:{url.password}")]
            self._acl = [make_digest_acl(url.user, url.password, all=True)]
        self.client = KazooClient(
            hosts=url.servers, timeout=session_timeout, auth_data=auth, default_acl=self._acl,
            connection_retry=KazooRetry(max_tries=-1, delay=0.2, backoff=1.5, max_delay=2.0))

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    async def start(self, timeout: float | None = None) -> None:
        """Connect. Raises ZkUnavailable after ``timeout`` seconds (default: the session timeout)."""
        self._loop = asyncio.get_running_loop()
        self.client.add_listener(self._state_changed)
        self.client.start_async()
        try:
            await asyncio.wait_for(self._connected.wait(), timeout or self.session_timeout)
        except TimeoutError:
            await self.stop()
            raise ZkUnavailable(f"no ZooKeeper server of {self.url.servers} answered within "
                                f"{timeout or self.session_timeout:g} seconds") from None

    async def stop(self) -> None:
        """Close the session: its ephemeral znodes vanish at once."""
        self._on_lost = None
        if self._lost_timer:
            self._lost_timer.cancel()

        def close() -> None:
            with contextlib.suppress(KazooException, KazooTimeoutError):
                self.client.stop()
                self.client.close()

        await asyncio.to_thread(close)

    def on_connected(self, callback: Callable[[], None]) -> None:
        self._on_connected.append(callback)

    def _state_changed(self, state: str) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed while the program ends
            self._loop.call_soon_threadsafe(self._apply_state, state)

    def _apply_state(self, state: str) -> None:
        if state == KazooState.CONNECTED:
            self._connected.set()
            if self._lost_timer:
                self._lost_timer.cancel()
                self._lost_timer = None
            for callback in list(self._on_connected):
                callback()
            return
        self._connected.clear()
        if state == KazooState.LOST:
            self._lost()
        elif self._lost_timer is None:
            logger.warning("Connection to ZooKeeper %s is interrupted", self.url.servers)
            # kazoo reports a lost session only after a server said so; Mesos does not wait for that.
            self._lost_timer = asyncio.get_running_loop().call_later(self.session_timeout, self._lost)

    def _lost(self) -> None:
        if self._on_lost is not None:
            callback, self._on_lost = self._on_lost, None
            callback()

    async def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()

        def finish(result: Any) -> None:
            if future.done():
                return
            if result.exception is not None:
                future.set_exception(result.exception)
            else:
                future.set_result(result.value)

        def done(result: Any) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(finish, result)

        getattr(self.client, method + "_async")(*args, **kwargs).rawlink(done)
        try:
            return await asyncio.wait_for(future, self.session_timeout)
        except TimeoutError:
            raise ZkUnavailable(f"ZooKeeper {self.url.servers} did not answer a request within "
                                f"{self.session_timeout:g} seconds") from None

    def _watch(self, callback: Callable[[], None] | None) -> Callable[[Any], None] | None:
        if callback is None:
            return None
        loop = asyncio.get_running_loop()

        def fired(_event: Any) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(callback)

        return fired

    async def get(self, path: str, watch: Callable[[], None] | None = None) -> tuple[bytes, Any]:
        """(data, stat); raises NoNodeError. ``watch()`` runs once, at the next change of the data."""
        return await self._call("get", path, watch=self._watch(watch))

    async def exists(self, path: str, watch: Callable[[], None] | None = None) -> Any:
        """The stat, or None."""
        return await self._call("exists", path, watch=self._watch(watch))

    async def children(self, path: str, watch: Callable[[], None] | None = None) -> list[str]:
        return await self._call("get_children", path, watch=self._watch(watch))

    async def create(self, path: str, data: bytes = b"", *, ephemeral: bool = False, sequence: bool = False,
                     makepath: bool = False) -> str:
        """The path that was created (with its number where ``sequence``); raises NodeExistsError."""
        return await self._call("create", path, data, ephemeral=ephemeral, sequence=sequence, makepath=makepath)

    async def set(self, path: str, data: bytes, version: int = -1) -> Any:
        return await self._call("set", path, data, version=version)

    async def put(self, path: str, data: bytes) -> None:
        """Write, whether the znode exists or not; parents are made."""
        try:
            await self.set(path, data)
        except NoNodeError:
            try:
                await self.create(path, data, makepath=True)
            except NodeExistsError:
                await self.set(path, data)

    async def delete(self, path: str, *, recursive: bool = False) -> None:
        """Absent is fine."""
        try:
            if recursive:
                for name in await self.children(path):
                    await self.delete(f"{path.rstrip('/')}/{name}", recursive=True)
            await self._call("delete", path)
        except NoNodeError:
            pass

    async def ensure_path(self, path: str) -> None:
        await self._call("ensure_path", path)


class Group:
    """The sequential znodes ``<path>/<prefix>NNNNNNNNNN``, watched.

    ``names`` is the present list, oldest first; ``changed()`` callbacks run after it changed.
    """

    def __init__(self, connection: Connection, path: str, prefix: str,
                 changed: Callable[[], None] | None = None) -> None:
        self.connection = connection
        self.path = path
        self.prefix = prefix
        self.names: list[str] = []
        self._changed = changed
        self._wake = asyncio.Event()
        self._loaded = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the first list is there (or the connection fails)."""
        self.connection.on_connected(self._wake.set)
        self._task = asyncio.create_task(self._follow())
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
        while True:
            self._wake.clear()
            try:
                await self.refresh()
            except (KazooException, ZkUnavailable):
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()
            else:
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
        created = await self._connection.create(f"{path}/{self.group.prefix}", self._data, ephemeral=True,
                                                sequence=True, makepath=True)
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

        task = asyncio.create_task(wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@dataclass(frozen=True)
class Master:
    """The leading master: ``host`` is its address, ``hostname`` the name it advertises."""

    host: str
    port: int
    hostname: str = ""
    id: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class MasterDetector:
    """Who leads, from ``zk://…``, ``file:///path`` holding that, or a fixed ``[http://]host:port``."""

    def __init__(self, target: str, *, session_timeout: float = 10.0) -> None:
        target = target.strip()
        if target.startswith("file://"):
            target = Path(target[len("file://"):]).read_text(encoding="utf-8").strip()
        self.leader: Master | None = None
        self._condition = asyncio.Condition()
        self._connection: Connection | None = None
        self._group: Group | None = None
        self._pending: set[asyncio.Task[None]] = set()
        if target.startswith("zk://"):
            self._url = ZkUrl.parse(target)
            self._session_timeout = session_timeout
            self._fixed = None
        else:
            match = re.fullmatch(r"(?:master@|https?://)?([A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\])(?::(\d+))?/?", target)
            if not match:
                raise ValueError(f"Failed to parse master '{target}': expecting 'zk://…' or 'host:port'")
            self._fixed = Master(match[1], int(match[2] or 5050), match[1])

    async def start(self, timeout: float | None = None) -> None:
        """Raises ZkUnavailable when no ZooKeeper server answers within ``timeout`` (default: session timeout)."""
        if self._fixed:
            self.leader = self._fixed
            return
        self._connection = Connection(self._url, session_timeout=self._session_timeout)
        await self._connection.start(timeout)
        self._group = Group(self._connection, self._url.path, MASTER_PREFIX, self._group_changed)
        await self._group.start()
        await self._detect()

    async def stop(self) -> None:
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
        task = asyncio.create_task(self._detect())
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _detect(self) -> None:
        assert self._group is not None and self._connection is not None
        leader = None
        for name in list(self._group.names):
            try:
                leader = self._parse((await self._connection.get(self._group.node(name)))[0])
                break
            except NoNodeError:
                continue
            except (KazooException, ZkUnavailable, ValueError, KeyError, TypeError) as error:
                logger.warning("Cannot read the leading master from znode %s: %s", self._group.node(name), error)
                return
        async with self._condition:
            if leader != self.leader:
                self.leader = leader
                self._condition.notify_all()

    @staticmethod
    def _parse(data: bytes) -> Master:
        info = json.loads(data)
        address = info.get("address") or {}
        host = address.get("ip") or info["pid"].partition("@")[2].rpartition(":")[0]
        return Master(host, int(address.get("port") or info["port"]), info.get("hostname", host), info.get("id", ""))
