# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET with an answer for every outcome."""

from __future__ import annotations

import json
import typing as t
from http.client import HTTPException
from urllib.error import HTTPError, URLError

from ansible.module_utils.urls import open_url


class Unanswered(Exception):
    """The text says which URL gave what."""


def get(
    url: str, credentials: tuple[str, str] | None, timeout: float, unix_socket: str | None = None
) -> tuple[str, t.Mapping[str, str]]:
    """The body and the headers of a 200 answer."""
    user, password = credentials or (None, None)
    try:
        answer = open_url(
            url,
            timeout=timeout,
            url_username=user,
            url_password=password,
            force_basic_auth=credentials is not None,
            follow_redirects="none",
            use_proxy=False,
            unix_socket=unix_socket,
        )
        return answer.read().decode("utf-8", "replace"), answer.headers
    except HTTPError as error:
        raise Unanswered("%s answers %d" % (url, error.code)) from error
    except URLError as error:
        raise Unanswered("%s does not answer (%s)" % (url, error.reason)) from error
    except (OSError, HTTPException) as error:
        raise Unanswered("%s does not answer (%s)" % (url, error)) from error


def get_json(url: str, credentials: tuple[str, str] | None, timeout: float) -> dict[str, t.Any]:
    """The object that a URL answers with."""
    body, _headers = get(url, credentials, timeout)
    try:
        data = json.loads(body)
    except ValueError as error:
        raise Unanswered("%s answers no JSON" % url) from error
    if not isinstance(data, dict):
        raise Unanswered("%s answers no JSON object" % url)
    return data
