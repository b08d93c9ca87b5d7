# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes and mounts of apps and pods."""

from __future__ import annotations

import posixpath
from typing import Any, Optional

from ..notes import BOTH, DROPPED, KUBERNETES, MANUAL, SWARM, WARNING, Notes
from .workload import SANDBOX, Mount, Volume


def of_app(app: dict[str, Any], notes: Notes) -> list[Mount]:
    volumes = app.get("container", {}).get("volumes", [])
    read = [_of_app(volume, f"/container/volumes/{index}", notes) for index, volume in enumerate(volumes)]
    persistent = {one.name: one for one in read if one is not None and one.kind == "persistent"}
    # A mount of the name of a persistent volume says where that really is.
    mapped = {volume.get("hostPath") for volume in volumes if "persistent" not in volume} & set(persistent)
    found: list[Mount] = []
    for index, volume in enumerate(volumes):
        one = read[index]
        if one is None or (one.kind == "persistent" and one.name in mapped):
            continue
        one = persistent.get(volume.get("hostPath", "")) or one
        if one.kind == "host":
            _note_host(one, notes)
        target = _absolute(volume["containerPath"])
        if target in (mount.target for mount in found):
            notes.add(BOTH, DROPPED, f"/container/volumes/{index}", f"{target} is mounted already")
            continue
        found.append(Mount(one, target, volume.get("mode") == "RO"))
    return found


def _absolute(path: str) -> str:
    return posixpath.normpath(path if path.startswith("/") else f"{SANDBOX}/{path}")


def _of_app(volume: dict[str, Any], at: str, notes: Notes) -> Optional[Volume]:
    if "persistent" in volume:
        name = volume["containerPath"].strip("/")
        return _persistent(volume["persistent"], name, at, notes)
    if "external" in volume:
        return _external(volume["external"], at, notes)
    if "secret" in volume:
        return Volume(at, "secret", volume["secret"])
    if "hostPath" in volume:
        path = volume["hostPath"]
        if not path.startswith("/"):
            # Relative to the sandbox, which is new for every task.
            return Volume(at, "scratch", path)
        return Volume(at, "host", path=path)
    return Volume(at, "scratch", volume["containerPath"])


def _persistent(persistent: dict[str, Any], name: str, at: str, notes: Notes) -> Volume:
    text = "a local volume stays on its node and has no size limit: pin the service to the node that holds it"
    notes.add(SWARM, MANUAL, at, text)
    notes.add(BOTH, MANUAL, at, "the data itself must be copied while the app is stopped")
    if persistent.get("constraints"):
        text = "constraints of a volume: choose the nodes (Swarm) or a storage class (Kubernetes)"
        notes.add(BOTH, DROPPED, f"{at}/persistent/constraints", text)
    if persistent.get("profileName"):
        text = "disk profiles do not exist: choose a storage class (Kubernetes) or the nodes (Swarm)"
        notes.add(BOTH, DROPPED, f"{at}/persistent/profileName", text)
    if persistent.get("type", "root") != "root" and not persistent.get("profileName"):
        notes.add(
            BOTH, DROPPED, f"{at}/persistent/type", f"a disk of the type {persistent['type']} cannot be asked for"
        )
    return Volume(at, "persistent", name, size=max(persistent.get("size", 0), 1))


def _external(external: dict[str, Any], at: str, notes: Notes) -> Volume:
    options = external.get("options", {})
    if external.get("provider", "").lower() == "csi":
        notes.add(SWARM, MANUAL, at, "CSI volumes need Engine 23 or newer (cluster volumes); mount by hand")
        text = "Marathon does not know the size of a CSI volume: it was given as an option"
        notes.add(KUBERNETES, MANUAL, at, text)
        if options.get("nodeStageSecret") or options.get("nodePublishSecret"):
            text = "the secrets of the CSI driver are not carried over: name them in the PersistentVolume"
            notes.add(KUBERNETES, MANUAL, f"{at}/external/options", text)
        return Volume(at, "csi", external.get("name", ""), driver=options.get("pluginName", ""), options=options)
    driver = options.get("dvdi/driver", "rexray")
    name = external.get("name", "")
    notes.add(SWARM, MANUAL, at, f"the volume plugin {driver} must be installed on the new nodes")
    text = f'create the PersistentVolume and the claim "{name}" for the existing disk'
    notes.add(KUBERNETES, MANUAL, at, text)
    return Volume(at, "dvdi", name, driver=driver, options=options)


def _note_host(volume: Volume, notes: Notes) -> None:
    text = f"the path {volume.path} must exist on every node that may run the app"
    notes.add(BOTH, MANUAL, volume.at, text)
    if volume.path.endswith("docker.sock"):
        text = "who has Docker's socket is root on the node, and nodes of Kubernetes often have no Docker"
        notes.add(BOTH, WARNING, volume.at, text)


def of_pod(pod: dict[str, Any], notes: Notes) -> dict[str, Volume]:
    found = {}
    for index, volume in enumerate(pod.get("volumes", [])):
        at = f"/volumes/{index}"
        name = volume["name"]
        if "persistent" in volume:
            found[name] = _persistent(volume["persistent"], name, at, notes)
        elif volume.get("secret"):
            found[name] = Volume(at, "secret", volume["secret"])
        elif volume.get("host", "").startswith("/"):
            found[name] = Volume(at, "host", name, volume["host"])
            _note_host(found[name], notes)
        else:
            found[name] = Volume(at, "scratch", name)
    return found


def of_pod_container(container: dict[str, Any], at: str, volumes: dict[str, Volume], notes: Notes) -> list[Mount]:
    found: list[Mount] = []
    for index, mount in enumerate(container.get("volumeMounts", [])):
        place = f"{at}/volumeMounts/{index}"
        volume = volumes.get(mount["name"])
        if volume is None:
            notes.add(BOTH, DROPPED, place, f"no volume of the pod has the name {mount['name']}")
            continue
        target = _absolute(mount.get("mountPath") or mount["name"])
        if target in (one.target for one in found):
            notes.add(BOTH, DROPPED, place, f"{target} is mounted already")
            continue
        found.append(Mount(volume, target, mount.get("readOnly", False)))
    return found
