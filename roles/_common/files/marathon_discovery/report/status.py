"""What the agent knows of itself, read by others while it works."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..apps.model import Backend, Model, Server
from ..apps.outside import Everything
from ..haproxy.apply import Applied
from ..marathon.events import Events


class Status:
    def __init__(self, events: Events | None = None) -> None:
        self._lock = threading.Lock()
        self._events = events
        self._model = Model()
        self._outside = Everything()
        self._times: dict[str, float] = {}
        self._error: dict[str, str | None] = {"marathon": None, "haproxy": None}
        self._counts: Counter[str] = Counter()
        self._held: dict[str, Any] = {"why": None, "backends": []}
        self._url = ""

    def read(self, url: str) -> None:
        with self._lock:
            self._url = url
            self._times["read"] = time.time()
            self._error["marathon"] = None
            self._counts["reads"] += 1

    def failed(self, what: str, reason: str) -> None:
        with self._lock:
            self._error[what] = reason
            self._counts[f"{what}_failures"] += 1

    def guarded(self, why: str | None, backends: Iterable[str]) -> None:
        """``why`` what Marathon says is not believed, and which backends keep what they had; None where it is."""
        with self._lock:
            self._held = {"why": why, "backends": sorted(backends)}

    def applied(self, done: Applied, outside: Everything) -> None:
        with self._lock:
            self._model = done.model
            self._outside = outside
            self._times["applied"] = time.time()
            self._error["haproxy"] = done.problem
            self._counts["haproxy_failures"] += done.problem is not None
            self._counts["reloads"] += done.how == "reload"
            self._counts["runtime_changes"] += len(done.commands) if done.how == "runtime" else 0

    @property
    def ready(self) -> bool:
        with self._lock:
            return "applied" in self._times

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            model = self._model
            return {
                "ready": "applied" in self._times,
                "problem": (
                    self._error["marathon"]
                    or self._error["haproxy"]
                    or self._held["why"]
                    or "; ".join(why for _app, why in sorted(self._outside.wrong.items()))
                    or None
                ),
                "marathon": {
                    "url": self._url,
                    "last_read": self._times.get("read"),
                    "error": self._error["marathon"],
                    "events_connected": bool(self._events and self._events.connected),
                    "event_connects": self._events.connects if self._events else 0,
                    "events": self._events.received if self._events else 0,
                },
                "haproxy": {"last_applied": self._times.get("applied"), "error": self._error["haproxy"]},
                "guard": dict(self._held),
                "counts": {name: self._counts[name] for name in COUNTS},
                "vhosts": {route.what: route.backend for route in model.routes},
                "ports": {str(one.listener.port): one.name for one in model.backends if one.listener},
                "backends": {backend.name: _backend(backend) for backend in model.backends},
                "outside": {
                    "digest": self._outside.digest,
                    "shares": {app: one.share for app, one in sorted(self._outside.of.items())},
                    "wrong": dict(self._outside.wrong),
                },
                "excluded": [{"app": one.app, "why": one.reason} for one in model.excluded],
                "conflicts": [
                    {"claim": one.claim, "kept_by": one.kept, "refused": one.refused} for one in model.conflicts
                ],
                "ignored_labels": [{"app": app, "label": label} for app, label in model.ignored],
                "waiting": [{"app": one.app, "task": one.task, "why": one.reason} for one in model.waiting],
            }


COUNTS = ("reads", "marathon_failures", "haproxy_failures", "reloads", "runtime_changes")


def _backend(backend: Backend) -> dict[str, Any]:
    draining = sum(1 for server in backend.servers if server.weight == 0)
    return {
        "app": backend.app,
        "apps": list(backend.members),
        "index": backend.index,
        "mode": backend.mode,
        "up": len(backend.servers) - draining,
        "draining": draining,
        "servers": [_server(server) for server in backend.servers],
    }


def _server(server: Server) -> dict[str, Any]:
    return {
        "name": server.name,
        "address": server.address,
        "port": server.port,
        "weight": server.weight,
        "draining": server.weight == 0,
        "task": server.task,
        "outside": server.outside,
    }
