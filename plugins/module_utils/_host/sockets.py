# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On which TCP ports and addresses a host listens, and which program and unit does. Reads /proc."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
import typing as t

from . import facts

LISTEN = "0A"
CONTAINER = re.compile(r"(?:docker|libpod|containerd)[-/:]([0-9a-f]{64})")


class Socket(t.NamedTuple):
    """A listening socket."""

    port: int
    user: int
    address: str


def _address(text: str) -> str:
    """From the words of an address as the kernel shows them, each in the order of its processor."""
    words = [bytes.fromhex(text[place : place + 8]) for place in range(0, len(text), 8)]
    found = ipaddress.ip_address(b"".join(word[::-1] if sys.byteorder == "little" else word for word in words))
    return str(getattr(found, "ipv4_mapped", None) or found)


def listening(tables: t.Iterable[str]) -> dict[str, Socket]:
    """From the text of /proc/net/tcp and tcp6: every listening socket by its inode."""
    found = {}
    for table in tables:
        for line in table.splitlines()[1:]:
            columns = line.split()
            if len(columns) > 9 and columns[3] == LISTEN:
                address, _colon, port = columns[1].rpartition(":")
                found[columns[9]] = Socket(int(port, 16), int(columns[7]), _address(address))
    return found


def unit_of(cgroups: str) -> str | None:
    """From the text of /proc/<pid>/cgroup: the innermost service or scope of systemd.

    Where both versions are mounted systemd keeps its units in version 2. In the hierarchies of version 1 other programs
    move processes, as a Mesos agent does with its executors.
    """
    paths = {}
    for line in cgroups.splitlines():
        _number, _colon, rest = line.partition(":")
        controllers, _colon, path = rest.partition(":")
        paths[controllers] = path
    # Only the line of version 2 names no controllers.
    for hierarchy in ("", "name=systemd"):
        names = [name for name in paths.get(hierarchy, "").split("/") if name.endswith((".service", ".scope"))]
        if names:
            return names[-1]
    return None


def container_of(cgroups: str) -> str | None:
    """From the same text: the id of the container that the process is in, as seen from its host."""
    match = CONTAINER.search(cgroups)
    return match.group(1) if match else None


class Process(t.NamedTuple):
    """A process, as far as this one may look at it."""

    pid: int
    user: int
    cgroups: str
    # None where nobody may look.
    inodes: t.Optional[t.Collection[str]]


def _processes() -> t.Iterator[Process]:
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            user = os.stat("/proc/%d" % pid).st_uid
        except OSError:
            continue
        yield Process(pid, user, facts.text("/proc/%d/cgroup" % pid), _sockets(pid))


def _sockets(pid: int) -> t.Optional[set[str]]:
    found = set()
    try:
        for descriptor in os.scandir("/proc/%d/fd" % pid):
            target = os.readlink(descriptor.path)
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except PermissionError:
        # It belongs to somebody else, or has given up its rights, and this host does not let root look.
        return None
    except OSError:
        # It has ended.
        pass
    return found


def _may_hold(process: Process, opened_by: int) -> bool:
    return process.user == opened_by if opened_by else process.inodes is None


def owners(sockets: t.Mapping[str, Socket], processes: t.Sequence[Process]) -> list[dict[str, t.Any]]:
    """For every port and address: C(pid), C(units) and the id of the C(container); who is known for sure comes first.

    Where nobody may tell who holds a socket, its user tells which units may. One that root has opened may be held by
    every process that nobody may look at: a load balancer binds its ports before it gives up its rights.
    """
    found: dict[tuple[int, str], dict[str, t.Any]] = {}
    for inode, (port, user, address) in sockets.items():
        holder = next((process for process in processes if inode in (process.inodes or ())), None)
        candidates = [holder] if holder else [process for process in processes if _may_hold(process, user)]
        units = {unit_of(process.cgroups) for process in candidates} - {None}
        containers = {container_of(process.cgroups) for process in candidates} - {None}
        entry = {
            "port": port,
            "address": address,
            "pid": holder.pid if holder else None,
            "units": sorted(filter(None, units)),
            "container": containers.pop() if len(containers) == 1 else None,
        }
        if (port, address) not in found or (found[port, address]["pid"] is None and holder):
            found[port, address] = entry
    return sorted(found.values(), key=lambda one: (one["port"], one["pid"] is None, one["address"]))


def read(container_names: t.Callable[[], t.Mapping[str, str]]) -> list[dict[str, t.Any]]:
    """Every TCP port and address on which somebody listens, with process, units and container.

    ``container_names`` tells the names of containers by their ids, and is asked only where a container listens.
    """
    sockets = listening(facts.text("/proc/net/" + name) for name in ("tcp", "tcp6"))
    found = owners(sockets, list(_processes()))
    inside = any(entry["container"] for entry in found)
    names = container_names() if inside else {}
    for entry in found:
        entry["process"] = facts.text("/proc/%d/comm" % entry["pid"]).strip() if entry["pid"] else None
        if entry["container"]:
            entry["container"] = names.get(entry["container"], entry["container"][:12])
    return found
