"""Events between a thread and the loop of the rules."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._events.outbox import Outbox

SECONDS = 20


def test_events_come_in_order_and_then_the_failure() -> None:
    async def main() -> list[Any]:
        outbox = Outbox(asyncio.get_running_loop())

        def fill() -> None:
            for number in range(1000):
                assert outbox.put({"number": number})
            outbox.fail(RuntimeError("over"))

        thread = threading.Thread(target=fill)
        thread.start()
        found = [(await asyncio.wait_for(outbox.get(), SECONDS))["number"] for _times in range(1000)]
        with pytest.raises(RuntimeError, match="over"):
            await asyncio.wait_for(outbox.get(), SECONDS)
        thread.join(SECONDS)
        return found

    assert asyncio.run(main()) == list(range(1000))


def test_where_there_is_no_room_nothing_is_lost_and_it_is_said() -> None:
    async def main() -> tuple[list[bool], list[int]]:
        outbox = Outbox(asyncio.get_running_loop(), most=2)
        in_time: list[bool] = []
        thread = threading.Thread(target=lambda: in_time.extend(outbox.put({"number": one}) for one in range(4)))
        thread.start()
        await asyncio.sleep(0.2)
        found = [(await asyncio.wait_for(outbox.get(), SECONDS))["number"] for _times in range(4)]
        thread.join(SECONDS)
        return in_time, found

    in_time, found = asyncio.run(main())
    assert found == [0, 1, 2, 3]
    assert in_time[:3] == [True, True, False]


def test_a_thread_that_waits_for_room_ends_with_the_source() -> None:
    async def main() -> threading.Thread:
        outbox = Outbox(asyncio.get_running_loop(), most=1)
        outbox.put({})
        thread = threading.Thread(target=outbox.put, args=({},))
        thread.start()
        await asyncio.sleep(0.1)
        assert thread.is_alive()
        outbox.close()
        return thread

    thread = asyncio.run(main())
    thread.join(SECONDS)
    assert not thread.is_alive()
