"""No value of a secret file shows in ``--diff`` or ``-vvv``, whatever its name is; its name and that it changes do."""

from __future__ import annotations

import base64
import getpass
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

HERE = Path(__file__).resolve().parent
# Names under which operators keep secrets, none of which says so.
NAMES = ["SESAME", "PIN", "DSN", "HMAC", "LICENCE", "SALT", "OTP", "AUTH", "WEBHOOK", "JDBC_URL"]
ENVIRONMENT = {name: f"fake-{name.lower()}-value" for name in NAMES}
VARIABLES: dict[str, Any] = {
    **{f"{role}_install_method": "package" for role in ("mesos_master", "mesos_slave", "marathon")},
    **{f"{role}_package_version": "1.11.0" for role in ("mesos_master", "mesos_slave", "marathon")},
    "mesos_master_environment": ENVIRONMENT,
    "mesos_slave_environment": ENVIRONMENT,
    "marathon_environment": ENVIRONMENT,
    "mesos_master_zookeeper_username": "mesos",
    "mesos_master_zookeeper_password": "fake-zookeeper",
    "mesos_slave_zookeeper_username": "mesos",
    "mesos_slave_zookeeper_password": "fake-zookeeper",
    "marathon_zookeeper_username": "marathon",
    "marathon_zookeeper_password": "fake-zookeeper",
    "mesos_master_credentials": [{"principal": "agent", "secret": "fake-agent"}],
    "mesos_master_http_credentials": [{"principal": "operator", "secret": "fake-operator"}],
    "mesos_slave_credential": {"principal": "agent", "secret": "fake-agent"},
    "mesos_slave_http_credentials": [{"principal": "operator", "secret": "fake-operator"}],
    "mesos_slave_docker_config": {"auths": {"r:5000": {"auth": "fake-auth"}}},
    "mesos_slave_flags": {"executor_environment_variables": {"SESAME": "fake-sesame"}},
    "marathon_mesos_principal": "marathon",
    "marathon_mesos_secret": "fake-principal",
    "marathon_http_credentials": {"username": "marathon", "password": "fake-http"},
    "marathon_plugin_dir": "/srv/plugins",
    "marathon_plugin_conf": {"plugins": {"auth": {"configuration": {"users": "fake-users"}}}},
    "marathon_java_opts": ["-Dhttp.sesame=fake-java"],
    "marathon_flags": {"sentry": "https://fake-sentry@sentry.example.org/1"},
    "zookeeper_users": [{"username": "console", "password": "fake-console"}],
    "zookeeper_super_password": "fake-super",
    "zookeeper_settings": {"ssl.keyStore.password": "fake-store"},
    "zookeeper_java_opts": ["-Dsesame=fake-option"],
    "docker_log_driver": "splunk",
    "docker_log_options": {"splunk-url": "https://splunk.example.org", "splunk-token": "fake-splunk"},
    "docker_registry_mirrors": ["https://me:fake-mirror@mirror.example.org"],
    "docker_daemon_options": {"labels": ["sesame=fake-label"]},
    "haproxy_stats_credentials": {"username": "operator", "password": "fake-statistics"},
    "haproxy_marathon_credentials": {"username": "haproxy", "password": "fake-reader"},
    "haproxy_address": "10.0.0.100/24",
    "haproxy_address_password": "fake-vrr",
    "mesos_dns_key": "ZmFrZS1rZXktb2YtZG5zLWZha2U=",
    "mesos_dns_master_credentials": {"principal": "dns", "secret": "fake-master"},
    "mesos_dns_marathon_credentials": {"username": "dns", "password": "fake-names"},
    "haproxy_sections": "userlist staff\n    user me insecure-password fake-user\n",
    "docker_registry_credentials": [{"registry": "r:5000", "username": "me", "password": "fake-registry"}],
}
# Nothing in the same files looks like a secret.
UNDER_ANY_NAME = (
    "mesos_master_environment", "mesos_slave_environment", "marathon_environment", "docker_log_driver",
    "docker_log_options", "zookeeper_settings",
)  # fmt: skip
PROGRAM = {"program": "/opt/x/bin/x", "home": "/opt/x", "launcher_dir": None, "webui_dir": None, "library_dir": None}
FACTS: dict[str, Any] = {
    **{f"__{role}_program": PROGRAM for role in ("zookeeper", "mesos_master", "mesos_slave", "marathon")},
    "__mesos_master_state": {"leftovers": [], "running": False, "configured": False, "registry": False,
                             "quorum": None, "ensemble_size": None, "tls": False, "downgrade": False,
                             "alive_elsewhere": [], "strangers": []},
    "__mesos_slave_seen": {"agent": {"running": False, "known": False, "id": "", "container": False,
                                     "drained": False, "becomes": None}},
}  # fmt: skip


