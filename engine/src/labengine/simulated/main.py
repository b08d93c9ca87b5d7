"""mesos-simulated-agents: one link to the leading master for each of the agents, until a signal comes."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque

from labengine import LAB_ENGINE_VERSION
from labengine.common import httpserver, limits, log
from labengine.common.access import read_credential
from labengine.common.poster import Poster
from labengine.common.supervision import supervise
from labengine.common.tls import Tls
from labengine.common.zk import MasterDetector, ZkUnavailable
from labengine.simulated import options as command_line
from labengine.simulated.agent import Behaviour, SimulatedAgent
from labengine.simulated.options import PROGRAM, Options

logger = log.get(__name__)

RETRY_SECONDS = 1.0
# With a master that has as much to do as so many agents give it.
PATIENCE_SECONDS = 30.0
PARALLEL_UPDATES = 16
# A master writes its registry for each, and who waits for too long comes again.
PARALLEL_REGISTRATIONS = 50


class SharedDetector(MasterDetector):
    """The agents all ask the same one, which the program starts and stops."""

    async def start(self, timeout: float | None = None) -> None:
        return

    async def stop(self) -> None:
        return

    async def begin(self) -> None:
        while True:
            try:
                return await super().start()
            except ZkUnavailable as error:
                logger.warning("Cannot detect the leading master: %s; trying again", error)
                await asyncio.sleep(RETRY_SECONDS)

    async def end(self) -> None:
        await super().stop()


def main() -> None:
    options = command_line.read(sys.argv[1:])
    log.setup()
    logger.info(
        "This is %s of the lab engine %s, for labs and tests only: it simulates %d agents, and nothing of their tasks "
        "is run",
        PROGRAM,
        LAB_ENGINE_VERSION,
        options.agents,
    )
    limits.allow_many_files()
    tls = Tls.load(os.environ)
    credential = read_credential("credential", options.credential) if options.credential else None
    try:
        detector = SharedDetector(options.master, session_timeout=options.zk_session_timeout, scheme=tls.scheme)
    except (OSError, ValueError) as error:
        log.die(f"Failed to create a master detector: {error}")
    asyncio.run(serve(options, detector, tls, credential))


async def serve(options: Options, detector: SharedDetector, tls: Tls, credential: tuple[str, str] | None) -> None:
    behaviour = Behaviour(options.start_delay, options.failing)
    poster = Poster(tls, auth=credential, timeout=PATIENCE_SECONDS)
    slots = asyncio.Semaphore(PARALLEL_UPDATES)
    ending: set[asyncio.Task[None]] = set()

    def ended(agent: SimulatedAgent) -> None:
        agents.discard(agent)
        task = asyncio.create_task(agent.stop())
        ending.add(task)
        task.add_done_callback(ending.discard)

    agents = {
        SimulatedAgent(
            info,
            options.ip,
            behaviour,
            detector,
            tls.client(auth=credential),
            poster,
            slots,
            ended,
        )
        for info in options.agent_infos()
    }
    stop = httpserver.stop_on_signals()

    async def start() -> None:
        await detector.begin()
        registering: deque[SimulatedAgent] = deque()
        for agent in list(agents):
            agent.start()
            registering.append(agent)
            if len(registering) == PARALLEL_REGISTRATIONS:
                await registering.popleft().answered.wait()

    starting = supervise(start())
    await stop.wait()
    logger.info("Stopped by a signal; %d agents end with all their tasks", len(agents))
    starting.cancel()
    await asyncio.gather(*(agent.stop() for agent in agents))
    await detector.end()
