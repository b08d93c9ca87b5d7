"""The framework side of the Mesos v1 scheduler API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import httpx

from labengine.common import log, recordio
from labengine.common.poster import Poster, PostError
from labengine.common.tls import Tls
from labengine.common.zk import Master

logger = log.get(__name__)

Call = dict[str, Any]
RETRY_SECONDS = 1.0
CALL_TIMEOUT = 10.0
# What is more waits here, where no timeout runs yet.
PARALLEL_CALLS = 16


class Detector(Protocol):
    """Who leads: :class:`labengine.common.zk.MasterDetector`."""

    leader: Master | None

    async def wait_for_change(self, known: Master | None) -> Master | None: ...


class SchedulerClient:
    """One subscription to the leading master; ``handle`` gets every event, in order, and DISCONNECTED when it ended."""

    def __init__(
        self,
        detector: Detector,
        framework_info: Callable[[], dict[str, Any]],
        handle: Callable[[dict[str, Any]], Awaitable[None]],
        *,
        heartbeat_timeout: float,
        auth: tuple[str, str] | None = None,
        tls: Tls,
    ) -> None:
        self._detector = detector
        self._framework_info = framework_info
        self._handle = handle
        self._heartbeat_timeout = heartbeat_timeout
        self._http = tls.client(auth=auth, timeout=CALL_TIMEOUT)
        self._poster = Poster(tls, auth=auth, timeout=CALL_TIMEOUT)
        self._slots = asyncio.Semaphore(PARALLEL_CALLS)
        self._url: str | None = None
        self._master_url: str | None = None
        self._stream_id: str | None = None
        self._framework_id: str | None = None

    @property
    def subscribed(self) -> bool:
        return self._stream_id is not None and self._framework_id is not None

    @property
    def master_url(self) -> str | None:
        """The page of the leading master; the last one that was known, while there is none."""
        leader = self._detector.leader
        self._master_url = f"{leader.url}/" if leader else self._master_url
        return self._master_url

    async def run(self) -> None:
        """Subscribes, again and again until a master takes it; returns when that subscription ended."""
        while True:
            leader = self._detector.leader
            if leader is None:
                logger.info("Waiting for a leading Mesos master")
                await self._detector.wait_for_change(None)
                continue
            subscription = asyncio.create_task(self._subscribe(leader))
            changed = asyncio.create_task(self._detector.wait_for_change(leader))
            try:
                await asyncio.wait({subscription, changed}, return_when=asyncio.FIRST_COMPLETED)
                if subscription.done():
                    subscription.result()
            except (httpx.HTTPError, recordio.RecordError, ConnectionError) as error:
                logger.warning(
                    "Subscription to the Mesos master %s ended: %s", leader.url, error or type(error).__name__
                )
            finally:
                was_subscribed = self.subscribed
                self._stream_id = self._framework_id = None
                for task in (subscription, changed):
                    task.cancel()
                await asyncio.gather(subscription, changed, return_exceptions=True)
            if was_subscribed:
                await self._handle({"type": "DISCONNECTED"})
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def close(self) -> None:
        self._poster.close()
        await self._http.aclose()

    async def _subscribe(self, leader: Master) -> None:
        info = self._framework_info()
        call: Call = {"type": "SUBSCRIBE", "subscribe": {"framework_info": info}}
        if "id" in info:
            call["framework_id"] = info["id"]
        timeout = httpx.Timeout(CALL_TIMEOUT, read=self._heartbeat_timeout)
        url = f"{leader.url}/api/v1/scheduler"
        async with self._http.stream(
            "POST", url, json=call, timeout=timeout, headers={"Accept": "application/json"}
        ) as response:
            if response.status_code != httpx.codes.OK:
                text = (await response.aread()).decode(errors="replace")
                raise ConnectionError(f"{response.status_code} {text[:200]}".strip())
            self._url = url
            self._stream_id = response.headers.get("Mesos-Stream-Id")
            decoder = recordio.Decoder()
            async for chunk in response.aiter_raw():
                for event in decoder.feed(chunk):
                    if event.get("type") == "SUBSCRIBED":
                        self._framework_id = event["subscribed"]["framework_id"]["value"]
                        event["master"] = leader.url
                    await self._handle(event)

    async def call(self, kind: str, body: dict[str, Any] | None = None) -> bool:
        """False when there is no subscription or the master refused; what matters is repeated by its caller."""
        async with self._slots:
            return await self._call(kind, body)

    async def _call(self, kind: str, body: dict[str, Any] | None) -> bool:
        if not self.subscribed or self._url is None:
            return False
        message: Call = {"type": kind, "framework_id": {"value": self._framework_id}}
        if body is not None:
            message[kind.lower()] = body
        try:
            status, text = await self._poster.post(self._url, message, {"Mesos-Stream-Id": self._stream_id or ""})
        except PostError as error:
            logger.warning("Call %s to the Mesos master failed: %s", kind, error)
            return False
        if status != httpx.codes.ACCEPTED:
            logger.warning("The Mesos master refused the call %s: %d %s", kind, status, text[:200])
            return False
        return True
