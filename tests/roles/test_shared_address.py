"""What the role haproxy writes for keepalived, and what asks HAProxy for it."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from rendered_role import ROLES, Role

SETTINGS = {
    "address": "192.0.2.100/24", "interface": "eth0", "own": "192.0.2.1", "peers": ["192.0.2.2", "192.0.2.3"],
    "state": "MASTER", "priority": 154, "answers": 100, "router_id": 51,
}  # fmt: skip


@pytest.fixture(scope="module")
def role() -> Role:
    return Role("haproxy")


def given(**more: Any) -> dict[str, Any]:
    return {"haproxy_address": "192.0.2.100/24", "__haproxy_checked": {"shared": SETTINGS}, **more}


def sections(text: str) -> dict[str, Any]:
    """keepalived's file as nested dictionaries; a word alone in a line has no value."""
    stack: list[dict[str, Any]] = [{}]
    for line in (line.strip() for line in text.splitlines()):
        if line.endswith("{"):
            inner: dict[str, Any] = {}
            stack[-1][line.removesuffix("{").strip()] = inner
            stack.append(inner)
        elif line == "}":
            stack.pop()
        elif line and not line.startswith("#"):
            name, _space, value = line.partition(" ")
            stack[-1][name] = value
    assert len(stack) == 1
    return stack[0]


def test_keepalived_is_told_who_shares_the_address(role: Role) -> None:
    file = role.value("__haproxy_address_file", given())
    assert file["form"] == "text"
    written = sections(file["content"])
    assert written["vrrp_instance load_balancers"] == {
        "state": "MASTER", "interface": "eth0", "virtual_router_id": "51", "priority": "154", "advert_int": "1",
        "unicast_src_ip": "192.0.2.1", "unicast_peer": {"192.0.2.2": "", "192.0.2.3": ""},
        "virtual_ipaddress": {"192.0.2.100/24": "dev eth0"}, "track_script": {"haproxy_answers": ""},
    }  # fmt: skip
    script = written["vrrp_script haproxy_answers"]
    assert (script["script"], script["weight"]) == (role.value("__haproxy_answers", {}), "100")


def test_a_password_is_in_the_file_and_in_no_diff(role: Role) -> None:
    file = role.value("__haproxy_address_file", given(haproxy_address_password="fake-vrr"))
    assert file["form"] == "whole"
    instance = sections(file["content"])["vrrp_instance load_balancers"]
    assert instance["authentication"] == {"auth_type": "PASS", "auth_pass": "fake-vrr"}
    assert file["mode"] == "0600"
    # All may read it then, by which the module knows that it has no secret.
    open_to_all = role.value("__haproxy_address_file", given())
    assert (open_to_all["form"], open_to_all["mode"]) == ("text", "0644")


def test_one_alone_has_no_others(role: Role) -> None:
    alone = {"shared": {**SETTINGS, "peers": []}}
    written = sections(role.value("__haproxy_address_file", given(__haproxy_checked=alone))["content"])
    assert "unicast_peer" not in written["vrrp_instance load_balancers"]


def test_the_package_and_the_unit_are_there_where_an_address_is_shared(role: Role) -> None:
    assert role.value("__haproxy_packages", given()) == ["haproxy", "python3-requests", "keepalived"]
    pinned = given(haproxy_packages=["haproxy", "keepalived=1:2.2.7-1"])
    assert role.value("__haproxy_packages", pinned) == ["haproxy", "keepalived=1:2.2.7-1"]
    assert role.value("__haproxy_packages", {}) == ["haproxy", "python3-requests"]
    assert "keepalived" in role.value("__haproxy_needs.units", given())
    assert "keepalived" not in role.value("__haproxy_needs.units", {})
    unit = role.value("__haproxy_address_unit_file", given())["content"]
    assert f"--use-file={role.value('__haproxy_address_settings', {})} " in unit


def test_all_that_was_written_goes_with_the_address(role: Role) -> None:
    written = {role.value(f"__haproxy_address_{name}.path", given()) for name in ("file", "unit_file")}
    written.add(role.value("__haproxy_answers", {}))
    assert written <= set(role.value("__haproxy_address_files", {}))


def test_a_restart_gives_the_address_away_first() -> None:
    (block,) = yaml.safe_load((ROLES / "haproxy" / "tasks" / "restart.yml").read_text())
    steps = [
        (task["ansible.builtin.systemd_service"]["name"], task["ansible.builtin.systemd_service"]["state"])
        for task in block["block"]
        if "ansible.builtin.systemd_service" in task
    ]
    assert steps == [("keepalived", "stopped"), ("haproxy", "restarted"), ("keepalived", "started")]


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[int]:
    """Answers each connection with the text, or with nothing at all; what it was asked must be HTTP."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    asked = connection.recv(4096)
                    if request.param is None:
                        connection.recv(1)
                    elif asked.startswith(b"GET /_haproxy_health_check HTTP/1.0\r\n"):
                        connection.sendall(request.param)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()


def answers(role: Role, port: int, directory: Path) -> bool:
    script = directory / "haproxy-answers"
    text = role.value("lookup('ansible.builtin.template', 'haproxy-answers.j2')", {"haproxy_stats_port": port})
    script.write_text(text)
    script.chmod(0o755)
    return subprocess.run([script], capture_output=True, timeout=20, check=False).returncode == 0


@pytest.mark.parametrize(
    ("server", "good"),
    [(b"HTTP/1.0 200 OK\r\n\r\n", True), (b"HTTP/1.0 503 Service Unavailable\r\n\r\n", False), (b"", False),
     (None, False)],
    indirect=["server"],
)  # fmt: skip
def test_haproxy_is_asked(role: Role, server: int, good: bool, tmp_path: Path) -> None:
    assert answers(role, server, tmp_path) is good


def test_one_that_does_not_listen_does_not_answer(role: Role, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert answers(role, port, tmp_path) is False
