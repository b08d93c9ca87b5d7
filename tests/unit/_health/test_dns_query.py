"""A question to a DNS server, and what its answer says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health import checks, dns_query

NAME = "leader.mesos"


def answer(question: bytes, code: int = 0, count: int = 1) -> bytes:
    """Only its header is read."""
    return question[:2] + bytes([0x80, code, 0, 1, 0, count]) + question[8:]


@contextmanager
def server(*answers: bytes | None, code: int = 0) -> Iterator[str]:
    """Answers each question once, with what it is given behind the number of the question, or not at all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(20)

        def serve() -> None:
            for one in answers:
                question, client = listener.recvfrom(512)
                if one is not None:
                    listener.sendto(one or answer(question, code), client)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def test_the_question_is_in_the_form_of_dns() -> None:
    # As dig sends it, but for its extensions and the number.
    assert dns_query.message(0x1234, NAME, "A").hex() == (
        "123400000001000000000000066c6561646572056d65736f730000010001"
    )
    assert dns_query.message(1, "mesos", "SOA").endswith(b"\x05mesos\0\0\x06\0\x01")


@pytest.mark.parametrize(
    ("code", "count", "wrong"),
    [
        (0, 1, None),
        (0, 0, "it has no A record for leader.mesos"),
        (3, 0, "it answers NXDOMAIN for leader.mesos"),
        (5, 0, "it answers REFUSED for leader.mesos"),
        (9, 0, "it answers the error 9 for leader.mesos"),
    ],
)
def test_what_an_answer_says(code: int, count: int, wrong: str | None) -> None:
    question = dns_query.message(7, NAME, "A")
    assert dns_query.verdict(answer(question, code, count), NAME, "A") == wrong


def test_a_lost_answer_and_one_for_somebody_else_are_asked_again() -> None:
    with server(None, b"") as address:
        assert dns_query.problem(address, NAME, "A", 2) is None
    with server(b"xx" + bytes(30), b"") as address:
        assert dns_query.problem(address, NAME, "A", 2) is None


def test_nobody_who_answers() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        # It listens, and says nothing.
        assert dns_query.problem(address, NAME, "A", 0.2) == f"{address} does not answer (no answer)"
    assert dns_query.problem(address, NAME, "A", 1) == f"{address} does not answer (Connection refused)"


def test_the_gate_asks_a_server_at_each_of_its_addresses() -> None:
    with server(b"") as one, server(b"", code=5) as other:
        params = {"service": "dns", "before_restart": False, "address": one, "members": [one, other]}
        seen = checks.look_at({**params, "dns_name": "mesos"})
    assert seen.problems == ["it answers REFUSED for mesos"]
