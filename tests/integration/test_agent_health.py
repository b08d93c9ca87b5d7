"""The agent's gate against masters and agents that run: what gets no tasks is not called healthy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from local_cluster import LocalCluster, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")


@pytest.fixture(scope="module")
def mesos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path_factory.mktemp("health"), agents=2, agent_flags={"containerizers": "mesos"}) as mesos:
        yield mesos


def gate(ansible: Any, mesos: LocalCluster, agent: int = 0, **options: Any) -> dict[str, Any]:
    options.setdefault("masters", [mesos.masters[0].url])
    return ansible.module(module="quorum.mesos._service_health", url=None, service="agent",
                          address=mesos.agents[agent].url, timeout=10, **options)  # fmt: skip


def keeps(ansible: Any, mesos: LocalCluster, agent: int, state: str) -> None:
    one = mesos.agents[agent]
    done = ansible.module(module="quorum.mesos.mesos_agent", url=[mesos.masters[0].url], state=state, force=True,
                          address=f"{one.ip}:{one.port}", wait_timeout=60)  # fmt: skip
    assert not done["failed"], done


def test_a_drained_agent_is_registered_and_not_healthy(ansible: Any, mesos: LocalCluster) -> None:
    seen = gate(ansible, mesos)
    assert (seen["failed"], seen["agent_state"], seen.get("warnings", [])) == (False, "active", [])

    keeps(ansible, mesos, 0, "drained")
    # It stays so over a restart.
    mesos.agents[0].terminate()
    mesos.agents[0].start()
    mesos.agents[0].wait_answering("/health")
    mesos.wait_agents(1)
    seen = gate(ansible, mesos)
    assert (seen["failed"], seen["agent_state"]) == (False, "drained")
    assert "is not healthy: it is registered, but drained: it gets no tasks" in seen["output"]
    assert "quorum.mesos.mesos_slave_activate" in seen["output"]
    assert gate(ansible, mesos, 1)["agent_state"] == "active"

    # Where no agent is left that gets tasks, a cluster is not healthy at all.
    keeps(ansible, mesos, 1, "deactivated")
    seen = gate(ansible, mesos, 1)
    assert seen["failed"]
    assert "it is registered, but deactivated: it gets no tasks, and neither does any other agent" in seen["msg"]
    assert gate(ansible, mesos)["failed"]

    keeps(ansible, mesos, 0, "active")
    assert gate(ansible, mesos)["agent_state"] == "active"


def test_masters_that_do_not_answer_leave_it_open(ansible: Any, mesos: LocalCluster) -> None:
    seen = gate(ansible, mesos, masters=["http://127.0.0.1:9"])
    assert (seen["failed"], seen["agent_state"]) == (False, "")
    assert "gets tasks is not known: No Mesos master answers" in seen["output"]
