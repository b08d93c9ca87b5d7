"""Each role asks the service on its host with the login and the certificates of its options, and shows no password."""

from __future__ import annotations

import base64
import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

CHECKOUT = Path(__file__).resolve().parents[2]
ROLES = ("mesos_master", "mesos_slave", "marathon")
LOGINS: dict[str, Any] = {
    "mesos_master_http_credentials": [{"principal": "of-master", "secret": "fake-master: 'x'"}],
    "mesos_slave_http_credentials": [{"principal": "of-slave", "secret": "12345678"}],
    "marathon_http_credentials": {"username": "of-marathon", "password": "fake-marathon"},
}
PASSWORDS = ("fake-master: 'x'", "12345678", "fake-marathon")


@pytest.fixture
def server() -> Iterator[tuple[str, set[str]]]:
    """The address of a service that answers all with nothing, and who has asked it."""
    asked: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            header = self.headers.get("Authorization", "")
            asked.add(base64.b64decode(header.removeprefix("Basic ")).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET

        def log_message(self, *_what: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}", asked
        found.shutdown()


def run(directory: Path, tasks: list[dict[str, Any]], variables: dict[str, Any]) -> str:
    everything = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, **variables}
    groups = {group: {"hosts": {"a": {}}} for group in ("zookeeper", "mesos_masters", "mesos_slaves", "marathon")}
    inventory, path = directory / "inventory.yml", directory / "play.yml"
    inventory.write_text(yaml.safe_dump({"all": {"vars": everything, "children": groups}}))
    path.write_text(yaml.safe_dump([{"hosts": "a", "gather_facts": False, "tasks": tasks}]))
    done = playbook.run(str(path), inventory, "-vvv", capture=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def step(role: str, name: str) -> dict[str, Any]:
    return {"ansible.builtin.include_role": {"name": f"quorum.mesos.{role}", "tasks_from": name}}


@pytest.mark.parametrize("name", ["status", "health"])
def test_the_login_of_the_options_is_used_and_hidden(tmp_path: Path, server: tuple[str, set[str]], name: str) -> None:
    address, asked = server
    endpoints = {f"__{role}_endpoint": address for role in ROLES}
    waits = {f"{role}_health_timeout": 0 for role in ROLES}
    # What answers with nothing is not healthy, which the task says.
    tasks = [
        {"ansible.builtin.set_fact": endpoints},
        *({"block": [step(role, name)], "rescue": [{"ansible.builtin.meta": "noop"}]} for role in ROLES),
    ]
    output = run(tmp_path, tasks, {**LOGINS, **waits})
    users = {"of-master:fake-master: 'x'", "of-slave:12345678", "of-marathon:fake-marathon"}
    assert asked >= users
    assert [password for password in PASSWORDS if password in output] == []


def test_the_certificates_are_those_that_the_role_has_put_there(tmp_path: Path) -> None:
    names = ", ".join(f"__{role}_access" for role in ROLES)
    tls = {f"{role}_tls_certificate": "/pem/a.crt" for role in ROLES}
    tasks = [
        *({"ansible.builtin.include_vars": {"file": str(CHECKOUT / "roles" / role / "defaults" / "main.yml")}}
          for role in ROLES),
        *({"ansible.builtin.include_vars": {"file": str(CHECKOUT / "roles" / role / "vars" / "main" / "main.yml")}}
          for role in ROLES),
        {"ansible.builtin.debug": {"msg": f"{{{{ [{names}] | ansible.builtin.to_json }}}}"}},
    ]  # fmt: skip
    # Read from files, the defaults would win over variables of the inventory.
    tasks.insert(len(ROLES), {"ansible.builtin.set_fact": {**tls, "mesos_slave_tls_downgrade": True}})
    output = run(tmp_path, tasks, {})
    (message,) = re.findall(r'"msg": ("\[.*")$', output, re.MULTILINE)
    master, slave, marathon = json.loads(json.loads(message))
    for access, service, plain in ((master, "mesos-master", False), (slave, "mesos-slave", True)):
        assert access == {
            "url_username": "", "url_password": "",
            "ca_path": f"/etc/mesos/tls/{service}-ca.crt",
            "client_cert": f"/etc/mesos/tls/{service}.crt",
            "client_key": f"/etc/mesos/tls/{service}.key",
            "plain_too": plain,
        }  # fmt: skip
    assert marathon == {"url_username": "", "url_password": "", "ca_path": "/etc/mesos/tls/marathon-ca.crt"}
