# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session with a Marathon that answers at one or several endpoints; every failure becomes a typed error."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from typing import Any, Callable
from urllib.parse import urlsplit

from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import (
    Conflict,
    Invalid,
    MarathonError,
    Refused,
    TooManyDeployments,
    Unexpected,
    Unreachable,
    WriteUncertain,
    describe_details,
)

try:
    import requests
except ImportError:
    requests = None
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

_CONNECT_TIMEOUT = 10.0
# A standby answers these while no leader is known, which is over as soon as ZooKeeper has missed the old one.
_ELECTING = (502, 503, 504)
# Answers that may have no body.
_EMPTY = (200, 202, 204)
_PAUSES = (1.0, 1.0, 2.0, 4.0, 8.0)
# Where nothing at all answers, there is less to wait for.
_PAUSES_IN_SILENCE = 2
_CAUSES = (
    "Connection refused",
    "Name or service not known",
    "Temporary failure in name resolution",
    "No route to host",
    "Network is unreachable",
    "Connection reset by peer",
    "Connection aborted",
    "certificate verify failed",
    "WRONG_VERSION_NUMBER",
)
_REMEDY = "Check that Marathon runs and that the option url (or MARATHON_URL) names it"


@dataclass(frozen=True)
class Answer:
    status: int
    data: Any
    headers: Any


