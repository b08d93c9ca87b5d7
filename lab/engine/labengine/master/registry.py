"""The registry: which agents were admitted, kept by a quorum of masters.

The leader writes whole snapshots, numbered, to the replica of every master; a write counts when a quorum has it.
A new leader reads the replicas of a quorum and goes on from the newest. So it knows who has still to come back,
and a leader that was replaced without knowing it cannot write any more.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx

from labengine.common import log
from labengine.common.flagtable import Flags
from labengine.common.tls import Tls

logger = log.get(__name__)

PATH = "/lab/v1/registry"
PEER_SECONDS = 2.0
RETRY_SECONDS = 0.3


class Registry:
    """``peers()`` are the addresses of the other masters whose replicas are present."""

    def __init__(self, flags: Flags, master_id: str, peers: Callable[[], Iterable[str]], tls: Tls) -> None:
        self._flags = flags
        self._master_id = master_id
        self._peers = peers
        self._quorum = (flags.quorum or 1) if flags.zk else 1
        self._lock = asyncio.Lock()
        self._leading = False
        self._sending: set[asyncio.Task[bool]] = set()
        self._client = tls.client(timeout=PEER_SECONDS)
        self._tls = tls
        self._file = (
            Path(flags.work_dir) / "replicated_log" / "registry.json"
            if (flags.registry == "replicated_log" and flags.work_dir)
            else None
        )
        self._snapshot: dict[str, Any] = {"version": 0, "writer": "", "agents": {}, "unreachable": {}}
        self._load()

    @property
    def agents(self) -> dict[str, dict[str, Any]]:
        """AgentInfo of every admitted agent, by id."""
        return self._snapshot["agents"]

    @property
    def unreachable(self) -> dict[str, float]:
        """Since when (seconds) an agent that was admitted is out of reach, by id."""
        return self._snapshot["unreachable"]

    def snapshot(self) -> dict[str, Any]:
        """This master's replica, for a new leader."""
        return self._snapshot

    def accept(self, snapshot: dict[str, Any]) -> bool:
        """A leader's write to this replica, which ends an older leader; False when a newer one wrote already."""
        mine = (self._snapshot["version"], self._snapshot["writer"])
        theirs = (int(snapshot["version"]), str(snapshot["writer"]))
        if theirs[0] < mine[0] or (theirs[0] == mine[0] and theirs[1] != mine[1]):
            return False
        if self._leading and theirs[1] != self._master_id:
            log.exit_now(f"Lost leadership: another master ({theirs[1]}) writes the registry")
        self._keep({key: snapshot[key] for key in ("version", "writer", "agents", "unreachable")})
        return True

    async def recover(self, ready: Callable[[], bool]) -> None:
        """Take over as the leader; the program ends when no quorum answers within registry_fetch_timeout."""
        deadline = time.monotonic() + self._flags.registry_fetch_timeout
        while True:
            if ready():
                found = [one for one in await asyncio.gather(*map(self._read, self._peers())) if one is not None]
                if len(found) + 1 >= self._quorum:
                    break
            if time.monotonic() > deadline:
                log.exit_now(
                    "Recovery failed: Failed to recover registrar: Failed to perform fetch within "
                    f"{self._flags.as_strings()['registry_fetch_timeout']}: the quorum is {self._quorum} "
                    "masters"
                )
            await asyncio.sleep(RETRY_SECONDS)
        newest = max([self._snapshot, *found], key=lambda one: one["version"])
        await self._store(newest["agents"], newest["unreachable"], newest["version"])
        self._leading = True

    async def admit(self, agent_id: str, info: dict[str, Any]) -> None:
        async with self._lock:
            if self.agents.get(agent_id) != info or agent_id in self.unreachable:
                unreachable = {key: since for key, since in self.unreachable.items() if key != agent_id}
                await self._store({**self.agents, agent_id: info}, unreachable)

    async def mark_unreachable(self, agent_id: str, since: float) -> None:
        async with self._lock:
            agents = {key: info for key, info in self.agents.items() if key != agent_id}
            unreachable = {**self.unreachable, agent_id: since}
            kept = list(unreachable.items())[-self._flags.registry_max_agent_count :]
            await self._store(agents, dict(kept))

    async def remove(self, agent_id: str) -> None:
        async with self._lock:
            if agent_id in self.agents:
                await self._store({key: info for key, info in self.agents.items() if key != agent_id}, self.unreachable)

    async def catch_up(self) -> None:
        """Bring replicas that joined to the leader's state."""
        await asyncio.gather(*(self._write(peer, self._snapshot) for peer in self._peers()))

    async def _store(self, agents: dict[str, Any], unreachable: dict[str, float], base: int | None = None) -> None:
        version = (self._snapshot["version"] if base is None else base) + 1
        snapshot = {"version": version, "writer": self._master_id, "agents": agents, "unreachable": unreachable}
        deadline = time.monotonic() + self._flags.registry_store_timeout
        while not await self._replicate(snapshot):
            if time.monotonic() > deadline:
                log.exit_now(
                    "Registrar aborting: Failed to update registry: Failed to perform store within "
                    f"{self._flags.as_strings()['registry_store_timeout']}: the quorum is {self._quorum} "
                    "masters"
                )
            await asyncio.sleep(RETRY_SECONDS)
        self._keep(snapshot)

    async def _replicate(self, snapshot: dict[str, Any]) -> bool:
        """Returns as soon as a quorum has it; slower replicas get it in the background."""
        pending = {asyncio.create_task(self._write(peer, snapshot)) for peer in self._peers()}
        self._sending |= pending
        for task in pending:
            task.add_done_callback(self._sending.discard)
        copies = 1
        while copies < self._quorum and pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            copies += sum(task.result() for task in done)
        return copies >= self._quorum

    async def _write(self, peer: str, snapshot: dict[str, Any]) -> bool:
        try:
            answer = await self._client.post(self._tls.url(peer) + PATH, json=snapshot)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    async def _read(self, peer: str) -> dict[str, Any] | None:
        try:
            answer = await self._client.get(self._tls.url(peer) + PATH)
            return answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    def _keep(self, snapshot: dict[str, Any]) -> None:
        self._snapshot = snapshot
        if self._file is not None:
            partial = self._file.with_suffix(".partial")
            partial.write_text(json.dumps(snapshot), encoding="utf-8")
            partial.replace(self._file)

    def _load(self) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists():
                self._snapshot = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            log.die(f"Failed to recover the log: cannot read {self._file}: {error}")
