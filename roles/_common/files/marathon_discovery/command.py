"""What the command lines of the programs have in common."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from . import loop
from .marathon.client import Marathon
from .marathon.events import Events
from .report import web


def refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def follow(
    config: Any,
    marathon: Marathon,
    status_of: Callable[[Events], Any],
    metrics: Callable[[Mapping[str, Any]], str],
    rounds_of: Callable[[Any, threading.Event], Any],
) -> int:
    """Rounds until a signal comes; events of ``marathon`` hasten the next. ``rounds_of`` gets the status and `stop`."""
    wakes = loop.until_signal()
    events = Events(marathon, wakes.hint, wakes.stop)
    status = status_of(events)
    try:
        server = web.serve(config.status_address, status, metrics)
    except OSError as error:
        print(f"status_listen {config.status_listen}: {error.strerror}", file=sys.stderr)
        return 1
    events.start()
    loop.repeat(rounds_of(status, wakes.stop).once, config.interval, config.debounce, wakes)
    server.shutdown()
    return 0
