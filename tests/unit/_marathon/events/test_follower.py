"""What an address answers that is no Marathon ends the stream with a reason, and not the source."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

pytest.importorskip("requests")

from ansible_collections.quorum.mesos.plugins.module_utils._events import options as given
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events import follower
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.follower import MarathonEvents


class Server:
    """Gives a stream that only shows that it is there, and these answers."""

    refusal = None

    def __init__(self, root: dict[str, Any], queue: list[Any]) -> None:
        self.headers = {"Content-Type": "text/event-stream"}
        self._root, self._queue = root, queue

    def stream(self, *_wanted: Any) -> Server:
        return self

    def parts(self) -> Any:
        yield b"\n"

    def close(self) -> None:
        pass

    def limited(self, _left: Any) -> Any:
        return nullcontext()

    def group(self, _group_id: str, _embed: Any) -> dict[str, Any]:
        return self._root

    def deployments(self) -> list[Any]:
        return []

    def queue(self, offers: bool) -> list[Any]:
        return self._queue


@pytest.mark.parametrize(
    ("root", "queue", "words"),
    [
        ({"id": "/", "apps": [5]}, [], "the state has another form than that of Marathon"),
        ({"id": "/", "apps": [{"id": "/a", "tasks": [{}]}]}, [], "the state has another form"),
        ({"id": "/"}, [5], "the launch queue has another form"),
    ],
)
def test_another_form(root: dict[str, Any], queue: list[Any], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server, times = Server(root, queue), iter(range(0, 10_000, 100))
    monkeypatch.setattr(follower, "client_from", lambda options, warn: server)
    monkeypatch.setattr(follower, "session_of", lambda access: server)
    options = given.read({"url": ["http://m1:8080"]})
    source = MarathonEvents(options, lambda event: True, lambda: float(next(times)), pytest.fail)
    with pytest.raises(ValueError, match=words):
        source.follow(options, lambda url: None, lambda: False)
