"""Marathon with a keystore: HTTPS for clients and on the way from a standby to the leader."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from certificates import Authority
from local_cluster import ENGINE, LocalCluster, Program, free_port, wait_until

PASSWORD = "a keystore's password"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def keystore(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority.pkcs12(tmp_path_factory.mktemp("keystore") / "marathon.p12", PASSWORD)


def leads(program: Program) -> bool:
    with contextlib.suppress(requests.RequestException):
        return "X-Marathon-Via" not in program.ask.get(program.url + "/ping", timeout=5).headers
    return False


def test_https_and_credentials_only(tmp_path: Path, authority: Authority, keystore: Path) -> None:
    cluster = LocalCluster(
        tmp_path, masters=1, agents=1, marathons=2, environment={"MESOSPHERE_KEYSTORE_PASS": PASSWORD},
        marathon_flags={"ssl_keystore_path": str(keystore), "http_credentials": "admin:s:cret"})
    cluster.marathon_switches = ["--disable_http"]
    cluster.ask.verify = str(authority.ca)
    cluster.ask.auth = ("admin", "s:cret")
    with cluster:
        for program in cluster.marathons:
            answer = requests.get(program.url + "/ping", timeout=5, verify=str(authority.ca))
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'basic realm="Mesosphere"')
            with pytest.raises(requests.ConnectionError):
                requests.get(program.url.replace("https", "http") + "/ping", timeout=5)
        standby = wait_until("one leads", lambda: next(
            (one for one in cluster.marathons if not leads(one) and any(map(leads, cluster.marathons))), None))
        leader = next(one for one in cluster.marathons if one is not standby)
        answer = cluster.ask.get(standby.url + "/v2/info", timeout=5)
        assert answer.headers["X-Marathon-Leader"] == leader.url
        info = answer.json()
        assert info["leader"] == f"{leader.ip}:{leader.port}"
        assert info["http_config"] == {"http_port": 8080, "https_port": leader.port}
        app = {"id": "/sleeper", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
        assert cluster.ask.post(standby.url + "/v2/apps", json=app, timeout=10).status_code == 201
        wait_until("the task runs", lambda: cluster.ask.get(
            standby.url + "/v2/apps/sleeper", timeout=5).json()["app"]["tasksRunning"] == 1)
        assert PASSWORD not in Path(f"/proc/{leader.pid}/cmdline").read_text(encoding="utf-8")


def start(path: Path, password: str, *more: str) -> subprocess.CompletedProcess[str]:
    """A Marathon whose HTTPS works ends because no ZooKeeper is there (100)."""
    return subprocess.run(
        [sys.executable, "-m", "labengine.marathon", "--master=127.0.0.1:1", "--zk=zk://127.0.0.1:1/marathon",
         "--http_address=127.0.0.1", f"--http_port={free_port()}", "--https_address=127.0.0.1",
         f"--https_port={free_port()}", "--zk_connection_timeout=200", f"--ssl_keystore_path={path}", *more],
        env={"PYTHONPATH": str(ENGINE), "PATH": "/usr/bin:/bin", "MESOSPHERE_KEYSTORE_PASS": password},
        capture_output=True, text=True, timeout=60)


def test_jks_is_read_too(tmp_path: Path, keystore: Path) -> None:
    jks = tmp_path / "marathon.jks"
    made = subprocess.run(
        ["keytool", "-importkeystore", "-noprompt", "-srckeystore", str(keystore), "-destkeystore", str(jks),
         "-deststoretype", "JKS", "-srcstorepass:env", "P", "-deststorepass:env", "P"],
        env={"PATH": "/usr/bin:/bin", "P": PASSWORD}, capture_output=True, timeout=60)
    if made.returncode:
        pytest.skip("this Java makes no JKS")
    answer = start(jks, PASSWORD)
    assert answer.returncode == 100, answer.stderr
    assert "Plain HTTP stays open beside HTTPS" in answer.stderr


def test_what_is_wrong_ends_it(tmp_path: Path, keystore: Path) -> None:
    assert "cannot read the keystore" in start(tmp_path / "none", PASSWORD).stderr.lower()
    answer = start(keystore, "wrong")
    assert answer.returncode == 1
    assert "Cannot open the keystore" in answer.stderr
    assert "wrong" not in answer.stderr
