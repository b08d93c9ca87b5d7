# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running deployments that hold apps which are to change, seen before the first write and in check mode.

Marathon refuses a write to such an app unless it is forced. When that happens to the second of several writes, the
first is done already.
"""

from __future__ import annotations

from typing import Any, Iterable

from ..api.client import Client
from ..api.resource import holder
from ..errors import Conflict, MarathonError
from ..plan.ownership import listed


def refuse_held(client: Client, apps: Iterable[dict[str, Any]], pods: Iterable[str] = ()) -> None:
    """apps as GET returns them, which shows the deployments of each; those of pods are only shown by themselves."""
    pods = frozenset(pods)
    shown = {app["id"]: {entry["id"] for entry in app.get("deployments") or []} for app in apps}
    if not pods and not any(shown.values()):
        return
    try:
        running = {entry["id"]: entry for entry in client.deployments()}
    except MarathonError:
        # The write itself says what holds it.
        return
    in_the_way: dict[str, dict[str, Any]] = {}
    held = set()
    for deployment_id, entry in running.items():
        names = {name for name, ids in shown.items() if deployment_id in ids}
        names |= pods.intersection(entry.get("affectedPods") or [])
        if names:
            in_the_way[deployment_id] = entry
            held |= names
    if not in_the_way:
        return
    holders = [holder(entry) for _id, entry in sorted(in_the_way.items())]
    told = "".join(
        f". {one['id']} changes {listed(one['affected'])}, step {one['step']} of {one['steps']}" for one in holders
    )
    raise Conflict(
        f"another deployment holds {listed(sorted(held))} ({', '.join(sorted(in_the_way))}): wait until it is done and "
        f"run again, or set force to cancel it. Nothing was changed{told}",
        # What Marathon would answer, so that a play that looks at it sees no difference.
        status=409,
        deployments=sorted(in_the_way),
        locked_by=holders,
    )