def run(directory: Path, plays: list[dict[str, Any]], variables: dict[str, Any], *arguments: str) -> tuple[int, str]:
    """A playbook on the local connection, with all that Ansible can say of it, also to its log."""
    everything = {
        "ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable,
        # The name of the host is no address.
        "mesos_dns_addresses": ["10.0.0.1"],
        "quorum_address": "10.0.0.1",
        "haproxy_address_interface": "lo",
        **variables,
    }  # fmt: skip
    # This machine may have no systemd.
    systemctl = directory / "bin" / "systemctl"
    systemctl.parent.mkdir()
    systemctl.write_text("#!/bin/sh\necho ActiveState=inactive\n")
    systemctl.chmod(0o755)
    plays = [{"environment": {"PATH": f"{systemctl.parent}:{os.environ['PATH']}"}, **play} for play in plays]
    names = ("zookeeper", "mesos_masters", "mesos_slaves", "marathon", "load_balancers", "dns")
    groups = {group: {"hosts": {"a": {}}} for group in names}
    inventory, path = directory / "inventory.yml", directory / "play.yml"
    inventory.write_text(yaml.safe_dump({"all": {"vars": everything, "children": groups}}))
    path.write_text(yaml.safe_dump(plays))
    done = playbook.run(str(HERE / "facts.yml"), inventory, str(path), "--diff", "-vvv", *arguments, capture=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize("options", [tuple(VARIABLES), UNDER_ANY_NAME], ids=["all", "under any name"])
def test_nothing_that_the_roles_configure_shows(tmp_path: Path, options: tuple[str, ...]) -> None:
    tasks = [
        {"ansible.builtin.include_role": {"name": f"quorum.mesos.{role}", "tasks_from": step}}
        for role in ("zookeeper", "docker", "mesos_master", "mesos_slave", "marathon", "haproxy", "mesos_dns")
        for step in ("preflight", "configure")
    ]
    plays = [{"hosts": "a", "gather_facts": False, "tasks": [{"ansible.builtin.set_fact": FACTS}, *tasks]}]
    sources = {
        name: value for name, value in VARIABLES.items() if name.endswith(("_install_method", "_package_version"))
    }
    variables = {**sources, **{name: VARIABLES[name] for name in options}}
    code, output = run(tmp_path, plays, variables, "--check")
    assert code == 0, output
    assert re.findall(r".*(?:fake-|ZmFrZS1).*", output) == []
    for name in [*NAMES, "MESOS_PORT", "ssl.keyStore.password", "log-opts.splunk-token"]:
        assert f"+{name}=<hidden" in output
    # What has no secret shows whole.
    assert "+Description=Apache Mesos master" in output


@pytest.mark.parametrize("method", ["archive", "package"])
def test_nothing_that_a_program_comes_from_shows(tmp_path: Path, method: str) -> None:
    """Where a service is started and compared; its health has the same argument."""
    roles = ("mesos_master", "mesos_slave", "marathon")
    variables: dict[str, Any] = {}
    for role in roles:
        variables[f"{role}_install_method"] = method
        variables[f"{role}_archive"] = "https://me:fake-password@mirror.example.org/x.tgz?signature=fake-signature"
        variables[f"{role}_archive_checksum"] = f"sha256:{'0' * 64}"
        variables[f"{role}_package_version"] = "1.11.0"
        variables[f"{role}_repository"] = {"uris": ["https://me:fake-password@mirror.example.org/debian"]}
    tasks = [
        {"ansible.builtin.include_role": {"name": f"quorum.mesos.{role}", "tasks_from": "service"}} for role in roles
    ]
    plays = [{"hosts": "a", "gather_facts": False, "tasks": [{"ansible.builtin.set_fact": FACTS}, *tasks]}]
    code, output = run(tmp_path, plays, variables, "--check")
    assert code == 0, output
    # As an argument, and as what the run declares, of the start and of the comparison.
    assert output.count('"source": {') == 4 * len(roles), output
    assert re.findall(r".*fake-.*", output) == []


def files(directory: Path, content: str) -> dict[str, Any]:
    return {
        "quorum.mesos._secret_files": {
            "files": [
                {"path": str(directory / "a.env"), "form": "lines", "content": content},
                {"path": str(directory / "key"), "src": "{{ source }}"},
                {"path": str(directory / "both"), "src": ["{{ source }}", "{{ source }}"]},
            ],
            "owner": getpass.getuser(),
            "group": str(os.getegid()),
        },
        "register": "written",
    }


def test_a_secret_file_is_written_once_and_private(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"fake-\xff\x00key")
    (tmp_path / "a.env").write_text("OLD=fake-old\nSESAME=fake-before\n")
    (tmp_path / "a.env").chmod(0o644)
    content = "# Ansible managed\nSESAME={{ secret }}\nMODE=0600\n"
    task = files(tmp_path, content)
    check = {"ansible.builtin.assert": {"that": ["written.changed == wanted"]}}
    plays = [
        {
            "hosts": "a", "gather_facts": False,
            "tasks": [
                {**task, "check_mode": True}, check,
                {**task}, check,
                {**task}, {**check, "vars": {"wanted": False}},
                {**task, "check_mode": True}, {**check, "vars": {"wanted": False}},
            ],
        }
    ]  # fmt: skip
    code, output = run(tmp_path, plays, {"secret": "fake-secret", "source": str(source), "wanted": True})
    assert code == 0, output
    assert "fake-" not in output
    assert output.count("-OLD=<hidden>") == output.count("+SESAME=<hidden, changed>") == 2
    assert output.count("-(mode 0644)") == 2
    assert json.dumps(str(tmp_path / "a.env")) in output
    assert (tmp_path / "both").read_bytes() == 2 * source.read_bytes()
    assert (tmp_path / "a.env").read_text() == "# Ansible managed\nSESAME=fake-secret\nMODE=0600\n"
    assert (tmp_path / "key").read_bytes() == source.read_bytes()
    assert {path.stat().st_mode & 0o7777 for path in (tmp_path / "a.env", tmp_path / "key")} == {0o600}


def test_a_secret_that_is_removed_does_not_show(tmp_path: Path) -> None:
    """The wanted content has none; that the file had one, its mode tells."""
    for name, mode in (("had", 0o640), ("never", 0o644)):
        (tmp_path / name).write_text(f"auth_pass fake-{name}\n")
        (tmp_path / name).chmod(mode)
    task = {
        "quorum.mesos._secret_files": {
            "files": [{"path": str(tmp_path / name), "form": "text", "content": "no password\n", "mode": "0644"}
                      for name in ("had", "never")],
            "owner": getpass.getuser(),
            "group": str(os.getegid()),
        },
    }  # fmt: skip
    code, output = run(tmp_path, [{"hosts": "a", "gather_facts": False, "tasks": [task]}], {})
    assert code == 0, output
    assert "fake-had" not in output
    assert "-auth_pass fake-never" in output
    assert (tmp_path / "had").read_text() == "no password\n"


def test_a_secret_that_the_host_makes_itself_is_one_for_all_files_and_stays(tmp_path: Path) -> None:
    own, other = tmp_path / "key.json", tmp_path / "other"
    task = {
        "quorum.mesos._secret_files": {
            "files": [
                {"path": str(own), "form": "json", "content": '{"secret": "{{ given }}"}\n'},
                {"path": str(other), "content": "key {{ given }};\n"},
            ],
            "generated": str(own),
            "owner": getpass.getuser(),
            "group": str(os.getegid()),
        },
        "register": "written",
    }
    check = {"ansible.builtin.assert": {"that": ["written.changed == wanted"]}}
    again = {**check, "vars": {"wanted": False}}
    tasks = [{**task, "check_mode": True}, check, task, check, task, again]
    plays = [{"hosts": "a", "gather_facts": False, "tasks": tasks}]
    code, output = run(tmp_path, plays, {"given": "@generated@", "wanted": True})
    assert code == 0, output
    secret = json.loads(own.read_text())["secret"]
    assert len(base64.b64decode(secret)) == 32
    assert other.read_text() == f"key {secret};\n"
    assert secret not in output
