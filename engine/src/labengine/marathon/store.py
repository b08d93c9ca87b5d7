"""The durable copy of the leader's state: JSON documents by key, written through in order, many at once or none.

``put`` and ``delete`` queue a change; ``await flush()`` returns when everything queued before is durable. What
others can see (an answer, a launch, an acknowledgement) waits for that, so a new leader knows everything that
was ever said. Of what a leader that is killed had queued, a new one finds the beginning: never a later change
without those before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from collections import deque
from typing import Any, Protocol

from labengine.common import log
from labengine.common.supervision import supervise
from labengine.common.zk import Change, Connection, KazooException, NoNodeError, ZkUnavailable
from labengine.marathon.endings import Failed, Status

logger = log.get(__name__)

BUCKETS = ("apps", "deployments", "failures", "instances", "roots")
BATCH = 100
# Of one change in a request, beside key and data; at the most.
OVERHEAD = 300
CLOSE_SECONDS = 2.0
COMPRESSED = b"\x00z"


class Store(Protocol):
    async def load(self) -> dict[str, Any]: ...

    def fits(self, document: Any) -> bool: ...

    def put(self, key: str, document: Any) -> None: ...

    def delete(self, key: str) -> None: ...

    async def flush(self) -> None: ...

    async def close(self) -> None: ...


class MemoryStore:
    """Volatile; a second Marathon of the same process may be given the same ``documents``."""

    def __init__(self, documents: dict[str, str] | None = None) -> None:
        self.documents: dict[str, str] = {} if documents is None else documents

    async def load(self) -> dict[str, Any]:
        return {key: json.loads(text) for key, text in self.documents.items()}

    def fits(self, document: Any) -> bool:
        return True

    def put(self, key: str, document: Any) -> None:
        self.documents[key] = json.dumps(document)

    def delete(self, key: str) -> None:
        self.documents.pop(key, None)

    async def flush(self) -> None:
        await asyncio.sleep(0)

    async def close(self) -> None:
        await self.flush()


class ZkStore:
    """One znode per document, in flat directories below ``<zk path>/state``.

    ``failed(reason)`` is called once when a change cannot be written: a leader that cannot write must not go on.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        compression_threshold: int | None,
        max_node_size: int,
        failed: Failed,
    ) -> None:
        self._connection = connection
        self._base = connection.url.join("state")
        self._compression_threshold = compression_threshold
        self._max_node_size = max_node_size
        self._failed = failed
        self._changes: deque[tuple[str, bytes | None]] = deque()
        self._stored: set[str] = set()
        self._queued = 0
        self._durable = 0
        # Up to which change each waits.
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def load(self) -> dict[str, Any]:
        """Everything that is stored; from then on changes are written."""
        documents: dict[str, Any] = {}
        await self._connection.ensure_path(self._base)
        for bucket in BUCKETS:
            await self._connection.ensure_path(f"{self._base}/{bucket}")
        names = [name for name in await self._connection.children(self._base) if name not in BUCKETS]
        for bucket in BUCKETS:
            names += [f"{bucket}/{name}" for name in await self._connection.children(f"{self._base}/{bucket}")]
        for start in range(0, len(names), BATCH):
            part = names[start : start + BATCH]
            for name, document in zip(part, await asyncio.gather(*(self._read(name) for name in part)), strict=True):
                if document is not None:
                    documents[name] = document
        self._stored.update(documents)
        self._writer = supervise(self._write(), self._failed)
        return documents

    async def _read(self, name: str) -> Any:
        with contextlib.suppress(NoNodeError):
            data, _stat = await self._connection.get(f"{self._base}/{name}")
            return json.loads(zlib.decompress(data[len(COMPRESSED) :]) if data.startswith(COMPRESSED) else data)
        return None

    def fits(self, document: Any) -> bool:
        """ZooKeeper drops the connection of a client that sends it more."""
        return len(self._encoded(document)) <= self._max_node_size

    def put(self, key: str, document: Any) -> None:
        data = self._encoded(document)
        if len(data) > self._max_node_size:
            self._failed(
                f"the state has grown too large: {key} has {len(data)} bytes, zk_max_node_size allows "
                f"{self._max_node_size}"
            )
            return
        self._queue(key, data)

    def _encoded(self, document: Any) -> bytes:
        data = json.dumps(document, separators=(",", ":")).encode()
        if self._compression_threshold is not None and len(data) > self._compression_threshold:
            data = COMPRESSED + zlib.compress(data)
        return data

    def delete(self, key: str) -> None:
        self._queue(key, None)

    def _queue(self, key: str, data: bytes | None) -> None:
        self._changes.append((key, data))
        self._queued += 1
        self._wake.set()

    async def flush(self) -> None:
        if self._durable < self._queued:
            done = asyncio.get_running_loop().create_future()
            self._waiting.append((self._queued, done))
            await done

    async def close(self) -> None:
        """Write what is queued, if ZooKeeper still answers, and nothing after that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.flush()
        if self._writer:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._changes:
                batch = self._batch()
                changes = [change for key, data in batch for change in self._change(key, data)]
                try:
                    if changes:
                        await self._connection.commit(changes)
                except (KazooException, ZkUnavailable) as error:
                    logger.error("Cannot write to %s: %s", self._base, error or type(error).__name__)
                    self._failed(
                        f"the state in ZooKeeper {self._connection.url} cannot be written", Status.ZOOKEEPER_LOST
                    )
                    return
                self._durable += len(batch)
                while self._waiting and self._waiting[0][0] <= self._durable:
                    _number, done = self._waiting.popleft()
                    if not done.done():
                        done.set_result(None)

    def _batch(self) -> list[tuple[str, bytes | None]]:
        """The oldest changes, as many as one request may hold."""
        batch: list[tuple[str, bytes | None]] = []
        size = 0
        while self._changes and len(batch) < BATCH:
            key, data = self._changes[0]
            size += len(key) + len(data or b"") + OVERHEAD
            if batch and size > self._max_node_size:
                break
            batch.append(self._changes.popleft())
        return batch

    def _change(self, key: str, data: bytes | None) -> list[Change]:
        """Nobody else writes here, so it is known what there is."""
        path = f"{self._base}/{key}"
        if data is not None:
            kind = "set" if key in self._stored else "create"
            self._stored.add(key)
            return [(kind, path, data)]
        if key not in self._stored:
            return []
        self._stored.discard(key)
        return [("delete", path, b"")]
