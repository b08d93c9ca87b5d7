# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer of Marathon means: its data, or the error that tells what is wrong and what to do."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from ..._http.exchange import Access, Answer
from ..._http.login import dcos
from ..._words import ended, one_line
from ..bounds import details, refusals
from ..errors import Conflict, Invalid, MarathonError, Refused, TooManyDeployments, Unexpected

# Answers that may have no body.
_EMPTY = (200, 202, 204)
_NO_LOGIN = "authentication is required: give url_username and url_password, url_token or url_service_account"
_PAGE = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)
# Where the paths of Marathon's own API and pages begin.
_BELOW_MARATHON = re.compile(r"/(?:v2|ui|ping|help|metrics)(?=/|$)")
# An unknown path, by the message; 404 before 1.6.
_NO_ROUTE = "URI not found"
_EXAMPLE = "http://marathon.example.com:8080"
_LOGIN_PAGE = re.compile(r"type=[\"']?password|log ?in|sign ?in|authenticat", re.IGNORECASE)


def login_of(access: Access) -> str:
    """What to do where the login is not accepted."""
    if access.login is not None:
        return dcos.refused(access.login)
    if access.token is not None:
        return "it does not accept url_token, which may have expired: get a new one"
    if access.username is not None:
        return "it does not accept the login: check url_username and url_password"
    return _NO_LOGIN


def judged(answer: Answer, url: str, method: str, path: str, login: str, body: Any = None) -> Any:
    """The data of a success, and of a 404, which the caller knows how to take. body is what was sent."""
    try:
        return _data(answer, url, method, path, login, body)
    except MarathonError as error:
        message = _message_of(_parsed(answer))
        error.facts = {"status": answer.status, **({"message": message} if message else {}), **error.facts}
        raise


def misplaced(url: str, path: str, message: str) -> Unexpected:
    """404 that is not about what was asked for: it must not be taken for absence."""
    told = f"404: {message}" if message else "404"
    error = Unexpected(
        f"{url}{path} is not an address of Marathon's API ({told}), so nothing is known about what was asked for: "
        f"{remedy(url)}"
    )
    error.facts = {"status": 404, **({"message": message} if message else {})}
    return error


def remedy(url: str) -> str:
    """What to give as url instead of the one that was asked."""
    parts = urlsplit(url)
    if not parts.path:
        return f"give the address of Marathon itself as url, for example {_EXAMPLE}"
    below = _BELOW_MARATHON.search(parts.path)
    # A proxy may have Marathon below a path.
    prefix = parts.path[: below.start()] if below else ""
    return f"url is {url}; give the root URL of Marathon as url, for example {parts.scheme}://{parts.netloc}{prefix}"


def is_json(answer: Answer) -> bool:
    return bool(answer.text) and _parsed(answer) is not None


def is_cut_off(answer: Answer) -> bool:
    """It says that it is JSON, starts so and does not end so."""
    return (
        answer.text[:1] in ("{", "[")
        and "json" in (answer.headers.get("Content-Type") or "")
        and _parsed(answer) is None
    )


def is_page(answer: Answer) -> bool:
    """A success in words that are not Marathon's, and no wish for a login: somebody on the way has answered."""
    return answer.status < 300 and bool(answer.text) and _parsed(answer) is None and not _asks_to_log_in(answer)


def words_of(answer: Answer) -> str:
    """The words of an answer in any format, short enough for an error message."""
    text = one_line(re.sub(r"<[^>]*>", " ", answer.text or ""))
    return (text[:117] + "...") if len(text) > 120 else text or "no body"


def _data(answer: Answer, url: str, method: str, path: str, login: str, body: Any) -> Any:
    status = answer.status
    if status == 401:
        raise Refused(f"Marathon at {url} refuses {method} {path} (401): {login}")
    if 300 <= status < 400:
        raise _redirected(answer, url, method, path, login)
    data = _parsed(answer)
    if "null" in answer.text:
        data = _without_nulls(data)
    message = _message_of(data)
    if status == 403:
        raise _forbidden(url, method, path, message)
    if status == 409:
        raise _conflict(data, method, path, message)
    if status == 415:
        raise Unexpected(
            f"Marathon at {url} does not take the body of {method} {path} as JSON (415): something between changes the "
            "header Content-Type, give the address of Marathon itself as url"
        )
    if status in (400, 422) and data is not None:
        raise _invalid(data, status, url, method, path, message, body)
    if data is None and (answer.text or status not in _EMPTY):
        raise _no_json(answer, url, method, path, login)
    if status == 404 or status < 300:
        return data
    said = f"Marathon at {url} answered {method} {path} with HTTP {status}: {message or words_of(answer)}"
    if status == 405 or _NO_ROUTE in message:
        raise Unexpected(f"{ended(said)} It has no such address: {remedy(url)}")
    raise Unexpected(said)


