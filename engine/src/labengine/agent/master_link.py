"""The agent's connection to the leading master."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import httpx

from labengine.common import log
from labengine.common.poster import Poster, PostError
from labengine.common.recordio import Decoder, RecordError
from labengine.common.zk import Master, MasterDetector, ZkUnavailable

logger = log.get(__name__)

PATH = "/lab/v1/agent"
CONNECT_SECONDS = 5.0
# The master sends a PING every 5 seconds.
SILENCE_SECONDS = 20.0
MAX_BACKOFF_SECONDS = 15.0
MAX_REDIRECTS = 3


class MasterLink:
    """``subscription()`` gives the body of SUBSCRIBE, ``handle(event)`` takes what the master sends.

    ``client`` subscribes, ``poster`` sends everything else; both bring TLS and the agent's credential.
    """

    def __init__(
        self,
        detector: MasterDetector,
        backoff: float,
        subscription: Callable[[], dict[str, Any]],
        handle: Callable[[dict[str, Any]], None],
        client: httpx.AsyncClient,
        poster: Poster,
    ) -> None:
        self._detector = detector
        self._first_backoff = backoff
        self._backoff = backoff
        self._subscription = subscription
        self._handle = handle
        self._url: str | None = None
        self._client = client
        self._poster = poster
        self.leader: Master | None = None

    @property
    def subscribed(self) -> bool:
        return self._url is not None

    async def run(self) -> None:
        await self._start_detector()
        while True:
            leader = self.leader = self._detector.leader
            change = asyncio.create_task(self._detector.wait_for_change(leader))
            if leader is None:
                logger.warning("No master leads at the moment; waiting for one")
                await change
                continue
            session = asyncio.create_task(self._stay_subscribed(leader))
            try:
                await asyncio.wait({change, session}, return_when=asyncio.FIRST_COMPLETED)
                if session.done():
                    session.result()  # it ends by a failure only
            finally:
                change.cancel()
                session.cancel()
                await asyncio.gather(change, session, return_exceptions=True)
            logger.info("A new leading master was detected")
            self._backoff = self._first_backoff

    async def _start_detector(self) -> None:
        while True:
            try:
                return await self._detector.start()
            except ZkUnavailable as error:
                logger.warning("Cannot detect the leading master: %s; trying again", error)
                await asyncio.sleep(self._first_backoff)

    async def _stay_subscribed(self, leader: Master) -> None:
        while True:
            await asyncio.sleep(random.uniform(0, self._backoff))
            self._backoff = min(self._backoff * 2, MAX_BACKOFF_SECONDS)
            try:
                await self._session(leader.url + PATH)
            except (httpx.HTTPError, RecordError) as error:
                logger.warning("Lost the master at %s: %s", leader.url, error or type(error).__name__)
            finally:
                self._url = None

    async def _session(self, url: str) -> None:
        timeout = httpx.Timeout(CONNECT_SECONDS, read=SILENCE_SECONDS)
        for _ in range(MAX_REDIRECTS):
            async with self._client.stream("POST", url, json=self._subscription(), timeout=timeout) as response:
                if response.status_code == 307:
                    location = response.headers["Location"]
                    url = f"{httpx.URL(url).scheme}:{location}" if location.startswith("//") else location
                    continue
                if response.status_code == 401 and self._client.auth is not None:
                    log.exit_now(
                        f"Master {url} refused authentication: it does not know the credential of --credential"
                    )
                if response.status_code != 200:
                    text = (await response.aread()).decode(errors="replace").strip()
                    logger.warning("The master at %s refused the agent: %d %s", url, response.status_code, text)
                    return
                await self._read_events(url, response)
                logger.warning("The master at %s closed the connection", url)
                return

    async def _read_events(self, url: str, response: httpx.Response) -> None:
        decoder = Decoder()
        async for chunk in response.aiter_bytes():
            for event in decoder.feed(chunk):
                if event["type"] == "SUBSCRIBED":
                    self._url = url
                    self._backoff = self._first_backoff
                self._handle(event)

    async def post(self, message: dict[str, Any]) -> bool:
        """False: the master was not reached, or refused."""
        if self._url is None:
            return False
        try:
            status, _text = await self._poster.post(self._url, message)
        except PostError as error:
            logger.warning("Cannot send %s to the master: %s", message["type"], error)
            return False
        return status == 202

    async def close(self) -> None:
        await self._detector.stop()
        self._poster.close()
        await self._client.aclose()
