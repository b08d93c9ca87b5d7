"""The inventories to copy: every setting exists, is explained, and is accepted by the roles as it stands."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rendered_role
import yaml
from ansible.template import trust_as_template

from lab import playbook

CHECKOUT = Path(__file__).resolve().parents[2]
INVENTORY = CHECKOUT / "inventory"
ROLES = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon", "haproxy", "mesos_dns", "docker_swarm"]
# A setting, or one behind a `#`; a continuation line begins with spaces.
SETTING = re.compile(r"^(?P<off># )?(?P<name>[a-z]\w*):( |$)")
VAULT = {"vault_marathon_password": "fake", "vault_registry_password": "fake"}
FILES = sorted(INVENTORY.glob("*/group_vars/**/*.yml"))


def of_hosts() -> set[str]:
    readme = (CHECKOUT / "roles" / "_common" / "README.md").read_text()
    return set(re.findall(r"^\| `(quorum_\w+)` \|", readme, re.MULTILINE))


def specifications() -> dict[str, tuple[str, dict[str, Any]]]:
    """Each option of a role that users name: its role and what it may be."""
    found = {}
    for role in ROLES:
        text = (CHECKOUT / "roles" / role / "meta" / "argument_specs.yml").read_text()
        for name, spec in yaml.safe_load(text)["argument_specs"]["main"]["options"].items():
            found[name] = (role, spec)
    return found


def settings(path: Path) -> list[tuple[str, Any, bool]]:
    """Name and value of each setting in a file, and whether it is switched on."""
    text = path.read_text()
    on = [(name, value, True) for name, value in (yaml.safe_load(text) or {}).items()]
    lines = [line.removeprefix("# ") for line in text.splitlines() if (match := SETTING.match(line)) and match["off"]]
    return on + [(name, value, False) for line in lines for name, value in yaml.safe_load(line).items()]


SETTINGS = [(path, *setting) for path in FILES for setting in settings(path)]


def named(parameter: Any) -> str:
    return str(parameter.relative_to(INVENTORY)) if isinstance(parameter, Path) else ""


def test_there_is_something_to_test() -> None:
    assert len(FILES) > 5
    assert len(SETTINGS) > 40
    assert {on for _, _, _, on in SETTINGS} == {True, False}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_setting_is_an_option(path: Path) -> None:
    known = set(specifications()) | of_hosts()
    assert [name for name, _, _ in settings(path) if name not in known and not name.startswith("vault_")] == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_setting_has_a_comment_before_it(path: Path) -> None:
    lines = path.read_text().splitlines()
    bare = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if SETTING.match(line) and (not before.startswith("# ") or SETTING.match(before))
    ]
    assert bare == []


# A swarm is no part of a cluster of Mesos; the guide on leaving it has an inventory.
@pytest.mark.parametrize("role_name", ["_common", *(role for role in ROLES if role != "docker_swarm")])
def test_optional_settings_are_accepted(role_name: str) -> None:
    """What somebody gets who removes the `#`."""
    role, roles = rendered_role.Role(role_name), specifications()
    optional = [
        (name, value) for _, name, value, on in SETTINGS if not on and roles.get(name, ("_common",))[0] == role_name
    ]
    assert optional
    archive = {"archive": "https://mirror.example.org/a.tar.gz", "archive_checksum": f"sha256:{'0' * 64}"}
    named_so = {f"{role_name}_{option}": text for option, text in archive.items()}
    method = roles.get(f"{role_name}_install_method", ("", {}))[1].get("default")
    given = {name: text for name, text in named_so.items() if name in role.specs and method == "archive"}
    refused = {
        name: role.refused_by_specification({name: value}) + role.problems(role.trusted(given | {**VAULT, name: value}))
        for name, value in optional
    }
    assert {name: problems for name, problems in refused.items() if problems} == {}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sample as a user has it after the copy."""
    return Path(shutil.copytree(INVENTORY / "sample", tmp_path / "mine"))


