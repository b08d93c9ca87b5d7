# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pod template of a workload, and what all of its objects have in common."""

from __future__ import annotations

import re
from typing import Any, Optional

from ..model.workload import SECRET, Container, Workload
from ..names import dns_label, port_name
from ..notes import APPROXIMATE, DROPPED, KUBERNETES, MANUAL, Notes, pointer
from ..options import SERVICE, Options
from . import containers, parameters, placement, volumes
from .security import run_as, seccomp

_NAME_LABEL = "app.kubernetes.io/name"
_ANNOTATION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
# Of all annotations of an object together.
_MOST_ANNOTATIONS = 200_000
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_DEFAULT_GRACE = 30


class Pod:
    def __init__(self, workload: Workload, name: str, options: Options, notes: Notes) -> None:
        self.workload = workload
        self.name = name
        self.options = options
        self.notes = notes
        self.labels = {_NAME_LABEL: name}
        self.namespace = namespace(workload.id, options)
        self.secret = f"{name}-secrets"
        self.port_names = self._port_names()

    def note(self, level: str, place: str, text: str) -> None:
        self.notes.add(KUBERNETES, level, place, text)

    def object(
        self,
        version: str,
        kind: str,
        name: str,
        annotations: Optional[dict[str, str]] = None,
        **content: Any,
    ) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": name, "namespace": self.namespace, "labels": dict(self.labels)}
        metadata.update({"annotations": annotations} if annotations else {})
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **content}

    def template_metadata(self) -> dict[str, Any]:
        return {"labels": dict(self.labels), "annotations": {"marathon/id": self.workload.id}}

    def annotations(self) -> dict[str, str]:
        found = {"marathon/id": self.workload.id}
        room = _MOST_ANNOTATIONS
        for key, value in self.workload.labels.items():
            room -= len(key) + len(value.encode("utf-8", "replace"))
            if not _ANNOTATION.fullmatch(key) or key == "id":
                self.note(DROPPED, pointer("labels", key), "the label has no name that an annotation may have")
            elif room < 0:
                self.note(DROPPED, pointer("labels", key), "annotations have no room for more")
            else:
                found[f"marathon/{key}"] = value
        return found

    def _port_names(self) -> dict[tuple[str, str], str]:
        """By the place and the protocol of a port."""
        found: dict[tuple[str, str], str] = {}
        for port in self.workload.ports:
            alone = len(port.protocols) == 1
            for protocol in port.protocols:
                name = port_name(port.name, port.index, protocol, alone, found.values())
                found[port.at, protocol] = name
                kept = name if alone else name[: -len(protocol) - 1]
                if port.name and kept != port.name:
                    text = f"port names have at most 15 characters and at least one letter: {name}"
                    self.note(APPROXIMATE, f"{port.at}/name", text)
        return found

    def spec(self) -> dict[str, Any]:
        made = [containers.container(self, one) for one in self.workload.containers]
        found: dict[str, Any] = {"containers": made, "enableServiceLinks": False}
        prepared = [one for given in self.workload.containers for one in containers.init_containers(self, given)]
        found.update({"initContainers": prepared} if prepared else {})
        pod_volumes = volumes.volumes(self)
        found.update({"volumes": pod_volumes} if pod_volumes else {})
        found.update(placement.placement(self))
        found.update(self._pull_secrets())
        grace = self._grace()
        found.update({"terminationGracePeriodSeconds": grace} if grace is not None else {})
        security = self._security()
        found.update({"securityContext": security} if security else {})
        if self.options.host_network and self.workload.is_host_network:
            found.update(hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet")
        for one in self.workload.containers:
            parameters.apply_to_pod(self, one, found)
        return found

    def _security(self) -> dict[str, Any]:
        found = run_as(self, self.workload.user, "/user")
        if self.workload.seccomp:
            found["seccompProfile"] = seccomp(self, self.workload.seccomp, "/linuxInfo/seccomp")
        return found

    def _grace(self) -> Optional[int]:
        given = [one.grace_seconds for one in self.workload.containers if one.grace_seconds is not None]
        if not self.options.pre_stop_seconds or self.options.kind != SERVICE:
            return max(given) if given else None
        # The sleep is a part of it.
        return max(given, default=_DEFAULT_GRACE) + self.options.pre_stop_seconds

    def _pull_secrets(self) -> dict[str, Any]:
        found = []
        for one in self.workload.containers:
            if not one.pull_secret:
                continue
            name = dns_label(f"{self.name}-{one.pull_secret}", 253)
            self.note(MANUAL, one.pull_at, f"create the secret {name} (type kubernetes.io/dockerconfigjson)")
            if {"name": name} not in found:
                found.append({"name": name})
        return {"imagePullSecrets": found} if found else {}

    def config_name(self, container: Container) -> str:
        return f"{self.name}-{container.name}-env" if self.workload.is_pod else f"{self.name}-env"

    def configured(self, container: Container) -> dict[str, str]:
        """The variables that go into a ConfigMap."""
        if not self.options.config_map:
            return {}
        return {
            one.name: one.value
            for one in container.env
            if not one.is_given and one.kind != SECRET and _CONFIG_KEY.fullmatch(one.name)
        }

    def config_maps(self) -> list[dict[str, Any]]:
        return [
            self.object("v1", "ConfigMap", self.config_name(one), data=self.configured(one))
            for one in self.workload.containers
            if self.configured(one)
        ]


def namespace(workload_id: str, options: Options) -> str:
    top, slash, _rest = workload_id.strip("/").partition("/")
    if options.namespace_by_group and slash:
        return dns_label(top.replace(".", "-"))
    return options.namespace
