# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends by the library requests, follows nothing, and tells whether a request without an answer may have arrived."""

from __future__ import annotations

import base64
import traceback
import warnings
from typing import Any, Mapping

from ansible_collections.quorum.mesos.plugins.module_utils.http import silence, tls
from ansible_collections.quorum.mesos.plugins.module_utils.http.errors import BadOption
from ansible_collections.quorum.mesos.plugins.module_utils.http.exchange import Access, Answer

try:
    import requests
except ImportError:
    requests = None
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None


class Session:
    def __init__(self, access: Access) -> None:
        self._access = access
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"
        login = _login(access)

        def authorized(request: Any) -> Any:
            if login is not None:
                request.headers["Authorization"] = login
            return request

        # Without one of its own, requests would take a login from ~/.netrc.
        self._session.auth = authorized

    def prepare(self, urls: list[str]) -> None:
        """Raises BadOption for certificates that cannot be used."""
        access = self._access
        # The library reads the certificate of the client for plain HTTP too.
        if access.client_cert or access.client_key or any(url.startswith("https://") for url in urls):
            tls.check_files(access.ca_path, access.client_cert, access.client_key)

    def exchange(self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        """body is sent as JSON unless it is None. Raises NoAnswer."""
        access = self._access
        if method != "GET":
            # The server may have closed an idle connection: no way to send what must not be sent twice.
            self._session.close()
        try:
            with warnings.catch_warnings():
                # Not to validate is what validate_certs says.
                warnings.filterwarnings("ignore", message="Unverified HTTPS request")
                response = self._session.request(
                    method,
                    url,
                    params=params,
                    json=body,
                    timeout=(access.connect_timeout, access.timeout),
                    # Not the session's own: REQUESTS_CA_BUNDLE in the environment would be put before that.
                    verify=(access.ca_path or True) if access.validate_certs else False,
                    cert=(access.client_cert, access.client_key) if access.client_key else access.client_cert,
                    allow_redirects=False,
                )
        except requests.exceptions.RequestException as error:
            raise silence.no_answer(error, access) from error
        return Answer(response.status_code, response.content.decode("utf-8", "replace"), response.headers)


def _login(access: Access) -> str | None:
    if access.token is not None:
        token = access.token.strip()
        if not token or not token.isascii() or any(letter.isspace() or not letter.isprintable() for letter in token):
            raise BadOption("url_token is not a token: it is empty, or has blanks or letters that no token has")
        return f"token={token}"
    if access.username is not None:
        # requests itself would take only the letters of Western Europe.
        return "Basic " + base64.b64encode(f"{access.username}:{access.password or ''}".encode()).decode()
    return None
