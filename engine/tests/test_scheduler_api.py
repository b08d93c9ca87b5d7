"""Each call of the scheduler API on a master with an agent: what it does, what it answers, how it is refused.

The life of tasks, offers, filters, fail-over and loss are in test_master_scheduling.py.
"""

from __future__ import annotations

import base64
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, Program, wait_until
from mesos_clients import AgentEnd, Scheduler, scalar, task

SUBSCRIBE = {"type": "SUBSCRIBE", "subscribe": {"framework_info": {"user": "root", "name": "raw"}}}


def post(master: Program, body: Any, **headers: str) -> requests.Response:
    return requests.post(master.url + "/api/v1/scheduler", json=body, headers=headers, timeout=5, stream=True)


def subscribed(master: Program, **options: Any) -> Scheduler:
    made = Scheduler(master.url, **options)
    made.subscribed()
    return made


def accepted(answer: requests.Response) -> None:
    assert (answer.status_code, answer.text) == (202, "")


def metric(master: Program, name: str) -> float:
    return requests.get(master.url + "/metrics/snapshot", timeout=5).json()[f"master/{name}"]


def shown(master: Program, framework_id: str | None) -> dict[str, Any]:
    answer = requests.get(master.url + "/frameworks", timeout=5).json()
    return next(one for one in answer["frameworks"] if one["id"] == framework_id)


