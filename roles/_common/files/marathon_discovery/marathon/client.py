"""Marathon's HTTP interface, of which the agent only reads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from .. import fetch
from ..hosts import Hosts
from . import answer, lines
from .answer import MarathonError

# `apps.tasks` brings the deployments along; `apps.readiness` is there during a deployment.
_APPS = "/v2/apps?embed=apps.tasks&embed=apps.deployments&embed=apps.readiness"
_EVENTS = "/v2/events?plan-format=light" + "".join(
    f"&event_type={name}"
    for name in (
        "api_post_event",
        "app_terminated_event",
        "deployment_failed",
        "deployment_step_success",
        "deployment_success",
        "health_status_changed_event",
        "instance_changed_event",
        "instance_health_changed_event",
        "status_update_event",
    )
)
# Marathon sends an empty line about every 10 seconds.
_SILENCE_SECONDS = 35
_REDIRECTS = (301, 302, 303, 307, 308)


class Marathon(Hosts):
    """Several Marathons of one cluster."""

    def apps(self) -> list[dict[str, Any]]:
        """All apps with their tasks."""
        return self._first(self._read, MarathonError)

    @contextlib.contextmanager
    def events(self) -> Iterator[Iterator[str]]:
        """How each line of the event stream begins. It ends after silence as well, as a dead connection does."""
        with self._session.in_time():
            response = self._get(self.urls[self.current], _EVENTS, "text/event-stream", _SILENCE_SECONDS)
        with response:
            yield lines.of(response)

    def _read(self, url: str) -> list[dict[str, Any]]:
        with self._session.in_time(), self._get(url, _APPS, "application/json", fetch.READ_SECONDS) as response:
            return answer.apps(fetch.whole(response))

    def _get(self, url: str, path: str, accept: str, silence: float) -> requests.Response:
        response = self._ask(url, path, accept, silence)
        if response.status_code in _REDIRECTS:
            # A standby names the leader. Credentials go to no other hosts than the configured ones.
            target = _origin(response.headers.get("Location", ""))
            response.close()
            leader = next((one for one in self.urls if _origin(one) == target), None)
            if leader is None:
                raise MarathonError(f"it redirects to {target or 'nowhere'}, which is not in `marathon`")
            response = self._ask(leader, path, accept, silence)
        return fetch.accepted(response)

    def _ask(self, url: str, path: str, accept: str, silence: float) -> requests.Response:
        return fetch.ask(self._session, url + path, accept, silence)


def _origin(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else None
