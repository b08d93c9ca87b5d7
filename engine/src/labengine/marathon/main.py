"""Start a marathon: flags, ZooKeeper, HTTP, election; then lead until something takes that away."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from labengine import LAB_ENGINE_VERSION, MARATHON_VERSION
from labengine.common import flags as flag_module
from labengine.common import httpserver, log
from labengine.common.supervision import supervise
from labengine.common.tls import Port, Tls
from labengine.common.zk import Connection, KazooException, MasterDetector, ZkUnavailable, ZkUrl
from labengine.marathon.api.routes import application
from labengine.marathon.election import Candidate
from labengine.marathon.endings import Ending, Status
from labengine.marathon.keystore import Keystore
from labengine.marathon.leader import Leader
from labengine.marathon.node import Node
from labengine.marathon.store import MemoryStore, Store, ZkStore

logger = log.get(__name__)


@dataclass
class Listening:
    listener: socket.socket
    tls: Port | None = None

    @property
    def address(self) -> tuple[str, int]:
        return self.listener.getsockname()[:2]


def main() -> None:
    flags = flag_module.load("marathon", sys.argv[1:], os.environ)
    log.setup(flags.logging_level)
    logger.info("This is the lab engine %s standing in for Marathon, for labs and tests only", LAB_ENGINE_VERSION)
    logger.info("Starting Marathon %s", MARATHON_VERSION)
    check(flags)
    tls = Tls.load(os.environ)
    keystore = None
    if flags.ssl_keystore_path:
        keystore = Keystore(
            flags.ssl_keystore_path, flags.ssl_keystore_password, ignore_hostname=flags.leader_proxy_ssl_ignore_hostname
        )
    raise SystemExit(asyncio.run(run(flags, tls, keystore)))


def check(flags: Any) -> None:
    """What cannot work from the start."""
    for name in ("zk", "master"):
        url = getattr(flags, name)
        if url.startswith("zk://"):
            try:
                parsed = ZkUrl.parse(url)
            except ValueError as error:
                log.die(f"Option '{name}' is not a ZooKeeper URL: {error}")
            if parsed.path == "/":
                log.die(f"Option '{name}' needs a path, for example {parsed}{'marathon' if name == 'zk' else 'mesos'}")
    if not flags.zk.startswith("zk://"):
        log.die(f"Option 'zk' is '{flags.zk}': expecting zk://host:port/path")
    if flags.local_port_min > flags.local_port_max:
        log.die("Option 'local_port_min' must not be above 'local_port_max'")
    if flags.http_credentials and ":" not in flags.http_credentials:
        log.die("Option 'http_credentials' must have the form user:password")
    if flags.mesos_authentication_secret_file:
        try:
            Path(flags.mesos_authentication_secret_file).read_bytes()
        except OSError as error:
            log.die(
                f"Option 'mesos_authentication_secret_file' is {flags.mesos_authentication_secret_file}, which cannot "
                f"be read: {error.strerror}"
            )
    if flags.disable_http and not flags.ssl_keystore_path:
        log.die("Option 'disable_http' leaves no port: give 'ssl_keystore_path' too")
    if flags.internal_store_backend == "mem" and flags.ha:
        log.die("Option 'internal_store_backend' is 'mem': give --disable_ha too, nobody could share that state")


def ports(flags: Any, keystore: Keystore | None) -> list[Listening]:
    """What is listened on; the program ends where a port is taken."""
    result = []
    if not flags.disable_http:
        result.append(Listening(httpserver.bind(flags.http_address or "0.0.0.0", flags.http_port, _port_taken)))
        if keystore:
            logger.warning("Plain HTTP stays open beside HTTPS: disable_http would close it")
    if keystore:
        listener = httpserver.bind(flags.https_address or "0.0.0.0", flags.https_port, _port_taken)
        result.append(Listening(listener, Port(keystore.server)))
    return result


def _port_taken(message: str) -> NoReturn:
    log.die(message, Status.PORT_TAKEN)


class Program:
    """One process: its ending has one reason and one status."""

    def __init__(self, flags: Any, tls: Tls, keystore: Keystore | None, ports: list[Listening]) -> None:
        self._flags = flags
        self._tls = tls
        self._keystore = keystore
        self._ports = ports
        self._stop = httpserver.stop_on_signals()
        self._status = 0
        self._scheme = "https" if flags.disable_http else "http"
        self._address = f"{flags.hostname}:{flags.https_port if flags.disable_http else flags.http_port}"
        self._candidate = Candidate(self._address)
        self._leader: Leader | None = None

    async def run(self) -> int:
        connection = await self._connect()
        node = Node(self._flags, self._address, self._candidate, self._keystore.client if self._keystore else None)
        serving = [
            supervise(
                httpserver.serve(node, *port.address, stop=self._stop, listener=port.listener, tls=port.tls), self._end
            )
            for port in self._ports
        ]
        leading = asyncio.create_task(self._lead(connection))
        leading.add_done_callback(self._leading_ended)
        await self._stop.wait()
        self._candidate.application = None
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
        if self._leader:
            # Open event streams end first, or the server would wait for them.
            await self._leader.stop()
        await self._candidate.leave()
        await asyncio.gather(*serving)
        await node.close()
        if connection:
            await connection.stop()
        return self._status

    async def _connect(self) -> Connection | None:
        flags = self._flags
        if not flags.ha and flags.internal_store_backend == "mem":
            return None
        connection = Connection(
            ZkUrl.parse(flags.zk),
            session_timeout=flags.zk_session_timeout,
            on_lost=lambda: self._end("the ZooKeeper session is lost", Status.ZOOKEEPER_LOST),
        )
        try:
            await connection.start(flags.zk_connection_timeout)
        except ZkUnavailable as error:
            log.die(f"Cannot reach ZooKeeper {connection.url}: {error}", Status.ZOOKEEPER_UNREACHABLE)
        return connection

    async def _lead(self, connection: Connection | None) -> None:
        flags = self._flags
        await self._candidate.win(connection if flags.ha else None)
        store: Store = (
            MemoryStore()
            if connection is None
            else ZkStore(
                connection,
                failed=self._end,
                max_node_size=flags.zk_max_node_size,
                compression_threshold=flags.zk_compression_threshold if flags.zk_compression else None,
            )
        )
        detector = MasterDetector(flags.master, session_timeout=flags.zk_session_timeout, scheme=self._tls.scheme)
        await detector.start(flags.zk_connection_timeout)
        leader = Leader(flags, store, detector, f"{self._scheme}://{self._address}", self._end, self._tls)
        self._leader = leader
        await leader.start()
        self._candidate.application = application(leader)
        await self._candidate.lost()
        self._end("the leadership is lost", Status.LEADERSHIP_LOST)

    def _leading_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            error = task.exception()
            if isinstance(error, (KazooException, ZkUnavailable)):
                self._end(f"ZooKeeper failed: {error or type(error).__name__}", Status.ZOOKEEPER_LOST)
            elif isinstance(error, Ending):
                self._end(str(error), error.status)
            else:
                logger.error("Leading failed", exc_info=error)
                self._end("leading failed")

    def _end(self, reason: str, status: Status = Status.EXCEPTION) -> None:
        if not self._stop.is_set():
            logger.error("EXIT with status %d: %s", status, reason)
            self._status = status
            self._stop.set()


async def run(flags: Any, tls: Tls, keystore: Keystore | None) -> int:
    return await Program(flags, tls, keystore, ports(flags, keystore)).run()