def test_the_stream_is_recordio_in_chunks(master: Program) -> None:
    answer = post(master, SUBSCRIBE, Accept="application/json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert uuid.UUID(answer.headers["Mesos-Stream-Id"]).version == 4
    text = b""
    events = []
    while len(events) < 2:
        text += answer.raw.read1(65536)
        while b"\n" in text:
            length, _newline, rest = text.partition(b"\n")
            if len(rest) < int(length):
                break
            events.append(json.loads(rest[:int(length)]))
            text = rest[int(length):]
    answer.close()
    assert events[0]["type"] == "SUBSCRIBED"
    assert set(events[0]["subscribed"]) == {"framework_id", "heartbeat_interval_seconds", "master_info"}
    assert events[0]["subscribed"]["heartbeat_interval_seconds"] == 15.0
    assert events[0]["subscribed"]["master_info"]["version"] == "1.11.0"
    assert events[1] == {"type": "HEARTBEAT"}


@pytest.mark.parametrize(("body", "headers", "status", "text"), [
    (b"{}", {}, 400, "Expecting 'Content-Type' to be present"),
    (b"{}", {"Content-Type": "text/plain"}, 415,
     "Expecting 'Content-Type' of application/json or application/x-protobuf"),
    (b"{", {"Content-Type": "application/json"}, 400, "Failed to parse body into JSON: syntax error at line 1 near: "),
    (b"[]", {"Content-Type": "application/json"}, 400,
     "Failed to convert JSON into Call protobuf: Expecting a JSON object"),
    (b"{}", {"Content-Type": "application/json"}, 400,
     "Failed to validate scheduler::Call: Expecting 'type' to be present"),
    (b'{"type": "SUBSCRIBE"}', {"Content-Type": "application/json"}, 400,
     "Failed to validate scheduler::Call: Expecting 'subscribe' to be present"),
    (b'{"type": "SUBSCRIBE", "subscribe": {"framework_info": {"name": "n"}}}', {"Content-Type": "application/json"},
     400, "Failed to convert JSON into Call protobuf: Missing required fields: subscribe.framework_info.user"),
    (b'{"type": "REVIVE"}', {"Content-Type": "application/json"}, 400,
     "Failed to validate scheduler::Call: Expecting 'framework_id' to be present"),
    (b'{"type": "REVIVE", "framework_id": {"value": "nobody"}}', {"Content-Type": "application/json"}, 400,
     "Framework cannot be found"),
])
def test_what_is_no_call(master: Program, body: bytes, headers: dict[str, str], status: int, text: str) -> None:
    answer = requests.post(master.url + "/api/v1/scheduler", data=body, headers=headers, timeout=5)
    assert (answer.status_code, answer.text) == (status, text)


def test_methods_media_types_and_stream_ids(master: Program) -> None:
    answer = requests.get(master.url + "/api/v1/scheduler", timeout=5)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.text == "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."
    answer = post(master, SUBSCRIBE, Accept="text/html")
    assert (answer.status_code, answer.text) == (
        406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'")
    answer = post(master, SUBSCRIBE, **{"Mesos-Stream-Id": "x"})
    assert (answer.status_code, answer.text) == (
        400, "Subscribe calls should not include the 'Mesos-Stream-Id' header")

    scheduler = subscribed(master)
    revive = {"type": "REVIVE", "framework_id": {"value": scheduler.id}}
    answer = post(master, revive)
    assert (answer.status_code, answer.text) == (
        400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header")
    other = str(uuid.uuid4())
    answer = post(master, revive, **{"Mesos-Stream-Id": other})
    assert (answer.status_code, answer.text) == (
        400, f"The stream ID '{other}' included in this request didn't match the stream ID currently associated with "
             f"framework ID {scheduler.id}")
    accepted(post(master, revive, **{"Mesos-Stream-Id": scheduler.stream_id or ""}, Accept="text/html"))
    assert scheduler.call("UNKNOWN").status_code == 501
    scheduler.stream.close()
    wait_until("the master has seen it", lambda: not shown(master, scheduler.id)["connected"], 5)
    answer = scheduler.call("REVIVE")
    assert (answer.status_code, answer.text) == (403, "Framework is not subscribed")


@pytest.mark.parametrize(("change", "message"), [
    ({"role": "a/"}, "'FrameworkInfo.role' is not a valid role: Role 'a/' cannot end with a slash"),
    ({"roles": ["a"]}, "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable"),
    ({"failover_timeout": 1e300}, "The framework failover_timeout (1e+300) is invalid"),
])
def test_a_framework_that_cannot_be_is_told_so_and_left(master: Program, change: dict[str, Any], message: str) -> None:
    answer = post(master, {**SUBSCRIBE, "subscribe": {"framework_info": {"user": "u", "name": "n", **change}}})
    assert answer.status_code == 200
    record = answer.content
    assert json.loads(record.partition(b"\n")[2]) == {"type": "ERROR", "error": {"message": message}}
    assert requests.get(master.url + "/frameworks", timeout=5).json()["frameworks"] == []


def test_suppressed_from_the_beginning(master: Program) -> None:
    AgentEnd(master.url).subscribed()
    info = {"user": "u", "name": "n", "roles": ["a", "b"], "capabilities": [{"type": "MULTI_ROLE"}]}
    refused = post(master, {"type": "SUBSCRIBE", "subscribe": {"framework_info": info, "suppressed_roles": ["c"]}})
    assert b"Suppressed roles { c } are not contained in the set of roles" in refused.content
    scheduler = subscribed(master, roles=["a", "b"])
    first = scheduler.offer()
    accepted(scheduler.call("SUPPRESS", roles=[first["allocation_info"]["role"]]))
    accepted(scheduler.call("DECLINE", offer_ids=[first["id"]], filters={"refuse_seconds": 0}))
    other = scheduler.offer()
    assert other["allocation_info"]["role"] != first["allocation_info"]["role"]
    accepted(scheduler.call("DECLINE", offer_ids=[other["id"]], filters={"refuse_seconds": 3600}))
    # A role that is not the framework's makes the whole call void.
    accepted(scheduler.call("REVIVE", roles=[first["allocation_info"]["role"], "foreign"]))
    scheduler.stream.nothing("OFFERS", 1)
    # One role's filters are not the other's.
    accepted(scheduler.call("REVIVE", roles=[first["allocation_info"]["role"]]))
    assert scheduler.offer()["allocation_info"] == first["allocation_info"]


def test_filters_of_a_decline(master: Program) -> None:
    AgentEnd(master.url).subscribed()
    scheduler = subscribed(master)
    offer = scheduler.offer()
    accepted(scheduler.call("DECLINE", offer_ids=[offer["id"]], filters={"refuse_seconds": 0}))
    offer = scheduler.offer(2)
    # Less than nothing is the default, five seconds.
    accepted(scheduler.call("DECLINE", offer_ids=[offer["id"], {"value": "unknown"}], filters={"refuse_seconds": -1}))
    scheduler.stream.nothing("OFFERS", 3)
    offer = scheduler.offer(5)
    accepted(scheduler.call("ACCEPT", offer_ids=[offer["id"]], operations=[], filters={"refuse_seconds": 3600}))
    scheduler.stream.nothing("OFFERS", 1)
    assert metric(master, "messages_decline_offers") == 2


def test_offers_that_do_not_go_together(master: Program) -> None:
    agents = [AgentEnd(master.url, port=5051 + number, hostname=f"agent{number}") for number in range(2)]
    ids = [agent.subscribed() for agent in agents]
    scheduler = subscribed(master)
    offers = {}
    while len(offers) < 2:
        for offer in scheduler.stream.expect("OFFERS")["offers"]["offers"]:
            offers[offer["agent_id"]["value"]] = offer
    one, two = (offers[agent_id] for agent_id in ids)

    def refused(*offer_ids: dict[str, Any]) -> str:
        accepted(scheduler.call("ACCEPT", offer_ids=list(offer_ids), operations=[
            {"type": "LAUNCH", "launch": {"task_infos": [task(one)]}}]))
        status = scheduler.update()
        assert (status["state"], status["reason"]) == ("TASK_DROPPED", "REASON_INVALID_OFFERS")
        return status["message"].removeprefix("Task launched with invalid offers: ")

    assert refused() == "No offers specified"
    assert refused(one["id"], two["id"]) == (
        f"Aggregated offers must belong to one single agent. Offer {two['id']['value']} uses agent {ids[1]} and agent "
        f"{ids[0]}")
    # Both are back at once: nobody declined them.
    one = scheduler.offer(3)
    assert refused(one["id"], one["id"]) == f"Duplicate offer {one['id']['value']} in offer list"
    assert refused(one["id"]) == f"Offer {one['id']['value']} is no longer valid"


def test_operations_that_there_are_not(master: Program) -> None:
    AgentEnd(master.url).subscribed()
    scheduler = subscribed(master)
    offer = scheduler.offer()
    reserve = {"type": "RESERVE", "reserve": {"resources": [scalar("cpus", 1, "prod")]}}
    named = {**reserve, "id": {"value": "o1"}}
    accepted(scheduler.call("ACCEPT", offer_ids=[offer["id"]], operations=[reserve, named]))
    status = scheduler.stream.expect("UPDATE_OPERATION_STATUS")["update_operation_status"]["status"]
    assert (status["operation_id"], status["state"]) == ({"value": "o1"}, "OPERATION_ERROR")
    assert status["message"] == "The lab engine has no operation RESERVE"
    assert (metric(master, "operations/error"), metric(master, "operations/reserve/error")) == (2, 2)

    accepted(scheduler.call("RECONCILE_OPERATIONS", operations=[
        {"operation_id": {"value": "o1"}}, {"operation_id": {"value": "o2"}, "agent_id": offer["agent_id"]}]))
    told = [scheduler.stream.expect("UPDATE_OPERATION_STATUS")["update_operation_status"]["status"] for _ in range(2)]
    assert [(one["operation_id"]["value"], one["state"], one.get("agent_id")) for one in told] == [
        ("o1", "OPERATION_UNKNOWN", None), ("o2", "OPERATION_UNKNOWN", offer["agent_id"])]
    accepted(scheduler.call("ACKNOWLEDGE_OPERATION_STATUS", agent_id=offer["agent_id"], operation_id={"value": "o1"},
                            uuid=base64.b64encode(uuid.uuid4().bytes).decode()))
    assert metric(master, "invalid_operation_status_update_acknowledgements") == 1


def launched(master: Program, **options: Any) -> tuple[AgentEnd, Scheduler, dict[str, Any], dict[str, Any]]:
    """An agent and a framework with one running task, and the events of its launch."""
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = subscribed(master, **options)
    offer = scheduler.offer()
    scheduler.launch(offer, task(offer), refuse_seconds=3600)
    run = agent.stream.expect("RUN_TASK")
    scheduler.acknowledge({**agent.report(run, "TASK_RUNNING"), **scheduler.update()})
    return agent, scheduler, run, offer


def test_a_kill_that_names_another_agent_is_ignored(master: Program) -> None:
    agent, scheduler, _run, _offer = launched(master)
    accepted(scheduler.call("KILL", task_id={"value": "t1"}, agent_id={"value": "another"}))
    agent.stream.nothing("KILL_TASK", 0.5)
    accepted(scheduler.call("KILL", task_id={"value": "t1"}))
    agent.stream.expect("KILL_TASK")


def test_shutdown_ends_the_tasks_of_an_executor(master: Program) -> None:
    agent, scheduler, run, offer = launched(master)
    accepted(scheduler.call("SHUTDOWN", executor_id={"value": "t1"}, agent_id={"value": "another"}))
    accepted(scheduler.call("SHUTDOWN", executor_id={"value": "other"}, agent_id=offer["agent_id"]))
    agent.stream.nothing("KILL_TASK", 0.5)
    accepted(scheduler.call("SHUTDOWN", executor_id={"value": "t1"}, agent_id=offer["agent_id"]))
    kill = agent.stream.expect("KILL_TASK")
    assert (kill["task_id"], kill["framework_id"]) == ({"value": "t1"}, run["framework"]["id"])
    agent.report(kill, "TASK_KILLED")
    assert scheduler.update()["state"] == "TASK_KILLED"


def test_the_end_of_a_groups_executor_is_told(master: Program) -> None:
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = subscribed(master)
    offer = scheduler.offer()
    executor = {"type": "DEFAULT", "executor_id": {"value": "group"}, "framework_id": {"value": scheduler.id},
                "resources": [scalar("cpus", 0.1)]}
    accepted(scheduler.call("ACCEPT", offer_ids=[offer["id"]], operations=[{"type": "LAUNCH_GROUP", "launch_group": {
        "executor": executor, "task_group": {"tasks": [task(offer, "t1"), task(offer, "t2")]}}}]))
    run = agent.stream.expect("RUN_TASK_GROUP")
    ended = [agent.report({"framework": run["framework"], "task": one}, "TASK_FINISHED") for one in run["tasks"]]
    scheduler.update()
    scheduler.update()
    scheduler.acknowledge(ended[0])
    scheduler.stream.nothing("FAILURE", 0.5)
    scheduler.acknowledge(ended[1])
    assert scheduler.stream.expect("FAILURE")["failure"] == {
        "agent_id": offer["agent_id"], "executor_id": {"value": "group"}, "status": 0}


def test_what_nobody_here_listens_to_is_counted(master: Program) -> None:
    _agent, scheduler, _run, offer = launched(master)
    message = {"executor_id": {"value": "t1"}, "data": base64.b64encode(b"hello").decode()}
    accepted(scheduler.call("MESSAGE", agent_id=offer["agent_id"], **message))
    accepted(scheduler.call("MESSAGE", agent_id={"value": "another"}, **message))
    assert [metric(master, f"{kind}_framework_to_executor_messages") for kind in ("valid", "invalid")] == [1, 1]
    assert metric(master, "messages_framework_to_executor") == 2
    accepted(scheduler.call("REQUEST", requests=[{"agent_id": offer["agent_id"], "resources": [scalar("cpus", 1)]}]))
    assert metric(master, "messages_resource_request") == 1
    for kind in ("ACCEPT_INVERSE_OFFERS", "DECLINE_INVERSE_OFFERS"):
        accepted(scheduler.call(kind, inverse_offer_ids=[{"value": "O1"}]))


def test_acknowledgements_that_help_nobody(master: Program) -> None:
    agent, scheduler, _run, offer = launched(master)
    refused = scheduler.call("ACKNOWLEDGE", agent_id=offer["agent_id"], task_id={"value": "t1"}, uuid="AAAA")
    assert (refused.status_code, refused.text) == (400, "Failed to validate scheduler::Call: Not a valid UUID")
    assert metric(master, "invalid_status_update_acknowledgements") == 1
    good = base64.b64encode(uuid.uuid4().bytes).decode()
    accepted(scheduler.call("ACKNOWLEDGE", agent_id={"value": "another"}, task_id={"value": "t1"}, uuid=good))
    assert metric(master, "invalid_status_update_acknowledgements") == 2
    # One that is not expected is the agent's to judge.
    accepted(scheduler.call("ACKNOWLEDGE", agent_id=offer["agent_id"], task_id={"value": "t1"}, uuid=good))
    agent.stream.expect("ACKNOWLEDGE")
    while agent.stream.expect("ACKNOWLEDGE")["uuid"] != good:
        pass


def test_reconciliation_tells_of_ended_tasks_until_they_are_acknowledged(master: Program) -> None:
    agent, scheduler, run, offer = launched(master)
    ended = agent.report(run, "TASK_FINISHED")
    scheduler.update()
    for asked in ([], [{"task_id": {"value": "t1"}, "agent_id": offer["agent_id"]}]):
        accepted(scheduler.call("RECONCILE", tasks=asked))
        assert scheduler.update()["state"] == "TASK_FINISHED"
    scheduler.acknowledge(ended)
    accepted(scheduler.call("RECONCILE", tasks=[]))
    scheduler.stream.nothing("UPDATE", 0.5)
    accepted(scheduler.call("RECONCILE", tasks=[{"task_id": {"value": "t1"}, "agent_id": offer["agent_id"]}]))
    status = scheduler.update()
    assert (status["state"], status["message"]) == ("TASK_GONE", "Reconciliation: Task is unknown to the agent")


@pytest.mark.parametrize(("aware", "states"), [
    (True, ["TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN", "TASK_UNKNOWN"]), (False, ["TASK_LOST"] * 3)])
def test_reconciliation_of_tasks_on_lost_agents(master: Program, aware: bool, states: list[str]) -> None:
    _agent, scheduler, _run, offer = launched(master, partition_aware=aware)
    gone = requests.post(master.url + "/api/v1", timeout=5, json={
        "type": "MARK_AGENT_GONE", "mark_agent_gone": {"agent_id": offer["agent_id"]}})
    assert gone.status_code == 200
    scheduler.update()
    for agent_id, state in zip((offer["agent_id"], {"value": "elsewhere-S1"}, None), states, strict=True):
        named = {"task_id": {"value": "t1"}, **({"agent_id": agent_id} if agent_id else {})}
        accepted(scheduler.call("RECONCILE", tasks=[named]))
        status = scheduler.update()
        assert (status["state"], status.get("agent_id"), status["reason"]) == (
            state, agent_id, "REASON_RECONCILIATION")


def test_nobody_knows_of_tasks_while_an_agent_may_come_back(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, agents=1) as cluster:
        known = requests.get(cluster.leader().url + "/slaves", timeout=5).json()["slaves"][0]["id"]
        cluster.agents[0].kill()
        cluster.masters[0].kill()
        cluster.masters[0].start()
        master = cluster.wait_leader()
        scheduler = subscribed(master)
        recovering = [{"task_id": {"value": "t1"}}, {"task_id": {"value": "t1"}, "agent_id": {"value": known}}]
        accepted(scheduler.call("RECONCILE", tasks=recovering))
        accepted(scheduler.call("KILL", task_id={"value": "t1"}))
        scheduler.stream.nothing("UPDATE", 1)
        accepted(scheduler.call("RECONCILE", tasks=[{"task_id": {"value": "t1"}, "agent_id": {"value": "another"}}]))
        assert scheduler.update()["state"] == "TASK_UNKNOWN"
        accepted(scheduler.call("RECONCILE_OPERATIONS", operations=[
            {"operation_id": {"value": "o1"}, "agent_id": {"value": known}}]))
        told = scheduler.stream.expect("UPDATE_OPERATION_STATUS")["update_operation_status"]["status"]
        assert told["state"] == "OPERATION_RECOVERING"


def test_update_framework(master: Program) -> None:
    AgentEnd(master.url).subscribed()
    scheduler = subscribed(master, roles=["dev"])
    first = scheduler.offer()
    accepted(scheduler.call("DECLINE", offer_ids=[first["id"]], filters={"refuse_seconds": 3600}))
    info = {**scheduler.info, "id": {"value": scheduler.id}, "name": "renamed", "roles": ["dev", "prod"],
            "failover_timeout": 5.0}
    answer = scheduler.call("UPDATE_FRAMEWORK", framework_info=info)
    assert (answer.status_code, answer.text) == (200, "")
    assert scheduler.offer()["allocation_info"] == {"role": "prod"}
    seen = shown(master, scheduler.id)
    assert (seen["name"], seen["roles"], seen["failover_timeout"]) == ("renamed", ["dev", "prod"], 5.0)

    for change, text in (
        ({"user": "other"}, "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; "
                            "attempted to update from 'root' to 'other'"),
        ({"checkpoint": False}, "FrameworkInfo update is not valid: Updating 'FrameworkInfo.checkpoint' is "
                                "unsupported; attempted to update from 'true' to 'false'"),
        ({"principal": "p"}, "FrameworkInfo update is not valid: Changing framework's principal is not allowed."),
        ({"roles": ["a", "a"]}, "Supplied FrameworkInfo is not valid: 'FrameworkInfo.roles' contains duplicate items: "
                                "{ a }"),
        ({"id": {"value": "another"}}, "Failed to validate scheduler::Call: 'framework_id' differs from "
                                       "'update_framework.framework_info.id'"),
    ):
        answer = scheduler.call("UPDATE_FRAMEWORK", framework_info={**info, **change})
        assert (answer.status_code, answer.text) == (400, text)
    answer = scheduler.call("UPDATE_FRAMEWORK", framework_info=info, suppressed_roles=["test"])
    assert (answer.status_code, answer.text) == (
        400, "'UpdateFramework' call is not valid: Suppressed roles { test } are not contained in the set of roles")
    seen = shown(master, scheduler.id)
    assert (seen["name"], seen["user"], seen["roles"]) == ("renamed", "root", ["dev", "prod"])


def test_what_a_framework_keeps_when_it_subscribes_again(master: Program) -> None:
    scheduler = subscribed(master)
    again = {**scheduler.info, "id": {"value": scheduler.id}, "user": "other", "checkpoint": False, "name": "renamed"}
    body = {"type": "SUBSCRIBE", "framework_id": again["id"], "subscribe": {"framework_info": again}}
    refused = post(master, {**body, "subscribe": {"framework_info": {**again, "principal": "new"}}})
    assert b"Changing framework's principal is not allowed." in refused.content
    assert shown(master, scheduler.id)["connected"], "the first one stays"
    second = post(master, body)
    assert second.status_code == 200
    assert scheduler.stream.expect("ERROR")["error"]["message"] == "Framework failed over"
    seen = shown(master, scheduler.id)
    assert (seen["name"], seen["user"], seen["checkpoint"]) == ("renamed", "root", True)
    second.close()


def test_frameworks_that_the_flags_forbid(start_master: Any) -> None:
    master = start_master(roles="dev", root_submissions="false")
    for change, text in (({"role": "prod"}, b"Roles { prod } are not present in the master's --roles"),
                         ({"user": "root"}, b"not allowed to run frameworks without --root_submissions set")):
        refused = post(master, {"type": "SUBSCRIBE", "subscribe": {"framework_info": {
            "user": "u", "name": "n", "role": "dev", **change}}})
        assert text in refused.content
