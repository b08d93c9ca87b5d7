"""mesos-agent: checks what it was told, recovers, registers, serves."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from labengine import LAB_ENGINE_VERSION, MESOS_VERSION
from labengine.agent import own_resources
from labengine.agent.agent import Agent
from labengine.agent.checkpoint import Checkpoint
from labengine.agent.context import AgentContext
from labengine.agent.docker_cli import DockerCli, DockerError
from labengine.agent.docker_janitor import DockerJanitor
from labengine.agent.routes import Routes
from labengine.agent.security import Security
from labengine.common import flags as flag_module
from labengine.common import httpserver, log
from labengine.common.address import Address, resolve
from labengine.common.flagtable import Flags
from labengine.common.tls import Tls
from labengine.common.zk import MasterDetector

logger = log.get(__name__)

CONTAINERIZERS = ("mesos", "docker")
ISOLATORS = frozenset(
    {
        "appc/runtime",
        "cgroups/all",
        "cgroups/blkio",
        "cgroups/cpu",
        "cgroups/cpuset",
        "cgroups/devices",
        "cgroups/hugetlb",
        "cgroups/mem",
        "cgroups/net_cls",
        "cgroups/net_prio",
        "cgroups/perf_event",
        "cgroups/pids",
        "disk/du",
        "disk/xfs",
        "docker/runtime",
        "docker/volume",
        "environment_secret",
        "filesystem/linux",
        "filesystem/posix",
        "filesystem/shared",
        "gpu/nvidia",
        "linux/capabilities",
        "linux/devices",
        "linux/nnp",
        "linux/seccomp",
        "namespaces/ipc",
        "namespaces/pid",
        "network/cni",
        "network/port_mapping",
        "network/ports",
        "posix/cpu",
        "posix/disk",
        "posix/mem",
        "posix/rlimits",
        "volume/csi",
        "volume/host_path",
        "volume/image",
        "volume/sandbox_path",
        "volume/secret",
    }
)


def main() -> None:
    flags = flag_module.load("mesos-agent", sys.argv[1:], os.environ)
    log.setup(flags.logging_level)
    check(flags)
    logger.info("This is the lab engine %s standing in for mesos-agent, for labs and tests only", LAB_ENGINE_VERSION)
    logger.info("Version: %s", MESOS_VERSION)
    tls = Tls.load(os.environ)
    security = Security(tls, flags)
    detector = _detector(flags, tls)
    address = resolve(flags)
    listener = httpserver.bind(address.bind_ip, address.bind_port)
    asyncio.run(serve(flags, address, listener, detector, security))


def check(flags: Flags) -> None:
    """What the real agent refuses to start with."""
    if not flags.master:
        log.die("Missing required option `--master` or `--master_detector`")
    has_systemd = shutil.which("systemd") or Path("/lib/systemd/systemd").exists()
    if flags.systemd_enable_support and has_systemd and not Path(flags.systemd_runtime_directory).is_dir():
        log.die(
            "Failed to initialize systemd: Failed to locate systemd runtime directory: "
            f"{flags.systemd_runtime_directory} (without systemd: --no-systemd_enable_support)"
        )
    for name in flags.containerizers.split(","):
        if name not in CONTAINERIZERS:
            log.die(f"Failed to create a containerizer: Unknown or unsupported containerizer: {name}")
    if flags.launcher not in ("linux", "posix"):
        log.die(
            f"Failed to create a containerizer: Could not create MesosContainerizer: Failed to create launcher: "
            f"Unknown or unsupported launcher: {flags.launcher}"
        )
    for name in flags.isolation.split(","):
        if name not in ISOLATORS:
            log.die(
                "Failed to create a containerizer: Could not create MesosContainerizer: Unknown or unsupported "
                f"isolator '{name}'"
            )
    if flags.reconfiguration_policy not in ("equal", "additive"):
        log.die(
            f"Unknown option for 'reconfiguration_policy' flag: {flags.reconfiguration_policy}. "
            "Please run the agent with '--help' to see the valid options."
        )


def _detector(flags: Flags, tls: Tls) -> MasterDetector:
    try:
        return MasterDetector(flags.master, session_timeout=flags.zk_session_timeout, scheme=tls.scheme)
    except (OSError, ValueError) as error:
        log.die(f"Failed to create a master detector: {error}")


def agent_info(flags: Flags, address: Address) -> dict[str, Any]:
    try:
        given = own_resources.parse(flags.resources or "", flags.default_role)
    except own_resources.ResourceError as error:
        log.die(f"Failed to determine agent resources: {error}")
    try:
        attributes = own_resources.parse_attributes(flags.attributes or "")
    except own_resources.ResourceError as error:
        log.crash(str(error))
    return {
        "hostname": address.hostname,
        "port": address.port,
        "resources": own_resources.complete(given, flags.work_dir, flags.default_role),
        "attributes": attributes,
    }


def recovered_info(flags: Flags, checkpoint: Checkpoint, info: dict[str, Any]) -> dict[str, Any]:
    """The info with the id of last time, if nothing speaks against being the same agent."""
    before = checkpoint.agent_info()
    if before is None:
        return info
    additive = flags.reconfiguration_policy == "additive"
    if found := own_resources.changes(before, info, additive=additive):
        log.die(
            f"Failed to perform recovery: Incompatible agent info detected: {'; '.join(found)} "
            f"(reconfiguration_policy={flags.reconfiguration_policy}). Restore the former settings, allow growth "
            f"with --reconfiguration_policy=additive, or give the agent a new id and lose its tasks: "
            f"rm -f {checkpoint.latest}"
        )
    info = {**info, "id": before["id"]}
    if info != before:
        checkpoint.save_agent_info(info)
    return info


async def serve(
    flags: Flags, address: Address, listener: socket.socket, detector: MasterDetector, security: Security
) -> None:
    checkpoint = Checkpoint(flags.work_dir)
    try:
        checkpoint.prepare()
    except OSError as error:
        log.die(f"Failed to create the work directory '{flags.work_dir}': {error.strerror}")
    context = AgentContext(
        flags,
        address.ip,
        address.hostname,
        checkpoint,
        emit=lambda _record, _status: None,
        tls=security.tls,
        credential=security.credential,
    )
    if "docker" in flags.containerizers.split(","):
        context.docker = await _docker(flags)
        context.janitor = DockerJanitor(context.docker, flags.docker_remove_delay)
    logger.info("Mesos agent started on (1)@%s", address.endpoint)
    _log_start(flags, address)
    info = recovered_info(flags, checkpoint, agent_info(flags, address))
    agent = Agent(context, info, detector)
    try:
        await agent.recover()
    except DockerError as error:
        log.die(str(error))
    agent.start()
    await _until_stopped(agent, address, listener, security)


async def _docker(flags: Flags) -> DockerCli:
    docker = DockerCli(flags.docker, flags.docker_socket)
    try:
        await docker.version()
    except DockerError as error:
        log.die(
            "Failed to create a containerizer: Could not create DockerContainerizer: Failed to create docker: "
            f"Failed to get docker version: {error}"
        )
    return docker


def _log_start(flags: Flags, address: Address) -> None:
    shown = " ".join(f'--{name}="{value}"' for name, value in flags.as_strings().items())
    logger.info("Flags at startup: %s", shown)
    if ipaddress.ip_address(address.ip).is_loopback:
        logger.warning(
            "Agent bound to loopback interface! Cannot communicate with remote master(s). "
            "You might want to set '--ip' flag to a routable IP address."
        )


async def _until_stopped(agent: Agent, address: Address, listener: socket.socket, security: Security) -> None:
    signalled = httpserver.stop_on_signals()
    stop = asyncio.Event()

    async def either() -> None:
        waits = [asyncio.create_task(event.wait()) for event in (signalled, agent.stopped)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        stop.set()

    waiting = asyncio.create_task(either())
    try:
        await httpserver.serve(
            Routes(agent, security).app(),
            address.bind_ip,
            address.bind_port,
            stop=stop,
            listener=listener,
            tls=security.tls.port(),
        )
    finally:
        waiting.cancel()
        await agent.stop()
    if signalled.is_set():
        logger.info("Stopped by a signal; tasks go on")