def preflight(copy: Path, *arguments: str) -> None:
    """The hosts are this machine, which preflight only reads; one agent stands for all."""
    local = copy.parent / "local.yml"
    connection = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}
    local.write_text(yaml.safe_dump({"all": {"vars": connection}}))
    done = playbook.run(
        str(CHECKOUT / "tests" / "roles" / "facts.yml"), copy / "hosts.yml", "quorum.mesos.preflight",
        f"--inventory={local}", "--limit=all:!slave2:!slave3", *arguments, capture=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert set(re.findall(r"^(\w+) +: ok=.* changed=0 ", done.stdout, re.MULTILINE)) >= {"master1", "slave1"}


def test_preflight_accepts_the_sample(copy: Path) -> None:
    preflight(copy)


def test_preflight_accepts_the_secured_one_after_its_recipe(tmp_path: Path) -> None:
    """By the commands of the README as they stand; what it says to run next is run from where they end."""
    (tmp_path / "inventory").symlink_to(INVENTORY)
    password = tmp_path / "password"
    password.write_text("fake")
    text = (INVENTORY / "secured" / "README.md").read_text()
    (block,) = re.findall(r"^```\n(cp .*?)^```$", text, re.MULTILINE | re.DOTALL)
    vault = {"ANSIBLE_VAULT_PASSWORD_FILE": str(password)}
    end = recipe(["sh", "-euc", f"{block}pwd"], cwd=tmp_path, env={**playbook.plain(), **vault}).splitlines()[-1]
    (inventory,) = re.findall(r"`ansible-playbook -i (\S+)/hosts\.yml playbooks/site\.yml --ask-vault-pass`", text)
    preflight(Path(end) / inventory, f"--vault-password-file={password}")


@pytest.mark.parametrize(
    ("of_a_master", "expected"),
    [
        ({}, "zk://mesos:fake@10.0.0.41:2181,[2001:db8::42]:2191,zk3:2181/mesos"),
        ({"mesos_master_zk": "zk://mesos:fake@zk.example.org:2181/other"}, "zk://mesos:fake@zk.example.org:2181/other"),
    ],
    ids=["computed", "as the masters"],
)
def test_marathon_of_the_secured_one_looks_where_the_masters_are(of_a_master: dict[str, str], expected: str) -> None:
    """Also with Terraform's public addresses, and for a host that Ansible reaches by its name."""
    hosts: dict[str, dict[str, Any]] = {
        "zk1": {"ansible_host": "203.0.113.41", "quorum_address": "10.0.0.41", **of_a_master},
        "zk2": {"ansible_host": "2001:db8::42", "zookeeper_client_port": 2191},
        "zk3": {},
    }
    role = rendered_role.Role("marathon")
    role.variables["groups"] = {**rendered_role.GROUPS, "zookeeper": list(hosts), "mesos_masters": ["zk1"]}
    secured = yaml.safe_load((INVENTORY / "secured" / "group_vars" / "marathon" / "secured.yml").read_text())
    templar = role.templar({"vault_zookeeper_mesos_password": "fake"})
    templar.available_variables = {**templar.available_variables, "hostvars": hosts}
    assert templar.template(trust_as_template(secured["marathon_master"])) == expected


def recipe(command: list[str], **where: Any) -> str:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
        **where,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_certificates_are_strict_and_kept(tmp_path: Path) -> None:
    script = Path(shutil.copy(INVENTORY / "secured" / "certificates.sh", tmp_path))
    recipe([str(script), "node1=192.0.2.1", "node2=2001:db8::1", "node3=node3.example.org"])
    directory = tmp_path / "certificates"
    names = {"node1": ["-verify_ip", "192.0.2.1"], "node2": ["-verify_ip", "2001:db8::1"],
             "node3": ["-verify_hostname", "node3.example.org"]}  # fmt: skip
    for name, expected in names.items():
        for purpose in ("sslserver", "sslclient"):
            recipe(["openssl", "verify", "-x509_strict", "-purpose", purpose, *expected, "-CAfile",
                    str(directory / "ca.pem"), str(directory / f"{name}.pem")])  # fmt: skip
        assert (directory / f"{name}.key").read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert {path.name for path in directory.iterdir()} == {
        f"{name}.{kind}" for name in ("ca", *names) for kind in ("key", "pem")
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.glob("*.key")} == {0o600}
    before = {path: path.read_bytes() for path in directory.iterdir()}
    assert "kept" in recipe([str(script), "node1=192.0.2.1"])
    assert {path: path.read_bytes() for path in directory.iterdir()} == before


def test_passwords_are_all_that_the_settings_name_and_never_overwritten(tmp_path: Path) -> None:
    secured = Path(shutil.copytree(INVENTORY / "secured", tmp_path / "secured"))
    recipe([str(secured / "passwords.sh")])
    vault = secured / "group_vars" / "all" / "vault.yml"
    made = yaml.safe_load(vault.read_text())
    used = {
        name for path in secured.glob("group_vars/**/secured.yml") for name, value, on in settings(path) if on
        for name in re.findall(r"vault_\w+", str(value))
    }  # fmt: skip
    assert set(made) == used
    assert len(set(made.values())) == len(made)
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600
    again = subprocess.run([secured / "passwords.sh"], capture_output=True, text=True, check=False)
    assert (again.returncode, yaml.safe_load(vault.read_text())) == (1, made)


def test_an_openssl_that_fails_leaves_no_file(tmp_path: Path) -> None:
    secured = Path(shutil.copytree(INVENTORY / "secured", tmp_path / "secured"))
    (tmp_path / "bin").mkdir()
    # Of the certificates, only random numbers fail: what comes before them is made.
    openssl = tmp_path / "bin" / "openssl"
    openssl.write_text(f'#!/bin/sh\n[ "$1" != rand ] || exit 1\nexec {shutil.which("openssl")} "$@"\n')
    openssl.chmod(0o755)
    environment = {"PATH": f"{openssl.parent}:{os.environ['PATH']}"}
    for script, *arguments in (["passwords.sh"], ["certificates.sh", "node1=192.0.2.1"]):
        done = subprocess.run([secured / script, *arguments], env=environment, capture_output=True, check=False)
        assert done.returncode != 0
    assert {path.name for path in (secured / "group_vars" / "all").glob("vault*")} == set()
    assert not (secured / "certificates" / "node1.pem").exists()
