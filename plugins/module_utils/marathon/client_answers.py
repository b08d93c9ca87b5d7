# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the methods of the client share: paths, query parameters, and what an answer means."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import (
    Conflict,
    MarathonError,
    Missing,
    Unexpected,
)
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.http import Answer, Http

# Marathon's own words for what it does not have; any web server answers 404.
_ABSENT = ("does not exist", "not found in tasks queue", "no leader")


class Resource:
    def __init__(self, http: Http) -> None:
        self._http = http

    def _read(self, path: str, params: dict[str, Any] | None = None) -> Answer | None:
        """None where Marathon does not have it."""
        return known(self._http.get(path, params), path)

    def _need(self, path: str, params: dict[str, Any] | None = None) -> Answer:
        """An answer of what every Marathon has."""
        return there(self._http.get(path, params), path)

    def _write(self, method: str, path: str, params: dict[str, Any] | None = None, body: Any = None) -> Answer:
        return there(self._sent(method, path, params, body), path)

    def _delete(self, path: str, params: dict[str, Any]) -> str | None:
        """The deployment; None also where there is nothing to delete."""
        answer = known(self._sent("DELETE", path, params), path)
        return None if answer is None else deployment_id(answer)

    def _sent(self, method: str, path: str, params: dict[str, Any] | None = None, body: Any = None) -> Answer:
        try:
            return self._http.write(method, path, params, body)
        except Conflict as conflict:
            self._name_holders(conflict)
            raise

    def _name_holders(self, conflict: Conflict) -> None:
        """Adds what the deployments in the way are doing, if they can be read and still run."""
        ids = conflict.facts.get("deployments")
        if not ids:
            return
        try:
            listed = array(self._http.get("/v2/deployments").data, "/v2/deployments")
        except MarathonError:
            return
        holders = [holder(entry) for entry in listed if entry.get("id") in ids]
        told = "".join(
            f". {one['id']} changes {', '.join(one['affected']) or 'nothing any more'}, step {one['step']} of "
            f"{one['steps']}"
            for one in holders
        )
        conflict.args = (f"{conflict}{told}",)
        conflict.facts["locked_by"] = holders


def path_of(kind: str, path_id: str = "/", suffix: str = "") -> str:
    """The path of an id like /shop/web; the root is the collection itself."""
    return f"/v2/{kind}" + quote(path_id, safe="/").rstrip("/") + suffix


def holder(deployment: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": deployment["id"],
        "affected": sorted([*(deployment.get("affectedApps") or []), *(deployment.get("affectedPods") or [])]),
        "step": deployment.get("currentStep", 0),
        "steps": deployment.get("totalSteps", len(deployment.get("steps") or [])),
    }


def switched(**switches: bool) -> dict[str, str]:
    """Only the parameters that are on: older releases do not know all of them."""
    return {name: "true" for name, on in switches.items() if on}


def deployment_id(answer: Answer) -> str | None:
    """In the body of apps and groups, only in the header of pods, and in a list where an app was created."""
    data = answer.data if isinstance(answer.data, dict) else {}
    listed = data.get("deployments") or [{}]
    return data.get("deploymentId") or answer.headers.get("Marathon-Deployment-Id") or listed[0].get("id")


def known(answer: Answer, path: str) -> Answer | None:
    if answer.status != 404:
        return answer
    if any(words in str(member(answer, "message", path)) for words in _ABSENT):
        return None
    raise foreign(path)


def there(answer: Answer, path: str) -> Answer:
    found = known(answer, path)
    if found is None:
        raise Missing(f"Marathon has nothing at {path}: {' '.join(str(answer.data['message']).split())}")
    return found


def member(answer: Answer, name: str, path: str) -> Any:
    if not isinstance(answer.data, dict) or name not in answer.data:
        raise foreign(path)
    return answer.data[name]


def mapping(answer: Answer, path: str) -> dict[str, Any]:
    if not isinstance(answer.data, dict):
        raise foreign(path)
    return answer.data


def array(data: Any, path: str) -> list[Any]:
    if not isinstance(data, list):
        raise foreign(path)
    return data


def foreign(path: str) -> Unexpected:
    return Unexpected(f"the server answers {path} with JSON that is not Marathon's: check the address in url")
