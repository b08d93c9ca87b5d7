# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the login of DC/OS (its Identity and Access Manager), what it is asked and what its answer means."""

from __future__ import annotations

import json
import re
from typing import Any

from ..._words import one_line
from ..errors import LoginFailed, NoAnswer
from ..exchange import Answer, Login, token_header
from . import service_account

PATH = "/acs/api/v1/auth/login"
EXAMPLE = "https://cluster.example.com"
# It refuses a signed token that is valid for more than ten minutes.
_SIGNED_SECONDS = 300
# It gives a token for five days unless it is asked for less, and a new one is had at any time.
_TOKEN_SECONDS = 3600


def address(url: str) -> str:
    """Of the login; url is that of the cluster, or of the login itself."""
    return url if url.endswith("/auth/login") else url + PATH


def request(login: Login, now: float) -> dict[str, Any]:
    """The body of a login; now is in seconds since 1970."""
    if login.key is None:
        return {"uid": login.uid, "password": login.password}
    signed = service_account.signed(login.uid, login.key, int(now) + _SIGNED_SECONDS)
    return {"uid": login.uid, "token": signed, "exp": int(now) + _TOKEN_SECONDS}


def header(login: Login, asked: dict[str, Any], answer: Answer) -> str:
    """The header Authorization for the token that the answer to a request holds. Raises LoginFailed and NoAnswer."""
    if answer.status >= 500:
        raise unanswered(login, NoAnswer(f"HTTP {answer.status}: {_words(answer, asked)}", arrived=False))
    data = _parsed(answer)
    given = data.get("token") if answer.status == 200 else None
    found = token_header(given) if isinstance(given, str) else None
    if found is None:
        raise LoginFailed(f"{_named(login)} failed: {_reason(login, asked, answer)}")
    return found


def unanswered(login: Login, error: NoAnswer) -> NoAnswer:
    """The error for the request that needed the login, which was not sent."""
    remedy = error.remedy or f"check that {login.url} is the login of the DC/OS cluster, see url_login"
    reason = f"{_named(login)} failed before: {error}"
    return NoAnswer(reason[:1].lower() + reason[1:], arrived=False, lasting=error.lasting, remedy=remedy)


def refused(login: Login) -> str:
    """What to do where a service does not accept the token that a login has just given."""
    return (
        f"it does not accept the token that {login.uid} got at {login.url}: check that url and url_login are of one "
        "DC/OS cluster"
    )


def _named(login: Login) -> str:
    return f"The login of {login.uid} at {login.url}"


def _reason(login: Login, asked: dict[str, Any], answer: Answer) -> str:
    if 300 <= answer.status < 400:
        target = answer.headers.get("Location") or "nowhere"
        return f"it redirects to {target} ({answer.status}), and nothing was sent there: correct url_login"
    said = f"({answer.status}: {_words(answer, asked)})"
    if answer.status in (401, 403):
        return f"it was refused {said}: {_check(login)}"
    if answer.status == 400:
        return f"DC/OS does not take it {said}: {_check(login)}"
    return f"the answer has no token {said}: give the address of the DC/OS cluster as url_login, for example {EXAMPLE}"


def _check(login: Login) -> str:
    if login.key is None:
        return "check url_username and url_password, and that the user is one of the cluster itself"
    return (
        "check that the account in url_service_account exists there with the public key of its private key, and "
        "compare the clocks"
    )


def _words(answer: Answer, asked: dict[str, Any]) -> str:
    """Those of the answer, without what was asked with."""
    data = _parsed(answer)
    told = ", ".join(str(data[name]) for name in ("code", "description") if data.get(name))
    # JSON may hold a token, also where it is no object or is cut off.
    looks_like_json = answer.text.lstrip()[:1] in ("{", "[", '"')
    text = one_line(told or ("JSON" if looks_like_json else re.sub(r"<[^>]*>", " ", answer.text)))
    for name in ("password", "token"):
        if asked.get(name):
            text = text.replace(asked[name], "********")
    return (text[:117] + "...") if len(text) > 120 else text or "no body"


def _parsed(answer: Answer) -> dict[str, Any]:
    try:
        data = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
