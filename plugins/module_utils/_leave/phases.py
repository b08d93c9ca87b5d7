# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the phases of an app's way, which of them are left, and what is in front of each."""

from __future__ import annotations

import typing as t

HTTP, SINGLE, CONSUMER, CRON = CLASSES = ("http", "single", "consumer", "cron")
SIDE_BY_SIDE = (HTTP, CONSUMER)
WHOLE = 100
PHASES = ("save", "translate", "start", "probe", "shift", "drain", "scale", "soak", "remove")
# What must not run twice is stopped before it is started elsewhere.
_STOPS_FIRST = ("save", "translate", "scale", "start", "probe", "shift", "soak", "remove")
_WORDS = {
    "save": "save the definition and the state",
    "translate": "translate the definition, and have the swarm look at the service",
    "start": "start the service on the swarm and wait until its tasks run",
    "probe": "ask each task of the swarm directly",
    "shift": "move the requests by weights",
    "drain": "wait until the tasks on Marathon have ended their requests",
    "scale": "scale the app on Marathon to 0",
    "soak": "watch the service alone",
    "remove": "remove the app from Marathon",
}


def order(kind: str, is_served: bool) -> tuple[str, ...]:
    """Without a load balancer there are no requests to move."""
    found = PHASES if kind in SIDE_BY_SIDE else _STOPS_FIRST
    return tuple(one for one in found if is_served or one not in ("probe", "shift", "drain"))


def _share(state: t.Mapping[str, t.Any]) -> int:
    """Older releases of Ansible note a number as text."""
    return int(state.get("share") or 0)


def valid(kind: str, is_served: bool, state: t.Mapping[str, t.Any]) -> list[str]:
    """What is done and still so: a share that was given back to Marathon must be moved again."""
    done = list(state.get("done") or {})
    is_moved = "shift" not in order(kind, is_served) or _share(state) == WHOLE
    return [one for one in done if is_moved or one != "shift"]


def refusal(phase: str, kind: str, is_served: bool, state: t.Mapping[str, t.Any]) -> str:
    """Why the phase must not take Marathon's tasks away yet; empty where it may."""
    steps = order(kind, is_served)
    if "shift" in steps and "shift" in steps[: steps.index(phase)] and _share(state) != WHOLE:
        return (
            "the swarm gets %d percent of the requests, and the phase %s needs all of them there: run the phase shift "
            "first, or go back (leave_back=true)." % (_share(state), phase)
        )
    return ""


def share_after_failure(kind: str, done: t.Collection[str], live: t.Optional[t.Mapping[str, t.Any]]) -> int:
    """To which share a failed one returns: 0 while tasks on Marathon can serve, else -1, which changes nothing.

    live is the app on Marathon, None where Marathon does not answer: its tasks are then where they were.
    """
    if kind not in SIDE_BY_SIDE or "scale" in done:
        return -1
    return 0 if live is None or live.get("running") else -1


def left(
    kind: str, is_served: bool, done: t.Collection[str], tags: t.Sequence[str], skip: t.Sequence[str]
) -> list[str]:
    """What this run does: all that is left, or what --tags names, which is done again where it was done."""
    wanted = [one for one in tags if one in PHASES]
    chosen = [one for one in order(kind, is_served) if (one in wanted if wanted else one not in done)]
    return [one for one in chosen if one not in skip]


def gap(kind: str, is_served: bool, done: t.Collection[str], chosen: t.Sequence[str]) -> str:
    """The first phase that is neither done nor chosen, while one behind it is chosen; empty if there is none."""
    missing = ""
    for one in order(kind, is_served):
        if one in chosen:
            if missing:
                return missing
        elif one not in done and not missing:
            missing = one
    return ""


def lines(app_id: str, kind: str, chosen: t.Sequence[str]) -> list[str]:
    return ["%s (%s): %s" % (app_id, kind, one + ": " + _WORDS[one]) for one in chosen]


def back(kind: str) -> tuple[str, ...]:
    """The steps of the way back. What must not run twice ends on the swarm first."""
    return ("end", "restore") if kind in (SINGLE, CRON) else ("restore", "end")
