"""The event source as ansible-rulebook runs it, in this process; what it hands to the rules is a list."""

from __future__ import annotations

import asyncio
import runpy
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

PLUGIN = (
    Path(__file__).resolve().parents[2]
    / ".collections/ansible_collections/quorum/mesos/extensions/eda/plugins/event_source/marathon.py"
)
SECONDS = 60


class EventSource:
    """``pause`` is how long the rules take for each event."""

    def __init__(self, pause: float = 0.0, **args: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self.error: BaseException | None = None
        self._main = runpy.run_path(str(PLUGIN))["main"]
        self._pause, self._args = pause, args
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> EventSource:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if self._thread.is_alive() and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(SECONDS)
        assert not self._thread.is_alive(), "the source does not end"

    async def put(self, event: dict[str, Any]) -> None:
        if self._pause:
            await asyncio.sleep(self._pause)
        self.events.append(event)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in list(self.events) if kind in (event.get("eventType"), event.get("type"))]

    def wait(self, what: str, seconds: float = SECONDS, **fields: Any) -> dict[str, Any]:
        """The first event with these fields."""
        return self.wait_for(what, lambda event: all(event.get(key) == fields[key] for key in fields), seconds)

    def wait_for(self, what: str, fits: Callable[[dict[str, Any]], Any], seconds: float = SECONDS) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            found = next((event for event in list(self.events) if fits(event)), None)
            if found is not None:
                return found
            assert self.error is None, f"{what}: {self.error}"
            assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s, but {self.events[-30:]}"
            time.sleep(0.05)

    def ended(self, seconds: float = SECONDS) -> BaseException | None:
        """What it ended with by itself."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the source does not end"
        return self.error

    def _run(self) -> None:
        async def run() -> None:
            self._task = asyncio.current_task()
            await self._main(self, self._args)

        try:
            self._loop.run_until_complete(run())
        except asyncio.CancelledError:
            pass
        except Exception as error:
            self.error = error
        finally:
            self._loop.close()
