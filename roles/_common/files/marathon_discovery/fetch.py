"""What Marathon and Mesos answer over HTTP, read with limits. Credentials and certificates are the settings' alone."""

from __future__ import annotations

import time

import requests

from .settings_file import Credentials

CONNECT_SECONDS = 5
READ_SECONDS = 10
WHOLE_SECONDS = 30
_MOST = 512 * 1024 * 1024


class ReadError(Exception):
    """A server cannot be read: why, in one sentence."""


def session(credentials: Credentials | None, ca_file: str | None) -> requests.Session:
    made = requests.Session()
    # No proxy and no .netrc of the environment.
    made.trust_env = False
    made.verify = ca_file or True
    # What the reader of the event stream can unpack.
    made.headers["Accept-Encoding"] = "gzip"
    if credentials:
        made.auth = (credentials.username, credentials.password)
    return made


def ask(made: requests.Session, url: str, accept: str, silence: float) -> requests.Response:
    try:
        return made.get(
            url, headers={"Accept": accept}, timeout=(CONNECT_SECONDS, silence), stream=True, allow_redirects=False
        )
    except (requests.RequestException, OSError) as error:
        raise ReadError(reason(error)) from error


def accepted(response: requests.Response) -> requests.Response:
    if response.status_code != 200:
        status = response.status_code
        response.close()
        hint = " (user name and password are missing or wrong)" if status in (401, 403) else ""
        raise ReadError(f"it answers with status {status}{hint}")
    return response


def whole(response: requests.Response) -> bytes:
    deadline = time.monotonic() + WHOLE_SECONDS
    body = bytearray()
    try:
        for part in response.iter_content(1 << 16):
            body += part
            if time.monotonic() > deadline or len(body) > _MOST:
                raise ReadError(f"the answer does not end within {WHOLE_SECONDS} s")
    except (requests.RequestException, OSError) as error:
        raise ReadError(f"the answer broke off: {reason(error)}") from error
    return bytes(body)


def reason(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return type(error).__name__
