"""The playbook status on a host that is a whole cluster with the default settings."""

from __future__ import annotations

import re

import pytest
import status_table
from lab_cluster import LabCluster

OPEN = "; open to anyone who reaches the port: "


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_what_an_open_cluster_shows(arguments: list[str]) -> None:
    _output, lines = status_table.of_lab(LabCluster.from_environment(), *arguments)
    print("\n".join(lines))
    for service, words in {
        "ZooKeeper": r"standalone, [\d.]+, 1 voter, epoch \d+, \d+ znodes" + OPEN + "read, write",
        "Mesos master": r"leader, 1[.]11[.]0, quorum 1 of 1 replica, agents: 1 active, 1 framework"
        + OPEN + "read, write, register a framework",
        "Mesos agent": r"active, 1[.]11[.]0, \d+ tasks?, disk \d+ % used, [\d.]+ [KMGT]iB free, "
        + r"\d+ sandbox(es)?( [(]\d+ of ended tasks[)])?" + OPEN + "read, write",
        "Marathon": r"leader, 1[.]11[.]24, \d+ apps?, .*0 deployments" + OPEN + "read, write",
        "Docker": r"[\w.+~-]+, \d+ containers?",
    }.items():  # fmt: skip
        text = status_table.line(lines, service, "node1")
        assert re.fullmatch(rf"{service} +node1  {words}", text), text
    assert "docs/security.md" in lines[-1]


def test_who_has_the_lock() -> None:
    cluster = LabCluster.from_environment()
    shell = cluster.shell(cluster.config.in_group("zookeeper")[0])
    owner = '{"run": "another", "who": "alice@elsewhere", "process": 1, "since": 0}'
    assert shell.run("mkdir -p /run/quorum-mesos && echo %s > /run/quorum-mesos/lock", owner).rc == 0
    try:
        _output, lines = status_table.of_lab(cluster)
        assert shell.file("/run/quorum-mesos/lock").content_string.strip() == owner
    finally:
        shell.run("rm /run/quorum-mesos/lock")
    assert [text for text in lines if text.startswith("The lock of the cluster: alice@elsewhere has it")], lines
