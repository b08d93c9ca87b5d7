# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the file by which the agent of a load balancer knows servers that do not run on Marathon."""

from __future__ import annotations

import json
import typing as t

State = t.Mapping[str, t.Any]


class WrongFile(Exception):
    """The file is there and is not what this collection writes."""


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
    if entries.get(app_id) == wanted:
        return before
    entries.pop(app_id, None)
    if wanted is not None:
        entries[app_id] = dict(wanted)
    return json.dumps(entries, indent=1, sort_keys=True) + "\n"


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
