# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of pods, which Marathon has since 1.4; the deployment of a write is in a header only."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .resource import Resource, deployment_id, described, listed, named_by, path_of, switched


class Pods(Resource):
    def pods(self) -> list[dict[str, Any]]:
        return listed(self._need("/v2/pods"))

    def pod(self, pod_id: str) -> dict[str, Any] | None:
        return self._pod(pod_id)

    def pod_statuses(self) -> list[dict[str, Any]]:
        return listed(self._need("/v2/pods/::status"))

    def pod_status(self, pod_id: str) -> dict[str, Any] | None:
        """The pod with its instances and containers."""
        return self._pod(pod_id, "::status")

    def pod_versions(self, pod_id: str) -> list[str] | None:
        """Newest first; Marathon keeps the last ones only (zk_max_versions)."""
        answer = self._read(path_of("pods", pod_id, "::versions"), name=pod_id)
        return None if answer is None else sorted(listed(answer), reverse=True)

    def pod_version(self, pod_id: str, version: str) -> dict[str, Any] | None:
        return self._pod(pod_id, f"::versions/{quote(version, safe=':')}")

    def post_pod(self, body: dict[str, Any], force: bool) -> str | None:
        with named_by("/v2/pods", body):
            return deployment_id(self._write("POST", "/v2/pods", switched(force=force), body))

    def put_pod(self, pod_id: str, body: dict[str, Any], force: bool) -> str | None:
        """A whole definition, whose id has to be that of the path; it is created where there is none."""
        answer = self._write("PUT", path_of("pods", pod_id), switched(force=force), body, names=(pod_id,))
        return deployment_id(answer)

    def delete_pod(self, pod_id: str, force: bool) -> str | None:
        return self._delete(path_of("pods", pod_id), switched(force=force), pod_id)

    def kill_pod_instances(self, pod_id: str, ids: list[str], wipe: bool = False) -> list[dict[str, Any]]:
        path = path_of("pods", pod_id, "::instances")
        return listed(self._write("DELETE", path, switched(wipe=wipe), ids, names=(pod_id, *ids)))

    def _pod(self, pod_id: str, suffix: str = "") -> dict[str, Any] | None:
        answer = self._read(path_of("pods", pod_id, suffix), name=pod_id)
        return None if answer is None else described(answer, pod_id)
