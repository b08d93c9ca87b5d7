"""Who asks: credential files and basic authentication as Mesos has them."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from labengine.common import log

Handler = Callable[[Request], Awaitable[Response]]
logger = log.get(__name__)


def read_credentials(flag: str, given: str) -> dict[str, str]:
    """``{"credentials": [{"principal": …, "secret": …}]}`` -> secret by principal, or the end."""
    path, content = _read(flag, given)
    entries = content.get("credentials") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        log.die(
            f"Failed to parse credentials file '{path}': expecting a JSON object with a list 'credentials' "
            f"(see --{flag} flag)"
        )
    if not entries:
        log.die(f"Credentials file must contain at least one credential (see --{flag} flag)")
    return dict(_pair(flag, path, entry) for entry in entries)


def read_credential(flag: str, given: str) -> tuple[str, str]:
    """``{"principal": …, "secret": …}``"""
    path, content = _read(flag, given)
    return _pair(flag, path, content)


def _read(flag: str, given: str) -> tuple[Path, Any]:
    path = Path(given.removeprefix("file://"))
    try:
        text = path.read_text(encoding="utf-8")
        if path.stat().st_mode & 0o077:
            logger.warning(
                "Permissions on credential file '%s' are too open; it is recommended that your credential "
                "file is NOT accessible by others",
                path,
            )
    except OSError as error:
        log.die(f"Failed to read {flag.rstrip('s')} file '{path}': {error.strerror} (see --{flag} flag)")
    try:
        return path, json.loads(text)
    except ValueError:
        log.die(f"Failed to parse {flag.rstrip('s')} file '{path}': expecting JSON (see --{flag} flag)")


def _pair(flag: str, path: Path, entry: Any) -> tuple[str, str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("principal"), str) or not entry["principal"]:
        log.die(f"Invalid credential in '{path}': no 'principal' (see --{flag} flag)")
    return entry["principal"], str(entry.get("secret", ""))


def principal_of(header: str, known: Mapping[str, str]) -> str | None:
    """The principal whose secret an Authorization header proves."""
    scheme, _space, token = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _colon, secret = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    wanted = known.get(name)
    return name if wanted is not None and secrets.compare_digest(secret.encode(), wanted.encode()) else None


class Guard:
    """Realms that ask for credentials; those that are not ``closed`` let everybody in."""

    def __init__(self, prefix: str, credentials: Mapping[str, str], closed: Iterable[str]) -> None:
        self._prefix = prefix
        self._credentials = credentials
        self._closed = frozenset(closed)

    def protect(self, realm: str, handler: Handler) -> Handler:
        """``request.state.principal`` is the one that was proven, or None."""

        async def protected(request: Request) -> Response:
            principal = principal_of(request.headers.get("Authorization", ""), self._credentials)
            if principal is None and realm in self._closed:
                challenge = {"WWW-Authenticate": f'Basic realm="{self._prefix}-{realm}"'}
                return PlainTextResponse("401 Unauthorized.", 401, challenge)
            request.state.principal = principal
            return await handler(request)

        return protected


def http_realms(flags: Any, credentials: Mapping[str, str], prefix: str) -> list[str]:
    """The realms that the flags close; ends the program where nobody could open them."""
    closed = [realm for realm in ("readonly", "readwrite") if getattr(flags, f"authenticate_http_{realm}")]
    for realm in closed:
        if not credentials:
            log.die(f"No credentials provided for the default 'basic' HTTP authenticator for realm '{prefix}-{realm}'")
    return closed
