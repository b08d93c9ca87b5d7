# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thread that follows the events of one service; where they end it connects again, after longer and longer pauses."""

from __future__ import annotations

import logging
import random
import threading
import time
from typing import Any, Callable, Mapping

from .._http.errors import NoAnswer
from .._marathon.errors import MarathonError, Refused
from .._mesos.errors import MesosError, Unauthorized
from .options import OptionError
from .outbox import Outbox

_logger = logging.getLogger(__name__)

_LONGEST_SECONDS = 30.0
# A stream that held so long was a good one.
_GOOD_SECONDS = 30.0


def pause(failures: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds to wait after so many failures in a row, spread so that not all come at once."""
    return min(_LONGEST_SECONDS, 2.0 ** min(failures, 10) / 2) * (0.5 + chance() / 2)


class Feed:
    """follower has follow(options, connected, stopped); options returns them with the login as it is now."""

    def __init__(
        self,
        service: str,
        follower: Any,
        options: Callable[[], Mapping[str, Any]],
        outbox: Outbox,
        stop: threading.Event,
    ) -> None:
        self._service = service
        self._follower = follower
        self._options = options
        self._outbox = outbox
        self._stop = stop
        self._ever_connected = False
        # When the stream began; None while there is none.
        self._since: float | None = None
        # Whether the rules know that there is none.
        self._lost = False

    def start(self) -> None:
        # A daemon does not keep the process from ending.
        threading.Thread(target=self._run, name=f"events of {self._service}", daemon=True).start()

    def _run(self) -> None:
        try:
            self._follow()
        except Exception as error:
            self._outbox.fail(error)

    def _follow(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self._follower.follow(self._options(), self._connected, self._stop.is_set)
            # An OSError is that of a file with certificates that is being replaced.
            except (MarathonError, MesosError, NoAnswer, OptionError, OSError, ValueError) as error:
                if isinstance(error, (Refused, Unauthorized)) and not self._ever_connected:
                    # No rule could ever run; later it may be a password that is being changed.
                    raise
                held = self._since is not None and time.monotonic() - self._since >= _GOOD_SECONDS
                failures = 1 if held else failures + 1
                self._disconnected(str(error))
            if not self._stop.is_set():
                self._stop.wait(pause(failures))

    def _connected(self, url: str) -> None:
        self._ever_connected, self._since, self._lost = True, time.monotonic(), False
        _logger.info("Events of %s come from %s", self._service, url)
        self._say("event_stream_connected", url=url)

    def _disconnected(self, reason: str) -> None:
        self._since = None
        if not self._lost:
            self._lost = True
            _logger.warning("No events of %s: %s", self._service, reason)
            self._say("event_stream_lost", reason=reason)

    def _say(self, kind: str, **more: str) -> None:
        # Each service has a name of its own for the kind of an event.
        name = "type" if self._service == "mesos" else "eventType"
        self._outbox.put({name: kind, **more, "service": self._service, "source": "connection"})
