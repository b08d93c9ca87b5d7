"""Messages over kept connections, against a server that the test plays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from labengine.common.poster import Poster, PostError
from labengine.common.tls import Tls

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
CHUNKED = b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbad\r\n0\r\n\r\n"
LAST = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
# The answer is not written, the connection is closed.
CUT = b""


class Server:
    """Gives its answers one after the other and notes on which connection each request came."""

    def __init__(self, answers: list[bytes | None]) -> None:
        self.answers = answers
        self.requests: list[tuple[int, str]] = []
        self._connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        while True:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except asyncio.IncompleteReadError:
                break
            length = int(head.lower().partition("content-length: ")[2].split("\r\n")[0])
            self.requests.append((number, head + (await reader.readexactly(length)).decode()))
            answer = self.answers.pop(0)
            if answer is None:
                await asyncio.sleep(10)
            if answer in (CUT, LAST):
                writer.write(answer or b"")
                break
            writer.write(answer or b"")
        writer.close()


def play(answers: list[bytes | None], story: Callable[[Server, Poster, str], Awaitable[None]]) -> Server:
    server = Server(answers)

    async def run() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/lab"
        poster = Poster(Tls(), auth=("user", "word"), timeout=1)
        await story(server, poster, url)
        poster.close()
        listening.close()

    asyncio.run(run())
    return server


def test_a_connection_is_kept_and_whole_answers_are_read() -> None:
    async def story(_server: Server, poster: Poster, url: str) -> None:
        assert await poster.post(url, {"a": "ä"}, {"Mesos-Stream-Id": "s"}) == (202, "")
        assert await poster.post(url, []) == (400, "bad")
        assert await poster.post(url, []) == (202, "")

    server = play([ACCEPTED, CHUNKED, ACCEPTED], story)
    assert [number for number, _request in server.requests] == [1, 1, 1]
    first = server.requests[0][1]
    assert first.startswith("POST /lab HTTP/1.1\r\n")
    assert "Authorization: Basic dXNlcjp3b3Jk\r\n" in first and "Mesos-Stream-Id: s\r\n" in first
    assert first.endswith('{"a":"\\u00e4"}')


def test_a_connection_that_the_peer_has_ended_is_not_used_again() -> None:
    async def story(_server: Server, poster: Poster, url: str) -> None:
        for _ in range(2):
            assert (await poster.post(url, {}))[0] == 202
            await asyncio.sleep(0.05)

    assert [number for number, _request in play([LAST, ACCEPTED], story).requests] == [1, 2]


def test_messages_at_once_have_connections_of_their_own() -> None:
    async def story(_server: Server, poster: Poster, url: str) -> None:
        assert await asyncio.gather(*(poster.post(url, {}) for _ in range(3))) == [(202, "")] * 3

    assert {number for number, _request in play([ACCEPTED] * 3, story).requests} == {1, 2, 3}


@pytest.mark.parametrize(("answer", "words"), [(CUT, "closed before an answer"), (None, "no answer within 1 seconds")])
def test_without_an_answer_the_message_may_have_arrived_and_is_not_repeated(answer: bytes | None, words: str) -> None:
    async def story(server: Server, poster: Poster, url: str) -> None:
        with pytest.raises(PostError, match=words):
            await poster.post(url, {})
        assert len(server.requests) == 1
        assert (await poster.post(url, {}))[0] == 202

    assert len(play([answer, ACCEPTED], story).requests) == 2


def test_nobody_listens() -> None:
    async def story(_server: Server, poster: Poster, _url: str) -> None:
        with pytest.raises(PostError):
            await poster.post("http://127.0.0.1:1/", {})

    play([], story)
