"""The program that keeps names in DNS, as a process: stand-ins for Mesos and Marathon, a real BIND asked with dig."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from agent_process import SECONDS, AgentProcess
from dns_process import Bind, running
from marathon_apps import app
from marathon_apps import task as marathon_task
from marathon_stand_in import StandIn
from mesos_stand_in import MesosStandIn
from mesos_state import AGENTS, state, task
from raw_server import drip, saying

# The host's, which has dnspython from the distribution.
PYTHON = "/usr/bin/python3"
WEB = "web.marathon.mesos"


class Agent(AgentProcess):
    def __init__(self, bind: Bind, mesos: MesosStandIn, marathon: StandIn) -> None:
        values = {
            "masters": [mesos.url],
            "marathon": [marathon.url],
            "key_file": str(bind.key_file),
            "nameservers": ["127.0.0.1"],
            "server": f"127.0.0.1:{bind.port}",
        }
        super().__init__(bind.directory, "marathon_discovery.names", values, PYTHON)


@pytest.fixture
def bind() -> Iterator[Bind]:
    with running() as started:
        yield started


@pytest.fixture
def mesos() -> Iterator[MesosStandIn]:
    started = MesosStandIn(state(task("web", 31001), task("web", 31002, 1, agent=1)))
    yield started
    started.stop()


@pytest.fixture
def marathon() -> Iterator[StandIn]:
    started = StandIn([])
    yield started
    started.stop()


@pytest.fixture
def agent(bind: Bind, mesos: MesosStandIn, marathon: StandIn) -> Iterator[Agent]:
    made = Agent(bind, mesos, marathon)
    yield made
    made.kill()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def served(status: dict[str, Any]) -> bool:
    return status["ready"] and not status["problem"]


BOTH = ["10.0.0.10", "10.0.0.11"]


def test_from_events_to_answers_and_through_its_own_death(
    agent: Agent, bind: Bind, mesos: MesosStandIn, marathon: StandIn
) -> None:
    agent.values["interval"] = 600
    # What an earlier run left behind goes, whatever it is.
    bind.update(f"update add old.{WEB} 60 A 10.9.9.9", f"update add {WEB} 60 A 10.9.9.9")
    agent.start()
    status = agent.wait_for(lambda status: served(status) and status["events"]["connected"])
    assert (status["tasks"], status["excluded"], status["waiting"]) == (2, [], [])
    assert bind.ask(f"old.{WEB}") == []
    assert bind.ask(WEB) == bind.ask("slave.mesos") == BOTH
    ports = sorted(line.split()[2] for line in bind.ask("_web._tcp.marathon.mesos", "SRV"))
    assert ports == ["31001", "31002"]
    for line in bind.ask("_web._tcp.marathon.mesos", "SRV"):
        assert bind.ask(line.split()[3]) in (["10.0.0.10"], ["10.0.0.11"])
    # The leader is not among the masters that it is configured with.
    assert (bind.ask("master0.mesos"), bind.ask("master1.mesos")) == (["127.0.0.1"], ["10.0.0.1"])
    assert bind.ask("leader.mesos") == ["10.0.0.1"]
    assert bind.ask("_leader._tcp.mesos", "SRV") == ["0 1 5050 leader.mesos."]
    assert agent.get("/ready")[0] == 200
    # A task moves, and an event tells it; then one is killed while the program is dead.
    mesos.state = state(task("web", 31001), task("web", 31009, 2), completed=[task("web", 31002, 1, agent=1)])
    marathon.emit()
    until(lambda: bind.ask(WEB) == ["10.0.0.10"])
    agent.kill()
    assert bind.ask(WEB) == ["10.0.0.10"]
    mesos.state = state(task("web", 31002, 3, agent=1), completed=[task("web", 31001), task("web", 31009, 2)])
    agent.start()
    until(lambda: bind.ask(WEB) == ["10.0.0.11"])
    agent.wait_for(served)
    metrics = agent.get("/metrics")[1]
    assert "marathon_dns_dns_error 0" in metrics and "marathon_dns_tasks_waiting 0" in metrics
    assert agent.stop() == 0


def test_a_task_that_fails_its_health_checks_has_no_name(
    agent: Agent, bind: Bind, marathon: StandIn, mesos: MesosStandIn
) -> None:
    ids = [entry["id"] for entry in mesos.state["frameworks"][0]["tasks"]]

    def say(*alive: bool) -> None:
        tasks = [
            marathon_task(name, 31001, healthCheckResults=[{"alive": one}])
            for name, one in zip(ids, alive, strict=True)
        ]
        marathon.apps = [app("/web", 10000, tasks, healthChecks=[{"protocol": "HTTP"}])]
        marathon.emit()

    say(True, True)
    agent.start()
    agent.wait_for(served)
    assert bind.ask(WEB) == BOTH
    say(True, False)
    until(lambda: bind.ask(WEB) == ["10.0.0.10"])
    (waiting,) = agent.status()["waiting"]
    assert (waiting["task"], waiting["why"]) == (ids[1], "its health checks fail")
    # Without Marathon who is healthy is as it was, and who leads and what runs is followed.
    marathon.fault = 503
    mesos.state = {**mesos.state, "pid": "master@10.0.0.2:5050", "leader": "master@10.0.0.2:5050"}
    until(lambda: bind.ask("leader.mesos") == ["10.0.0.2"])
    assert bind.ask(WEB) == ["10.0.0.10"]
    assert "status 503" in agent.wait_for(lambda status: status["problem"])["problem"]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (401, "status 401"),
        ("html", "not JSON"),
        (307, "not the leading master"),
        ("none", "2 of 2 tasks are gone"),
        ("standby", "not the leading master"),
    ],
)
def test_in_every_doubt_the_names_stay(
    fault: int | str, problem: str, agent: Agent, bind: Bind, mesos: MesosStandIn
) -> None:
    agent.start()
    agent.wait_for(served)
    if fault == "none":
        mesos.state = state()
    elif fault == "standby":
        mesos.state = {**state(), "pid": "master@10.0.0.9:5050"}
    else:
        mesos.fault = fault
    assert problem in agent.wait_for(lambda status: status["problem"])["problem"]
    # Its restart in the middle of that makes it no worse.
    agent.kill()
    agent.start()
    assert problem in agent.wait_for(lambda status: status["problem"])["problem"]
    assert bind.ask(WEB) == BOTH
    mesos.fault, mesos.state = None, state(task("web", 31001), completed=[task("web", 31002, 1, agent=1)])
    agent.wait_for(served)
    assert bind.ask(WEB) == ["10.0.0.10"]


def test_apps_that_are_called_like_masters_keep_their_names_too(
    agent: Agent, bind: Bind, mesos: MesosStandIn
) -> None:
    mesos.state = state(task("master", 31001), task("leader", 31002, 1), task("master1", 31003, 2))
    agent.start()
    agent.wait_for(served)
    mesos.state = state()
    assert "3 of 3 tasks are gone" in agent.wait_for(lambda status: status["problem"])["problem"]
    for name in ("master", "leader", "master1"):
        assert bind.ask(f"{name}.marathon.mesos") == ["10.0.0.10"]
        assert len(bind.ask(f"_{name}._tcp.marathon.mesos", "SRV")) == 1


def test_after_an_election_a_task_is_missed_until_its_agent_is_back(
    agent: Agent, bind: Bind, mesos: MesosStandIn
) -> None:
    tasks = [task("web", 31001), task("web", 31002, 1, agent=1), task("db", 31003)]
    mesos.state = state(*tasks)
    agent.start()
    agent.wait_for(served)
    moved = {"pid": "master@10.0.0.2:5050", "leader": "master@10.0.0.2:5050"}
    mesos.state = state(tasks[0], tasks[2], slaves=AGENTS[:1], recovered_slaves=AGENTS[1:], **moved)
    assert "Mesos waits for 1 agents" in agent.wait_for(lambda status: status["problem"])["problem"]
    assert bind.ask(WEB) == bind.ask("slave.mesos") == BOTH
    assert bind.ask("leader.mesos") == ["10.0.0.2"]
    mesos.state = state(tasks[0], tasks[2], slaves=AGENTS[:1], **moved)
    agent.wait_for(served)
    assert bind.ask(WEB) == ["10.0.0.10"]


def test_a_master_that_drips_keeps_no_signal_waiting(agent: Agent) -> None:
    with saying(lambda connection: drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow:")) as slow:
        agent.values["masters"] = [slow.url]
        agent.ends_while_it_reads(slow)


def test_the_guard_has_an_override(agent: Agent, bind: Bind, mesos: MesosStandIn) -> None:
    assert agent.run("--once").returncode == 0
    mesos.state = state()
    assert agent.run("--once").returncode == 0
    assert bind.ask(WEB) == BOTH
    agent.values["allow_guarded"] = True
    assert agent.run("--once").returncode == 0
    assert bind.ask(WEB) == [] and bind.ask("leader.mesos") == ["10.0.0.1"]


def test_a_server_that_fails_and_one_that_refuses(agent: Agent, bind: Bind, mesos: MesosStandIn) -> None:
    agent.start()
    agent.wait_for(served)
    bind.stop()
    mesos.state = state(task("web", 31001), completed=[task("web", 31002, 1, agent=1)])
    assert "cannot be asked" in agent.wait_for(lambda status: status["dns"]["error"])["problem"]
    bind.start()
    until(lambda: bind.ask(WEB) == ["10.0.0.10"])
    agent.stop()
    bind.key_file.write_text(json.dumps({"name": "marathon-dns", "secret": "b3RoZXIgdGhhbiB0aGF0IG9m"}))
    refused = agent.run("--once")
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1 and "Traceback" not in refused.stderr
    bind.key_file.chmod(0o640)
    wrong = agent.run("--once")
    assert (wrong.returncode, "mode must be 0600" in wrong.stderr) == (2, True)
    agent.values["domainn"] = ""
    wrong = agent.run()
    assert (wrong.returncode, "unknown key 'domainn'" in wrong.stderr, wrong.stderr.count("\n")) == (2, True, 1)


def test_once_from_files_and_a_dry_run(agent: Agent, bind: Bind) -> None:
    files = [bind.directory / "state.json", bind.directory / "apps.json"]
    files[0].write_text(json.dumps(state(task("web", 31001), task("日", 31002))))
    files[1].write_text(json.dumps({"apps": []}))
    arguments = ["--once", "--from-file", *map(str, files)]
    dry = agent.run("--dry-run", *arguments)
    assert dry.returncode == 0, dry.stderr
    assert "web.marathon.mesos A 10.0.0.10\n" in dry.stdout and "is left out: name:" in dry.stdout
    assert bind.ask(WEB) == []
    assert agent.run(*arguments).returncode == 0
    assert bind.ask(WEB) == ["10.0.0.10"]
    second = agent.run(*arguments, "--dry-run")
    assert [line for line in second.stdout.splitlines() if "left out" not in line] == []
    files[0].write_text("<html>")
    failed = agent.run(*arguments)
    assert (failed.returncode, failed.stderr) == (1, "the answer is not JSON\n")


def test_more_changes_than_one_message_holds(agent: Agent, bind: Bind) -> None:
    files = [bind.directory / "state.json", bind.directory / "apps.json"]
    tasks = [task(f"app{number}.shop", 20000 + number, number, agent=number % 2) for number in range(80)]
    files[0].write_text(json.dumps(state(*tasks)))
    files[1].write_text(json.dumps({"apps": []}))
    arguments = ["--once", "--from-file", *map(str, files)]
    done = agent.run(*arguments)
    assert done.returncode == 0, done.stderr
    # The serial counts the messages.
    assert int(bind.ask("mesos", "SOA")[0].split()[2]) > 2
    assert bind.ask("app79.shop.marathon.mesos") == bind.ask("app79-shop.marathon.mesos") == ["10.0.0.11"]
    assert agent.run(*arguments, "--dry-run").stdout == ""


def test_an_address_in_an_unusual_form_is_no_change_of_each_round(agent: Agent, bind: Bind) -> None:
    files = [bind.directory / "state.json", bind.directory / "apps.json"]
    agent.values["nameservers"] = ["127.0.0.1", "2001:DB8:0::1"]
    mapped = {"network_infos": [{"ip_addresses": [{"ip_address": "::ffff:192.0.2.9"}]}]}
    status = {"state": "TASK_RUNNING", "timestamp": 1.0, "container_status": mapped}
    files[0].write_text(json.dumps(state({**task("web", 31001), "statuses": [status]})))
    files[1].write_text(json.dumps({"apps": []}))
    arguments = ["--once", "--from-file", *map(str, files)]
    assert agent.run(*arguments).returncode == 0
    assert bind.ask("ns1.mesos", "AAAA") == ["2001:db8::1"]
    assert bind.ask(WEB, "AAAA") == ["::ffff:192.0.2.9"]
    assert agent.run(*arguments, "--dry-run").stdout == ""
