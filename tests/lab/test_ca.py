"""The lab's certificate authority and the variables that a user gives to a lab."""

from __future__ import annotations

import dataclasses
import ipaddress
import ssl
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from lab import ca, inventory
from lab.config import LabConfig, LabError, Program, from_environment

ENGINE = Program("/build/engine.tar.gz", "sha256:" + "0" * 64)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> LabConfig:
    config = from_environment({"LAB_LAYOUT": "single"})
    config = dataclasses.replace(config, directory=tmp_path_factory.mktemp("lab"))
    ca.ensure(config)
    return config


def test_a_certificate_is_for_the_hosts_name_and_address(config: LabConfig) -> None:
    (host,) = config.in_group("marathon")
    read = x509.load_pem_x509_certificate(ca.certificate(config, host).read_bytes())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert host.name in names.get_values_for_type(x509.DNSName)
    assert ipaddress.ip_address(host.address) in names.get_values_for_type(x509.IPAddress)


def test_openssl_trusts_what_the_authority_signed(config: LabConfig) -> None:
    (host,) = config.in_group("marathon")
    subprocess.run(
        ["openssl", "verify", "-x509_strict", "-CAfile", ca.authority(config), ca.certificate(config, host)], check=True
    )
    context = ssl.create_default_context(cafile=ca.authority(config))
    context.load_cert_chain(ca.certificate(config, host), ca.certificate(config, host).with_suffix(".key"))


def test_keys_are_readable_by_their_owner_only(config: LabConfig) -> None:
    keys = list(ca.directory(config).glob("*.key"))
    assert len(keys) == 1 + len(config.hosts)
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_a_second_run_keeps_all_and_only_a_renewal_changes_one(config: LabConfig) -> None:
    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in ca.directory(config).iterdir()}

    before = contents()
    ca.ensure(config)
    assert contents() == before
    (host,) = config.in_group("marathon")
    path = ca.issue(config, host)
    changed = {path for path, content in contents().items() if before[path] != content}
    assert changed == {path, path.with_suffix(".key")}


def test_the_users_variables_reach_groups_and_hosts_and_win(tmp_path: Path) -> None:
    file = tmp_path / "variables.yml"
    file.write_text("all: {a: 1}\nmesos_masters: {mesos_master_cluster: mine, b: 2}\nnode1: {c: 3}\n")
    config = from_environment({"LAB_LAYOUT": "single", "LAB_VARIABLES": str(file)})
    built = inventory.build(config, ENGINE)["all"]
    assert built["vars"]["a"] == 1
    assert built["vars"]["ansible_user"] == "root"
    masters = built["children"]["mesos_masters"]["vars"]
    assert (masters["mesos_master_cluster"], masters["b"]) == ("mine", 2)
    assert masters["mesos_master_archive"] == ENGINE.archive
    assert {group["hosts"]["node1"]["c"] for group in built["children"].values() if "node1" in group["hosts"]} == {3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("a: [", "cannot be read"),
        ("- a", "maps groups or hosts to variables"),
        ("masters: {a: 1}", "masters is no group and no host"),
    ],
)
def test_a_wrong_file_of_variables_is_refused(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "variables.yml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(LabError, match=words):
        from_environment({"LAB_VARIABLES": str(file)})
