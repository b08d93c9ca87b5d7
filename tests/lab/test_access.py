"""The report of a lab whose services want HTTPS and a password: both are taken from the inventory's variables."""

from __future__ import annotations

import base64
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from certificates import Authority

from lab import access, probe, report
from lab.config import Host, LabConfig

PAGES: dict[str, Any] = {
    "/metrics/snapshot": {"master/elected": 1, "registrar/log/recovered": 1},
    "/version": {"version": "1.11.0"},
    "/state": {"slaves": [{"hostname": "slave1", "active": True}]},
    # The leader says the port of plain HTTP, as a Marathon does that has both.
    "/v2/info": {"version": "1.11.24", "frameworkId": "f", "leader": "master1:8080"},
    "/v2/apps": {"apps": []},
}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "certificates")


@pytest.fixture
def secured(authority: Authority) -> Iterator[int]:
    """The port of a server that answers by HTTPS, to one user, who shows a certificate."""
    allowed = "Basic " + base64.b64encode(b"operator:hidden").decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("Authorization") == allowed
            data = json.dumps(PAGES[self.path.split("?")[0]]).encode()
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(authority.certificate, authority.key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def lab(tmp_path: Path, authority: Authority, secured: int) -> LabConfig:
    """A lab whose inventory says all of it, partly by other variables."""
    host = Host("master1", "127.0.0.1", ("zookeeper", "mesos_masters", "marathon"))
    tls = {"certificate": str(authority.certificate), "key": "{{ keys }}/key.pem", "ca": str(authority.ca)}
    variables: dict[str, Any] = {
        "keys": str(authority.key.parent), "vault_password": "hidden", "zookeeper_client_port": "{{ 2000 + 181 }}",
        "mesos_master_port": secured, "marathon_https_port": secured,
        "mesos_master_http_credentials": [{"principal": "operator", "secret": "{{ vault_password }}"}],
        "marathon_http_credentials": {"username": "operator", "password": "{{ vault_password }}"},
    }  # fmt: skip
    for role in ("mesos_master", "marathon"):
        variables |= {f"{role}_tls_{part}": value for part, value in tls.items()}
    inventory = {"all": {"vars": variables, "hosts": {"master1": {}}}}
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump(inventory))
    slave = Host("slave1", "127.0.0.1", ("mesos_slaves",))
    return LabConfig("x", ipaddress.IPv4Network("127.0.0.0/24"), (host, slave), directory=tmp_path)


def test_the_report_asks_with_password_and_certificate(lab: LabConfig, secured: int) -> None:
    cluster = report.Cluster.of(lab)
    assert cluster.zookeeper == ["127.0.0.1:2181"]
    rows = [*report.mesos_rows(cluster), *report.marathon_rows(cluster)]
    assert [(row.what, row.running, row.answer) for row in rows if row.good] == [
        ("Mesos masters", "1/1", "leader, 1.11.0"),
        ("Mesos agents", "1/1", "registered: slave1"),
        ("Marathon", "1/1", "leader, 1.11.24"),
    ]
    assert rows[-1].where == f"https://127.0.0.1:{secured}"


def test_who_lacks_any_of_it_is_told_what_happened(lab: LabConfig, secured: int, authority: Authority) -> None:
    _, whole = access.master(access.variables_of(lab.directory / "inventory.yml", access.NAMES)("master1"))
    url = f"https://127.0.0.1:{secured}/version"
    assert probe.document(url, whole) == PAGES["/version"]
    for lacking, reason in (
        (access.Access("https", None, whole.authority, whole.certificate), "^HTTP 401$"),
        (access.Access("https", whole.user, None, whole.certificate), "^a certificate that the lab's authority"),
    ):
        with pytest.raises(probe.NoAnswer, match=reason):
            probe.document(url, lacking)


def test_a_lab_without_secrets_is_asked_plainly() -> None:
    assert access.master({}) == (5050, access.PLAIN)
    assert access.marathon({"marathon_http_port": "8081"}) == (8081, access.PLAIN)
