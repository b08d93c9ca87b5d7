"""Status updates on their way: one at a time, in order, and not more of them than anybody needs."""

from __future__ import annotations

import asyncio
from typing import Any

from labengine.agent.record import TaskRecord, new_status
from labengine.agent.updates import UpdateStreams


def test_health_reports_do_not_pile_up_without_a_framework() -> None:
    async def story() -> None:
        sent: list[dict[str, Any]] = []

        async def send(_record: TaskRecord, status: dict[str, Any]) -> bool:
            sent.append(status)
            return True

        updates = UpdateStreams(send, save=lambda _record: None, completed=lambda _record: None)
        record = TaskRecord("framework", {"task_id": {"value": "t"}}, "container")
        updates.emit(record, new_status(record, "agent", "TASK_STARTING"))
        for number in range(50):
            updates.emit(record, new_status(record, "agent", "TASK_RUNNING", healthy=number % 2 == 0))
        updates.emit(record, new_status(record, "agent", "TASK_KILLED"))
        assert [(one["state"], one.get("healthy")) for one in record.pending] == [
            ("TASK_STARTING", None), ("TASK_RUNNING", False), ("TASK_KILLED", None)]
        while record.pending:
            await asyncio.sleep(0)
            updates.acknowledge(record, sent[-1]["uuid"])
        assert [one["state"] for one in sent] == ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"]
        updates.stop()

    asyncio.run(story())


def test_a_scheduler_that_is_back_is_told_again_at_once() -> None:
    async def story() -> None:
        sent: list[str] = []

        async def send(record: TaskRecord, _status: dict[str, Any]) -> bool:
            sent.append(record.framework_id)
            return True

        updates = UpdateStreams(send, save=lambda _record: None, completed=lambda _record: None)
        for framework in ("one", "two"):
            record = TaskRecord(framework, {"task_id": {"value": "t"}}, "container")
            updates.emit(record, new_status(record, "agent", "TASK_RUNNING"))
        await asyncio.sleep(0.01)
        updates.resend("two")
        await asyncio.sleep(0.01)
        assert sent == ["one", "two", "two"]
        updates.resend()
        await asyncio.sleep(0.01)
        assert sent == ["one", "two", "two", "one", "two"]
        updates.stop()

    asyncio.run(story())
