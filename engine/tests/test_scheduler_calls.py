"""Calls and framework infos that are refused by themselves, without a master around them."""

from __future__ import annotations

import base64
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from labengine.master import framework_rules as rules
from labengine.master import scheduler_calls as calls

FLAGS: Any = SimpleNamespace(roles=None, root_submissions=True)
UUID = base64.b64encode(uuid.uuid4().bytes).decode()
F, T, A = ({"value": name} for name in "FTA")
INFO = {"user": "u", "name": "n"}


def call(kind: str, **content: Any) -> dict[str, Any]:
    return {"type": kind, "framework_id": F, **({kind.lower(): content} if content else {})}


@pytest.mark.parametrize(("given", "text"), [
    ([], "Expecting a JSON object"),
    ("KILL", "Expecting a JSON object"),
    ({"type": 3}, "Not expecting a JSON number for field 'type'"),
    ({"type": "KILL", "kill": "t1"}, "Not expecting a JSON string for field 'kill'"),
    ({"type": "KILL", "kill": {}}, "Missing required fields: kill.task_id"),
    ({"type": "KILL", "kill": {"task_id": None}}, "Missing required fields: kill.task_id"),
    ({"type": "KILL", "kill": {"task_id": {}}}, "Missing required fields: kill.task_id.value"),
    ({"type": "KILL", "kill": {"task_id": {"value": 7}}}, "Not expecting a JSON number for field 'value'"),
    ({"type": "KILL", "kill": {"task_id": [T]}}, "Not expecting a JSON array for field 'task_id'"),
    ({"type": "KILL", "framework_id": {}, "kill": {"task_id": T}}, "Missing required fields: framework_id.value"),
    ({"type": "SUBSCRIBE", "subscribe": {"framework_info": {}}},
     "Missing required fields: subscribe.framework_info.user, subscribe.framework_info.name"),
    ({"type": "RECONCILE", "reconcile": {"tasks": [{"task_id": T}, {}]}},
     "Missing required fields: reconcile.tasks[1].task_id"),
    ({"type": "DECLINE", "decline": {"offer_ids": ["O1"]}}, "Not expecting a JSON string for field 'offer_ids'"),
    # Another call's part is looked at too.
    ({"type": "REVIVE", "message": {"agent_id": A}}, "Missing required fields: message.executor_id, message.data"),
    ({"type": "MESSAGE", "message": {"agent_id": A, "executor_id": T, "data": "no base64!"}},
     "Failed to base64 decode bytes field 'data': Invalid character ' '"),
])
def test_what_is_no_call(given: Any, text: str) -> None:
    with pytest.raises(calls.NotACall) as refused:
        calls.convert(given)
    assert str(refused.value) == text


@pytest.mark.parametrize(("given", "text"), [
    ({}, "Expecting 'type' to be present"),
    ({"type": "NO_SUCH_CALL"}, "Expecting 'type' to be present"),
    ({"type": "SUBSCRIBE"}, "Expecting 'subscribe' to be present"),
    ({"type": "SUBSCRIBE", "subscribe": {"framework_info": {**INFO, "id": F}}},
     "'framework_id' differs from 'subscribe.framework_info.id'"),
    ({"type": "SUBSCRIBE", "framework_id": F, "subscribe": {"framework_info": INFO}},
     "'framework_id' differs from 'subscribe.framework_info.id'"),
    ({"type": "SUBSCRIBE", "subscribe": {"framework_info": {**INFO, "principal": "b"}}},
     "Authenticated principal 'a' does not match principal 'b' set in `FrameworkInfo`"),
    ({"type": "REVIVE"}, "Expecting 'framework_id' to be present"),
    *((call(kind), f"Expecting '{kind.lower()}' to be present") for kind in calls.TYPES
      if kind not in (*calls.BARE, "SUBSCRIBE")),
    (call("ACKNOWLEDGE", agent_id=A, task_id=T, uuid="YWJj"), "Not a valid UUID"),
    (call("ACKNOWLEDGE", agent_id=A, task_id=T, uuid=base64.b64encode(bytes(16)).decode()), "Not a valid UUID"),
    (call("ACKNOWLEDGE_OPERATION_STATUS", operation_id=T, uuid=UUID), "Expecting 'agent_id' to be present"),
    (call("UPDATE_FRAMEWORK", framework_info=INFO),
     "'framework_id' differs from 'update_framework.framework_info.id'"),
])
def test_a_call_that_lacks_something(given: dict[str, Any], text: str) -> None:
    assert calls.problem(calls.convert(given), "a") == text


