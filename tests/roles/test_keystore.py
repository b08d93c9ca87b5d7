"""The keystore of Marathon, made by the real openssl and, where Java is, keytool."""

from __future__ import annotations

import getpass
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab import ca, playbook
from lab.config import from_environment

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")


class Store:
    def __init__(self, directory: Path) -> None:
        config = from_environment({"LAB_LAYOUT": "single"})
        object.__setattr__(config, "directory", directory)
        ca.ensure(config)
        self.config, self.host = config, config.hosts[0]
        self.path = directory / "marathon.keystore"
        self.password_file = directory / "keystore.env"

    def make(self, *arguments: str) -> dict[str, Any]:
        certificate = ca.certificate(self.config, self.host)
        parameters = {
            "path": str(self.path), "certificate": str(certificate), "key": str(certificate.with_suffix(".key")),
            "ca": str(ca.authority(self.config)), "password_file": str(self.password_file),
            "password_variable": "PASSWORD", "owner": getpass.getuser(),
        }  # fmt: skip
        done = subprocess.run(
            ["ansible", "localhost", "-o", "-m", "quorum.mesos._pkcs12_keystore", "-a", json.dumps(parameters),
             "-e", f"ansible_python_interpreter={sys.executable}", *arguments],
            env=playbook.environment(), capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.split("=>", 1)[1])

    @property
    def password(self) -> str:
        return re.fullmatch(r"PASSWORD=(\S{40,})\n", self.password_file.read_text()).group(1)

    def entries(self) -> str:
        done = subprocess.run(
            ["openssl", "pkcs12", "-in", str(self.path), "-passin", "env:PASSWORD", "-nokeys"],
            env={"PASSWORD": self.password}, capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        return done.stdout


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_check_mode_then_made_once_then_anew_with_another_certificate(store: Store) -> None:
    assert store.make("--check")["changed"]
    assert not store.path.exists()
    assert not store.password_file.exists()

    made = store.make()
    assert made["changed"]
    assert made["trusts_authorities"] is bool(shutil.which("keytool"))
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.password_file.stat().st_mode & 0o777 == 0o600
    assert store.password not in json.dumps(made)
    assert "CN = registry1" in store.entries()
    if made["trusts_authorities"]:
        assert "authority" in store.entries()

    assert not store.make()["changed"]
    password = store.password
    ca.issue(store.config, store.host)
    assert store.make("--check")["changed"]
    assert store.make()["changed"]
    assert store.password == password
    assert not store.make()["changed"]


def test_a_keystore_that_cannot_be_opened_is_made_anew(store: Store) -> None:
    store.make()
    store.path.write_bytes(b"no keystore")
    assert store.make()["changed"]
    assert "CN = registry1" in store.entries()
