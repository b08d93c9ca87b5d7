# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has, against what a service of it needs."""

from __future__ import annotations

import typing as t

from .ports import EVERYWHERE


def _owner(entry: t.Mapping[str, t.Any]) -> str:
    names = entry["units"] + (["the container %s" % entry["container"]] if entry["container"] else [])
    process = "%s, process %s" % (entry["process"], entry["pid"]) if entry["pid"] else None
    if names:
        return " or ".join(names) + (" (%s)" % process if process else "")
    return process or "a program that cannot be seen"


def _meet(entry: t.Mapping[str, t.Any], addresses: t.Collection[str] | None) -> bool:
    return addresses is None or entry["address"] in addresses or entry["address"] in EVERYWHERE


def port_problems(
    seen: t.Iterable[t.Mapping[str, t.Any]],
    ports: t.Mapping[str, t.Any],
    units: t.Iterable[str],
    host: str,
    addresses: t.Mapping[str, t.Collection[str]] | None = None,
) -> list[str]:
    """Ports that somebody else has. C(ports) maps the option to the port; C(units) are the service's own.

    C(addresses) maps an option to those where the service listens, if these are not all of the host.
    """
    own = set(units)
    others = [
        entry
        for entry in seen
        if entry["container"] not in own and not own & {unit.rsplit(".", 1)[0] for unit in entry["units"]}
    ]
    taken = {
        option: next(
            (one for one in others if one["port"] == int(port) and _meet(one, (addresses or {}).get(option))), None
        )
        for option, port in ports.items()
    }
    return [
        "%s: its port %s (%s) is taken by %s; stop that or choose another port."
        % (host, ports[option], option, _owner(entry))
        for option, entry in taken.items()
        if entry
    ]


def disk_problems(
    seen: t.Mapping[str, t.Mapping[str, t.Any]], directories: t.Mapping[str, str], least: int, host: str
) -> list[str]:
    """Directories that cannot be written or have less than C(least) MiB; one that was not looked at is not judged."""
    return [
        "%s: %s (%s) %s." % (host, path, option, reason)
        for option, path in directories.items()
        for reason in [_unwritable(seen.get(path) or {})]
        if reason
    ] + [
        "%s: %s (%s) has %d MiB left of %d, and quorum_minimum_disk is %d; make room there or lower the limit."
        % (host, path, option, seen[path]["free"], seen[path]["all"], least)
        for option, path in directories.items()
        if path in seen and seen[path]["free"] < least
    ]


def _unwritable(place: t.Mapping[str, t.Any]) -> str | None:
    if place.get("read_only"):
        return "is on a read-only file system; mount it so that it can be written, and see dmesg for why it is not"
    if place.get("full"):
        return "is on a file system that is full (df and df -i tell of blocks and inodes); make room there"
    return None


def unit_problems(
    seen: t.Mapping[str, t.Mapping[str, t.Any]], units: t.Iterable[str], start_stopped: bool, host: str
) -> list[str]:
    """Units of a service that somebody has masked, or stopped where the run may not start them again."""
    problems = []
    for unit in units:
        state = seen.get(unit) or {}
        if state.get("masked"):
            problems.append(
                "%s: %s is masked, so that nothing starts it; unmask it (systemctl unmask %s), or take the host out of "
                "the group." % (host, unit, unit)
            )
        elif state.get("stopped") and not start_stopped:
            problems.append(
                "%s: %s has run and was stopped by somebody, or ended as it was told to (since %s); start it "
                "(systemctl start %s), or let the roles start it with -e quorum_start_stopped=true."
                % (host, unit, state["stopped"], unit)
            )
    return problems


def memory_problems(memory: int | None, least: int, host: str) -> list[str]:
    if memory is None or memory >= least:
        return []
    return [
        "%s: it has %d MiB of memory, and quorum_minimum_memory is %d; give it more or lower the limit."
        % (host, memory, least)
    ]


def clock_problems(clocks: t.Mapping[str, t.Mapping[str, float]], most: float, host: str) -> list[str]:
    """Whether the host's clock is certainly more than C(most) seconds from that of the middle host.

    C(clocks) maps hosts to the C(least) and C(most) seconds by which each is ahead of the controller.
    """
    if host not in clocks or len(clocks) < 2:
        return []
    order = sorted(clocks, key=lambda name: (clocks[name]["least"] + clocks[name]["most"], name))
    middle = order[(len(order) - 1) // 2]
    own, other = clocks[host], clocks[middle]
    for distance, side in ((own["least"] - other["most"], "ahead of"), (other["least"] - own["most"], "behind")):
        if distance > most:
            return [
                "%s: its clock is at least %.1f s %s that of %s, and quorum_clock_skew is %g; "
                "let chrony or systemd-timesyncd set the clocks." % (host, distance, side, middle, most)
            ]
    return []


def _is_loopback(address: str) -> bool:
    return address in ("localhost", "::1") or address.startswith("127.")


def address_problems(addresses: t.Iterable[tuple[str, str]], host: str) -> list[str]:
    """Addresses that two hosts have, and those that mean the host itself where there are several hosts."""
    owners: dict[str, set[str]] = {}
    for name, address in addresses:
        owners.setdefault(address, set()).add(name)
    several = len(set().union(*owners.values())) > 1 if owners else False
    problems = []
    for address, names in owners.items():
        if len(names) > 1:
            problems.append(
                "%s: the hosts %s have the same address %s; give each its own with quorum_address."
                % (host, ", ".join(sorted(names)), address)
            )
        elif several and _is_loopback(address):
            problems.append(
                "%s: the address of %s is %s, where no other host reaches it; set its quorum_address."
                % (host, *names, address)
            )
    return problems


def problems(
    seen: t.Mapping[str, t.Any], needs: t.Mapping[str, t.Any], minimum_disk: int, host: str, start_stopped: bool = False
) -> list[str]:
    """All of these, with C(seen) as _host_check returns it.

    C(needs) has C(ports) and their C(addresses), C(directories) and C(units).
    """
    units = needs.get("units", [])
    return (
        port_problems(seen["ports"], needs.get("ports", {}), units, host, needs.get("addresses"))
        + unit_problems(seen.get("services") or {}, units, start_stopped, host)
        + disk_problems(seen["directories"], needs.get("directories", {}), int(minimum_disk), host)
    )
