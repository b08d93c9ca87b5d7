"""What the module of the playbook leave counts as open, with a real HAProxy and its processes from before a reload."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from ansible_collections.quorum.mesos.plugins.modules._outside_servers import Balancer, Silence
from haproxy_process import running

TEXT = """\
frontend all
  bind 127.0.0.1:{front}
  default_backend web
backend web
  server 127_0_0_1_{back} 127.0.0.1:{back}
"""
SECONDS = 30


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def sessions(balancer: Balancer, backend: str, outside: bool) -> int:
    """While the master loads itself anew it refuses connections, and the module looks again."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return balancer.sessions({backend}, outside)
        except Silence:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_request_in_a_process_from_before_a_reload_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, running() as haproxy:
        server.settimeout(SECONDS)
        text = TEXT.format(front=haproxy.http_port, back=server.getsockname()[1])
        haproxy.backends.write_text(text)
        first = haproxy.sockets.worker()
        haproxy.sockets.reload()
        wait_for(lambda: haproxy.sockets.worker() != first)
        params = {
            "app": "/web", "status_url": "http://127.0.0.1:1",
            "socket": str(haproxy.directory / "worker.sock"), "master_socket": str(haproxy.directory / "master.sock"),
        }  # fmt: skip
        balancer = Balancer(params)
        with socket.create_connection(("127.0.0.1", haproxy.http_port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: web.example\r\n\r\n")
            asked, _address = server.accept()
            assert (sessions(balancer, "web", False), sessions(balancer, "web", True)) == (1, 0)
            second = haproxy.sockets.worker()
            haproxy.sockets.reload()
            wait_for(lambda: haproxy.sockets.worker() != second)
            assert (sessions(balancer, "web", False), sessions(balancer, "web", True)) == (1, 0)
            assert sessions(balancer, "other", False) == 0
            asked.close()
        wait_for(lambda: sessions(balancer, "web", False) == 0)
