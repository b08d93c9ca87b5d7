# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the methods of the client share: paths, query parameters, and what an answer means."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import Any, Callable, Iterator
from urllib.parse import quote

from ..._words import one_line
from ..errors import Conflict, Invalid, MarathonError, Missing, Unexpected
from . import responses
from .http import Http, MarathonAnswer

# Marathon's own words for what it does not have; any web server answers 404.
_ABSENT = ("does not exist", "not found in tasks queue", "There is no ")
# Letters of ids: a name is only named where it is not part of a longer one.
_OF_NAMES = r"[\w./-]"


class Resource:
    # Called with the id of every deployment that a write starts.
    on_deployment: Callable[[str], None] | None = None

    def __init__(self, http: Http) -> None:
        self._http = http

    def _read(self, path: str, params: dict[str, Any] | None = None, *, name: str) -> MarathonAnswer | None:
        """None where Marathon says that it does not have what goes by this name."""
        return known(self._http.get(path, params), name)

    def _need(self, path: str, params: dict[str, Any] | None = None) -> MarathonAnswer:
        """An answer of what every Marathon has."""
        return there(self._http.get(path, params))

    def _write(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None = None,
        body: Any = None,
        *,
        names: tuple[str, ...] = (),
    ) -> MarathonAnswer:
        return there(self._sent(method, path, params, body), *names)

    def _delete(self, path: str, params: dict[str, Any], name: str) -> str | None:
        """The deployment; None also where there is nothing to delete."""
        answer = known(self._sent("DELETE", path, params), name)
        if answer is None:
            return None
        deployment = deployment_id(answer)
        # That of a pod has no body, and a proxy may leave out the header.
        if deployment is None and answer.data is not None:
            raise foreign(answer)
        return deployment

    def _sent(self, method: str, path: str, params: dict[str, Any] | None = None, body: Any = None) -> MarathonAnswer:
        try:
            answer = self._http.write(method, path, params, body)
        except Conflict as conflict:
            self._name_holders(conflict)
            raise
        started = deployment_id(answer)
        if started and self.on_deployment is not None:
            self.on_deployment(started)
        return answer

    def _name_holders(self, conflict: Conflict) -> None:
        """Adds what the deployments in the way are doing, if they can be read and still run."""
        ids = conflict.facts.get("deployments")
        if not ids:
            return
        try:
            running = listed(self._http.get("/v2/deployments"))
        except MarathonError:
            return
        holders = [holder(entry) for entry in running if entry.get("id") in ids]
        told = "".join(
            f". {one['id']} changes {', '.join(one['affected']) or 'nothing any more'}, step {one['step']} of "
            f"{one['steps']}"
            for one in holders
        )
        conflict.args = (f"{conflict}{told}",)
        conflict.facts["locked_by"] = holders


@contextmanager
def named_by(path: str, body: dict[str, Any]) -> Iterator[None]:
    """The path of what is created has no id, so a refusal names that of the definition instead."""
    try:
        yield
    except (Conflict, Invalid) as error:
        told = re.sub(rf"(definition of|holds) {re.escape(path)}(?![\w/])", rf"\1 {body['id']}", str(error))
        error.args = (told,)
        raise


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


def deployment_id(answer: MarathonAnswer) -> str | None:
    """In the body of apps and groups, only in the header of pods, and in a list where an app was created."""
    data = answer.data if isinstance(answer.data, dict) else {}
    listed = data.get("deployments") or [{}]
    return data.get("deploymentId") or answer.headers.get("Marathon-Deployment-Id") or listed[0].get("id")


def known(answer: MarathonAnswer, *names: str) -> MarathonAnswer | None:
    """None where Marathon says that it does not have what goes by one of these names."""
    if answer.status != 404:
        return answer
    words = _words(answer)
    if any(absent in words for absent in _ABSENT) and any(_mentions(words, name) for name in names):
        return None
    raise responses.misplaced(answer.base, answer.path, words)


def there(answer: MarathonAnswer, *names: str) -> MarathonAnswer:
    found = known(answer, *names)
    if found is None:
        raise Missing(f"Marathon has nothing at {answer.path}: {_words(answer)}", status=404)
    return found


def member(answer: MarathonAnswer, name: str) -> Any:
    data = mapping(answer)
    if name not in data:
        raise foreign(answer)
    return data[name]


def mapping(answer: MarathonAnswer) -> dict[str, Any]:
    if not isinstance(answer.data, dict):
        raise foreign(answer)
    return answer.data


def listed(answer: MarathonAnswer, name: str | None = None) -> list[Any]:
    """The answer itself, or what it has by this name."""
    data = answer.data if name is None else member(answer, name)
    if not isinstance(data, list):
        raise foreign(answer)
    return data


def described(answer: MarathonAnswer, wanted: str, name: str | None = None) -> dict[str, Any]:
    """The answer itself, or what it has by this name: an app, pod or group with the id that was asked for."""
    data = answer.data if name is None else member(answer, name)
    if not isinstance(data, dict) or data.get("id") != wanted:
        raise foreign(answer)
    return data


def foreign(answer: MarathonAnswer) -> Unexpected:
    return Unexpected(
        f"{answer.base}{answer.path} answers with JSON that is not Marathon's: {responses.remedy(answer.base)}"
    )


def _words(answer: MarathonAnswer) -> str:
    message = answer.data.get("message") if isinstance(answer.data, dict) else None
    return one_line(message or "")


def _mentions(words: str, name: str) -> bool:
    return re.search(f"(?<!{_OF_NAMES}){re.escape(name)}(?!{_OF_NAMES})", words) is not None
