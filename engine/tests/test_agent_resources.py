"""Resources and attributes of the lab engine's agent: what Mesos reads, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from labengine.agent import own_resources
from labengine.common.resources import Resources, value_text


def _scalar(name: str, value: float, **extra: Any) -> dict[str, Any]:
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}, **extra}


def _ports(*pairs: tuple[int, int]) -> dict[str, Any]:
    ranges = [{"begin": low, "end": high} for low, high in pairs]
    return {"name": "ports", "type": "RANGES", "ranges": {"range": ranges}}


PROD = {"reservations": [{"type": "STATIC", "role": "prod"}]}


@pytest.mark.parametrize(("text", "expected"), [
    ("cpus:4;mem:1024", [_scalar("cpus", 4.0), _scalar("mem", 1024.0)]),
    ("cpus(prod):0.5", [_scalar("cpus", 0.5, **PROD)]),
    (" cpus : 2 ; \n mem:10", [_scalar("cpus", 2.0), _scalar("mem", 10.0)]),
    ("ports:[31000-32000]", [_ports((31000, 32000))]),
    ("ports:[31005-31010, 31000-31004,40000-40000]", [_ports((31000, 31010), (40000, 40000))]),
    ("labels:{a, b}", [{"name": "labels", "type": "SET", "set": {"item": ["a", "b"]}}]),
    ('[{"name": "cpus", "type": "SCALAR", "scalar": {"value": 1}, "role": "prod"}]', [_scalar("cpus", 1, **PROD)]),
])
def test_parse(text: str, expected: list[dict[str, Any]]) -> None:
    assert own_resources.parse(text) == expected


@pytest.mark.parametrize(("text", "message"), [
    ("cpus=4", "Bad value for resources, missing or extra ':' in cpus=4"),
    ("cpus:4:5", "missing or extra ':'"),
    ("cpus:many", "Bad type for resource cpus value many type TEXT"),
    ("cpus:[1-2]", "expecting SCALAR, got RANGES"),
    ("ports:5", "expecting RANGES, got SCALAR"),
    ("ports:[9-5]", "begin-end"),
    ("ports:[5-9", "Unbalanced brackets"),
    ("mem:-1", "negative"),
    ('[{"name": "cpus"}]', "type"),
    ('[{"name": "cpus", "type": "SCALAR"}]', "no 'scalar'"),
    ("[{", "JSON"),
])
def test_parse_refuses(text: str, message: str) -> None:
    with pytest.raises(own_resources.ResourceError, match=message.replace("[", r"\[")):
        own_resources.parse(text)


def test_what_is_not_given_is_detected(tmp_path: Any) -> None:
    complete = own_resources.complete(own_resources.parse("mem:100;gpus:1"), tmp_path)
    assert [item["name"] for item in complete] == ["cpus", "mem", "disk", "ports", "gpus"]
    assert complete[1] == _scalar("mem", 100.0)
    assert complete[0]["scalar"]["value"] >= 1
    assert complete[3] == _ports((31000, 32000))


@pytest.mark.parametrize(("text", "expected"), [
    ("rack:r1;n:5;r:[1-3];s:a,b", {"rack": "r1", "n": 5.0, "r": "[1-3]", "s": "a,b"}),
    ("url:http://host:80/", {"url": "http://host:80/"}),
    ("", {}),
])
def test_attributes(text: str, expected: dict[str, Any]) -> None:
    assert {item["name"]: value_text(item) for item in own_resources.parse_attributes(text)} == expected


@pytest.mark.parametrize(("text", "message"), [("rack", "key:value pair 'rack'"), (":a", "':a'"), ("s:{a}", "'s'")])
def test_attributes_refused(text: str, message: str) -> None:
    with pytest.raises(own_resources.ResourceError, match=message):
        own_resources.parse_attributes(text)


def test_totals() -> None:
    parsed = own_resources.parse("cpus:1;cpus(prod):0.5;mem:10;ports:[1-2];ports(prod):[3-4]")
    assert Resources.parse(parsed).summary() == {"cpus": 1.5, "disk": 0.0, "gpus": 0.0, "mem": 10.0, "ports": "[1-4]"}


BEFORE = {"hostname": "a", "port": 5051, "resources": "cpus:2;ports:[1-10]", "attributes": "rack:r1"}


@pytest.mark.parametrize(("change", "equal", "additive"), [
    ({}, True, True),
    ({"resources": "ports:[1-10];cpus:2"}, True, True),
    ({"resources": "cpus:3;ports:[1-20]"}, False, True),
    ({"resources": "cpus:2;ports:[1-10];gpus:1"}, False, True),
    ({"resources": "cpus:1;ports:[1-10]"}, False, False),
    ({"resources": "cpus:2;ports:[1-5]"}, False, False),
    ({"resources": "cpus(prod):2;ports:[1-10]"}, False, False),
    ({"attributes": "rack:r1;zone:b"}, False, True),
    ({"attributes": "rack:r2"}, False, False),
    ({"hostname": "b"}, False, False),
    ({"port": 5052}, False, False),
])
def test_what_is_compatible(change: dict[str, Any], equal: bool, additive: bool) -> None:
    old, new = _info(BEFORE), _info({**BEFORE, **change})
    assert (not own_resources.changes(old, new, additive=False)) is equal
    assert (not own_resources.changes(old, new, additive=True)) is additive


def _info(described: dict[str, Any]) -> dict[str, Any]:
    return {**described, "resources": own_resources.parse(described["resources"]),
            "attributes": own_resources.parse_attributes(described["attributes"])}
