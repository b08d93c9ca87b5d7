"""What the role mesos_dns writes for BIND, in a real one: who may change the zone and who may ask."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from agent_process import AgentProcess
from ansible_collections.quorum.mesos.plugins.module_utils._health import checks
from dns_process import KEY, Bind, running
from marathon_stand_in import StandIn
from mesos_stand_in import MesosStandIn
from mesos_state import state, task
from rendered_role import ROLES, Role

# A client that is not 127.0.0.1, and yet on this machine.
ELSEWHERE = "127.0.0.2"
OPTIONS: dict[str, Any] = {
    "mesos_dns_addresses": [ELSEWHERE],
    "mesos_dns_ttl": 7,
    "mesos_dns_negative_ttl": 3,
    "mesos_dns_master_credentials": {"principal": "dns", "secret": "fake-secret"},
    "mesos_dns_marathon_credentials": {"username": "dns", "password": "fake-password"},
}


def options_for(bind: Bind, **options: Any) -> dict[str, Any]:
    directory = str(bind.directory)
    family = {"settings": directory, "zones": directory, "user": "bind", "packages": []}
    here = {"mesos_dns_port": bind.port, "mesos_dns_key": bind.secret, "__mesos_dns_family": family}
    return {**OPTIONS, **here, **options}


def write(role: Role, bind: Bind, options: dict[str, Any], *names: str) -> None:
    for name in names:
        file = role.value(f"__mesos_dns_{name}_file", role.trusted(options))
        (bind.directory / Path(file["path"]).name).write_text(file["content"])


def configure(bind: Bind, **options: Any) -> None:
    role, given = Role("mesos_dns"), options_for(bind, **options)
    bind.domain = options.get("mesos_dns_domain", bind.domain)
    write(role, bind, given, "server", "zone", "server_key")
    (bind.directory / "named.conf").symlink_to("marathon-dns.conf")


@pytest.fixture(scope="module")
def bind() -> Iterator[Bind]:
    with running(configure) as started:
        yield started


def dig(bind: Bind, *words: str) -> str:
    command = ["dig", "+time=2", "+tries=1", "-p", str(bind.port), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout


def refused(bind: Bind, *lines: str, key: bool = True) -> bool:
    signed = [f"key hmac-sha256:{KEY} {bind.secret}"] if key else []
    text = "\n".join([f"server 127.0.0.1 {bind.port}", *signed, *lines, "send", ""])
    done = subprocess.run(["nsupdate"], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 or "REFUSED" in done.stderr, done.stderr
    return done.returncode != 0


def test_the_zone_begins_with_its_server(bind: Bind) -> None:
    assert bind.ask("mesos", "NS") == ["ns1.mesos."]
    assert bind.ask("ns1.mesos") == [ELSEWHERE]


def test_times_are_those_of_the_options(bind: Bind) -> None:
    assert "\t7\tIN\tA\t" in dig(bind, "@127.0.0.1", "+noall", "+answer", "ns1.mesos").replace(" ", "\t")
    nothing = dig(bind, "@127.0.0.1", "+noall", "+authority", "nobody.mesos").split()
    assert (nothing[1], nothing[-1]) == ("3", "3")


def test_the_key_alone_is_not_enough_and_neither_is_the_host(bind: Bind) -> None:
    line = "update add x.mesos 5 A 10.0.0.9"
    assert refused(bind, line, key=False)
    assert refused(bind, f"local {ELSEWHERE}", line)
    assert bind.ask("x.mesos") == []
    assert not refused(bind, line)
    assert bind.ask("x.mesos") == ["10.0.0.9"]


def test_the_zone_is_handed_out_to_the_program_alone(bind: Bind) -> None:
    key = f"hmac-sha256:{KEY}:{bind.secret}"
    assert "SOA" in dig(bind, "@127.0.0.1", "-y", key, "mesos", "AXFR")
    for words in (["@127.0.0.1"], ["-b", ELSEWHERE, "@127.0.0.1", "-y", key]):
        assert "Transfer failed" in dig(bind, *words, "mesos", "AXFR")


def test_a_name_has_more_than_a_hundred_tasks(bind: Bind) -> None:
    assert not refused(bind, *(f"update add many.mesos 5 A 10.1.0.{number}" for number in range(1, 151)))
    assert len(bind.ask("many.mesos")) == 150


def test_a_service_comes_with_the_addresses_of_its_tasks(bind: Bind) -> None:
    name = "_http._web._tcp.marathon.mesos"
    target = "web-abcde-s0.marathon.mesos"
    assert not refused(bind, f"update add {name} 5 SRV 0 1 31000 {target}.", f"update add {target} 5 A 10.0.0.7")
    assert "10.0.0.7" in dig(bind, "@127.0.0.1", "+noall", "+additional", name, "SRV")


def test_other_names_are_for_nobody_unless_said(bind: Bind) -> None:
    assert "status: REFUSED" in dig(bind, "@127.0.0.1", "www.example.org")


def test_nothing_is_lost_by_a_restart(bind: Bind) -> None:
    assert not refused(bind, "update add stays.mesos 5 A 10.0.0.8")
    bind.stop()
    bind.start()
    assert bind.ask("stays.mesos") == ["10.0.0.8"]


def test_other_names_are_asked_of_others_for_those_who_may(bind: Bind) -> None:
    """The one stands for the servers of a company, whose domain nobody has signed."""
    forwarders = {
        "mesos_dns_domain": "elsewhere",
        "mesos_dns_recursion_networks": ["127.0.0.1/32"],
        # The port is no part of the option.
        "mesos_dns_forwarders": [f"127.0.0.1 port {bind.port}"],
        "mesos_dns_dnssec_validation": False,
    }
    with running(functools.partial(configure, **forwarders)) as other:
        assert other.ask("ns1.mesos") == [ELSEWHERE]
        assert "status: REFUSED" in dig(other, "-b", ELSEWHERE, "@127.0.0.1", "ns1.mesos")
        assert "status: NOERROR" in dig(other, "-b", ELSEWHERE, "@127.0.0.1", "ns1.elsewhere")


def test_the_program_and_the_gate_work_with_what_the_role_writes(bind: Bind) -> None:
    mesos, marathon = MesosStandIn(state(task("web", 31001), task("web", 31002, 1, agent=1))), StandIn([])
    role = Role("mesos_dns")
    settings = role.value("__mesos_dns_program_settings", role.trusted(options_for(bind)))
    here = {"masters": [mesos.url], "marathon": [marathon.url], "key_file": str(bind.key_file)}
    given = {name: value for name, value in settings.items() if value is not None and "credentials" not in name}
    agent = AgentProcess(bind.directory, "marathon_discovery.names", {**given, **here}, "/usr/bin/python3")
    names = {
        "service": "names", "before_restart": False, "address": f"http://127.0.0.1:{agent.status_port}",
        "dns_server": f"127.0.0.1:{bind.port}", "dns_name": "leader.mesos",
    }  # fmt: skip
    server = {**names, "service": "dns", "address": names["dns_server"], "members": [], "dns_name": "mesos"}
    assert checks.look_at(server).problems == []
    (away,) = checks.look_at(names).problems
    assert "Connection refused" in away
    agent.start()
    try:
        agent.wait_for(lambda status: status["ready"] and not status["problem"])
        assert checks.look_at(names).problems == []
        assert bind.ask("web.marathon.mesos") == ["10.0.0.10", "10.0.0.11"]
        assert checks.look_at({**names, "dns_name": "nobody.mesos"}).problems == [
            "it answers NXDOMAIN for nobody.mesos"
        ]
    finally:
        agent.kill()
        mesos.stop()
        marathon.stop()


BOTH = {"mesos_dns_addresses": ["10.0.0.1", "fd00::1"], "mesos_dns_domain": "a.b"}


@pytest.mark.parametrize("given", [OPTIONS, BOTH])
def test_the_program_takes_its_settings(tmp_path: Path, given: dict[str, Any]) -> None:
    sys.path.insert(0, str(ROLES / "_common" / "files"))
    from marathon_discovery.names import config

    role = Role("mesos_dns")
    file = role.value("__mesos_dns_settings_file", role.trusted(given))
    (tmp_path / "agent.json").write_text(file["content"])
    loaded = config.load(str(tmp_path / "agent.json"))
    assert loaded.server == "127.0.0.1:53"
    assert list(loaded.nameservers) == given["mesos_dns_addresses"]
    assert loaded.domain == given.get("mesos_dns_domain", "mesos")
    assert (loaded.mesos_credentials_file is None) == ("mesos_dns_master_credentials" not in given)


@pytest.mark.parametrize(
    ("role", "file", "given"),
    [
        (
            "mesos_dns",
            "__mesos_dns_master_access_file",
            {"mesos_dns_master_credentials": {"principal": 7, "secret": 123}},
        ),
        (
            "mesos_dns",
            "__mesos_dns_marathon_access_file",
            {"mesos_dns_marathon_credentials": {"username": 7, "password": 123}},
        ),
        ("haproxy", "__haproxy_credentials_file", {"haproxy_marathon_credentials": {"username": 7, "password": 123}}),
    ],
)
def test_a_password_of_digits_is_text(role: str, file: str, given: dict[str, Any]) -> None:
    written = Role(role).value(file, given)
    assert json.loads(written["content"]) == {"username": "7", "password": "123"}


UNIT = "/etc/systemd/system/named.service"


@pytest.mark.parametrize(("files", "ours"), [({}, False), ({UNIT: None}, False), ({UNIT: "# Ansible managed"}, True)])
def test_a_bind_of_somebody_else_is_not_removed(files: dict[str, Any], ours: bool) -> None:
    role = Role("mesos_dns")
    tasks = yaml.safe_load((ROLES / "mesos_dns" / "tasks" / "uninstall.yml").read_text())
    host = {"__common_host": {"files": files}}
    (stops,) = [step for step in tasks if "ansible.builtin.systemd_service" in step and "loop" in step]
    assert role.rendered(stops["loop"], host) == str(["marathon-dns", "named"] if ours else ["marathon-dns"])
    for step in tasks:
        if {"ansible.builtin.apt", "ansible.builtin.dnf"} & set(step):
            assert role.value(step["when"][0], host) is ours
