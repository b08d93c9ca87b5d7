"""The front door of a DC/OS cluster: its login, and services behind it that only a valid token reaches.

It does what the Identity and Access Manager and the Admin Router document: a token is a JSON Web Token of type RS256
with uid and exp; a service account logs in with one of its own, signed by its key and valid for ten minutes at most.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

LOGIN = "/acs/api/v1/auth/login"
FIVE_DAYS = 5 * 24 * 3600
LONGEST_SIGNED = 600
SECONDS = 30
_ASKED = ("Content-Type", "Accept", "Mesos-Stream-Id")
_ANSWERED = ("Content-Type", "Mesos-Stream-Id", "Marathon-Deployment-Id", "Location")


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def token_of(key: rsa.RSAPrivateKey, uid: str, expires: float) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, {"uid": uid, "exp": expires})
    text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def claims_of(token: str, key: rsa.RSAPublicKey, now: float) -> dict[str, Any] | None:
    """What a token says that this key verifies and that has not expired."""
    try:
        head, claims, signature = token.split(".")
        key.verify(_decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
        found = json.loads(_decoded(claims))
        rs256 = json.loads(_decoded(head)) == {"alg": "RS256", "typ": "JWT"}
    except (ValueError, InvalidSignature):
        return None
    return found if rs256 and found["exp"] > now else None


class DcosStandIn:
    """``services`` are addresses by their path. ``fault`` is what a login gets: a status, `html`, or seconds.

    A number of seconds is a float. A status of 3xx leads to ``elsewhere``. No token lives longer than ``lifetime``.
    """

    def __init__(self, services: dict[str, Callable[[], str]], context: ssl.SSLContext | None = None,
                 fault: int | float | str | None = None, elsewhere: str = "",
                 lifetime: int = FIVE_DAYS) -> None:  # fmt: skip
        self.passwords: dict[str, str] = {}
        self.accounts: dict[str, rsa.RSAPublicKey] = {}
        # Who has logged in, and what was given out.
        self.logins: list[str] = []
        self.tokens: list[str] = []
        # All that came, in order: method, path and status.
        self.requests: list[tuple[str, str, int]] = []
        self._used: set[str] = set()
        self._key = new_key()
        self._services, self._fault, self._elsewhere, self._lifetime = services, fault, elsewhere, lifetime
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._scheme = "http" if context is None else "https"
        if context is not None:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[DcosStandIn]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._released.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join(SECONDS)

    def given_out(self, uid: str) -> str:
        """A token as a user has it who has logged in elsewhere."""
        return token_of(self._key, uid, time.time() + FIVE_DAYS)

    def _logged_in(self, body: dict[str, Any]) -> str | None:
        uid, now = str(body.get("uid")), time.time()
        expires = now + FIVE_DAYS
        if "password" in body:
            known = self.passwords.get(uid) == body["password"]
        else:
            key = self.accounts.get(uid)
            claims = claims_of(body["token"], key, now) if key else None
            known = claims is not None and claims["uid"] == uid and claims["exp"] - now <= LONGEST_SIGNED
            expires = min(expires, float(body.get("exp", expires)))
        if not known:
            return None
        self.logins.append(uid)
        self.tokens.append(token_of(self._key, uid, min(expires, now + self._lifetime)))
        return self.tokens[-1]

    def _may(self, header: str) -> bool:
        kind, _separator, token = header.partition("=")
        # However slow the machine is, a token that was given out is good for one request.
        now = time.time() if token in self._used or token not in self.tokens else 0
        self._used.add(token)
        return kind == "token" and claims_of(token, self._key.public_key(), now) is not None

    def _handler(outer) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else b""
                if self.path == LOGIN and self.command == "POST":
                    return self.log_in(body)
                if not outer._may(self.headers.get("Authorization") or ""):
                    return self.reply(401, b"<html><h1>401 Authorization Required</h1></html>", "text/html")
                prefix = next((one for one in outer._services if self.path.startswith(f"{one}/")), None)
                if prefix is None:
                    return self.reply(404, b"<html>Not Found</html>", "text/html")
                return self.pass_on(outer._services[prefix]() + self.path.removeprefix(prefix), body)

            def log_in(self, body: bytes) -> None:
                fault = outer._fault
                if isinstance(fault, float):
                    outer._released.wait(fault)
                    self.close_connection = True
                elif fault == "html":
                    self.reply(200, b"<!doctype html><title>Welcome</title>", "text/html")
                elif isinstance(fault, int):
                    self.reply(fault, b"<html>fault</html>", "text/html", Location=outer._elsewhere + LOGIN)
                elif token := outer._logged_in(json.loads(body)):
                    self.reply(200, json.dumps({"token": token}).encode())
                else:
                    told = {"title": "Unauthorized", "code": "ERR_INVALID_CREDENTIALS",
                            "description": "Invalid credentials provided."}  # fmt: skip
                    self.reply(401, json.dumps(told).encode())

            def pass_on(self, url: str, body: bytes) -> None:
                headers = {name: self.headers[name] for name in _ASKED if name in self.headers}
                with requests.request(self.command, url, data=body, headers=headers, timeout=SECONDS, stream=True,
                                      allow_redirects=False) as answer:  # fmt: skip
                    outer.requests.append((self.command, self.path, answer.status_code))
                    self.send_response(answer.status_code)
                    for name in _ANSWERED:
                        if name in answer.headers:
                            self.send_header(name, answer.headers[name])
                    # An answer may go on, like that of a scheduler.
                    self.send_header("Connection", "close")
                    self.end_headers()
                    for part in answer.iter_content(chunk_size=None):
                        self.wfile.write(part)
                        self.wfile.flush()

            def reply(self, status: int, content: bytes, kind: str = "application/json", **headers: str) -> None:
                outer.requests.append((self.command, self.path, status))
                self.send_response(status)
                for name, value in {**headers, "Content-Type": kind, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def handle(self) -> None:
                try:
                    super().handle()
                except (ConnectionError, ssl.SSLError, requests.RequestException):
                    # The caller has gone, or what stands behind ended the answer.
                    self.close_connection = True

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
