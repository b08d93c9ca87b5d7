"""What happened between two SUBSCRIBED of the masters."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.events.cluster_seen import ClusterSeen, difference


def agent(name: str) -> dict[str, Any]:
    return {"agent_info": {"id": {"value": name}, "hostname": name}, "active": True}


def framework(name: str, connected: bool = True) -> dict[str, Any]:
    return {"framework_info": {"id": {"value": name}, "name": name}, "active": True, "connected": connected}


def task(name: str, state: str = "TASK_RUNNING", on: str = "a1", **more: Any) -> dict[str, Any]:
    ids = {"task_id": {"value": name}, "framework_id": {"value": "f1"}, "agent_id": {"value": on}}
    return {**ids, "state": state, **more}


def state(
    agents: tuple[str, ...] = ("a1",),
    frameworks: tuple[dict[str, Any], ...] = (framework("f1"),),
    tasks: tuple[dict[str, Any], ...] = (),
    completed: tuple[dict[str, Any], ...] = (),
    recovered: tuple[str, ...] = (),
) -> dict[str, Any]:
    back = [agent(name)["agent_info"] for name in recovered]
    return {
        "get_agents": {"agents": [agent(name) for name in agents], "recovered_agents": back},
        "get_frameworks": {"frameworks": list(frameworks)},
        "get_tasks": {"tasks": list(tasks), "completed_tasks": list(completed)},
    }


def told(before: dict[str, Any], now: dict[str, Any], *stream: dict[str, Any]) -> list[dict[str, Any]]:
    first, second = ClusterSeen(before), ClusterSeen(now)
    for event in stream:
        first.apply(event)
    second.keep(first)
    return difference(first, second)


def update(name: str, status: str) -> dict[str, Any]:
    content = {"framework_id": {"value": "f1"}, "status": {"task_id": {"value": name}}, "state": status}
    return {"type": "TASK_UPDATED", "task_updated": content}


def test_nothing_happened() -> None:
    same = state(tasks=(task("t1"),), completed=(task("t0", "TASK_FINISHED"),))
    assert told(same, same) == []
    assert told({}, {}) == []


def test_agents_frameworks_and_tasks_that_came_and_went() -> None:
    before = state(("a1", "a2"), (framework("f1"), framework("f2")), (task("t1"), task("t2")))
    now = state(("a1", "a3"), (framework("f1", False), framework("f3")), (task("t1", "TASK_KILLING"), task("t3")))
    events = told(before, now)
    assert [event["type"] for event in events] == [
        "AGENT_ADDED", "AGENT_REMOVED", "FRAMEWORK_UPDATED", "FRAMEWORK_ADDED", "TASK_UPDATED", "TASK_ADDED",
        "TASK_UPDATED", "FRAMEWORK_REMOVED"]  # fmt: skip
    assert events[0]["agent_added"] == {"agent": agent("a3")}
    assert events[1]["agent_removed"] == {"agent_id": {"value": "a2"}}
    assert events[5]["task_added"] == {"task": task("t3")}
    assert events[6]["task_updated"]["state"] == "TASK_UNKNOWN"
    assert events[7]["framework_removed"]["framework_info"]["name"] == "f2"


def test_how_a_task_ended_is_told_with_its_last_status() -> None:
    statuses = [{"state": "TASK_RUNNING"}, {"state": "TASK_FAILED", "message": "exit 1"}]
    ended = task("t1", "TASK_FAILED", statuses=statuses)
    (event,) = told(state(tasks=(task("t1"),)), state(completed=(ended,)))
    content = event["task_updated"]
    assert (content["state"], content["framework_id"]) == ("TASK_FAILED", {"value": "f1"})
    ids = {"agent_id": {"value": "a1"}, "task_id": {"value": "t1"}}
    assert content["status"] == {**ids, "state": "TASK_FAILED", "message": "exit 1"}


def test_a_task_that_began_and_ended_meanwhile_is_told() -> None:
    (event,) = told(state(), state(completed=(task("t9", "TASK_FAILED"),)))
    assert event["task_updated"]["status"]["task_id"] == {"value": "t9"}


def test_what_the_stream_told_is_not_told_again() -> None:
    stream = [
        {"type": "TASK_ADDED", "task_added": {"task": task("t2")}},
        update("t1", "TASK_FAILED"),
        update("t2", "TASK_KILLING"),
        {"type": "AGENT_ADDED", "agent_added": {"agent": agent("a2")}},
        {"type": "AGENT_REMOVED", "agent_removed": {"agent_id": {"value": "a1"}}},
        {"type": "FRAMEWORK_ADDED", "framework_added": {"framework": framework("f2")}},
        {"type": "FRAMEWORK_UPDATED", "framework_updated": {"framework": framework("f2", False)}},
        {"type": "FRAMEWORK_REMOVED", "framework_removed": framework("f1")},
        {"type": "HEARTBEAT"},
    ]
    now = state(("a2",), (framework("f2", False),), (task("t2", "TASK_KILLING"),), (task("t1", "TASK_FAILED"),))
    assert told(state(tasks=(task("t1"),)), now, *stream) == []


def test_what_the_next_leader_does_not_know_yet_is_not_gone() -> None:
    before = state(("a1", "a2"), (framework("f1"),), (task("t1"), task("t2", on="a2")))
    after_election = state((), (), (), recovered=("a1", "a2"))
    assert told(before, after_election) == []
    # The agent is back without one of its tasks.
    back = state(("a1",), (), (), recovered=("a2",))
    (event,) = told(before, back)
    assert event["task_updated"]["status"]["task_id"] == {"value": "t1"}


def test_what_was_kept_is_compared_once_it_is_known() -> None:
    before = ClusterSeen(state(tasks=(task("t1"),)))
    elected = ClusterSeen(state((), (), (), recovered=("a1",)))
    elected.keep(before)
    late = ClusterSeen(state((), ()))
    late.keep(elected)
    kinds = [event["type"] for event in difference(elected, late)]
    assert kinds == ["AGENT_REMOVED", "TASK_UPDATED", "FRAMEWORK_REMOVED"]
