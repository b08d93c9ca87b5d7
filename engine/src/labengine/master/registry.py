"""The registry: which agents were admitted and what operators said of them, kept by a quorum of masters.

The leader writes whole snapshots, numbered, to the replica of every master; a write counts when a quorum has it.
A new leader reads the replicas of a quorum and goes on from the newest. So it knows who has still to come back,
and a leader that was replaced without knowing it cannot write any more.

As in Mesos' replicated log a replica without a file is EMPTY and has no vote. It gets one by catching up from a quorum
of replicas that vote, or with ``2 * quorum - 1`` others that are all as new as itself (by way of STARTING).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from labengine.common import log
from labengine.common.flagtable import Flags
from labengine.common.timing import Timing
from labengine.common.tls import Tls

logger = log.get(__name__)

PATH = "/lab/v1/registry"
PEER_SECONDS = 2.0
RETRY_SECONDS = 0.3
TIMING_SECONDS = 86400.0
EMPTY, STARTING, VOTING = "EMPTY", "STARTING", "VOTING"
# AgentInfo of the admitted agents; since when (seconds) others are unreachable or gone; drains and deactivations; all
# by id. And the maintenance: schedule and machines that are down; and by role what it is granted.
CONTENT = ("agents", "unreachable", "gone", "drains", "maintenance", "quotas", "weights")


class Registry:
    """``peers()`` are the addresses of the other masters whose replicas are present."""

    def __init__(self, flags: Flags, master_id: str, peers: Callable[[], Iterable[str]], tls: Tls) -> None:
        self._flags = flags
        self._master_id = master_id
        self._peers = peers
        self._quorum = (flags.quorum or 1) if flags.zk else 1
        self._lock = asyncio.Lock()
        # Changes that wait for the one before them.
        self.queued = 0
        self.fetch_time = Timing("registrar/state_fetch_ms")
        self.store_time = Timing("registrar/state_store_ms", TIMING_SECONDS)
        self._leading = False
        self._sending: set[asyncio.Task[bool]] = set()
        self._client = tls.client(timeout=PEER_SECONDS)
        self._tls = tls
        self._file = (
            Path(flags.work_dir) / "replicated_log" / "registry.json"
            if (flags.registry == "replicated_log" and flags.work_dir)
            else None
        )
        self._snapshot: dict[str, Any] = {"status": EMPTY, "version": 0, "writer": "", **{name: {} for name in CONTENT}}
        self._load()

    @property
    def agents(self) -> dict[str, dict[str, Any]]:
        return self._snapshot["agents"]

    @property
    def unreachable(self) -> dict[str, float]:
        return self._snapshot["unreachable"]

    @property
    def gone(self) -> dict[str, float]:
        return self._snapshot["gone"]

    @property
    def drains(self) -> dict[str, dict[str, Any]]:
        return self._snapshot["drains"]

    @property
    def maintenance(self) -> dict[str, Any]:
        return self._snapshot["maintenance"]

    @property
    def quotas(self) -> dict[str, dict[str, dict[str, float]]]:
        return self._snapshot["quotas"]

    @property
    def weights(self) -> dict[str, float]:
        return self._snapshot["weights"]

    @property
    def voting(self) -> bool:
        return self._snapshot["status"] == VOTING

    @property
    def size(self) -> int:
        """In bytes, as it is written."""
        return len(json.dumps(self._snapshot))

    def snapshot(self) -> dict[str, Any]:
        """This master's replica, for the others."""
        return self._snapshot

    def accept(self, snapshot: dict[str, Any]) -> bool:
        """A leader's write to this replica, which ends an older leader; False when a newer one wrote already."""
        mine = (self._snapshot["version"], self._snapshot["writer"])
        theirs = (int(snapshot["version"]), str(snapshot["writer"]))
        if not self.voting or theirs[0] < mine[0] or (theirs[0] == mine[0] and theirs[1] != mine[1]):
            return False
        if self._leading and theirs[1] != self._master_id:
            log.exit_now(f"Lost leadership: another master ({theirs[1]}) writes the registry")
        self._keep({key: snapshot[key] for key in ("version", "writer", *CONTENT)} | {"status": VOTING})
        return True

    async def obtain_vote(self) -> None:
        """Returns when this replica takes part; the program goes on meanwhile, as a candidate even."""
        while not self.voting:
            found = [one for one in await asyncio.gather(*map(self._read, self._peers())) if one is not None]
            states = [one["status"] for one in found]
            voters = [one for one in found if one["status"] == VOTING]
            if len(voters) >= self._quorum:
                self._keep(max(voters, key=lambda one: one["version"]))
                logger.info("Replica caught up from %d replicas that vote", len(voters))
            elif self._snapshot["status"] == EMPTY:
                if 1 + states.count(EMPTY) + states.count(STARTING) >= 2 * self._quorum - 1:
                    self._keep({**self._snapshot, "status": STARTING})
                    continue
            elif 1 + states.count(STARTING) + len(voters) >= 2 * self._quorum - 1:
                self._keep({**self._snapshot, "status": VOTING})
                logger.info("A new replicated log begins")
            if not self.voting:
                await asyncio.sleep(RETRY_SECONDS)

    async def recover(self, ready: Callable[[], bool]) -> None:
        """Take over as the leader; the program ends when no quorum answers within registry_fetch_timeout."""
        began = time.monotonic()
        deadline = began + self._flags.registry_fetch_timeout
        while True:
            if ready() and self.voting:
                found = [one for one in await asyncio.gather(*map(self._read, self._peers())) if one is not None]
                voters = [one for one in found if one["status"] == VOTING]
                if len(voters) + 1 >= self._quorum:
                    break
            if time.monotonic() > deadline:
                log.exit_now(
                    "Recovery failed: Failed to recover registrar: Failed to perform fetch within "
                    f"{self._flags.as_strings()['registry_fetch_timeout']}: the quorum is {self._quorum} "
                    f"masters, and this one's log is {self._snapshot['status']}"
                )
            await asyncio.sleep(RETRY_SECONDS)
        newest = max([self._snapshot, *voters], key=lambda one: one["version"])
        self.fetch_time.record(time.monotonic() - began)
        await self._store(newest, {})
        self._leading = True

    async def admit(self, agent_id: str, info: dict[str, Any]) -> None:
        async with self._turn():
            if self.agents.get(agent_id) != info or agent_id in self.unreachable:
                await self._change(
                    agents={**self.agents, agent_id: info}, unreachable=_without(self.unreachable, agent_id)
                )

    async def mark_unreachable(self, agent_id: str, since: float) -> None:
        async with self._turn():
            kept = list({**self.unreachable, agent_id: since}.items())[-self._flags.registry_max_agent_count :]
            await self._change(agents=_without(self.agents, agent_id), unreachable=dict(kept))

    async def remove(self, agent_id: str) -> None:
        async with self._turn():
            if agent_id in self.agents:
                await self._change(agents=_without(self.agents, agent_id), drains=_without(self.drains, agent_id))

    async def mark_gone(self, agent_id: str, since: float) -> None:
        async with self._turn():
            await self._change(
                agents=_without(self.agents, agent_id),
                drains=_without(self.drains, agent_id),
                unreachable=_without(self.unreachable, agent_id),
                gone={**self.gone, agent_id: since},
            )

    async def set_drain(self, agent_id: str, drain: dict[str, Any] | None) -> None:
        """What an operator wants of an agent; None: nothing any more."""
        async with self._turn():
            rest = _without(self.drains, agent_id)
            await self._change(drains=rest if drain is None else {**rest, agent_id: drain})

    async def set_maintenance(self, maintenance: dict[str, Any]) -> None:
        async with self._turn():
            await self._change(maintenance=maintenance)

    async def set_quotas(self, quotas: dict[str, dict[str, dict[str, float]]]) -> None:
        async with self._turn():
            await self._change(quotas=quotas)

    async def set_weights(self, weights: dict[str, float]) -> None:
        async with self._turn():
            await self._change(weights=weights)

    async def catch_up(self) -> None:
        """Bring replicas that joined to the leader's state."""
        await asyncio.gather(*(self._write(peer, self._snapshot) for peer in self._peers()))

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One change after the other."""
        self.queued += 1
        try:
            await self._lock.acquire()
        finally:
            self.queued -= 1
        try:
            yield
        finally:
            self._lock.release()

    async def _change(self, **changes: dict[str, Any]) -> None:
        await self._store(self._snapshot, changes)

    async def _store(self, base: dict[str, Any], changes: dict[str, Any]) -> None:
        snapshot = {**base, **changes, "version": base["version"] + 1, "writer": self._master_id, "status": VOTING}
        deadline = time.monotonic() + self._flags.registry_store_timeout
        began = time.monotonic()
        while not await self._replicate(snapshot):
            if time.monotonic() > deadline:
                log.exit_now(
                    "Registrar aborting: Failed to update registry: Failed to perform store within "
                    f"{self._flags.as_strings()['registry_store_timeout']}: the quorum is {self._quorum} "
                    "masters"
                )
            await asyncio.sleep(RETRY_SECONDS)
        self._keep(snapshot)
        self.store_time.record(time.monotonic() - began)

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
                self._snapshot |= json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            log.die(f"Failed to recover the log: cannot read {self._file}: {error}")


def _without(entries: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in entries.items() if name != key}
