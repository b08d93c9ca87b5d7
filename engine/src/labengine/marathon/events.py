"""The event bus behind ``/v2/events``."""

from __future__ import annotations

import asyncio
from typing import Any

from labengine.marathon.clock import timestamp

Event = dict[str, Any]


class Subscription:
    """A bounded buffer of one client; ``None`` on the queue ends the stream."""

    def __init__(self, types: frozenset[str], limit: int) -> None:
        self._types = types
        self._limit = limit
        self._cut = False
        self.queue: asyncio.Queue[Event | None] = asyncio.Queue()

    def offer(self, event: Event) -> None:
        if self._cut or (self._types and event["eventType"] not in self._types):
            return
        # A client that does not read is cut off rather than fed stale news.
        self._cut = self.queue.qsize() >= self._limit
        self.queue.put_nowait(None if self._cut else event)


class EventBus:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._subscriptions: set[Subscription] = set()

    def publish(self, event_type: str, **fields: Any) -> None:
        event = {**fields, "eventType": event_type, "timestamp": timestamp()}
        for subscription in list(self._subscriptions):
            subscription.offer(event)

    def subscribe(self, types: frozenset[str], remote: str) -> Subscription:
        subscription = Subscription(types, self._limit)
        self._subscriptions.add(subscription)
        self.publish("event_stream_attached", remoteAddress=remote)
        return subscription

    def unsubscribe(self, subscription: Subscription, remote: str) -> None:
        self._subscriptions.discard(subscription)
        self.publish("event_stream_detached", remoteAddress=remote)

    def close(self) -> None:
        for subscription in self._subscriptions:
            subscription.queue.put_nowait(None)
