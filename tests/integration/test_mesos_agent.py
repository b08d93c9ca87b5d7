"""mesos_agent against masters and agents that run: tasks move, states stay, and a change happens once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")


class Operator:
    """The module on a cluster of its own: three masters, two agents, an app on them."""

    def __init__(self, ansible: Any, cluster: LocalCluster) -> None:
        self._ansible = ansible
        self.cluster = cluster

    def keeps(self, state: str, *switches: str, **options: Any) -> dict[str, Any]:
        options.setdefault("address", f"{self.cluster.agents[0].ip}:{self.cluster.agents[0].port}")
        return self._ansible.module(
            *switches,
            module="quorum.mesos.mesos_agent",
            url=[master.url for master in self.cluster.masters],
            state=state,
            wait_timeout=60,
            **options,
        )

    def places(self) -> list[str]:
        """The address of the agent of every running task."""
        leader = self.cluster.leader().url
        agents = {one["id"]: one["pid"].partition("@")[2] for one in self._get(leader + "/slaves")["slaves"]}
        tasks = self._get(leader + "/tasks")["tasks"]
        return sorted(agents[task["slave_id"]] for task in tasks if task["state"] == "TASK_RUNNING")

    @staticmethod
    def _get(url: str) -> dict[str, Any]:
        return dict(requests.get(url, timeout=5).json())


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, ansible: Any) -> Iterator[Operator]:
    directory: Path = tmp_path_factory.mktemp("agents")
    flags = {"containerizers": "mesos", "resources": "cpus:1;mem:512;disk:512;ports:[31000-31010]"}
    with LocalCluster(directory, masters=3, agents=2, marathons=1, agent_flags=flags) as cluster:
        url = cluster.marathon_url
        app = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.2, "mem": 32, "instances": 2}
        assert requests.put(url + "/v2/apps/web", json=app, timeout=10).status_code in (200, 201)
        operator = Operator(ansible, cluster)
        wait_until("the app runs", lambda: len(operator.places()) == 2, 60)
        yield operator


def test_from_active_to_drained_and_back(operator: Operator) -> None:
    first = f"{operator.cluster.agents[0].ip}:{operator.cluster.agents[0].port}"

    shown = operator.keeps("drained", "--check", "--diff")
    assert shown["changed"]
    assert shown["diff"]["after"] == {"state": "drained"}
    assert operator.keeps("active", "--check")["changed"] is False

    done = operator.keeps("drained", max_grace_period=5)
    assert (done["changed"], done["agent"]["state"]) == (True, "drained"), done
    wait_until("both tasks run elsewhere", lambda: len(operator.places()) == 2 and first not in operator.places(), 60)
    assert operator.keeps("drained")["changed"] is False

    # It stays so over a restart of the agent and of the leading master.
    operator.cluster.agents[0].terminate()
    operator.cluster.agents[0].start()
    operator.cluster.agents[0].wait_answering("/health")
    leader = operator.cluster.leader()
    leader.kill()
    operator.cluster.wait_leader()
    operator.cluster.restart_marathons()
    leader.start()
    assert operator.keeps("drained")["changed"] is False
    assert operator.keeps("deactivated")["changed"] is False

    done = operator.keeps("active")
    assert (done["changed"], done["agent"]["state"]) == (True, "active"), done
    assert operator.keeps("active")["changed"] is False


def test_an_agent_is_not_drained_where_its_tasks_have_no_other_place(operator: Operator) -> None:
    assert operator.keeps("deactivated")["changed"]
    wait_until("the app runs", lambda: len(operator.places()) == 2, 60)
    refused = operator.keeps("drained", address=operator.places()[0])
    assert refused["failed"]
    assert "No other active agent has room for" in refused["msg"]
    assert refused["tasks"][0]["framework"] == "marathon"
    assert operator.keeps("active")["changed"]


def test_nobody_knows_the_agent(operator: Operator) -> None:
    failed = operator.keeps("drained", address=None, hostname="nobody.example.org")
    assert failed["failed"]
    assert failed["not_found"]
    assert "No registered agent has the hostname nobody.example.org (registered: " in failed["msg"]


def test_a_gone_agent_ends_and_stays_away(operator: Operator) -> None:
    refused = operator.keeps("gone", address=operator.places()[0])
    assert "would be lost with it: drain it first, or set force" in refused["msg"]
    assert operator.keeps("drained")["agent"]["state"] == "drained"
    assert operator.keeps("gone")["changed"]
    assert operator.cluster.agents[0].wait(30) == 0
    assert operator.keeps("gone")["changed"] is False
    operator.cluster.agents[0].start()
    assert operator.cluster.agents[0].wait(30) == 0
