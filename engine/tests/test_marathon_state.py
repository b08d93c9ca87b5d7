"""What is stored, for how long, and what a new leader makes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from labengine.common.zk import Change, KazooException, NoNodeError, ZkUrl
from labengine.marathon import store as store_module
from labengine.marathon.backoff import Backoff
from labengine.marathon.clock import VersionClock, seconds, timestamp
from labengine.marathon.definition.reader import read_app
from labengine.marathon.definition.settings import Settings
from labengine.marathon.deployments import Deployments
from labengine.marathon.endings import Status
from labengine.marathon.events import EventBus
from labengine.marathon.groups import GroupManager
from labengine.marathon.plan import Plan, make, reverted
from labengine.marathon.state import Failures, State
from labengine.marathon.store import COMPRESSED, MemoryStore, ZkStore
from labengine.marathon.tree import Tree


def app(app_id: str, version: str, **fields: object) -> dict:
    return {"id": app_id, "instances": 1, "version": version, **fields,
            "versionInfo": {"lastScalingAt": version, "lastConfigChangeAt": version}}


def write(state: State, *apps: dict, removed: tuple[str, ...] = ()) -> str:
    tree, version = state.tree.copy(), state.clock.next()
    for one in apps:
        tree.put({**one, "version": version})
    for app_id in removed:
        del tree.services[app_id]
    tree.touch(["/"], version)
    state.commit(tree)
    return version


def loaded(store: MemoryStore, max_versions: int = 3) -> State:
    state = State(store, max_versions)
    state.load(asyncio.run(store.load()))
    return state


def test_versions_are_in_order_even_within_a_millisecond() -> None:
    clock = VersionClock()
    versions = [clock.next() for _ in range(50)]
    assert versions == sorted(set(versions))
    future = timestamp(seconds(versions[-1]) + 3600)
    assert VersionClock(future).next() > future
    assert timestamp(seconds("2026-01-01T01:00:00.5+01:00")) == "2026-01-01T00:00:00.500Z"


def test_history_is_limited_and_survives() -> None:
    store = MemoryStore()
    state = loaded(store)
    versions = [write(state, app("/a", "", cmd=str(number))) for number in range(6)]
    assert state.app_versions("/a") == versions[-3:]
    again = loaded(store)
    assert again.app_versions("/a") == versions[-3:] and again.tree.services["/a"]["cmd"] == "5"
    assert len([key for key in store.documents if key.startswith("apps/")]) == 3
    assert len([key for key in store.documents if key.startswith("roots/")]) == 3


def test_a_deleted_app_has_no_history_but_its_group_can_go_back() -> None:
    store = MemoryStore()
    state = loaded(store)
    first = write(state, app("/a", "", cmd="old"))
    write(state, removed=("/a",))
    assert state.app_versions("/a") == []
    earlier = loaded(store).tree_at("/", first)
    assert earlier is not None and earlier.services["/a"]["cmd"] == "old"
    second = write(state, app("/a", "", cmd="new"))
    assert state.app_versions("/a") == [second] and state.app_at("/a", first) is None


def test_unused_definitions_are_removed() -> None:
    store = MemoryStore()
    state = loaded(store)
    write(state, app("/a", ""))
    write(state, removed=("/a",))
    for _ in range(3):
        write(state, app("/b", ""))
    assert not [key for key in store.documents if key.startswith("apps/a@")]


def test_a_plan_survives_and_is_undone() -> None:
    before, after = Tree(), Tree()
    for tree in (before, after):
        tree.put(app("/keep", "1", cmd="x", dependencies=[]))
    before.put(app("/gone", "1", cmd="x"))
    after.put(app("/new/one", "2", cmd="x"))
    after.services["/keep"] = app("/keep", "2", cmd="y")
    plan = make(before, after, "2")
    assert [[(one.kind, one.app_id) for one in step] for step in plan.steps] == [
        [("Stop", "/gone")], [("Start", "/new/one")],
        [("Restart", "/keep"), ("Scale", "/new/one")]]
    same = Plan.from_document(json.loads(json.dumps(plan.document())))
    assert same == plan
    back = reverted(same, after)
    assert set(back.services) == {"/keep", "/gone"} and back.services["/keep"]["cmd"] == "x"
    assert set(back.groups) == {"/"}


class FakeConnection:
    """Znodes in a dictionary; requests take effect in the order in which they are sent."""

    def __init__(self) -> None:
        self.url = ZkUrl.parse("zk://user:geheim@zk1:2181/marathon")
        self.znodes: dict[str, bytes] = {}
        self.broken = False
        self.requests: list[int] = []
        # As long as it is not None only so many more requests arrive.
        self.left: int | None = None

    def _arrives(self) -> bool:
        if self.broken:
            raise KazooException
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    async def ensure_path(self, path: str) -> None:
        self.znodes.setdefault(path, b"")

    async def children(self, path: str) -> list[str]:
        prefix = path + "/"
        return [one.removeprefix(prefix) for one in self.znodes
                if one.startswith(prefix) and "/" not in one.removeprefix(prefix)]

    async def get(self, path: str) -> tuple[bytes, Any]:
        if path not in self.znodes:
            raise NoNodeError
        return self.znodes[path], None

    async def commit(self, changes: list[Change]) -> None:
        """As ZooKeeper, which changes only what there is and creates only what there is not."""
        if self._arrives():
            self.requests.append(len(changes))
            for kind, path, data in changes:
                assert (path in self.znodes) is (kind != "create"), (kind, path)
                if kind == "delete":
                    del self.znodes[path]
                else:
                    self.znodes[path] = data
        await asyncio.sleep(0)


def store_on(connection: FakeConnection) -> ZkStore:
    return ZkStore(connection, compression_threshold=None, max_node_size=10**6, failed=print)  # type: ignore[arg-type]


class Leading:
    """What a leader makes of what is stored."""

    async def on(self, connection: FakeConnection) -> Leading:
        events = EventBus(100)
        self.store = store_on(connection)
        documents = await self.store.load()
        self.state = State(self.store, 3)
        self.state.load(documents)
        self.deployments = Deployments(self.store, events, 100, lambda _app_ids: None)
        self.deployments.load(documents, self.state.version)
        self.groups = GroupManager(self.state, self.deployments, Failures(self.store, documents), Backoff(), events,
                                   Settings(), None)
        return self


def set_command(command: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        tree.put(read_app({"id": "/a", "cmd": command}, defaults=Settings(), enforced_groups=set()))

    return change


@pytest.mark.parametrize("arrived", range(8))
def test_a_leader_killed_while_it_writes_has_made_the_change_with_its_deployment_or_not_at_all(
        monkeypatch: pytest.MonkeyPatch, arrived: int) -> None:
    # A large change takes several requests, this one would take one.
    monkeypatch.setattr(store_module, "BATCH", 1)

    async def story() -> None:
        connection = FakeConnection()
        killed = await Leading().on(connection)
        first = await killed.groups.update(set_command("one"), touched=["/"], announced="/", force=False)
        before = dict(connection.znodes)
        connection.left = arrived
        second = await killed.groups.update(set_command("two"), touched=["/"], announced="/", force=True)
        complete = connection.left >= 0
        await killed.store.close()
        connection.left = None

        new = await Leading().on(connection)
        app, running = new.state.tree.services["/a"], [one.plan.id for one in new.deployments]
        assert (app["cmd"], running) in [("one", [first.id]), ("two", [second.id])]
        assert not complete or app["cmd"] == "two"
        assert new.state.app_versions("/a")[-1] == app["version"]
        await new.store.flush()
        if app["cmd"] == "one":
            assert connection.znodes == before
        assert [one for one in connection.znodes if "/deployments/" in one] == [
            f"/marathon/state/deployments/{running[0]}"]
        await new.store.close()

    asyncio.run(story())


def test_the_store_in_zookeeper() -> None:
    async def story() -> None:
        connection, failures, statuses = FakeConnection(), [], []

        def failed(reason: str, status: Status = Status.EXCEPTION) -> None:
            failures.append(reason)
            statuses.append(status)

        store = ZkStore(connection, compression_threshold=100, max_node_size=1000,  # type: ignore[arg-type]
                        failed=failed)
        assert await store.load() == {}
        for number in range(100):
            store.put(f"apps/a@{number}", {"number": number})
        store.put("roots/1", {"long": "x" * 1000})
        store.put("framework", "f-1")
        store.delete("apps/a@7")
        store.delete("apps/never")
        await store.flush()
        # Many at once, but no more bytes than a request may have.
        assert 100 > len(connection.requests) > 3 and sum(connection.requests) == 103
        assert connection.znodes["/marathon/state/roots/1"].startswith(COMPRESSED)
        other = ZkStore(connection, compression_threshold=None, max_node_size=1000,  # type: ignore[arg-type]
                        failed=failed)
        documents = await other.load()
        assert documents["framework"] == "f-1" and documents["roots/1"] == {"long": "x" * 1000}
        assert len([key for key in documents if key.startswith("apps/")]) == 99
        assert store.fits({"long": "x" * 1000}) and not other.fits({"long": "x" * 1000})
        other.put("roots/2", {"long": "x" * 1000})
        assert statuses.pop() == Status.EXCEPTION
        assert failures.pop().startswith("the state has grown too large: roots/2 has 1011 bytes")
        store.put("framework", "f-2")
        store.put("framework", "f-3")
        await store.flush()
        assert connection.znodes["/marathon/state/framework"] == b'"f-3"'
        connection.broken = True
        store.put("framework", "f-4")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await store.flush()
        assert statuses == [Status.ZOOKEEPER_LOST]
        assert len(failures) == 1 and "zk1:2181/marathon" in failures[0] and "geheim" not in failures[0]
        await store.close()
        await other.close()

    asyncio.run(story())
