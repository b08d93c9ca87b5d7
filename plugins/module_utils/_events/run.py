# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source: threads that follow the services, and the loop that hands their events to the rules."""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
import time
from typing import Any, Mapping

from .._marathon.events.follower import MarathonEvents
from .._marathon.likely_secrets import SecretNames
from .._marathon.secrets import MASKED
from .._mesos.events.follower import MasterEvents
from .._mesos.events.masked_event import masked
from . import options as given
from .feed import Feed
from .outbox import Outbox

_logger = logging.getLogger(__name__)


async def run(queue: Any, args: Mapping[str, Any]) -> None:
    """Until it is cancelled. Raises for options that cannot be used, and for a login that is refused at the start."""
    options = given.read(args)
    outbox = Outbox(asyncio.get_running_loop())
    stop = threading.Event()
    for feed in _feeds(options, outbox, stop):
        feed.start()
    try:
        while True:
            await queue.put(await outbox.get())
    finally:
        stop.set()
        outbox.close()


def _feeds(options: dict[str, Any], outbox: Outbox, stop: threading.Event) -> list[Feed]:
    feeds = []
    if options["url"]:
        marathon = MarathonEvents(given.with_login(options), outbox.put, time.monotonic, _logger.warning)
        feeds.append(Feed("marathon", marathon, functools.partial(given.with_login, options), outbox, stop))
    master = options["mesos"]
    if master:
        names = SecretNames([*options["secret_env"], *options["secret_labels"]], likely=True)
        mesos = MasterEvents(
            given.with_login(master),
            options["event_types"],
            outbox.put,
            functools.partial(masked, holds=names.hold, stars=MASKED),
            # A wait for a leader ends with the source.
            stop.wait,
            _logger.warning,
        )
        feeds.append(Feed("mesos", mesos, functools.partial(given.with_login, master), outbox, stop))
    return feeds
