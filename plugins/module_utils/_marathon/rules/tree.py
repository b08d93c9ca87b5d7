# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for an app or a pod among all others, which Marathon checks on the whole root group and in no dry run."""

from __future__ import annotations

from typing import Any, Collection, Iterator, Mapping

from .. import kinds
from ..bounds.limits import Problem
from ..definition.apps import ancestors
from ..snapshot import Tree

APP, POD, GROUP = kinds.APP, kinds.POD, kinds.GROUP

App = dict


def clashes(path: str, kind: str, origin: str, tree: Tree, doomed: Collection[str] = ()) -> Iterator[str]:
    """Why no app, pod or group can have this id: one sentence each. doomed are apps that go first."""
    # Asked of every path of a set, so no collection of all apps is made here.
    def is_app(path: str) -> bool:
        return path in tree.apps and path not in doomed

    for above in ancestors(path):
        if is_app(above) or above in tree.pods:
            yield (
                f"{path} of {origin} cannot be below {above}, which is {APP if is_app(above) else POD} on this "
                "Marathon and no group: choose another id, or remove that first"
            )
    # An app that goes locks its id until it is gone, also for a pod.
    found = {
        POD: path in tree.pods,
        GROUP: path in tree.groups,
        APP: path in tree.apps if kind == POD else is_app(path),
    }
    for other, there in found.items():
        if there and other != kind:
            yield f"{path} of {origin} is {other} on this Marathon: choose another id, or remove that first"


def volume_conflicts(planned: Mapping[str, App], tree: Tree, doomed: Collection[str] = ()) -> dict[str, Problem]:
    """Apps that name an external volume which another app has for itself (only shared ones may be named twice)."""
    apps = {app_id: app for app_id, app in tree.apps.items() if app_id not in doomed}
    apps.update(planned)
    owners: dict[str, set[str]] = {}
    for app_id, app in apps.items():
        for volume in external_volumes(app):
            if not volume.get("shared"):
                owners.setdefault(str(volume.get("name")), set()).add(app_id)
    found = {}
    for app_id in planned:
        for volume in external_volumes(apps[app_id]):
            others = sorted(owners.get(str(volume.get("name")), set()) - {app_id})
            if others:
                reason = f"must not be the name of a volume of {', '.join(others)}, unless both are shared"
                found[app_id] = Problem("/container/volumes: the external name", reason, volume.get("name"))
    return found


def external_volumes(app: App) -> list[dict[str, Any]]:
    """Those whose name belongs to one app in the whole Marathon."""
    volumes = (app.get("container") or {}).get("volumes") or []
    found = [volume["external"] for volume in volumes if isinstance(volume.get("external"), dict)]
    return [one for one in found if one.get("provider") == "dvdi"]
