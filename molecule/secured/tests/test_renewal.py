"""A renewed certificate rolls, no task is restarted, and what the run does on the hosts shows no secret either."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab import ca, playbook
from lab.config import Host
from lab.hosts.secrets import finish, start, stop_watching

if TYPE_CHECKING:
    from conftest import Secured

PORTS = {"zookeeper": 2182, "mesos_masters": 5050, "marathon": 8443, "mesos_slaves": 5051}
RENEWED = ["master2", "slave1"]


def served(secured: Secured, host: Host) -> dict[str, str]:
    """Group -> the certificate that the host's service shows."""
    context = ssl.create_default_context(cafile=ca.authority(secured.config))
    certificate = ca.certificate(secured.config, host)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    seen = {}
    for group in sorted(set(host.groups) & set(PORTS)):
        with (
            socket.create_connection((host.address, PORTS[group]), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=host.name) as connection,
        ):
            seen[group] = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"")
    return seen


def task_ids(secured: Secured) -> list[str]:
    (node, *_) = secured.config.in_group("marathon")
    return sorted(task["id"] for task in secured.get(node, 8443, "/v2/tasks", "marathon").json()["tasks"])


@pytest.fixture(scope="module")
def hosts(secured: Secured) -> list[Host]:
    return [host for host in secured.config.hosts if set(host.groups) & set(PORTS)]


def test_a_renewed_certificate_rolls(secured: Secured, hosts: list[Host]) -> None:
    tasks = task_ids(secured)
    secrets = secured.secrets()
    before = {host.name: served(secured, host) for host in hosts}
    for host in hosts:
        if host.name in RENEWED:
            secrets[f"new {host.name}"] = _key_line(ca.issue(secured.config, host).with_suffix(".key"))

    watched = [(host, start(secured.config, host, secrets, "watch")) for host in hosts]
    log = secured.config.directory / "converge.log"
    done = subprocess.run(
        ["ansible-playbook", "-vvv", "--diff", f"--inventory={secured.cluster.inventory}", "quorum.mesos.site"],
        env={**playbook.plain(), "ANSIBLE_LOG_PATH": str(log)},
        cwd=Path(os.environ.get("MOLECULE_PROJECT_DIRECTORY", ".")),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    for host, _ in watched:
        stop_watching(secured.config, host)
    shown = {host.name: finish(running)["shown"] for host, running in watched}
    assert done.returncode == 0, done.stdout[-3000:]
    assert shown == {host.name: [] for host in hosts}

    after = {host.name: served(secured, host) for host in hosts}
    for host in hosts:
        changed = {group for group in after[host.name] if after[host.name][group] != before[host.name][group]}
        assert changed == (set(after[host.name]) if host.name in RENEWED else set()), host.name
        if host.name in RENEWED:
            assert set(after[host.name].values()) == {ca.certificate(secured.config, host).read_text()}
    # Molecule asks for colours, whatever is said here.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    recap = dict(re.findall(r"^(\w+)\s+: ok=\d+\s+changed=(\d+)", plain, re.MULTILINE))
    assert [host.name for host in hosts if recap[host.name] != "0"] == RENEWED
    assert task_ids(secured) == tasks


def _key_line(path: Path) -> str:
    return path.read_text().splitlines()[8]