def _redirected(answer: Answer, url: str, method: str, path: str, login: str) -> MarathonError:
    target = answer.headers.get("Location") or "nowhere"
    if re.search(r"login|auth|sso|signin", target, re.IGNORECASE):
        return Refused(f"{url} redirects {method} {path} to the login page {target} ({answer.status}): {login}")
    # As url the address would be wrong with what was asked for behind it.
    root, asked, _query = target.partition(path)
    wanted = root.rstrip("/") if asked and root.startswith("http") else "the address of Marathon there"
    return Unexpected(f"{url} redirects {method} {path} to {target} ({answer.status}): give {wanted} as url")


def _forbidden(url: str, method: str, path: str, message: str) -> MarathonError:
    # Only from 1.6 on there is such a limit; its message is the only mark of it.
    if "running deployments" in message:
        return TooManyDeployments(
            f"Marathon runs as many deployments as it allows (403): {ended(message)} Wait for some to end, or raise "
            "its --max_running_deployments"
        )
    return Refused(
        f"Marathon at {url} does not allow this user {method} {path} (403): {ended(message or 'no reason')} Give a "
        "login that may, or the right to this one"
    )


def _conflict(data: Any, method: str, path: str, message: str) -> MarathonError:
    listed = data.get("deployments") or [] if isinstance(data, dict) else []
    ids = [entry["id"] for entry in listed if isinstance(entry, dict) and entry.get("id")]
    if not ids:
        return Conflict(f"Marathon refuses {method} {path} (409): {message or 'no reason'}")
    return Conflict(
        f"another deployment holds {_about(path)} ({', '.join(ids)}): wait until it is done and run again, or set "
        "force to cancel it",
        deployments=ids,
    )


def _invalid(data: Any, status: int, url: str, method: str, path: str, message: str, body: Any) -> MarathonError:
    found = details.cleaned((data.get("details") or data.get("errors")) if isinstance(data, dict) else None)
    reasons = "; ".join(filter(None, (message, details.described(found, body)))) or "no reason"
    if body is None:
        # A read, or a write without a definition.
        told = f"Marathon at {url} refuses {method} {path} ({status}): {ended(reasons)}"
        what = "read" if method == "GET" else "changed"
        return Invalid(f"{told} Correct what the task asks for and run again; nothing was {what}", details=found)
    return refusals.told([refusals.Refusal(_about(path), reasons, found, status=status)])


def _no_json(answer: Answer, url: str, method: str, path: str, login: str) -> MarathonError:
    seen = f"{url}{path} answered {method} with HTTP {answer.status} and "
    if _asks_to_log_in(answer):
        return Refused(f"{seen}a page to log in instead of JSON: {login}")
    return Unexpected(
        f"{seen}something that is not JSON: {ended(words_of(answer))} Is this a Marathon? If not, {remedy(url)}"
    )


def _asks_to_log_in(answer: Answer) -> bool:
    return bool(answer.status < 300 and _PAGE.search(answer.text) and _LOGIN_PAGE.search(answer.text))


def _about(path: str) -> str:
    """The app, pod or group that a request is about, as its id; a path of none stands for itself."""
    for prefix in ("/v2/apps/", "/v2/pods/", "/v2/groups/"):
        if path.startswith(prefix):
            return "/" + path[len(prefix) :].lstrip("/")
    return path


def _parsed(answer: Answer) -> Any:
    try:
        return json.loads(answer.text)
    except (ValueError, RecursionError):
        return None


def _without_nulls(data: Any) -> Any:
    """Before 1.5 Marathon writes null for what is not there."""
    if isinstance(data, dict):
        return {name: _without_nulls(value) for name, value in data.items() if value is not None}
    if isinstance(data, list):
        return [_without_nulls(value) for value in data]
    return data


def _message_of(data: Any) -> str:
    return one_line(data.get("message") or "") if isinstance(data, dict) else ""
