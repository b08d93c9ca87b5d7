"""Counting what a cluster does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from lab.watch import Answer, FailOver, Losses, Watch, losses


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], Losses()),
        ([(0, 0.1), (0.2, 0.5)], Losses(2, 0, 0.0, 0.3)),
        ([(0, 0.1), (0.2, 0.3, "a"), (0.4, 0.5, "b"), (0.6, 0.7)], Losses(4, 2, 0.5, 0.1, ("a", "b"))),
        # Two short outages are not one long one.
        ([(0, 1, "a"), (1, 2), (8, 9, "a"), (9, 10)], Losses(4, 2, 2.0, 1.0, ("a",))),
        # One that has not ended counts too.
        ([(0, 1), (1, 2, "a"), (2, 6, "a")], Losses(3, 2, 5.0, 1.0, ("a",))),
    ],
)
def test_what_a_series_of_answers_adds_up_to(answers: list[tuple[float, float, str]], expected: Losses) -> None:
    seen = losses([Answer(*answer) for answer in answers])
    assert seen.longest_outage == pytest.approx(expected.longest_outage)
    assert seen.slowest == pytest.approx(expected.slowest)
    assert (seen.requests, seen.failures, seen.reasons) == (expected.requests, expected.failures, expected.reasons)


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if self.path == "/busy" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_a_fail_over_client_asks_the_next_server_and_stays_with_it(server: str) -> None:
    client = FailOver(["http://127.0.0.1:1/", f"{server}/busy", f"{server}/good"])
    client()
    assert client.last == 2


def test_a_fail_over_client_fails_when_no_server_answers(server: str) -> None:
    with pytest.raises(requests.HTTPError):
        FailOver([f"{server}/busy"])()


def test_failures_are_counted_in_the_phase_in_which_they_began() -> None:
    broken = threading.Event()

    def question() -> None:
        if broken.is_set():
            raise OSError("gone")

    with Watch({"it": question}, every=0.02) as watch:
        time.sleep(0.1)
        broken.set()
        watch.phase("fault")
        time.sleep(0.1)
        broken.clear()
        watch.phase("after")
        time.sleep(0.1)
    assert watch.phases() == ["before", "fault", "after"]
    assert watch.losses("it", "before").failures == 0
    assert watch.losses("it", "fault").failures >= 2
    assert watch.losses("it").reasons == ("OSError: gone",)
    assert "fault" in watch.table()
