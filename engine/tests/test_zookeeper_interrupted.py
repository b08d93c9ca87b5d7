"""A connection to ZooKeeper that is interrupted for a moment, as when the server at its other end is killed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from kazoo.exceptions import ConnectionLoss

from labengine.common import zkdetector
from labengine.common.address import Address
from labengine.common.zk import MasterDetector
from labengine.master import election
from labengine.master.election import Standing, master_info


class Znodes:
    """The group and the connection in one; the first request of a name in ``interrupted`` fails."""

    def __init__(self, *infos: dict[str, Any] | str) -> None:
        self.names = [f"n_{number}" for number in range(len(infos))]
        self.data = dict(zip(self.names, infos, strict=True))
        self.interrupted: set[str] = set()

    def node(self, name: str) -> str:
        return name

    async def get(self, name: str) -> tuple[bytes, None]:
        if name in self.interrupted:
            self.interrupted.remove(name)
            raise ConnectionLoss
        data = self.data[name]
        return (data if isinstance(data, str) else json.dumps(data)).encode(), None


def info(number: int) -> dict[str, Any]:
    ip = f"127.0.0.{number}"
    return master_info(f"m{number}", Address(ip, 5050, ip, 5050, ip))


def test_the_leader_is_detected_when_the_first_look_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zkdetector, "RETRY_SECONDS", 0.01)

    async def story() -> None:
        detector, znodes = MasterDetector("zk://a:2181/mesos"), Znodes(info(2))
        detector._group = detector._connection = znodes  # type: ignore[assignment]
        znodes.interrupted = {"n_0"}
        detector._group_changed()
        found = await asyncio.wait_for(detector.wait_for_change(None), 5)
        assert found is not None and found.host == "127.0.0.2"

    asyncio.run(story())


def test_a_master_does_not_forget_replicas_that_it_could_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(election, "RETRY_SECONDS", 0.01)

    class Contended(Znodes):
        elected, present, name = True, True, "n_0"

        async def enter(self) -> None: ...

        async def start(self) -> None: ...

        async def create(self, *_arguments: Any, **_options: Any) -> None: ...

        def on_change(self, _callback: Any) -> None: ...

    async def story() -> None:
        changes = 0

        def peers_changed() -> None:
            nonlocal changes
            changes += 1
            znodes.present = False

        znodes = Contended("log-replica(1)@127.0.0.2:5050", "log-replica(1)@127.0.0.3:5050")
        flags = type("Flags", (), {"zk": "zk://a:2181/mesos", "quorum": 2})
        standing = Standing(flags, info(2), lambda: None, peers_changed)  # type: ignore[arg-type]
        znodes.interrupted = {"n_1"}
        await asyncio.wait_for(standing._take_part(  # type: ignore[arg-type]
            znodes, standing._url, znodes, znodes, asyncio.Event()), 5)
        assert standing.peers == {"127.0.0.3:5050"} and changes == 1

    asyncio.run(story())
