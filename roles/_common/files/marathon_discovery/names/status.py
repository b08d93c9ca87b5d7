"""What the program that keeps names in DNS knows of itself, read by others while it works."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..marathon.events import Events
from .model import Names

SOURCES = ("mesos", "marathon")
COUNTS = ("mesos_reads", "marathon_reads", "mesos_failures", "marathon_failures", "dns_failures", "changes")


class Status:
    def __init__(self, events: Events | None = None) -> None:
        self._lock = threading.Lock()
        self._events = events
        self._names = Names()
        self._times: dict[str, float] = {}
        self._urls: dict[str, str] = {}
        self._errors: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._held: dict[str, Any] = {"why": None, "names": []}

    def read(self, source: str, url: str) -> None:
        with self._lock:
            self._urls[source] = url
            self._times[source] = time.time()
            self._errors.pop(source, None)
            self._counts[f"{source}_reads"] += 1

    def failed(self, what: str, reason: str) -> None:
        with self._lock:
            self._errors[what] = reason
            self._counts[f"{what}_failures"] += 1

    def guarded(self, why: str | None, names: Iterable[str]) -> None:
        """``why`` what Mesos says is not believed, and which names are kept therefore; None where it is."""
        with self._lock:
            self._held = {"why": why, "names": list(names)}

    def applied(self, names: Names, changes: int) -> None:
        with self._lock:
            self._names = names
            self._times["dns"] = time.time()
            self._errors.pop("dns", None)
            self._counts["changes"] += changes

    @property
    def ready(self) -> bool:
        with self._lock:
            return "dns" in self._times

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            names, errors = self._names, self._errors
            problems = [errors[what] for what in (*SOURCES, "dns") if what in errors]
            return {
                "ready": "dns" in self._times,
                "problem": next(iter(problems), None) or self._held["why"],
                **{
                    source: {
                        "url": self._urls.get(source, ""),
                        "last_read": self._times.get(source),
                        "error": errors.get(source),
                    }
                    for source in SOURCES
                },
                "events": {
                    "connected": bool(self._events and self._events.connected),
                    "connects": self._events.connects if self._events else 0,
                    "received": self._events.received if self._events else 0,
                },
                "dns": {"last_applied": self._times.get("dns"), "error": errors.get("dns")},
                "guard": dict(self._held),
                "counts": {name: self._counts[name] for name in COUNTS},
                "records": sum(len(values) for values in names.records.values()),
                "names": len({name for name, _kind in names.records}),
                "tasks": len(names.tasks),
                "excluded": [{"name": one.app, "why": one.reason} for one in names.excluded],
                "waiting": [{"name": one.app, "task": one.task, "why": one.reason} for one in names.waiting],
                "cut": list(names.cut),
            }
