"""A master between a scheduler and agents: offers, launches, updates, kills, reconciliation, loss."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from local_cluster import Program, wait_until
from mesos_clients import AgentEnd, Scheduler, ports, scalar, task


def running(master: Program, **options: object) -> tuple[AgentEnd, Scheduler, dict, dict]:
    """An agent and a framework with one running, acknowledged task; also the RUN_TASK event and the offer."""
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = Scheduler(master.url, **options)  # type: ignore[arg-type]
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.launch(offer, task(offer), refuse_seconds=3600)
    run = agent.stream.expect("RUN_TASK")
    status = agent.report(run, "TASK_RUNNING")
    assert scheduler.update()["uuid"] == status["uuid"]
    scheduler.acknowledge(status)
    assert agent.stream.expect("ACKNOWLEDGE")["uuid"] == status["uuid"]
    return agent, scheduler, run, offer


def test_an_offer_holds_the_whole_agent(master: Program) -> None:
    agent = AgentEnd(master.url, hostname="slave1")
    agent_id = agent.subscribed()
    scheduler = Scheduler(master.url, role="prod")
    framework_id = scheduler.subscribed()
    offer = scheduler.offer()
    assert offer["agent_id"] == {"value": agent_id}
    assert offer["framework_id"] == {"value": framework_id}
    assert offer["hostname"] == "slave1"
    assert offer["attributes"][0]["text"] == {"value": "r1"}
    assert {one["name"]: one.get("scalar", one.get("ranges")) for one in offer["resources"]} == {
        "cpus": {"value": 4.0}, "mem": {"value": 4096.0}, "ports": {"range": [{"begin": 31000, "end": 32000}]}}
    assert all(one["allocation_info"] == {"role": "prod"} and one["role"] == "*" for one in offer["resources"])
    slave = requests.get(master.url + "/slaves", timeout=5).json()["slaves"][0]
    assert slave["offered_resources"]["cpus"] == 4.0


def test_a_task_lives_and_ends(master: Program) -> None:
    agent, scheduler, run, _offer = running(master)
    assert run["framework"]["id"]["value"] == scheduler.id
    state = requests.get(master.url + "/state", timeout=5).json()
    assert state["slaves"][0]["used_resources"]["cpus"] == 0.5
    assert [(one["id"], one["state"]) for one in state["frameworks"][0]["tasks"]] == [("t1", "TASK_RUNNING")]

    ended = agent.report(run, "TASK_FINISHED")
    assert scheduler.update()["state"] == "TASK_FINISHED"
    framework = requests.get(master.url + "/frameworks", timeout=5).json()["frameworks"][0]
    assert framework["used_resources"]["cpus"] == 0.0
    assert len(framework["tasks"]) == 1, "kept until it is acknowledged"
    scheduler.acknowledge(ended)
    framework = requests.get(master.url + "/frameworks", timeout=5).json()["frameworks"][0]
    assert framework["tasks"] == []
    assert [one["state"] for one in framework["completed_tasks"][0]["statuses"]] == ["TASK_RUNNING", "TASK_FINISHED"]


def test_a_declined_offer_stays_away_until_revived(master: Program) -> None:
    AgentEnd(master.url).subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.call("DECLINE", offer_ids=[offer["id"]], filters={"refuse_seconds": 3600})
    scheduler.stream.nothing("OFFERS", 1)
    other = Scheduler(master.url, name="other")
    other.subscribed()
    other.offer()
    other.call("TEARDOWN")
    scheduler.call("REVIVE")
    scheduler.offer()


def test_a_suppressed_framework_gets_no_offers(master: Program) -> None:
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    assert scheduler.call("SUPPRESS").status_code == 202
    AgentEnd(master.url).subscribed()
    scheduler.stream.nothing("OFFERS", 1)
    scheduler.call("REVIVE")
    scheduler.offer()


def test_reserved_resources_go_to_their_role_only(master: Program) -> None:
    AgentEnd(master.url, resources=[scalar("cpus", 1), scalar("mem", 512), scalar("cpus", 2, "prod"),
                                    ports(31000, 31010)]).subscribed()
    anyone = Scheduler(master.url)
    anyone.subscribed()
    offer = anyone.offer()
    assert [one["scalar"]["value"] for one in offer["resources"] if one["name"] == "cpus"] == [1.0]
    prod = Scheduler(master.url, role="prod")
    prod.subscribed()
    offer = prod.offer()
    assert [(one["name"], one["role"], one["reservations"][0]["role"]) for one in offer["resources"]] == [
        ("cpus", "prod", "prod")]
    slave = requests.get(master.url + "/slaves", timeout=5).json()["slaves"][0]
    assert slave["reserved_resources"]["prod"]["cpus"] == 2.0
    assert slave["unreserved_resources"]["cpus"] == 1.0


@pytest.mark.parametrize(("change", "message"), [
    ({"cpus": 5}, "more than available"),
    ({"agent_id": {"value": "nobody"}}, "invalid agent"),
    ({"task_id": {"value": "a/b"}}, "contains invalid characters"),
    ({"task_id": {"value": "a" * 256}}, "ID must not be greater than 255 characters"),
])
def test_a_task_that_cannot_be(master: Program, change: dict, message: str) -> None:
    AgentEnd(master.url).subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.launch(offer, {**task(offer, cpus=change.get("cpus", 0.1)),
                             **{key: value for key, value in change.items() if key != "cpus"}})
    status = scheduler.update()
    assert status["state"] == "TASK_ERROR"
    assert status["reason"] == "REASON_TASK_INVALID"
    assert message in status["message"]
    assert "uuid" not in status


def test_an_offer_is_good_only_once(master: Program) -> None:
    AgentEnd(master.url).subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.call("DECLINE", offer_ids=[offer["id"]])
    scheduler.launch(offer, task(offer))
    status = scheduler.update()
    assert (status["state"], status["reason"]) == ("TASK_DROPPED", "REASON_INVALID_OFFERS")


def test_kill_reaches_the_agent_and_an_unknown_task_is_answered(master: Program) -> None:
    agent, scheduler, _run, offer = running(master)
    scheduler.call("KILL", task_id={"value": "t1"}, kill_policy={"grace_period": {"nanoseconds": 1}})
    kill = agent.stream.expect("KILL_TASK")
    assert kill["task_id"] == {"value": "t1"}
    assert kill["kill_policy"] == {"grace_period": {"nanoseconds": 1}}
    agent.report(kill, "TASK_KILLED")
    assert scheduler.update()["state"] == "TASK_KILLED"
    scheduler.call("KILL", task_id={"value": "nothing"}, agent_id=offer["agent_id"])
    assert scheduler.update()["state"] == "TASK_GONE"


def test_a_kill_waits_for_an_agent_that_is_away(master: Program) -> None:
    agent, scheduler, run, _offer = running(master)
    agent.stream.close()
    wait_until("the agent is disconnected", lambda: not requests.get(
        master.url + "/slaves", timeout=5).json()["slaves"][0]["active"], 5)
    scheduler.call("KILL", task_id={"value": "t1"})
    back = AgentEnd(master.url, agent_id=agent.id, frameworks=[run["framework"]], tasks=[
        {"framework_id": run["framework"]["id"], "task": run["task"], "status": {"state": "TASK_RUNNING"}}])
    assert back.subscribed() == agent.id
    assert back.stream.expect("KILL_TASK")["task_id"] == {"value": "t1"}


def test_reconciliation(master: Program) -> None:
    _agent, scheduler, _run, offer = running(master)
    scheduler.call("RECONCILE", tasks=[])
    status = scheduler.update()
    assert (status["state"], status["reason"]) == ("TASK_RUNNING", "REASON_RECONCILIATION")
    assert "uuid" not in status
    scheduler.call("RECONCILE", tasks=[{"task_id": {"value": "gone"}, "agent_id": offer["agent_id"]}])
    assert scheduler.update()["state"] == "TASK_GONE"
    scheduler.call("RECONCILE", tasks=[{"task_id": {"value": "x"}, "agent_id": {"value": "elsewhere-S1"}}])
    assert scheduler.update()["state"] == "TASK_UNKNOWN"


def test_a_framework_that_returns_keeps_its_tasks(master: Program) -> None:
    _agent, scheduler, _run, _offer = running(master)
    scheduler.stream.close()
    wait_until("the framework is disconnected", lambda: not requests.get(
        master.url + "/frameworks", timeout=5).json()["frameworks"][0]["connected"], 5)
    again = Scheduler(master.url, framework_id=scheduler.id)
    assert again.subscribed() == scheduler.id
    again.call("RECONCILE", tasks=[])
    assert again.update()["state"] == "TASK_RUNNING"


def test_a_second_scheduler_takes_over(master: Program) -> None:
    _agent, scheduler, _run, _offer = running(master)
    again = Scheduler(master.url, framework_id=scheduler.id)
    again.subscribed()
    assert scheduler.stream.expect("ERROR")["error"]["message"] == "Framework failed over"
    assert scheduler.stream.ended.wait(5)
    refused = scheduler.call("REVIVE")
    assert refused.status_code == 400
    assert "stream ID" in refused.text


@pytest.mark.parametrize("how", ["TEARDOWN", "timeout"])
def test_a_removed_framework_loses_its_tasks_and_its_id(master: Program, how: str) -> None:
    agent, scheduler, _run, _offer = running(master, failover_timeout=0.2)
    if how == "TEARDOWN":
        assert scheduler.call("TEARDOWN").status_code == 202
    else:
        scheduler.stream.close()
    assert agent.stream.expect("SHUTDOWN_FRAMEWORK")["framework_id"] == {"value": scheduler.id}
    state = requests.get(master.url + "/state", timeout=5).json()
    assert state["frameworks"] == []
    assert state["completed_frameworks"][0]["completed_tasks"][0]["state"] == "TASK_KILLED"
    again = Scheduler(master.url, framework_id=scheduler.id)
    assert again.stream.expect("ERROR")["error"]["message"] == "Framework has been removed"


@pytest.mark.parametrize(("aware", "state"), [(True, "TASK_UNREACHABLE"), (False, "TASK_LOST")])
def test_a_silent_agent_becomes_unreachable_and_may_return(start_master: Callable[..., Program], aware: bool,
                                                          state: str) -> None:
    master = start_master(agent_ping_timeout="1secs", max_agent_ping_timeouts="2")
    agent, scheduler, run, offer = running(master, partition_aware=aware)
    agent.silent = True
    status = scheduler.update(15)
    assert (status["state"], status["reason"]) == (state, "REASON_SLAVE_REMOVED")
    assert scheduler.stream.expect("FAILURE")["failure"]["agent_id"] == offer["agent_id"]
    seen = requests.get(master.url + "/state", timeout=5).json()
    assert (seen["slaves"], seen["unreachable_slaves"]) == ([], 1.0)
    assert [one["state"] for one in seen["frameworks"][0]["unreachable_tasks"]] == [state]

    back = AgentEnd(master.url, agent_id=agent.id, frameworks=[run["framework"]], tasks=[
        {"framework_id": run["framework"]["id"], "task": run["task"], "status": {"state": "TASK_RUNNING"}}])
    back.subscribed()
    status = scheduler.update()
    assert (status["state"], status["reason"]) == ("TASK_RUNNING", "REASON_SLAVE_REREGISTERED")
    assert requests.get(master.url + "/state", timeout=5).json()["unreachable_slaves"] == 0.0


def test_an_agent_that_forgot_a_task(master: Program) -> None:
    agent, scheduler, _run, _offer = running(master)
    back = AgentEnd(master.url, agent_id=agent.id)
    back.subscribed()
    assert agent.stream.ended.wait(5), "the old stream ends"
    assert scheduler.update()["state"] == "TASK_DROPPED"


def test_an_agent_with_a_new_work_dir_replaces_the_old_one(master: Program) -> None:
    agent, scheduler, _run, _offer = running(master)
    new = AgentEnd(master.url)
    assert new.subscribed() != agent.id
    assert scheduler.update()["state"] == "TASK_GONE"
    slaves = requests.get(master.url + "/slaves", timeout=5).json()["slaves"]
    assert [one["id"] for one in slaves] == [new.id]


def test_a_lost_agent_takes_its_offer_along(master: Program) -> None:
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    agent.stream.close()
    assert scheduler.stream.expect("RESCIND")["rescind"]["offer_id"] == offer["id"]


def test_an_unanswered_offer_expires(start_master: Callable[..., Program]) -> None:
    master = start_master(offer_timeout="500ms")
    AgentEnd(master.url).subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    first = scheduler.offer()
    scheduler.stream.expect("RESCIND", 5)
    assert scheduler.offer()["id"] != first["id"]


def test_an_operator_tears_a_framework_down(master: Program) -> None:
    agent, scheduler, _run, _offer = running(master)
    answer = requests.post(master.url + "/teardown", data={"frameworkId": "nobody"}, timeout=5)
    assert (answer.status_code, answer.text) == (400, "No framework found with specified ID")
    assert requests.post(master.url + "/master/teardown", data={"frameworkId": scheduler.id}, timeout=5).ok
    assert agent.stream.expect("SHUTDOWN_FRAMEWORK")["framework_id"] == {"value": scheduler.id}
    assert scheduler.stream.ended.wait(5)


def test_an_operator_tears_a_framework_down_by_the_v1_api(master: Program) -> None:
    agent, scheduler, _run, _offer = running(master)

    def teardown(**content: object) -> tuple[int, str]:
        answer = requests.post(master.url + "/api/v1", json={"type": "TEARDOWN"} | content, timeout=5)
        return answer.status_code, answer.text

    assert teardown() == (400, "Failed to validate master::Call: Expecting 'teardown' to be present")
    assert teardown(teardown={"framework_id": {"value": "nobody"}}) == (400, "No framework found with specified ID")
    assert teardown(teardown={"framework_id": {"value": scheduler.id}}) == (200, "")
    assert agent.stream.expect("SHUTDOWN_FRAMEWORK")["framework_id"] == {"value": scheduler.id}


def test_a_decline_counts_for_its_role_only(master: Program) -> None:
    AgentEnd(master.url).subscribed()
    scheduler = Scheduler(master.url, roles=["dev", "prod"])
    scheduler.subscribed()
    first = scheduler.offer()
    scheduler.call("DECLINE", offer_ids=[first["id"]], filters={"refuse_seconds": 3600})
    second = scheduler.offer()
    assert {first["allocation_info"]["role"], second["allocation_info"]["role"]} == {"dev", "prod"}
    scheduler.call("DECLINE", offer_ids=[second["id"]], filters={"refuse_seconds": 3600})
    scheduler.stream.nothing("OFFERS", 1)
    seen = requests.get(master.url + "/frameworks", timeout=5).json()["frameworks"][0]
    assert (seen["roles"], "role" in seen) == (["dev", "prod"], False)
