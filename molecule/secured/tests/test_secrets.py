"""No secret is seen: not in what Ansible prints, not in a process list, a unit or a log, not in a file for others."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from lab_cluster import eventually

from lab.hosts.containers import container_name
from lab.hosts.secrets import scan

if TYPE_CHECKING:
    from conftest import Secured


def test_nothing_that_ansible_printed_tells_a_secret(secured: Secured) -> None:
    log = (secured.config.directory / "converge.log").read_text()
    # The whole of -vvv and of the diffs is there.
    assert "Using module file" in log
    assert "+++ after" in log
    assert "The task includes an option with an undefined variable" not in log
    assert [name for name, value in secured.secrets().items() if value in log] == []


@pytest.mark.parametrize("place", ["processes", "units", "journal", "files"])
def test_nothing_on_the_hosts_shows_a_secret(secured: Secured, place: str) -> None:
    hosts = [host for host in secured.config.hosts if host.name != "registry1"]
    seen = {host.name: scan(secured.config, host, secured.secrets(), place) for host in hosts}
    assert {name: found["shown"] for name, found in seen.items()} == {host.name: [] for host in hosts}
    if place == "files":
        # The scan would find what it looks for.
        assert all(found["hidden"] for found in seen.values()), seen


def test_a_secret_in_a_process_list_would_be_found(secured: Secured) -> None:
    (host, *_) = secured.config.in_group("mesos_slaves")
    with subprocess.Popen(["docker", "exec", container_name(secured.config, host), "sleep", "10.4711"]) as careless:
        try:
            assert eventually(
                "the process", 8, lambda: scan(secured.config, host, {"careless": "10.4711"}, "processes")["shown"]
            )
        finally:
            careless.kill()
