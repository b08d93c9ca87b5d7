# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the instances of a pod are as many as are wanted, stable, and of its present definition."""

from __future__ import annotations

from typing import Any

from .. import timestamps
from ..definition import pod as pod_definition


class PodSettled:
    """source answers pod_version(id, version), as the client does."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._same: dict[str, bool] = {}

    def holds(self, status: dict[str, Any]) -> bool:
        """Marathon calls a pod stable while old instances run, and keeps those that a change only counted anew."""
        spec, instances = status["spec"], status.get("instances") or []
        wanted = pod_definition.instances(pod_definition.canonical(spec))
        return (
            len(instances) == wanted
            and all(instance.get("status") == "STABLE" for instance in instances)
            and all(self._is_current(spec, instance) for instance in instances)
        )

    def _is_current(self, spec: dict[str, Any], instance: dict[str, Any]) -> bool:
        version = str(instance.get("specReference", "")).rpartition("/")[2]
        if not version or timestamps.to_milliseconds(version) == timestamps.to_milliseconds(spec.get("version")):
            return True
        key = f"{spec['id']} {version} {spec.get('version')}"
        if key not in self._same:
            old = self._source.pod_version(spec["id"], version)
            # Marathon keeps many versions: one that it has forgotten is not the one that is being replaced.
            self._same[key] = old is None or not pod_definition.differs(
                pod_definition.canonical(old), pod_definition.canonical(spec)
            )
        return self._same[key]
