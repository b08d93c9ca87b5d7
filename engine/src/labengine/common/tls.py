"""TLS as libprocess has it: everything from ``LIBPROCESS_SSL_*``, for what listens and for what connects.

    tls = Tls.load(os.environ)                  # ends the program when a file is missing or wrong
    server.serve(app, ..., tls=tls.port())      # None where TLS is off
    tls.client(timeout=5)                       # an httpx client; tls.url("host:5050") is what it asks for

With ``LIBPROCESS_SSL_SUPPORT_DOWNGRADE`` a port takes both TLS and plain text, and a client whose handshake fails tries
again without TLS.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from labengine.common import log

# httpcore asks for it at every request, and Python would look through its whole path each time.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

PREFIX = "LIBPROCESS_SSL_"
# libprocess' own: RSA alone, and nothing that a client of today still offers.
DEFAULT_CIPHERS = (
    "AES128-SHA:AES256-SHA:RC4-SHA:DHE-RSA-AES128-SHA:DHE-DSS-AES128-SHA:DHE-RSA-AES256-SHA:DHE-DSS-AES256-SHA"
)
_TRUE = frozenset({"1", "true"})
_FALSE = frozenset({"", "0", "false"})


@dataclass(frozen=True)
class Port:
    """A port that speaks TLS; with ``plain`` it also takes connections that do not."""

    context: ssl.SSLContext
    plain: bool = False


@dataclass(frozen=True)
class Tls:
    server: ssl.SSLContext | None = None
    connect: ssl.SSLContext | None = None
    downgrade: bool = False

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Tls:
        values = {key[len(PREFIX) :]: value for key, value in environ.items() if key.startswith(PREFIX)}
        if not _boolean(values, "ENABLED"):
            return cls()
        demand = _boolean(values, "REQUIRE_CLIENT_CERT")
        verify = _boolean(values, "VERIFY_SERVER_CERT") or demand
        names = values.get("HOSTNAME_VALIDATION_SCHEME", "legacy")
        if names not in ("legacy", "openssl"):
            log.die(f"Unknown value for hostname_validation_scheme: {names}")
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.verify_mode = ssl.CERT_REQUIRED if demand else ssl.CERT_NONE
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # libprocess' legacy scheme compares with the reverse name of the address, which labs do not have.
        client.check_hostname = verify and names == "openssl"
        client.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
        for context in (server, client):
            _configure(context, values, verify)
        return cls(server, client, _boolean(values, "SUPPORT_DOWNGRADE"))

    @property
    def enabled(self) -> bool:
        return self.server is not None

    @property
    def scheme(self) -> str:
        return "https" if self.enabled else "http"

    def port(self) -> Port | None:
        return Port(self.server, self.downgrade) if self.server else None

    def url(self, authority: str) -> str:
        return f"{self.scheme}://{authority}"

    async def connection(self, scheme: str, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """As :meth:`client` would make it."""
        if scheme == "https":
            try:
                return await asyncio.open_connection(host, port, ssl=self.connect or _usual())
            except (ssl.SSLError, ConnectionError):
                if not self.downgrade:
                    raise
        return await asyncio.open_connection(host, port)

    def client(self, **options: Any) -> httpx.AsyncClient:
        """An httpx client that trusts what libprocess would."""
        if self.connect is None:
            return httpx.AsyncClient(verify=_usual(), trust_env=False, **options)
        transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(verify=self.connect, trust_env=False)
        if self.downgrade:
            transport = _Downgrading(transport, httpx.AsyncHTTPTransport(verify=_usual(), trust_env=False))
        return httpx.AsyncClient(transport=transport, trust_env=False, **options)


class _Downgrading(httpx.AsyncBaseTransport):
    def __init__(self, encrypted: httpx.AsyncBaseTransport, plain: httpx.AsyncBaseTransport) -> None:
        self._encrypted = encrypted
        self._plain = plain

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "https":
            try:
                return await self._encrypted.handle_async_request(request)
            except httpx.ConnectError:
                request.url = request.url.copy_with(scheme="http")
        return await self._plain.handle_async_request(request)

    async def aclose(self) -> None:
        await self._encrypted.aclose()
        await self._plain.aclose()


@functools.cache
def _usual() -> ssl.SSLContext:
    """What a client gets that was told nothing; reading the authorities takes longer than all else about a client."""
    return httpx.create_ssl_context(trust_env=False)


def _boolean(values: Mapping[str, str], name: str) -> bool:
    text = values.get(name, "")
    if text not in _TRUE and text not in _FALSE:
        log.die(
            f"Failed to load flag '{name.lower()}': Failed to load value '{text}': Expecting a boolean "
            "(e.g., true or false)"
        )
    return text in _TRUE


def _configure(context: ssl.SSLContext, values: Mapping[str, str], verify: bool) -> None:
    key, certificate = values.get("KEY_FILE"), values.get("CERT_FILE")
    if not key:
        log.die(f"SSL requires key! NOTE: Set path with {PREFIX}KEY_FILE")
    if not certificate:
        log.die(f"SSL requires certificate! NOTE: Set path with {PREFIX}CERT_FILE")
    for what, path in (("key", key), ("cert", certificate)):
        _readable(what, path)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        log.die(f"Could not load cert file '{certificate}' with key file '{key}': {error}")
    authority, directory = values.get("CA_FILE"), values.get("CA_DIR")
    try:
        if authority or directory:
            context.load_verify_locations(authority or None, directory or None)
        elif verify:
            context.load_default_certs()
    except (OSError, ssl.SSLError) as error:
        log.die(f"Could not load CA file '{authority or ''}' and/or directory '{directory or ''}': {error}")
    if not _boolean(values, "ENABLE_TLS_V1_3"):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    ciphers = values.get("CIPHERS", DEFAULT_CIPHERS)
    try:
        context.set_ciphers(ciphers)
    except ssl.SSLError:
        log.die(f"Could not set ciphers: {ciphers}")


def _readable(what: str, path: str) -> None:
    try:
        with Path(path).open("rb"):
            pass
    except OSError as error:
        log.die(f"Could not load {what} file '{path}': {error.strerror}")
