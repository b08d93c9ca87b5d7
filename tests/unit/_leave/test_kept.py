"""The definition of an app is in the file of its state, and not in what a module returns."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.quorum.mesos.plugins.filter import _leave_entry, _leave_questions
from ansible_collections.quorum.mesos.plugins.module_utils._leave import kept

AUTH = "realm:user:$6$fake-hash"
STATE = {
    "id": "/web", "addresses": ["10.0.0.1"], "running": ["10.0.0.1"], "answering": 1, "ports": {"0": 10000},
    "modes": {"0": "http"}, "app": {"id": "/web", "labels": {"HAPROXY_0_AUTH": AUTH}},
}  # fmt: skip


def test_what_is_returned_has_no_hash_and_what_is_written_has_it(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps(STATE))
    returned = kept.without_app(STATE, str(tmp_path))
    assert AUTH not in json.dumps(returned)
    assert kept.with_app(returned)["app"] == STATE["app"]
    entry = _leave_entry.FilterModule().filters()["_leave_entry"]({**returned, "answering": 2}, 10)
    assert (entry["app"], entry["share"], entry["answering"]) == (STATE["app"], 10, 2)
    (question,) = _leave_questions.FilterModule().filters()["_leave_questions"](returned)
    assert question["port"] == 10000


def test_no_state_stays_none() -> None:
    assert kept.without_app({}, "/leave/web") == {}
