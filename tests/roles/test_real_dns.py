"""What the role writes for a Mesos-DNS of the user's, read by a program that stands for it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health import checks, status
from ansible_collections.quorum.mesos.plugins.module_utils._preflight.network import TASK_PORTS
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import real_dns
from haproxy_process import BELOW_TASK_PORTS, free_ports
from mesos_stand_in import MesosStandIn
from mesos_state import state
from rendered_role import ROLES, Role

PROGRAM = ROLES.parent / "tests" / "support" / "mesos_dns_stand_in.py"
IMAGE = "registry.example.org/mesos-dns:v0.7.0"
ARCHIVE = {
    "mesos_dns_install_method": "archive", "mesos_dns_archive": "https://mirror.example.org/mesos-dns.tar.gz",
    "mesos_dns_archive_checksum": f"sha256:{'0' * 64}", "mesos_dns_ip_sources": ["host"],
    "__mesos_dns_real_program": {"program": "/opt/mesos-dns/000000000000/bin/mesos-dns"},
}  # fmt: skip
CONTAINER = {"mesos_dns_install_method": "container", "mesos_dns_image": IMAGE}
LOGIN = {"mesos_dns_master_credentials": {"principal": "dns", "secret": "fake-secret"}}


@pytest.fixture(scope="module")
def role() -> Role:
    return Role("mesos_dns")


def checked(role: Role, options: dict[str, Any]) -> dict[str, Any]:
    """The options with what the plan makes of them, which refuses none of them."""
    from ansible_collections.quorum.mesos.plugins.action._role_plan import PLANS, Values

    templar = role.templar(options)
    found = PLANS["mesos_dns", "main"](Values(templar.available_variables, templar.template))
    assert found["problems"] == []
    return {**options, "__mesos_dns_checked": found}


def command(role: Role, options: dict[str, Any]) -> list[str]:
    text = role.value("__mesos_dns_real_unit_file", checked(role, options))["content"]
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    return shlex.split(line.removeprefix("ExecStart="))


def test_an_archive_runs_with_the_settings_alone(role: Role) -> None:
    program = ARCHIVE["__mesos_dns_real_program"]["program"]
    assert command(role, ARCHIVE) == [program, "-config=/etc/mesos-dns/config.json"]
    text = role.value("__mesos_dns_real_unit_file", checked(role, ARCHIVE))["content"]
    assert "User=mesos-dns\n" in text
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" in text


def test_an_image_gets_the_settings_as_a_volume(role: Role) -> None:
    words = command(role, {**CONTAINER, "mesos_dns_container_options": ["--memory=64m"]})
    assert words[-2:] == [IMAGE, "-config=/etc/mesos-dns/config.json"]
    assert "--memory=64m" in words
    assert words[words.index("--volume") + 1] == "/etc/mesos-dns:/etc/mesos-dns:ro"
    assert words[words.index("--network") + 1] == "host"


@pytest.mark.parametrize("options", [ARCHIVE, CONTAINER], ids=["archive", "container"])
def test_the_secret_is_in_the_settings_alone(role: Role, options: dict[str, Any]) -> None:
    given = checked(role, {**options, **LOGIN})
    file = role.value("__mesos_dns_real_settings_file", given)
    assert json.loads(file["content"])["mesosCredentials"] == {"principal": "dns", "secret": "fake-secret"}
    # 0600, which is the module's own, and named in a diff without its values.
    assert (file.get("mode"), file["form"]) == (None, "json")
    assert "fake-secret" not in role.value("__mesos_dns_real_unit_file", given)["content"]


@pytest.mark.parametrize(
    ("options", "files", "units"),
    [
        ({}, {}, ["named", "marathon-dns"]),
        (CONTAINER, {}, ["mesos-dns"]),
        (CONTAINER, {"/etc/systemd/system/named.service": "#"}, ["named", "marathon-dns", "mesos-dns"]),
        ({}, {"/etc/systemd/system/mesos-dns.service": "# quorum.mesos: x"}, ["named", "marathon-dns", "mesos-dns"]),
    ],
)
def test_the_port_may_be_that_of_the_method_before(
    role: Role, options: dict[str, Any], files: dict[str, str], units: list[str]
) -> None:
    host = {**role.variables["__common_host"], "files": files}
    assert role.value("__mesos_dns_needs.units", {**options, "__common_host": host}) == units


def test_no_port_of_these_tests_is_one_that_agents_offer() -> None:
    """The plan of the role refuses such a port, so that a test with it would fail once in a while."""
    first, last = (int(number) for number in TASK_PORTS[0].split("-"))
    assert set(BELOW_TASK_PORTS).isdisjoint(range(first, last + 1))


class Running:
    def __init__(self, role: Role, directory: Path, mesos: MesosStandIn, **options: Any) -> None:
        (self.port,) = free_ports(1)
        given = {
            **ARCHIVE, "mesos_dns_master_urls": [mesos.url], "mesos_dns_port": self.port,
            "mesos_dns_addresses": ["127.0.0.1"], **options,
        }  # fmt: skip
        self.server = role.value("__mesos_dns_real_server", given)
        path = directory / "config.json"
        path.write_text(role.value("__mesos_dns_real_settings_file", checked(role, given))["content"])
        self.process = subprocess.Popen(
            [sys.executable, PROGRAM, f"-config={path}"], stderr=subprocess.PIPE, text=True
        )

    def problems(self, name: str = "leader.mesos") -> list[str]:
        asked = {"service": "mesos_dns", "before_restart": False, "address": self.server, "dns_name": name}
        return checks.look_at(asked).problems

    def eventually(self) -> list[str]:
        deadline = time.monotonic() + 30
        while (found := self.problems()) and time.monotonic() < deadline and self.process.poll() is None:
            time.sleep(0.1)
        return found

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=20)


@pytest.fixture
def mesos() -> Iterator[MesosStandIn]:
    started = MesosStandIn(state())
    yield started
    started.stop()


def test_it_answers_with_what_the_role_has_written(role: Role, tmp_path: Path, mesos: MesosStandIn) -> None:
    running = Running(role, tmp_path, mesos, mesos_dns_config={"stateTimeoutSeconds": 60, "zkDetectionTimeout": 0})
    try:
        assert running.eventually() == []
        assert running.problems("leader.elsewhere") == ["it answers NXDOMAIN for leader.elsewhere"]
        asked = {"address": running.server, "agent": None, "dns_name": "mesos", "service": "dns"}
        told = status.status_of(asked)
        assert told["answers"], told
        assert told["facts"]["domain"] == "mesos"
    finally:
        running.stop()


def test_one_that_reads_no_master_is_not_healthy(role: Role, tmp_path: Path, mesos: MesosStandIn) -> None:
    mesos.fault = 503
    running = Running(role, tmp_path, mesos)
    try:
        time.sleep(1)
        (problem,) = running.problems()
        assert problem.startswith(f"127.0.0.1:{running.port} does not answer")
        mesos.fault = None
        assert running.eventually() == []
    finally:
        running.stop()


def test_the_stand_in_knows_each_setting_that_the_role_lets_through() -> None:
    import mesos_dns_stand_in

    named = {name.lower() for name in (*real_dns._FREE, *real_dns._OWN)}
    assert named == mesos_dns_stand_in.KNOWN
