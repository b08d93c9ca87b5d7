"""What a master sends that is no event of Mesos ends its stream with a reason, and not the source."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.events import follower
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.events.follower import MasterEvents

OPTIONS: dict[str, Any] = {
    "url": ["http://m1:5050"],
    "validate_certs": True,
    "timeout": 30,
    **dict.fromkeys(
        ("url_username", "url_password", "url_token", "url_login", "url_service_account", "ca_path", "client_cert",
         "client_key")
    ),
}  # fmt: skip


class Master:
    """Leads, and gives a stream with these events."""

    refusal = None

    def __init__(self, *events: dict[str, Any]) -> None:
        self._events = events

    def prepare(self, urls: list[str]) -> None:
        pass

    def post(self, url: str, body: Any) -> Answer:
        return Answer(200, '{"type": "GET_MASTER"}')

    def stream(self, *_wanted: Any) -> Master:
        return self

    def parts(self) -> Any:
        for event in self._events:
            text = json.dumps(event).encode()
            yield b"%d\n%s" % (len(text), text)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([{"type": "SUBSCRIBED", "subscribed": {"get_state": {"get_agents": [1]}}}], "the state in SUBSCRIBED has"),
        ([{"type": "SUBSCRIBED", "subscribed": [1]}], "the state in SUBSCRIBED has another form"),
        ([{"type": "SUBSCRIBED"}, {"type": "TASK_ADDED", "task_added": [1]}], "the event TASK_ADDED has another form"),
    ],
)
def test_another_form(events: list[dict[str, Any]], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    master = Master(*events)
    monkeypatch.setattr(follower, "transport_from", lambda options, warn: master)
    source = MasterEvents(OPTIONS, [], lambda event: True, lambda event: event, lambda seconds: None, pytest.fail)
    with pytest.raises(ValueError, match=words):
        source.follow(OPTIONS, lambda url: None, lambda: False)
