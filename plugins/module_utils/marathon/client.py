# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One method for every endpoint of the Marathon API that is used here."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import Unexpected
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.http import Answer, Http


class Client:
    def __init__(self, http: Http) -> None:
        self._http = http

    @property
    def requests(self) -> int:
        return self._http.requests

    def app(self, app_id: str) -> dict[str, Any] | None:
        path = f"/v2/apps{app_id}"
        answer = self._http.get(path)
        if answer.status == 404:
            # Any web server answers 404; only these words mean that Marathon does not have the app.
            if "does not exist" in str(_member(answer, "message", path)):
                return None
            raise _foreign(path)
        return dict(_member(answer, "app", path))

    def put_app(self, app_id: str, body: dict[str, Any], partial: bool, force: bool) -> str | None:
        params = _forced(force)
        if not partial:
            params["partialUpdate"] = "false"
        path = f"/v2/apps{app_id}"
        return _deployment_id(_found(self._http.write("PUT", path, params, body), path))

    def post_app(self, body: dict[str, Any], force: bool) -> str | None:
        return _deployment_id(_found(self._http.write("POST", "/v2/apps", _forced(force), body), "/v2/apps"))

    def delete_app(self, app_id: str, force: bool) -> str | None:
        # The server's own default for this call is true, unlike that of all others.
        params = {"force": "true" if force else "false"}
        answer = self._http.write("DELETE", f"/v2/apps{app_id}", params)
        return None if answer.status == 404 else _deployment_id(answer)

    def put_apps(self, bodies: list[dict[str, Any]], force: bool) -> str | None:
        """All of them or none, in one deployment; every body is a whole definition with its id."""
        params = {"partialUpdate": "false", **_forced(force)}
        return _deployment_id(_found(self._http.write("PUT", "/v2/apps", params, bodies), "/v2/apps"))

    def group(self, group_id: str, embed: tuple[str, ...] = ()) -> dict[str, Any] | None:
        path = f"/v2/groups{group_id}".rstrip("/")
        answer = self._http.get(path, {"embed": list(embed)} if embed else None)
        if answer.status == 404:
            if "does not exist" in str(_member(answer, "message", path)):
                return None
            raise _foreign(path)
        _member(answer, "groups", path)
        return dict(answer.data)

    def put_group(self, group_id: str, body: dict[str, Any], force: bool) -> str | None:
        path = f"/v2/groups{group_id}".rstrip("/")
        return _deployment_id(_found(self._http.write("PUT", path, _forced(force), body), path))

    def delete_group(self, group_id: str, force: bool) -> str | None:
        answer = self._http.write("DELETE", f"/v2/groups{group_id}", _forced(force))
        return None if answer.status == 404 else _deployment_id(answer)

    def apps(self, **selectors: Any) -> list[dict[str, Any]]:
        """All apps, or those that the selectors label, id and cmd leave; embed says what to tell of each."""
        return list(_member(self._http.get("/v2/apps", selectors), "apps", "/v2/apps"))

    def deployments(self) -> list[dict[str, Any]]:
        answer = self._http.get("/v2/deployments")
        if not isinstance(answer.data, list):
            raise _foreign("/v2/deployments")
        return answer.data

    def queue(self) -> list[dict[str, Any]]:
        answer = self._http.get("/v2/queue", {"embed": "lastUnusedOffers"})
        return list(_member(answer, "queue", "/v2/queue"))

    def version(self) -> str:
        return str(_member(self._http.get("/v2/info"), "version", "/v2/info"))


def _forced(force: bool) -> dict[str, str]:
    return {"force": "true"} if force else {}


def _deployment_id(answer: Answer) -> str | None:
    data = answer.data if isinstance(answer.data, dict) else {}
    listed = data.get("deployments") or [{}]
    return data.get("deploymentId") or answer.headers.get("Marathon-Deployment-Id") or listed[0].get("id")


def _found(answer: Answer, path: str) -> Answer:
    if answer.status == 404:
        raise _foreign(path)
    return answer


def _member(answer: Answer, name: str, path: str) -> Any:
    if not isinstance(answer.data, dict) or name not in answer.data:
        raise _foreign(path)
    return answer.data[name]


def _foreign(path: str) -> Unexpected:
    return Unexpected(f"the server answers {path} with JSON that is not Marathon's: check the address in url")
