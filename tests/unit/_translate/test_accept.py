from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import accept
from ansible_collections.quorum.mesos.plugins.module_utils._translate.options import WrongOption

NOTE = {"id": "/shop/web", "target": "swarm", "level": "manual", "field": "/healthChecks/0", "text": "it needs curl"}


@pytest.mark.parametrize(
    "given",
    [
        "manual",
        "swarm:manual",
        "/healthChecks",
        "/healthChecks/0",
        "/healthChecks/*",
        "swarm:/healthChecks/0",
        "swarm:",
        {"id": "/shop/*"},
        {"id": "/shop/web", "level": "manual", "field": "/healthChecks", "target": "swarm"},
    ],
)
def test_accepted(given):
    assert accept.unaccepted([NOTE], accept.read([given])) == []


@pytest.mark.parametrize(
    "given",
    ["dropped", "kubernetes:manual", "/health", "/healthChecks/1", "kubernetes:/healthChecks", {"id": "/shop"}],
)
def test_not_accepted(given):
    assert accept.unaccepted([NOTE], accept.read([given])) == [NOTE]
    assert accept.unused([NOTE], accept.read([given]), [given]) == [str(given)]


def test_only_what_a_person_must_decide_has_to_be_accepted():
    notes = [{**NOTE, "level": level} for level in ("warning", "approximate", "dropped", "manual")]
    assert [note["level"] for note in accept.unaccepted(notes, [])] == ["dropped", "manual"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "''"),
        (":", "':'"),
        ("grave", "the level 'grave'"),
        ("nomad:/fetch", "'nomad:/fetch'"),
        (7, "7"),
        ({}, "is empty"),
        ({"app": "/a"}, "has app"),
        ({"level": "grave"}, "grave"),
        ({"target": "nomad"}, "nomad"),
    ],
)
def test_wrong_ones_are_refused_by_their_value(given, told):
    with pytest.raises(WrongOption, match=told):
        accept.read([given])


def test_the_refusal_names_each_and_stays_short():
    assert accept.refusal([]) == ""
    told = accept.refusal([NOTE] * 40)
    assert "/shop/web swarm:/healthChecks/0 (manual): it needs curl" in told
    assert "and 10 more" in told
