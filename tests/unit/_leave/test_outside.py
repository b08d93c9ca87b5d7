"""The file by which a load balancer knows servers that do not run on Marathon."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._leave import outside

STATE = {
    "id": "/web", "addresses": ["10.0.0.1"], "answering": 1, "ports": {"0": 10000}, "app": {"id": "/web"}, "more": "x",
}  # fmt: skip


def test_an_entry_has_what_the_agent_reads() -> None:
    assert sorted(outside.entry(STATE, 10)) == ["addresses", "answering", "app", "ports", "share"]


def test_entries_of_others_stay() -> None:
    one = outside.changed("", "/web", outside.entry(STATE, 10))
    two = outside.changed(one, "/other", {**outside.entry(STATE, 0), "app": {"id": "/other"}})
    assert sorted(json.loads(two)) == ["/other", "/web"]
    assert sorted(json.loads(outside.changed(two, "/other", None))) == ["/web"]
    assert outside.changed(two, "/web", outside.entry(STATE, 10)) == two
    assert outside.changed(one, "/missing", None) == one
    assert outside.changed("", "/web", None) == ""


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"share": 101}, "share"),
        ({"share": True}, "share"),
        ({"addresses": []}, "no active node"),
        ({"addresses": ["node1"]}, "no IP address"),
        ({"addresses": ["10.0.0.1", "10.0.0.1"]}, "twice"),
        ({"answering": 2}, "from 1 to 1"),
        ({"answering": 0}, "from 1 to 1"),
        ({"ports": {}}, "ports"),
        ({"ports": {"0": 70000}}, "ports"),
        ({"ports": {"x": 80}}, "ports"),
        ({"app": {"id": "/other"}}, "definition of /web"),
        ({"more": 1}, "nothing else"),
    ],
)
def test_an_entry_that_the_agent_would_not_use_is_not_written(values: dict, word: str) -> None:
    """The cases are those of the agent (tests/discovery/test_outside.py)."""
    with pytest.raises(outside.WrongEntry, match=word):
        outside.changed("", "/web", {**outside.entry(STATE, 10), **values})


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_file_of_somebody_else_is_not_replaced(text: str) -> None:
    with pytest.raises(outside.WrongFile):
        outside.changed(text, "/web", outside.entry(STATE, 10))


def test_ports_of_the_nodes() -> None:
    ports = [
        {"Protocol": "udp", "TargetPort": 80, "PublishedPort": 1},
        {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 10000},
        {"TargetPort": 81},
    ]
    spec = {"EndpointSpec": {"Ports": ports}}
    assert outside.published(spec, {"0": 80, "1": 81}, [0, 1]) == {"0": 10000}
    assert outside.published({}, {"0": 80}, [0]) == {}
