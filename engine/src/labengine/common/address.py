"""The address a Mesos program listens on and the one it tells others."""

from __future__ import annotations

import ipaddress
import shlex
import socket
import subprocess
from dataclasses import dataclass

from labengine.common import log
from labengine.common.flagtable import Flags

DISCOVERY_SECONDS = 30


@dataclass(frozen=True)
class Address:
    """``bind_ip:bind_port`` is listened on; ``ip:port`` and ``hostname`` are advertised."""

    bind_ip: str
    bind_port: int
    ip: str
    port: int
    hostname: str

    @property
    def endpoint(self) -> str:
        return f"{self.ip}:{self.port}"


def resolve(flags: Flags) -> Address:
    """From ip, ip_discovery_command, port, advertise_ip, advertise_port, hostname, hostname_lookup."""
    if flags.ip and flags.ip_discovery_command:
        log.die("Only one of `--ip` or `--ip_discovery_command` should be specified")
    given = flags.ip or (_discover(flags.ip_discovery_command) if flags.ip_discovery_command else None)
    if given is not None:
        _check(given, "ip")
    if flags.advertise_ip:
        _check(flags.advertise_ip, "advertise_ip")
    ip = flags.advertise_ip or given or _own_ip()
    hostname = flags.hostname or (_lookup(ip) if flags.hostname_lookup else ip)
    return Address(given or "0.0.0.0", flags.port, ip, int(flags.advertise_port or flags.port), hostname)


def _check(ip: str, flag: str) -> None:
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        log.die(
            f"Failed to load flag '{flag}': Failed to load value '{ip}': Failed to parse IP as either IPv4 or IPv6:{ip}"
        )


def _discover(command: str) -> str:
    try:
        answer = subprocess.run(
            ["/bin/sh", "-c", command], capture_output=True, text=True, check=True, timeout=DISCOVERY_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.die(f"Failed to discover the IP with {shlex.quote(command)}: {error}")
    return answer.stdout.strip()


def _own_ip() -> str:
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError as error:
        log.die(f"Failed to obtain the IP address for '{socket.gethostname()}': {error}; set '--ip'")


def _lookup(ip: str) -> str:
    try:
        return socket.gethostbyaddr(ip)[0]
    except OSError:
        return ip
