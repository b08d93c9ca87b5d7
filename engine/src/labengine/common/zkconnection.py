"""One ZooKeeper session for asyncio.

kazoo answers in threads of its own; the answers are handed over to the event loop, so that nothing blocks it and
callbacks run in it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import KazooException, NoNodeError, RolledBackError, RuntimeInconsistency
from kazoo.handlers.threading import KazooTimeoutError
from kazoo.retry import KazooRetry
from kazoo.security import ACL, READ_ACL_UNSAFE, make_digest_acl

from labengine.common import log
from labengine.common.zkurl import ZkUrl

logger = log.get(__name__)

_NOT_DONE_EITHER = (RolledBackError, RuntimeInconsistency)
# (create, set or delete; path; data)
Change = tuple[str, str, bytes]


class ZkUnavailable(Exception):
    """No ZooKeeper server answered in time."""


class Connection:
    """A ZooKeeper session.

    ``on_lost()`` runs in the event loop, once, when the session is gone: the servers expired it, or nobody
    answered for ``session_timeout`` seconds. ``on_connected()`` runs at every (re)connection.

    With credentials in the URL its znodes belong to them alone; with ``world_reads`` others may look, as at Mesos' own.
    """

    def __init__(
        self,
        url: ZkUrl,
        *,
        session_timeout: float = 10.0,
        on_lost: Callable[[], None] | None = None,
        world_reads: bool = False,
    ) -> None:
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
            if world_reads:
                self._acl += READ_ACL_UNSAFE
        self.client = KazooClient(
            hosts=url.servers,
            timeout=session_timeout,
            auth_data=auth,
            default_acl=self._acl,
            connection_retry=KazooRetry(max_tries=-1, delay=0.2, backoff=1.5, max_delay=2.0),
        )

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
            raise ZkUnavailable(
                f"no ZooKeeper server of {self.url.servers} answered within {timeout or self.session_timeout:g} seconds"
            ) from None

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
        return await self._answer(getattr(self.client, method + "_async")(*args, **kwargs))

    async def _answer(self, answer: Any) -> Any:
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

        answer.rawlink(done)
        try:
            return await asyncio.wait_for(future, self.session_timeout)
        except TimeoutError:
            raise ZkUnavailable(
                f"ZooKeeper {self.url.servers} did not answer a request within {self.session_timeout:g} seconds"
            ) from None

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

    async def create(
        self, path: str, data: bytes = b"", *, ephemeral: bool = False, sequence: bool = False, makepath: bool = False
    ) -> str:
        """The path that was created (with its number where ``sequence``); raises NodeExistsError."""
        return await self._call("create", path, data, ephemeral=ephemeral, sequence=sequence, makepath=makepath)

    async def set(self, path: str, data: bytes, version: int = -1) -> Any:
        return await self._call("set", path, data, version=version)

    async def delete(self, path: str, *, recursive: bool = False) -> None:
        """Absent is fine."""
        try:
            if recursive:
                for name in await self.children(path):
                    await self.delete(f"{path.rstrip('/')}/{name}", recursive=True)
            await self._call("delete", path)
        except NoNodeError:
            pass

    async def commit(self, changes: Iterable[Change]) -> None:
        """All of them in their order, or none."""
        transaction = self.client.transaction()
        for kind, path, data in changes:
            if kind == "create":
                transaction.create(path, data)
            elif kind == "set":
                transaction.set_data(path, data)
            else:
                transaction.delete(path)
        results = await self._answer(transaction.commit_async())
        failures = [one for one in results if isinstance(one, Exception)]
        if failures:
            # The others say only that they were not done either.
            raise next((one for one in failures if not isinstance(one, _NOT_DONE_EITHER)), failures[0])

    async def ensure_path(self, path: str) -> None:
        await self._call("ensure_path", path)
