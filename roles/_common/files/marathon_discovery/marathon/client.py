"""Marathon's HTTP interface, of which the agent only reads."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests

from ..config import Credentials
from . import answer
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
_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_WHOLE_SECONDS = 30
# Marathon sends an empty line about every 10 seconds.
_SILENCE_SECONDS = 35
_MOST = 512 * 1024 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)


class Marathon:
    """Several Marathons of one cluster. What answered last is asked first."""

    def __init__(self, urls: Sequence[str], credentials: Credentials | None, ca_file: str | None) -> None:
        self.urls = [url.rstrip("/") for url in urls]
        self._session = requests.Session()
        # No proxy and no .netrc of the environment.
        self._session.trust_env = False
        self._session.verify = ca_file or True
        if credentials:
            self._session.auth = (credentials.username, credentials.password)
        self.current = 0

    def apps(self) -> list[dict[str, Any]]:
        """All apps with their tasks, from the first host that answers as it must."""
        failures = []
        for _attempt in self.urls:
            url = self.urls[self.current]
            try:
                return self._read(url)
            except MarathonError as error:
                failures.append(f"{url}: {error}")
                self.rotate()
        raise MarathonError("; ".join(failures))

    def rotate(self) -> None:
        self.current = (self.current + 1) % len(self.urls)

    @contextlib.contextmanager
    def events(self) -> Iterator[Iterator[str]]:
        """The lines of the event stream. It ends after silence as well, as a dead connection does."""
        with self._get(self.urls[self.current], _EVENTS, "text/event-stream", _SILENCE_SECONDS) as response:
            yield self._lines(response)

    def _read(self, url: str) -> list[dict[str, Any]]:
        deadline = time.monotonic() + _WHOLE_SECONDS
        body = bytearray()
        with self._get(url, _APPS, "application/json", _READ_SECONDS) as response:
            try:
                for part in response.iter_content(1 << 16):
                    body += part
                    if time.monotonic() > deadline or len(body) > _MOST:
                        raise MarathonError(f"the answer does not end within {_WHOLE_SECONDS} s")
            except (requests.RequestException, OSError) as error:
                raise MarathonError(f"the answer broke off: {_reason(error)}") from error
        return answer.apps(bytes(body))

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
        if response.status_code != 200:
            status = response.status_code
            response.close()
            hint = " (user name and password are missing or wrong)" if status in (401, 403) else ""
            raise MarathonError(f"it answers with status {status}{hint}")
        return response

    def _ask(self, url: str, path: str, accept: str, silence: float) -> requests.Response:
        try:
            return self._session.get(
                url + path,
                headers={"Accept": accept},
                timeout=(_CONNECT_SECONDS, silence),
                stream=True,
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as error:
            raise MarathonError(_reason(error)) from error

    @staticmethod
    def _lines(response: requests.Response) -> Iterator[str]:
        try:
            # Read as it comes: an event waits for no full buffer.
            for line in response.iter_lines(chunk_size=1):
                yield line.decode("utf-8", "replace")
        except (requests.RequestException, OSError, AttributeError) as error:
            raise MarathonError(f"the event stream broke off: {_reason(error)}") from error
        raise MarathonError("the event stream ended")


def _origin(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else None


def _reason(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return type(error).__name__
