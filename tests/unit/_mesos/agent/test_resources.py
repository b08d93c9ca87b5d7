"""Attributes and resources of an agent: how they are written, what is refused, and what an agent survives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import identity, resources


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"cpus": 4, "ports": ["8000-9000", "31000-32000"]}, "cpus:4;ports:[8000-9000,31000-32000]"),
        ({"cpus": 0.5, "ports": "[1-2]"}, "cpus:0.5;ports:[1-2]"),
        ({"ports": "8000-9000, 31000-32000"}, "ports:[8000-9000, 31000-32000]"),
        ("cpus:4", "cpus:4"),
        ({}, None),
        ("", None),
    ],
)
def test_resources(value: Any, text: str | None) -> None:
    assert resources.resources(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"rack": "a", "zone": 1}, "rack:a;zone:1"),
        (["rack:a", "zone:1"], "rack:a;zone:1"),
        ({"ssd": True}, "ssd:true"),
        ([], None),
    ],
)
def test_attributes(value: Any, text: str | None) -> None:
    assert resources.attributes(value) == text


@pytest.mark.parametrize("value", [{"rack": None}, ["rack"], "rack:a;zone:"])
def test_attributes_without_a_value(value: Any) -> None:
    (problem,) = resources.attribute_problems(value, "mesos_slave_attributes", "d")
    assert "write it like rack:a" in problem


def test_a_list_becomes_the_json_of_mesos() -> None:
    value = [
        {"name": "cpus", "value": 4},
        {"name": "ports", "value": ["8000-9000", "31000-32000"], "role": "web"},
        {"name": "disk", "value": 2048, "mount": "/mnt/a", "role": "db"},
        {"name": "disk", "type": "SCALAR", "scalar": {"value": 1}},
    ]
    assert json.loads(resources.resources(value) or "") == [
        {"name": "cpus", "type": "SCALAR", "scalar": {"value": 4.0}},
        {
            "name": "ports",
            "type": "RANGES",
            "ranges": {"range": [{"begin": 8000, "end": 9000}, {"begin": 31000, "end": 32000}]},
            "role": "web",
        },
        {
            "name": "disk",
            "type": "SCALAR",
            "scalar": {"value": 2048.0},
            "role": "db",
            "disk": {"source": {"type": "MOUNT", "mount": {"root": "/mnt/a"}}},
        },
        {"name": "disk", "type": "SCALAR", "scalar": {"value": 1}},
    ]
    assert resources.resource_problems(value, "o", "h") == []


@pytest.mark.parametrize(
    "value",
    [
        {"cpus": 4, "mem(prod)": 1024, "ports": ["8000-9000"], "gpus": 0, "names": "{a,b}"},
        "cpus:0.5; mem ( prod ) : 12; ports:[8000-9000, 31000-32000]",
        '[{"name":"cpus","type":"SCALAR","scalar":{"value":4}}]',
        [],
        None,
    ],
)
def test_resources_that_mesos_takes(value: Any) -> None:
    assert resources.resource_problems(value, "o", "h") == []


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"cpus": "many"}, "h: o has 'cpus:many', which is no number; write one, like cpus:4."),
        ({"ports": 8080}, "h: o has 'ports:8080', which is no list of ranges; write ranges like [31000-32000]."),
        ({"ports": ["9-8"]}, "h: o has 'ports:[9-8]', which has the range '9-8'; write ranges like [31000-32000]."),
        ({"disks": "x"}, "h: o has 'disks:x', which is neither a number nor ranges like [31000-32000] nor a set"),
        ("cpus:-1", "h: o has 'cpus:-1', which is negative; write a number from 0."),
        ("cpus", "h: o has 'cpus', which is no name:value; write it like cpus:4 or mem(role):1024."),
        ("mem(prod:1", "h: o has 'mem(prod:1', which is no name:value; write it like cpus:4 or mem(role):1024."),
        ("ports:[1-2", "h: o has 'ports:[1-2', which lacks the ] at its end."),
        ("[{]", "h: o has a JSON list that cannot be read"),
        (["cpus:4"], "h: o has 'cpus:4', which is no resource; write it like {name: disk, value: 2048, mount:"),
        ([{"name": "disk"}], "h: o has 'disk', which has no value; write one, like value: 4, or a type"),
        ([{"name": "ports", "value": "9-8"}], "h: o has 'ports', which is no list of ranges; write ranges like"),
        ([{"name": "disk", "value": 1, "size": 2}], "h: o has 'disk' with size, which is none of name, value, role,"),
        ([{"name": "mem", "value": 1, "mount": "/a"}], "h: o has 'mem' with a mount or path, which only a disk has;"),
        ([{"name": "cpus", "type": "SCALAR", "scalar": {"value": "x"}}], "h: o has 'cpus', which has a scalar that"),
    ],
)
def test_resources_that_mesos_refuses(value: Any, sentence: str) -> None:
    (problem,) = resources.resource_problems(value, "o", "h")
    assert problem.startswith(sentence)


def test_an_attribute_is_no_set() -> None:
    (problem,) = resources.attribute_problems("rack:{a,b}", "o", "h")
    assert problem == "h: o has 'rack:{a,b}', which is a set; write a text, a number or ranges."


SEEN = {
    "known": True,
    "hostname": "slave1",
    "port": 5051,
    "work_dir": "/var/lib/mesos/slave",
    "attributes": "rack:a;disks:4",
    "resources": "cpus:4;ports:[31000-32000];mem(prod):100",
    "measured": "mem:2048;disk:1000",
}
SAME = {name: SEEN[name] for name in ("hostname", "port", "work_dir", "attributes", "resources")}

# What is wanted, and why the agent refuses it; with the policy equal a growth is refused too.
CHANGES: list[tuple[dict[str, Any], list[str], list[str]]] = [
    ({}, [], []),
    ({"attributes": "disks:4.0; rack:a"}, [], []),
    ({"resources": "mem(prod):100;ports:[31000-31500,31501-32000];cpus:4.0"}, [], []),
    ({"hostname": None, "port": "5051"}, [], []),
    ({"attributes": "rack:a;disks:4;zone:b"}, [], ["the attribute zone is new"]),
    (
        {"resources": "cpus:8;ports:[8000-9000,31000-32000];mem(prod):100;gpus:1"},
        [],
        ["cpus is new or grows", "gpus is new or grows", "ports is new or grows"],
    ),
    ({"resources": "cpus:4;ports:[31000-32000];mem(prod):100;mem:2048"}, [], ["mem is new or grows"]),
    ({"hostname": "other"}, ["hostname was 'slave1' and becomes 'other'"], []),
    ({"port": 5052}, ["port was '5051' and becomes '5052'"], []),
    ({"work_dir": "/srv/mesos"}, ["work_dir was '/var/lib/mesos/slave' and becomes '/srv/mesos'"], []),
    (
        {"attributes": "rack:b"},
        ["the attribute disks goes away", "the attribute rack was 'a' and becomes 'b'"],
        [],
    ),
    (
        {"resources": "cpus:2;ports:[31000-31500];mem(prod):100"},
        ["cpus shrinks from 4 to 2", "ports shrinks from [31000-32000] to [31000-31500]"],
        [],
    ),
    ({"resources": "cpus:4;ports:[31000-32000]"}, ["mem(prod) goes away"], []),
    ({"resources": "ports:[31000-32000];mem(prod):100"}, ["cpus is no longer set, and what Mesos would measure"], []),
    ({"resources": "cpus:4;ports:[31000-32000];mem(dev):100"}, ["mem(prod) goes away"], []),
    ({"resources": f"{SEEN['resources']};disk:500"}, ["disk shrinks from 1000 to 500"], []),
]


@pytest.mark.parametrize(("wanted", "reasons", "growth"), CHANGES)
def test_what_an_agent_survives(wanted: dict[str, Any], reasons: list[str], growth: list[str]) -> None:
    for additive, expected in ((True, reasons), (False, reasons or growth)):
        found = identity.changes(SEEN, {**SAME, **wanted}, additive)
        assert len(found) == len(expected), found
        for reason, start in zip(found, expected, strict=True):
            assert reason.startswith(start)


def test_a_disk_of_its_own_is_another_disk() -> None:
    old = resources.resources([{"name": "disk", "value": 10, "mount": "/mnt/a"}])
    new = resources.resources([{"name": "disk", "value": 10, "mount": "/mnt/b"}])
    found = identity.changes({"known": True, "resources": old}, {"resources": new}, True)
    assert found == ["disk on a disk of its own goes away"]


def test_what_was_measured_is_not_known_of_an_agent_that_does_not_run() -> None:
    (reason,) = identity.changes({"known": True, "resources": "cpus:4"}, {"resources": "cpus:4;mem:1"}, True)
    assert reason == "mem was measured by Mesos, and its agent does not run and tell how much it was"


def test_an_agent_without_a_past_may_be_anything() -> None:
    assert identity.changes({"known": False, "hostname": "a"}, {"hostname": "b"}, False) == []
