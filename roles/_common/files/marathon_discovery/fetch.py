"""What Marathon and Mesos answer over HTTP, read with limits. Credentials and certificates are the settings' alone."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import requests

from .limit import Adapter, Limit
from .settings_file import Credentials

CONNECT_SECONDS = 5
READ_SECONDS = 10
WHOLE_SECONDS = 30
_MOST = 512 * 1024 * 1024


class ReadError(Exception):
    """A server cannot be read: why, in one sentence."""


class Session(requests.Session):
    """``stop`` ends what is being read."""

    def __init__(self, credentials: Credentials | None, ca_file: str | None, stop: threading.Event | None) -> None:
        super().__init__()
        self._stop = stop or threading.Event()
        self.mount("http://", Adapter())
        self.mount("https://", Adapter())
        # No proxy and no .netrc of the environment.
        self.trust_env = False
        self.verify = ca_file or True
        # What the reader of the event stream can unpack.
        self.headers["Accept-Encoding"] = "gzip"
        if credentials:
            self.auth = (credentials.username, credentials.password)

    @contextlib.contextmanager
    def in_time(self) -> Iterator[None]:
        """What is asked in it is given up after a time, be it in the middle of a header."""
        # A connection of an earlier answer has had a limit of its own.
        self.close()
        limit = Limit(WHOLE_SECONDS, self._stop)
        try:
            with limit.kept():
                yield
        except ReadError:
            if limit.over is None:
                raise
        # Headers that were cut pass for headers that ended.
        if limit.over:
            raise ReadError(limit.over)


def ask(made: Session, url: str, accept: str, silence: float) -> requests.Response:
    try:
        return made.get(
            url, headers={"Accept": accept}, timeout=(CONNECT_SECONDS, silence), stream=True, allow_redirects=False
        )
    except (requests.RequestException, OSError) as error:
        raise ReadError(reason(error)) from error
    except ValueError as error:
        # requests reads the target of a redirect that it is asked not to follow.
        raise ReadError("a header of its answer is not valid") from error


def accepted(response: requests.Response) -> requests.Response:
    if response.status_code != 200:
        status = response.status_code
        response.close()
        hint = " (user name and password are missing or wrong)" if status in (401, 403) else ""
        raise ReadError(f"it answers with status {status}{hint}")
    return response


def whole(response: requests.Response) -> bytes:
    body = bytearray()
    try:
        for part in response.iter_content(1 << 16):
            body += part
            if len(body) > _MOST:
                raise ReadError(f"the answer is longer than {_MOST} bytes")
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
