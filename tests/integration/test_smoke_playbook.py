"""The playbook smoke on six agents: all of them at the same time, a table, and no framework left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, zookeeper_installed
from status_table import shown

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")
AGENTS = 6


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    flags = {"containerizers": "mesos", "resources": "cpus:1;mem:256;disk:256;ports:[31000-31010]"}
    with LocalCluster(tmp_path_factory.mktemp("smoke"), masters=1, agents=AGENTS, agent_flags=flags) as cluster:
        yield cluster


def run(ansible: Any, whole: LocalCluster, *switches: str, **variables: Any) -> Any:
    variables = {"mesos_url": whole.masters[0].url, **variables}
    return ansible.playbook("--forks=10", *switches, name="quorum.mesos.smoke", **variables)


def frameworks(whole: LocalCluster) -> dict[str, Any]:
    return dict(requests.get(whole.masters[0].url + "/frameworks", timeout=5).json())


def test_every_agent_runs_it(ansible: Any, whole: LocalCluster) -> None:
    checked = run(ansible, whole, "--check")
    assert checked.code == 0, checked.output
    assert shown(checked.output)[-1] == f"{AGENTS} agents: {AGENTS} fits."
    assert frameworks(whole)["completed_frameworks"] == []

    done = run(ansible, whole, smoke_cmd="echo fine")
    assert done.code == 0, done.output
    lines = shown(done.output)
    assert len(lines) == AGENTS + 1
    assert all(re.fullmatch(r"127\.0\.0\.\d+  ok  fine", line) for line in lines[:-1]), lines
    left = frameworks(whole)
    assert left["frameworks"] == []
    assert len(left["completed_frameworks"]) == AGENTS


def test_an_agent_that_takes_no_task_is_a_line_and_one_that_fails_fails_the_run(
    ansible: Any, whole: LocalCluster
) -> None:
    leader = whole.masters[0].url + "/api/v1"
    agents = requests.post(leader, json={"type": "GET_AGENTS"}, timeout=5).json()["get_agents"]["agents"]
    first = agents[0]["agent_info"]
    named = {"agent_id": first["id"]}
    requests.post(leader, json={"type": "DEACTIVATE_AGENT", "deactivate_agent": named}, timeout=5).raise_for_status()
    try:
        failed = run(ansible, whole, smoke_cmd="echo broken >&2; exit 3")
    finally:
        back = {"type": "REACTIVATE_AGENT", "reactivate_agent": named}
        requests.post(leader, json=back, timeout=5).raise_for_status()
    assert failed.code != 0
    lines = shown(failed.output)
    assert f"{first['hostname']}  not run  the agent is deactivated" in lines
    assert lines[-1] == f"{AGENTS} agents: {AGENTS - 1} FAILED, 1 not run."
    assert "Command exited with status 3 (stderr: broken)" in lines[0] + lines[1]
    assert "It failed on 127.0.0." in failed.output


def test_masters_of_the_inventory_and_none_at_all(ansible: Any, whole: LocalCluster, tmp_path: Path) -> None:
    master = whole.masters[0]
    hosts = {"master1": {"quorum_address": master.ip, "mesos_master_port": master.port}}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"all": {"children": {"mesos_masters": {"hosts": hosts}}}}))
    done = ansible.play("quorum.mesos.smoke", f"--inventory={inventory}", "--check")
    assert done.code == 0, done.output
    assert shown(done.output)[-1] == f"{AGENTS} agents: {AGENTS} fits."
    failed = ansible.play("quorum.mesos.smoke")
    assert failed.code != 0
    assert "No Mesos master is known: set mesos_url, MESOS_URL, or an inventory" in failed.output
