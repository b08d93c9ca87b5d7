"""The EXAMPLES of the modules for Mesos and ZooKeeper, run as they follow each other on a cluster of their own."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import examples
import pytest
import yaml
from local_cluster import LocalCluster, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")
HOSTS = [f"slave{number}.example.com" for number in (1, 2, 3)]


@pytest.fixture(scope="module")
def small_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Its agents have the names of the examples."""
    with LocalCluster(tmp_path_factory.mktemp("examples")) as cluster:
        for host in HOSTS:
            cluster.add_agent(hostname=host)
        cluster.wait_agents(len(HOSTS))
        yield cluster


def run(ansible: Any, directory: Path, plays: list[dict[str, Any]]) -> str:
    playbook = directory / "examples.yml"
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False))
    inventory = directory / "hosts.yml"
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    agents = {host: dict(here) for host in HOSTS[:2]}
    inventory.write_text(yaml.safe_dump({"mesos_slaves": {"hosts": agents}}))
    secret = "--extra-vars=mesos_operator_secret=unused"
    done = ansible.play(str(playbook), f"--inventory={inventory}", secret)
    assert done.code == 0, done.output
    return str(done.output)


def test_examples_of_mesos_agent(ansible: Any, small_cluster: LocalCluster, tmp_path: Path) -> None:
    words = examples.text("modules/mesos_agent")
    first = small_cluster.agents[0]
    for there, here in (
        (r"https?://master\d\.example\.com:5050", small_cluster.masters[0].url),
        (r"/etc/ssl/mesos-ca\.pem", certifi.where()),
        (r"192\.168\.20\.51", f"{first.ip}:{first.port}"),
    ):
        assert re.search(there, words)
        words = re.sub(there, here, words)
    tasks, plays = yaml.safe_load_all(words)
    work = {"ansible.builtin.debug": {"msg": "maintained {{ inventory_hostname }}"}}
    (tmp_path / "maintenance.yml").write_text(yaml.safe_dump([work]))
    output = run(ansible, tmp_path, [*examples.play(tasks, sys.executable), *plays])
    changed = dict(re.findall(r"^(\S+) +: .*\bchanged=(\d+)", output, re.MULTILINE))
    # Drained, made active, and one given up; then each of two is drained and made active.
    assert changed == {"localhost": "3", HOSTS[0]: "2", HOSTS[1]: "2"}, output
    assert output.index(f"maintained {HOSTS[0]}") < output.index(f"maintained {HOSTS[1]}")


def test_examples_of_zookeeper_info(ansible: Any, small_cluster: LocalCluster, tmp_path: Path) -> None:
    tasks = yaml.safe_load(examples.text("modules/zookeeper_info"))
    server = small_cluster.zookeeper
    assert len(tasks[0]["quorum.mesos.zookeeper_info"]["servers"]) == 3
    tasks[0]["quorum.mesos.zookeeper_info"]["servers"] = [f"{server.ip}:{server.port}"]
    output = run(ansible, tmp_path, examples.play(tasks, sys.executable))
    assert re.search(r"^localhost +: ok=2 ", output, re.MULTILINE), output