@pytest.mark.parametrize("given", [
    {"type": "SUBSCRIBE", "subscribe": {"framework_info": INFO}},
    {"type": "SUBSCRIBE", "framework_id": F, "subscribe": {"framework_info": {**INFO, "id": F, "principal": "a"}}},
    *(call(kind) for kind in calls.BARE),
    call("ACKNOWLEDGE", agent_id=A, task_id=T, uuid=UUID),
    call("ACCEPT", offer_ids=[], operations=[]),
    call("MESSAGE", agent_id=A, executor_id=T, data="aGVsbG8="),
])
def test_a_good_call(given: dict[str, Any]) -> None:
    assert calls.convert(given) == given
    assert calls.problem(given, "a") is None


def test_nulls_are_not_there_and_one_stands_for_a_list() -> None:
    converted = calls.convert(call("DECLINE", offer_ids={"value": "O1", "other": None}, filters=None))
    assert converted["decline"] == {"offer_ids": [{"value": "O1"}]}


MULTI = {"capabilities": [{"type": "MULTI_ROLE"}]}


@pytest.mark.parametrize(("change", "text"), [
    ({"role": "/a"}, "'FrameworkInfo.role' is not a valid role: Role '/a' cannot start with a slash"),
    ({"role": "a/"}, "'FrameworkInfo.role' is not a valid role: Role 'a/' cannot end with a slash"),
    ({"role": "a//b"}, "'FrameworkInfo.role' is not a valid role: Role 'a//b' cannot contain two adjacent slashes"),
    ({"role": ""}, "'FrameworkInfo.role' is not a valid role: Role names cannot be the empty string"),
    ({"role": "a/*"}, "'FrameworkInfo.role' is not a valid role: Role 'a/*' cannot include '*' as a component"),
    ({"role": ".."}, "'FrameworkInfo.role' is not a valid role: Role '..' cannot include '..' as a component"),
    ({"role": "a/-b"},
     "'FrameworkInfo.role' is not a valid role: Role component '-b' is invalid because it starts with a dash"),
    ({"role": "a b"}, "'FrameworkInfo.role' is not a valid role: "
                      "Role component 'a b' is invalid because it contains backspace or whitespace"),
    ({"roles": ["a"]}, "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable"),
    ({**MULTI, "role": "a"}, "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable"),
    ({**MULTI, "roles": ["b", "a", "b"]}, "'FrameworkInfo.roles' contains duplicate items: { b }"),
    ({**MULTI, "roles": ["a", "-"]}, "'FrameworkInfo.roles' contains invalid role: "
                                     "Role component '-' is invalid because it starts with a dash"),
    ({"id": {"value": "a/b"}}, "'a/b' contains invalid characters"),
    ({"failover_timeout": 1e10}, "The framework failover_timeout (1e+10) is invalid"),
])
def test_a_framework_that_cannot_be(change: dict[str, Any], text: str) -> None:
    assert rules.problem({**INFO, **change}, FLAGS) == text


def test_frameworks_that_can_be() -> None:
    for change in ({}, {"role": "a/b"}, {**MULTI, "roles": ["a", "*"]}, {**MULTI}, {"failover_timeout": 604800.0}):
        assert rules.problem({**INFO, **change}, FLAGS) is None


def test_what_the_masters_flags_allow() -> None:
    flags: Any = SimpleNamespace(roles="dev,prod", root_submissions=False)
    assert rules.problem({**INFO, "role": "prod"}, flags) is None
    assert rules.problem(INFO, flags) is None, "everybody may use the default role"
    assert rules.problem({**INFO, "role": "test"}, flags) == "Roles { test } are not present in the master's --roles"
    assert rules.problem({**INFO, "user": "root"}, flags) == (
        "User 'root' is not allowed to run frameworks without --root_submissions set")


def test_what_of_a_framework_may_change() -> None:
    old = {**INFO, "checkpoint": True, "principal": "a"}
    assert rules.update_problem(old, {**old, "name": "other", "failover_timeout": 3.0, "role": "r"}) is None
    assert rules.update_problem(old, {**old, "principal": "b"}) == "Changing framework's principal is not allowed."
    assert rules.update_problem(old, {**old, "user": "v"}) == (
        "Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'u' to 'v'")
    assert rules.update_problem(old, {**old, "checkpoint": False}) == (
        "Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from 'true' to 'false'")
    assert rules.with_fixed_fields(old, {**old, "user": "v", "checkpoint": False, "name": "m"}) == {**old, "name": "m"}


def test_only_own_roles_are_suppressed() -> None:
    info = {**INFO, **MULTI, "roles": ["a", "b"]}
    assert rules.suppression_problem(info, ["b"]) is None
    assert rules.suppression_problem(info, ["c", "b", "d"]) == (
        "Suppressed roles { c, d } are not contained in the set of roles")
