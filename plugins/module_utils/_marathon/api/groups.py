# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of groups."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .resource import Resource, deployment_id, described, listed, member, path_of, switched


class Groups(Resource):
    def group(self, group_id: str, embed: tuple[str, ...] = ()) -> dict[str, Any] | None:
        return self._group(group_id, "", embed)

    def group_versions(self, group_id: str) -> list[str] | None:
        """Newest first; Marathon keeps the last ones only (zk_max_versions)."""
        answer = self._read(path_of("groups", group_id, "/versions"), name=group_id)
        return None if answer is None else sorted(listed(answer), reverse=True)

    def group_version(self, group_id: str, version: str, embed: tuple[str, ...] = ()) -> dict[str, Any] | None:
        return self._group(group_id, f"/versions/{quote(version, safe=':')}", embed)

    def post_group(self, group_id: str, body: dict[str, Any], force: bool) -> str | None:
        answer = self._write("POST", path_of("groups", group_id), switched(force=force), body, names=(group_id,))
        return deployment_id(answer)

    def put_group(self, group_id: str, body: dict[str, Any], force: bool) -> str | None:
        answer = self._write("PUT", path_of("groups", group_id), switched(force=force), body, names=(group_id,))
        return deployment_id(answer)

    def plan_group(self, group_id: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The steps that put_group would take by Marathon's own dry run, which also lists apps that do not change."""
        answer = self._write("PUT", path_of("groups", group_id), {"dryRun": "true"}, body, names=(group_id,))
        return steps_of(member(answer, "steps"))

    def delete_group(self, group_id: str, force: bool) -> str | None:
        return self._delete(path_of("groups", group_id), switched(force=force), group_id)

    def _group(self, group_id: str, suffix: str, embed: tuple[str, ...]) -> dict[str, Any] | None:
        params = {"embed": list(embed)} if embed else None
        answer = self._read(path_of("groups", group_id, suffix), params, name=group_id)
        return None if answer is None else described(answer, group_id)


def steps_of(steps: Any) -> list[dict[str, Any]]:
    """The steps of a deployment; before 1.1 each is a bare array of its actions."""
    return [{"actions": step} if isinstance(step, list) else step for step in steps or []]
