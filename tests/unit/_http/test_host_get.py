"""What the gate hears of services that answer badly, through a socket, or through TLS."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import socketserver
import ssl
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.host_get import ServiceAccess, Unanswered, get
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ANYBODY = ServiceAccess()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        wanted = "Basic " + base64.b64encode(b"op:pw").decode()
        refused = self.path == "/closed" and self.headers.get("Authorization") != wanted
        self.send_response(401 if refused else 200)
        self.send_header("Content-Length", "100" if self.path == "/short" else "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_args: t.Any) -> None:
        pass


@pytest.fixture
def path(tmp_path: Path) -> t.Iterator[str]:
    path = str(tmp_path / "docker.sock")
    with socketserver.ThreadingUnixStreamServer(path, Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield path
        server.shutdown()


def test_an_answer_through_a_socket(path: str) -> None:
    assert get("http://localhost/_ping", ANYBODY, 5, unix_socket=path)[0] == "OK"


def test_an_answer_that_breaks_off(path: str) -> None:
    with pytest.raises(Unanswered, match="does not answer"):
        get("http://localhost/short", ANYBODY, 5, unix_socket=path)


def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(Unanswered, match="does not answer"):
        get("http://localhost/_ping", ANYBODY, 5, unix_socket=str(tmp_path / "nothing.sock"))


def _certificate(directory: Path, address: str) -> str:
    """A key and a certificate, signed by itself, for an address; in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / f"{address}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)


Serve = t.Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> t.Iterator[Serve]:
    """Starts a server, with the certificate of an address where one is given; returns its address."""
    servers = []

    def start(certificate: str | None = None, client_ca: str | None = None) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            if client_ca:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(client_ca)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_tls_with_the_authority_of_the_service(serve: Serve, tmp_path: Path) -> None:
    own = _certificate(tmp_path, "127.0.0.1")
    assert get(f"https://{serve(own)}/", ServiceAccess(ca_path=own), 5)[0] == "OK"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
def test_a_certificate_that_is_not_trusted(serve: Serve, tmp_path: Path, address: str) -> None:
    url = f"https://{serve(_certificate(tmp_path, address))}/"
    authority = str(tmp_path / f"{address}.pem") if address == "127.0.0.2" else None
    what = "is not trusted" if authority is None else "is for another name"
    words = rf"^{url} cannot be asked: its certificate {what} \(.*\) \(option x_tls_ca\)$"
    with pytest.raises(Unanswered, match=words):
        get(url, ServiceAccess(ca_path=authority, ca_option="x_tls_ca", plain_too=True), 5)


def test_a_service_that_wants_a_certificate(serve: Serve, tmp_path: Path) -> None:
    own = _certificate(tmp_path, "127.0.0.1")
    url = f"https://{serve(own, client_ca=own)}/"
    with pytest.raises(Unanswered):
        get(url, ServiceAccess(ca_path=own), 5)
    assert get(url, ServiceAccess(ca_path=own, client_cert=own, client_key=own), 5)[0] == "OK"


def test_a_service_that_does_not_speak_tls_yet(serve: Serve) -> None:
    address = serve()
    with pytest.raises(Unanswered, match=r"it does not speak HTTPS there, use http:// or the port of HTTPS$"):
        get(f"https://{address}/", ANYBODY, 5)
    assert get(f"https://{address}/", ServiceAccess(plain_too=True), 5)[0] == "OK"


@pytest.mark.parametrize(("user", "what"), [(None, "requires a user and a password"), ("me", "refuses the user me")])
def test_who_may_not_ask(serve: Serve, user: str | None, what: str) -> None:
    url = f"http://{serve()}/closed"
    with pytest.raises(Unanswered) as failure:
        get(url, ServiceAccess(user, "pw", credentials_option="x_http_credentials"), 5)
    assert str(failure.value) == f"{url} answers 401: it {what} (option x_http_credentials)"


def test_who_may_ask(serve: Serve) -> None:
    assert get(f"http://{serve()}/closed", ServiceAccess("op", "pw"), 5)[0] == "OK"
