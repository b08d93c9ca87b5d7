"""Which listeners a host cannot give, and who has them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from agent_process import PACKAGE

from marathon_discovery.apps.model import Listener
from marathon_discovery.haproxy import taken as module
from marathon_discovery.haproxy.taken import taken

OTHER = "another program on this host"


def of(address: str, port: int, *ours: tuple[str, int]) -> str | None:
    return taken([Listener(address, port)], ours).get((address, port))


def test_another_program_has_it_unless_it_is_our_haproxy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert of("127.0.0.1", port) == of("*", port) == OTHER
        assert of("127.0.0.2", port) is None
        assert of("127.0.0.1", port, ("*", port)) is None
        assert of("127.0.0.1", port, ("127.0.0.2", port)) == OTHER


@pytest.mark.parametrize("address", ["fe80::1", "203.0.113.9"])
def test_what_the_host_refuses_for_another_reason(address: str) -> None:
    assert str(of(address, 20000)).startswith("this host (")
    # That HAProxy listens on all addresses makes it no better.
    assert str(of(address, 20000, ("*", 20000))).startswith("this host (")


def test_a_host_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_socket(*_arguments: object) -> None:
        raise OSError(97, "Address family not supported by protocol")

    monkeypatch.setattr(module.socket, "socket", no_socket)
    assert of("::1", 20000) == "this host (Address family not supported by protocol)"


_LOW = """
import os, socket
from marathon_discovery.apps.model import Listener
from marathon_discovery.haproxy.taken import taken

low = socket.socket(); low.bind(("127.0.0.1", 987)); low.listen()
six = socket.socket(socket.AF_INET6); six.bind(("::1", 988)); six.listen()
os.seteuid(65534)
print(sorted(taken([Listener(a, p) for a, p in WANTED], ())))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hold a low port")
def test_a_low_port_is_looked_up_where_the_agent_has_no_right_to_it() -> None:
    start = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if int(start.read_text()) < 988:
        pytest.skip("everybody may listen on low ports here")
    wanted = [("*", 987), ("127.0.0.1", 987), ("127.0.0.2", 987), ("::1", 988), ("::", 988), ("*", 989)]
    program = _LOW.replace("WANTED", repr(wanted))
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(PACKAGE)}, capture_output=True, text=True
    )
    assert done.stdout == f"{sorted([('*', 987), ('127.0.0.1', 987), ('::1', 988), ('::', 988)])}\n", done.stderr
