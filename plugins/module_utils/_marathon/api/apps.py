# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of apps."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .resource import Resource, deployment_id, described, listed, named_by, path_of, switched


class Apps(Resource):
    def apps(self, **selectors: Any) -> list[dict[str, Any]]:
        """All apps, or those that the selectors label, id and cmd leave; embed says what to tell of each."""
        return listed(self._need("/v2/apps", selectors), "apps")

    def apps_below(self, group_id: str, embed: tuple[str, ...] = ()) -> list[dict[str, Any]] | None:
        """All apps of a group and of the groups in it; None where there is no such group."""
        params = {"embed": list(embed)} if embed else None
        answer = self._read(path_of("apps", group_id, "/*"), params, name=group_id)
        return None if answer is None else listed(answer, "*")

    def app(self, app_id: str, embed: tuple[str, ...] = ()) -> dict[str, Any] | None:
        """With its tasks, whatever embed adds."""
        answer = self._read(path_of("apps", app_id), {"embed": list(embed)} if embed else None, name=app_id)
        return None if answer is None else described(answer, app_id, "app")

    def app_versions(self, app_id: str) -> list[str] | None:
        """Newest first; Marathon keeps the last ones only (zk_max_versions)."""
        answer = self._read(path_of("apps", app_id, "/versions"), name=app_id)
        return None if answer is None else sorted(listed(answer, "versions"), reverse=True)

    def app_version(self, app_id: str, version: str) -> dict[str, Any] | None:
        """The definition alone, without state."""
        answer = self._read(path_of("apps", app_id, f"/versions/{quote(version, safe=':')}"), name=app_id)
        return None if answer is None else described(answer, app_id)

    def post_app(self, body: dict[str, Any], force: bool) -> str | None:
        with named_by("/v2/apps", body):
            return deployment_id(self._write("POST", "/v2/apps", switched(force=force), body))

    def put_app(self, app_id: str, body: dict[str, Any], partial: bool, force: bool) -> str | None:
        return deployment_id(
            self._write("PUT", path_of("apps", app_id), _replacing(partial, force), body, names=(app_id,))
        )

    def put_apps(self, bodies: list[dict[str, Any]], partial: bool, force: bool) -> str | None:
        """All of them or none, in one deployment; every body has its id and is a whole definition, if not partial."""
        return deployment_id(self._write("PUT", "/v2/apps", _replacing(partial, force), bodies))

    def restart_app(self, app_id: str, force: bool) -> str | None:
        return deployment_id(
            self._write("POST", path_of("apps", app_id, "/restart"), switched(force=force), names=(app_id,))
        )

    def delete_app(self, app_id: str, force: bool) -> str | None:
        # The server's own default for this call is true, unlike that of all others.
        return self._delete(path_of("apps", app_id), {"force": "true" if force else "false"}, app_id)


def _replacing(partial: bool, force: bool) -> dict[str, str]:
    return {**({} if partial else {"partialUpdate": "false"}), **switched(force=force)}
