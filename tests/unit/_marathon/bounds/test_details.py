"""Refusals as a real Marathon 1.11.24 wrote them (recorded), and what a person reads of them."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import errors
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.api.http import Http

from ..fakes import Call, FakeSession


def refusal(body, *details, status=422, message="Invalid JSON"):
    call = Call("PUT", "/v2/apps/a", status=status, data={"message": message, "details": list(details)})
    client = Client(Http(["http://m1:8080"], lambda _seconds: None, session=FakeSession(call)))
    with pytest.raises(errors.Invalid) as failure:
        client.put_app("/a", body, partial=False, force=False)
    return failure.value


def undefined(path, name, quoted):
    return {"path": path, "errors": [f"'{name}' is undefined on object: {json.dumps(quoted)}"]}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"container": {"docker": {}}}, undefined("/container/docker/image", "image", {})),
        ({"cmd": "true"}, undefined("/id", "id", {"cmd": "true", "env": {"PASSWORD": "hunter2"}})),
        (
            {"upgradeStrategy": {"minimumHealthCapacity": 0.5}},
            undefined("/upgradeStrategy/maximumOverCapacity", "maximumOverCapacity", {"minimumHealthCapacity": 0.5}),
        ),
    ],
)
def test_a_missing_field_is_told_without_the_object_that_lacks_it(body, detail):
    error = refusal(body, detail)
    assert f"{detail['path']}: is required" in str(error)
    told = str(error) + json.dumps(error.facts)
    assert "undefined" not in told and "hunter2" not in told and "minimumHealthCapacity" not in told


def test_an_object_that_is_none_is_told_without_it():
    quoted = json.dumps([{"id": "/a", "env": {"PASSWORD": "hunter2"}}])
    error = refusal([], {"path": "/id", "errors": [f"{quoted} is not an object"]})
    assert "/id: must be a mapping" in str(error)
    assert "hunter2" not in str(error) + json.dumps(error.facts)


@pytest.mark.parametrize(
    ("body", "path", "reason", "words"),
    [
        ({"instances": -1}, "/instances", "error.min", "/instances: is too small (error.min), it is -1"),
        (
            {"container": {"volumes": [{}, {"mode": "RX"}]}},
            "/container/volumes(1)/mode",
            "error.unknown.enum.literal",
            '/container/volumes(1)/mode: is not one of the allowed words (error.unknown.enum.literal), it is "RX"',
        ),
        ([{"cpus": 1}, {"cpus": -1}], "(1)/cpus", "error.min", "(1)/cpus: is too small (error.min), it is -1"),
        ({"requirePorts": True}, "/requirePorts", "no", "/requirePorts: no, it is true"),
        ({"role": "dev"}, "/role", "got dev, expected one of: [*]", "/role: got dev, expected one of: [*]."),
        ({"cmd": ""}, "/cmd", "error.minLength", '/cmd: is too short (error.minLength), it is ""'),
    ],
)
def test_the_value_that_was_sent_is_told(body, path, reason, words):
    assert words in str(refusal(body, {"path": path, "errors": [reason]}))


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"env": {"PASSWORD": 12345678}}, "/env/PASSWORD"),
        ({"labels": {"token": 12345678}}, "/labels/token"),
        ({"secrets": {"s": {"source": "12345678"}}}, "/secrets/s/source"),
        ({"container": {"docker": {"parameters": [{"value": 12345678}]}}}, "/container/docker/parameters(0)/value"),
        ({"fetch": [{"uri": "http://me:12345678@h/a"}]}, "/fetch(0)/uri"),
    ],
)
def test_what_may_be_secret_is_not_told(body, path):
    assert "12345678" not in str(refusal(body, {"path": path, "errors": ["error.expected.jsstring"]}))


def test_a_long_value_is_cut():
    text = str(refusal({"user": "x" * 500}, {"path": "/user", "errors": ["error.maxLength"]}))
    assert "xxx..." in text and "x" * 80 not in text
