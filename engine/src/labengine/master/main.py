"""Start a mesos-master: flags, checks in the order of the real one, then serve."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import sys
from pathlib import Path

from labengine import LAB_ENGINE_VERSION, MESOS_VERSION
from labengine.common import flags as flag_module
from labengine.common import httpserver, limits, log
from labengine.common.address import Address, resolve
from labengine.common.flagtable import Flags
from labengine.common.tls import Tls
from labengine.common.zk import ZkUrl
from labengine.master.process import MasterProcess
from labengine.master.routes import Routes
from labengine.master.security import Security

logger = log.get(__name__)

SHORTEST_REREGISTER_SECONDS = 600.0


def main() -> None:
    flags = flag_module.load("mesos-master", sys.argv[1:], os.environ)
    log.setup(flags.logging_level)
    logger.info("This is the lab engine %s standing in for mesos-master, for labs and tests only", LAB_ENGINE_VERSION)
    logger.info("Version: %s", MESOS_VERSION)
    check(flags)
    security = Security(Tls.load(os.environ), flags)
    address = resolve(flags)
    listener = httpserver.bind(address.bind_ip, address.bind_port)
    limits.allow_many_files()
    asyncio.run(serve(flags, address, listener, security))


def check(flags: Flags) -> None:
    """What the real master refuses to start with."""
    if flags.role_sorter != flags.framework_sorter:
        log.die(
            f"Failed to create allocator '{flags.allocator}': Unsupported combination of 'role_sorter' and "
            "'framework_sorter': must be equal (for now)"
        )
    if flags.registry not in ("replicated_log", "in_memory"):
        log.die(f"'{flags.registry}' is not a supported option for registry persistence")
    if flags.registry == "replicated_log":
        if not flags.work_dir:
            log.die("--work_dir needed for replicated log based registry")
        try:
            Path(flags.work_dir).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.die(f"Failed to create work directory '{flags.work_dir}': {error.strerror}")
        if flags.zk and flags.quorum is None:
            log.die("Need to specify --quorum for replicated log based registry when using ZooKeeper")
    if flags.zk:
        try:
            ZkUrl.parse(flags.zk)
        except ValueError as error:
            log.die(f"Error parsing ZooKeeper URL: {error}")
    if flags.agent_reregister_timeout < SHORTEST_REREGISTER_SECONDS:
        log.die(
            f"Invalid value '{flags.as_strings()['agent_reregister_timeout']}' for --agent_reregister_timeout: "
            "Must be at least 10mins"
        )


async def serve(flags: Flags, address: Address, listener: socket.socket, security: Security) -> None:
    stop = httpserver.stop_on_signals()
    master = MasterProcess(flags, address, security)
    logger.info("Master %s (%s) started on %s", master.cluster.master_id, address.hostname, address.endpoint)
    shown = " ".join(f'--{name}="{value}"' for name, value in flags.as_strings().items())
    logger.info("Flags at startup: %s", shown)
    if ipaddress.ip_address(address.ip).is_loopback:
        logger.warning(
            "Master bound to loopback interface! Cannot communicate with remote schedulers or agents. "
            "You might want to set '--ip' flag to a routable IP address."
        )
    master.start()
    await httpserver.serve(
        Routes(master).app(), address.bind_ip, address.bind_port, stop=stop, listener=listener, tls=security.tls.port()
    )
    logger.info("Stopped by a signal")
