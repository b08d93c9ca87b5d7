"""The bench of the modules: its definitions, its counts, its table."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from lab import bench_modules
from lab.bench_table import Cost, Row, table, whole
from lab.config import LabError
from lab.counting_proxy import CountingProxy


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = f"{self.command} {self.path} {self.headers.get('Authorization')} {body.decode()}".encode()
        self.send_response(201 if self.command == "PUT" else 200)
        self.send_header("Marathon-Deployment-Id", "d1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = _answer

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[CountingProxy]:
    server = HTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with CountingProxy(f"http://127.0.0.1:{server.server_address[1]}") as counting:
            yield counting
    finally:
        server.shutdown()
        server.server_close()


def test_the_proxy_passes_all_on_and_counts_it(proxy: CountingProxy) -> None:
    session = requests.Session()
    session.auth = ("user", "word")
    for _ in range(2):
        answer = session.get(f"{proxy.url}/v2/apps?embed=a&embed=b", timeout=5)
    assert answer.text == "GET /v2/apps?embed=a&embed=b Basic dXNlcjp3b3Jk "
    written = session.put(f"{proxy.url}/v2/apps/x", data="{}", timeout=5)
    assert (written.status_code, written.headers["Marathon-Deployment-Id"]) == (201, "d1")
    assert written.text.endswith("{}")
    assert proxy.taken() == {"GET": 2, "PUT": 1}
    assert proxy.taken() == {}


def test_a_part_of_a_loop_says_what_the_whole_takes() -> None:
    unchanged, changed = Cost(11.0, 100, 0, 0), Cost(15.0, 120, 10, 10)
    # A run that does nothing takes a second, which the whole spends once.
    assert whole(unchanged, unchanged, 1.0, 10) == Cost(101.0, 1000, 0, 0)
    assert whole(changed, unchanged, 1.0, 10) == Cost(105.0, 1020, 10, 10)
    assert whole(changed, unchanged, 1.0, 1) == changed


def test_the_table_says_which_rows_were_not_run_whole() -> None:
    lines = table(
        [
            Row("one marathon_apps", "none differs", Cost(3.77, 1, 0, 0)),
            Row("loop of uri", "10 differ", Cost(601.23, 0, 1000, 0), measured=100),
        ],
        1000,
    ).splitlines()
    assert lines[0].startswith("1,000 definitions of apps without instances")
    assert lines[1].split() == ["of", "which", "seconds", "requests", "reads", "writes", "told", "changed"]
    assert lines[2].split() == ["one", "marathon_apps", "none", "differs", "3.8", "1", "1", "0", "0"]
    assert lines[3].split() == ["loop", "of", "uri", "10", "differ", "~601.2", "~1000", "~0", "~1000", "~0"]
    assert len({len(line) for line in lines[1:4]}) == 1
    assert "100 definitions were measured" in lines[4]
    assert "BENCH_LOOP=1000 runs them all" in lines[4]
    assert len(table([Row("loop", "none differs", Cost(1, 1, 0, 0))], 1000).splitlines()) == 3


def test_ten_definitions_differ_between_two_releases() -> None:
    old, new = bench_modules.definitions(1000, 1), bench_modules.definitions(1000, 2)
    assert len({app["id"] for app in old}) == 1000
    assert sum(one != other for one, other in zip(old, new, strict=True)) == 10
    # A loop over a part has the same apps as the whole.
    assert bench_modules.definitions(100, 2) == new[:100]


@pytest.mark.parametrize("text", ["", "1000", "50"])
def test_the_length_of_the_loops_divides_the_whole(text: str) -> None:
    assert bench_modules.loop_length({"BENCH_LOOP": text}) == int(text or 100)


@pytest.mark.parametrize("text", ["0", "5", "300", "2000", "many"])
def test_other_lengths_are_refused(text: str) -> None:
    with pytest.raises(LabError, match=f"BENCH_LOOP={text}: give a number"):
        bench_modules.loop_length({"BENCH_LOOP": text})
