# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the file by which the agent of a load balancer knows servers that do not run on Marathon."""

from __future__ import annotations

import ipaddress
import json
import typing as t

from . import phases

State = t.Mapping[str, t.Any]

_KEYS = ("addresses", "answering", "app", "ports", "share")
_MOST_INDEX = 1000
_MOST_PORT = 65535


class WrongFile(Exception):
    """The file is there and is not what this collection writes."""


class WrongEntry(Exception):
    """What the agent would not use of an entry, in one sentence."""


def entry(state: State, share: int) -> dict[str, t.Any]:
    """What the state of an app says of its servers on the swarm."""
    return {
        "share": int(share),
        "addresses": list(state["addresses"]),
        "answering": int(state["answering"]),
        "ports": dict(state["ports"]),
        "app": state["app"],
    }


def changed(before: str, app_id: str, wanted: t.Optional[t.Mapping[str, t.Any]]) -> str:
    """The text with this entry, or without one; the same text where that is so already."""
    entries = read(before)
    if wanted is not None:
        check(app_id, wanted)
    if entries.get(app_id) == wanted:
        return before
    entries.pop(app_id, None)
    if wanted is not None:
        entries[app_id] = dict(wanted)
    return json.dumps(entries, indent=1, sort_keys=True) + "\n"


def check(app_id: str, wanted: t.Mapping[str, t.Any]) -> None:
    """By the rules of the agent, which goes on with the entry from before where it cannot use the new one."""
    for why in _wrong(app_id, wanted):
        raise WrongEntry(why)


def _wrong(app_id: str, wanted: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    if sorted(wanted) != sorted(_KEYS):
        yield "it must have %s, and nothing else" % ", ".join(_KEYS)
        return
    if not _is_whole(wanted["share"], 0, phases.WHOLE):
        yield "share is %r, not a number from 0 to %d" % (wanted["share"], phases.WHOLE)
    addresses = wanted["addresses"]
    if not isinstance(addresses, list) or not addresses:
        yield "addresses has none: the swarm has no active node on which a task may be"
        return
    for one in addresses:
        if not _is_address(one):
            yield "addresses has %r, which is no IP address" % (one,)
            return
    if len({ipaddress.ip_address(one) for one in addresses}) < len(addresses):
        yield "addresses has one twice"
    if not _is_whole(wanted["answering"], 1, len(addresses)):
        yield (
            "answering is %r, and must be from 1 to %d, the number of addresses: a task may be on a node that is not "
            "active, or none runs" % (wanted["answering"], len(addresses))
        )
    ports = wanted["ports"]
    if not isinstance(ports, dict) or not ports:
        yield "ports has none"
        return
    for index, port in ports.items():
        if not _is_whole(index, 0, _MOST_INDEX) or not _is_whole(port, 1, _MOST_PORT):
            yield "ports has %r: %r, which is no index and port" % (index, port)
    if not isinstance(wanted["app"], dict) or wanted["app"].get("id") != app_id:
        yield "app is not the definition of %s" % app_id


def _is_whole(value: t.Any, least: int, most: int) -> bool:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_address(value: t.Any) -> bool:
    try:
        return isinstance(value, str) and "%" not in value and bool(ipaddress.ip_address(value))
    except ValueError:
        return False


def read(text: str) -> dict[str, t.Any]:
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise WrongFile("it is not JSON") from error
    if not isinstance(found, dict):
        raise WrongFile("it is not a JSON object")
    return found


def short(text: str) -> dict[str, t.Any]:
    """For a diff: what a person wants to see of it."""
    return {
        app_id: {name: one[name] for name in ("share", "addresses", "ports") if name in one}
        for app_id, one in read(text).items()
    }


def published(spec: t.Mapping[str, t.Any], numbers: t.Mapping[str, int], indices: t.Iterable[int]) -> dict[str, int]:
    """The port of the nodes by the index of the app's port; what has none is left out."""
    ports = (spec.get("EndpointSpec") or {}).get("Ports") or []
    found = {}
    for index in indices:
        for port in ports:
            fits = port.get("TargetPort") == numbers.get(str(index)) and port.get("Protocol", "tcp") == "tcp"
            if fits and port.get("PublishedPort"):
                found[str(index)] = int(port["PublishedPort"])
                break
    return found