class Http:
    def __init__(
        self,
        urls: list[str],
        sleep: Callable[[float], None],
        session: Any = None,
        username: str | None = None,
        password: str | None = None,
        verify: Any = True,
        timeout: float = 30,
    ) -> None:
        self._urls = [_checked_url(url) for url in urls]
        self._sleep = sleep
        self._session = requests.Session() if session is None else session
        if username is not None:
            self._session.auth = (username.encode(), (password or "").encode())
        # Not the session's own: REQUESTS_CA_BUNDLE in the environment would be put before that.
        self._verify = verify
        self._timeout = timeout
        self._connect_timeout = min(timeout, _CONNECT_TIMEOUT)
        self.requests = 0

    def get(self, path: str, params: dict[str, Any] | None = None) -> Answer:
        """A read is safe to repeat: every endpoint is tried, and all of them again after a pause."""
        failures: dict[str, str] = {}
        electing = False
        for number, pause in enumerate((0.0, *_PAUSES)):
            if number > _PAUSES_IN_SILENCE and not electing:
                break
            if pause:
                self._sleep(pause)
            for url in list(self._urls):
                try:
                    return self._answer(url, "GET", path, params, None)
                except _NoAnswer as no_answer:
                    failures[url] = str(no_answer)
                    electing = electing or no_answer.electing
        raise self._unreachable(failures)

    def write(self, method: str, path: str, params: dict[str, Any] | None = None, body: Any = None) -> Answer:
        """A write goes to the next endpoint only if it surely did not arrive; else the caller has to look first."""
        failures: dict[str, str] = {}
        for url in list(self._urls):
            try:
                return self._answer(url, method, path, params, body)
            except _NoAnswer as no_answer:
                failures[url] = str(no_answer)
                if no_answer.arrived:
                    raise WriteUncertain(
                        f"Marathon at {url} gave no answer to {method} {path} ({no_answer}), so it may or may not have "
                        "been done. Run again to see; raise timeout if this Marathon is slow"
                    ) from no_answer
        raise self._unreachable(failures)

    def _answer(self, url: str, method: str, path: str, params: Any, body: Any) -> Answer:
        self.requests += 1
        try:
            response = self._session.request(
                method,
                url + path,
                params=params,
                json=body,
                headers={"Accept": "application/json"},
                timeout=(self._connect_timeout, self._timeout),
                verify=self._verify,
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            raise self._no_answer(error) from error
        if response.status_code in _ELECTING:
            raise _NoAnswer(f"HTTP {response.status_code}: {_text_of(response)}", arrived=True, electing=True)
        self._prefer(url)
        return _judged(response, url, method, path)

    def _prefer(self, url: str) -> None:
        self._urls.sort(key=lambda known: known != url)

    def _no_answer(self, error: Exception) -> _NoAnswer:
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return _NoAnswer(f"no connection within {self._connect_timeout:g} s", arrived=False)
        if isinstance(error, requests.exceptions.Timeout):
            return _NoAnswer(f"no answer within {self._timeout:g} s", arrived=True)
        if isinstance(error, requests.exceptions.SSLError):
            return _NoAnswer(f"TLS failed: {_root_cause(error)}; see ca_path and validate_certs", arrived=False)
        if isinstance(error, requests.exceptions.ConnectionError):
            never_sent = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
            return _NoAnswer(_root_cause(error), arrived=not never_sent)
        return _NoAnswer(str(error), arrived=True)

    def _unreachable(self, failures: dict[str, str]) -> Unreachable:
        tried = ", ".join(f"{url} ({reason})" for url, reason in failures.items())
        return Unreachable(f"Marathon does not answer at {tried}. {_REMEDY}")


class _NoAnswer(Exception):
    """arrived: Marathon may have got the request. electing: a Marathon answered, but had no leader for it."""

    def __init__(self, reason: str, arrived: bool, electing: bool = False) -> None:
        super().__init__(reason)
        self.arrived = arrived
        self.electing = electing


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if "@" in parts.netloc:
        raise MarathonError("url holds a user name or password, which would be shown: use url_username, url_password")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise MarathonError(f"url {url!r} is not the address of a Marathon, like http://marathon.example.com:8080")
    return url.rstrip("/")


def _judged(response: Any, url: str, method: str, path: str) -> Answer:
    status = response.status_code
    if status == 401:
        raise Refused(f"Marathon at {url} does not accept the login (401): check url_username and url_password")
    if 300 <= status < 400:
        target = response.headers.get("Location", "nowhere")
        raise Unexpected(f"{url} redirects {method} {path} to {target}: give that address as url")
    data = _json_of(response)
    message = _message_of(data)
    if status == 403:
        if "deployments" in message:
            raise TooManyDeployments(
                f"Marathon runs as many deployments as it allows (403): {message} Wait for some to end, or raise "
                "its --max_running_deployments"
            )
        raise Refused(f"Marathon at {url} does not allow this user {method} {path} (403): {message or 'no reason'}")
    if status == 409:
        ids = [entry.get("id") for entry in data.get("deployments", [])] if isinstance(data, dict) else []
        if not ids:
            raise Conflict(f"Marathon refuses {method} {path} (409): {message}")
        raise Conflict(
            f"another deployment holds {_app_of(path)} ({', '.join(ids)}): wait until it is done and run again, or "
            "set force to cancel it",
            deployments=ids,
        )
    if status in (400, 422):
        details = describe_details(data.get("details") or data.get("errors")) if isinstance(data, dict) else ""
        raise Invalid(
            f"Marathon refuses the definition ({status}): {'; '.join(filter(None, (message, details)))}. Correct that "
            f"in the definition of {_app_of(path)} and run again; nothing was changed",
            details=data.get("details") if isinstance(data, dict) else None,
        )
    if data is None and (response.content or status not in _EMPTY):
        raise Unexpected(
            f"{url}{path} answered {method} with HTTP {status} and something that is not JSON: {_text_of(response)}. "
            "Is this address a Marathon, without a path of another service?"
        )
    if status == 404 or status < 300:
        return Answer(status, data, response.headers)
    raise Unexpected(f"Marathon at {url} answered {method} {path} with HTTP {status}: {message or _text_of(response)}")


def _app_of(path: str) -> str:
    """The app that a request is about, as its id; a path of no app stands for itself."""
    prefix = "/v2/apps/"
    return "/" + path[len(prefix) :].lstrip("/") if path.startswith(prefix) else path


def _json_of(response: Any) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _message_of(data: Any) -> str:
    return " ".join(str(data.get("message") or "").split()) if isinstance(data, dict) else ""


def _text_of(response: Any) -> str:
    """The words of an answer in any format, short enough for an error message."""
    text = " ".join(re.sub(r"<[^>]*>", " ", response.text or "").split())
    return (text[:117] + "...") if len(text) > 120 else text or "no body"


def _root_cause(error: Exception) -> str:
    """The words of the operating system out of the nested texts of the HTTP library."""
    text = str(error)
    return next((words.lower() for words in _CAUSES if words in text), text)
