# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a request to a master by what Ansible has on every host, and follows nothing."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError

from ansible.module_utils.urls import open_url
from ansible_collections.quorum.mesos.plugins.module_utils.http import tls
from ansible_collections.quorum.mesos.plugins.module_utils.http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils.http.exchange import Access, Answer


class Transport:
    def __init__(self, access: Access) -> None:
        self._access = access

    def prepare(self, urls: list[str]) -> None:
        """Raises BadOption for certificates that cannot be used, where one of the addresses needs them."""
        if any(url.startswith("https://") for url in urls):
            tls.check_files(self._access.ca_path, self._access.client_cert, self._access.client_key)

    def post(self, url: str, body: Any) -> Answer:
        """body is sent as JSON. Raises NoAnswer."""
        access = self._access
        secure = url.startswith("https://")
        try:
            answer = open_url(
                url,
                data=json.dumps(body),
                method="POST",
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout=access.timeout,
                url_username=access.username,
                url_password=(access.password or "") if access.username else None,
                force_basic_auth=bool(access.username),
                follow_redirects="none",
                use_proxy=False,
                validate_certs=access.validate_certs,
                ca_path=access.ca_path if secure else None,
                client_cert=access.client_cert if secure else None,
                client_key=access.client_key if secure else None,
            )
            return Answer(answer.status, answer.read().decode("utf-8", "replace"), answer.headers)
        except HTTPError as error:
            return Answer(error.code, error.read().decode("utf-8", "replace"), error.headers)
        except (OSError, HTTPException) as error:
            raise NoAnswer(_cause(error), arrived=True) from error


def _cause(error: BaseException) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ssl.SSLError):
        return tls.in_words(reason)
    text = str(getattr(reason, "strerror", None) or reason)
    return text[:1].lower() + text[1:]
