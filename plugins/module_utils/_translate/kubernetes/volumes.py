# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes, mounts and claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..model.workload import SANDBOX, Container, Volume
from ..names import dns_label
from ..notes import MANUAL
from ..options import SERVICE
from .security import secret_key

if TYPE_CHECKING:
    from .pod import Pod

_PREFIXES = {"host": "host", "secret": "secret", "dvdi": "ext", "csi": "ext", "scratch": "scratch"}
_DEFAULT_CSI_SIZE = "1Gi"


def volume_name(pod: Pod, volume: Volume) -> str:
    """Volumes of a pod have names; those of an app have numbers, but for persistent ones."""
    if volume.kind == "persistent" or (pod.workload.is_pod and volume.kind in ("host", "scratch")):
        return dns_label(volume.name.replace(".", "-"))
    return f"{_PREFIXES[volume.kind]}-{volume.at.rpartition('/')[2]}"


def sandbox_name(pod: Pod, container: Container) -> str:
    return dns_label(f"sandbox-{container.name}") if pod.workload.is_pod else "sandbox"


def _has_sandbox(container: Container) -> bool:
    return bool(container.artifacts) or container.uses_sandbox


def mounts(pod: Pod, container: Container) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for mount in container.mounts:
        one: dict[str, Any] = {"name": volume_name(pod, mount.volume), "mountPath": mount.target}
        if mount.volume.kind == "secret":
            one.update(subPath=secret_key(mount.volume.name), readOnly=True)
        elif mount.read_only:
            one["readOnly"] = True
        found.append(one)
    targets = [one["mountPath"] for one in found]
    if _has_sandbox(container) and SANDBOX not in targets:
        found.append({"name": sandbox_name(pod, container), "mountPath": SANDBOX})
    if container.shm_mib and "/dev/shm" not in targets:
        found.append({"name": _shm_name(pod, container), "mountPath": "/dev/shm"})
    return found


def _shm_name(pod: Pod, container: Container) -> str:
    return dns_label(f"shm-{container.name}") if pod.workload.is_pod else "shm"


def volumes(pod: Pod) -> list[dict[str, Any]]:
    used = [mount.volume for container in pod.workload.containers for mount in container.mounts]
    found = []
    for volume in pod.workload.volumes:
        is_template = volume.kind == "persistent" and pod.options.kind == SERVICE
        if not is_template and any(one is volume for one in used):
            found.append({"name": volume_name(pod, volume), **_source(pod, volume)})
    for container in pod.workload.containers:
        targets = [mount.target for mount in container.mounts]
        if _has_sandbox(container) and SANDBOX not in targets:
            found.append({"name": sandbox_name(pod, container), "emptyDir": {}})
        if container.shm_mib and "/dev/shm" not in targets:
            size = {"medium": "Memory", "sizeLimit": f"{container.shm_mib}Mi"}
            found.append({"name": _shm_name(pod, container), "emptyDir": size})
    return found


def _source(pod: Pod, volume: Volume) -> dict[str, Any]:
    if volume.kind == "host":
        return {"hostPath": {"path": volume.path}}
    if volume.kind == "secret":
        key = secret_key(volume.name)
        return {"secret": {"secretName": pod.secret, "items": [{"key": key, "path": key}]}}
    if volume.kind in ("dvdi", "csi"):
        return {"persistentVolumeClaim": {"claimName": claim_name(volume)}}
    if volume.kind == "persistent":
        return {"persistentVolumeClaim": {"claimName": _own_claim(pod, volume)}}
    return {"emptyDir": {}}


def claim_name(volume: Volume) -> str:
    return dns_label(volume.name, 253)


def claim_templates(pod: Pod) -> list[dict[str, Any]]:
    return [
        {"metadata": {"name": volume_name(pod, volume)}, "spec": _wanted(pod, volume)}
        for volume in pod.workload.volumes
        if volume.kind == "persistent"
    ]


def _wanted(pod: Pod, volume: Volume) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{volume.size}Mi"}},
    }
    if pod.options.storage_class:
        spec["storageClassName"] = pod.options.storage_class
    return spec


def claims(pod: Pod) -> list[dict[str, Any]]:
    """A PersistentVolume and its claim for each disk of a CSI driver, which exists already; and what a job keeps."""
    found = []
    for volume in pod.workload.volumes:
        if volume.kind == "csi":
            found += _claim(pod, volume)
        elif volume.kind == "persistent" and pod.options.kind != SERVICE:
            # A job has no templates for its claims.
            name = _own_claim(pod, volume)
            found.append(pod.object("v1", "PersistentVolumeClaim", name, spec=_wanted(pod, volume)))
    return found


def _own_claim(pod: Pod, volume: Volume) -> str:
    return dns_label(f"{pod.name}-{volume_name(pod, volume)}", 253)


def _claim(pod: Pod, volume: Volume) -> list[dict[str, Any]]:
    options = volume.options
    capability = options.get("capability", {})
    size = pod.options.csi_size or _DEFAULT_CSI_SIZE
    if not pod.options.csi_size:
        text = f"the size of the disk is not known, and {size} stands for it: set csi_size"
        pod.note(MANUAL, f"{volume.at}/external", text)
    if not volume.driver:
        pod.note(MANUAL, f"{volume.at}/external/options", "no plugin is named: set the CSI driver")
    modes = [_access_mode(capability.get("accessMode", ""))]
    name = dns_label(f"{pod.name}-{volume.name}", 253)
    csi: dict[str, Any] = {"driver": volume.driver or "driver.invalid", "volumeHandle": volume.name}
    if capability.get("fsType"):
        csi["fsType"] = capability["fsType"]
    if options.get("volumeContext"):
        csi["volumeAttributes"] = dict(options["volumeContext"])
    spec: dict[str, Any] = {
        "capacity": {"storage": size},
        "accessModes": modes,
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "",
        "csi": csi,
    }
    if capability.get("mountFlags"):
        spec["mountOptions"] = list(capability["mountFlags"])
    if capability.get("accessType") == "block":
        text = "a block device is no directory: mount it as volumeDevices by hand"
        pod.note(MANUAL, f"{volume.at}/external/options/capability/accessType", text)
    disk = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}
    wanted = {
        "accessModes": modes,
        "storageClassName": "",
        "volumeName": name,
        "resources": {"requests": {"storage": size}},
    }
    metadata = {"name": claim_name(volume), "namespace": pod.namespace}
    return [disk, {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": wanted}]


def _access_mode(mode: str) -> str:
    if mode == "MULTI_NODE_READER_ONLY":
        return "ReadOnlyMany"
    return "ReadWriteMany" if re.match("MULTI_", mode) else "ReadWriteOnce"
