"""The programs with LIBPROCESS_SSL_*: everything between them is encrypted, and what is wrong ends them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from certificates import Authority
from local_cluster import ENGINE, LocalCluster, wait_until


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def run_app(cluster: LocalCluster) -> None:
    app = {"id": "/sleeper", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
    assert requests.post(cluster.marathon_url + "/v2/apps", json=app, timeout=10).status_code == 201
    wait_until("the task runs", lambda: requests.get(
        cluster.marathon_url + "/v2/apps/sleeper", timeout=5).json()["app"]["tasksRunning"] == 1)


def test_a_cluster_with_tls_only(tmp_path: Path, authority: Authority) -> None:
    """Three masters replicate, an agent and Marathon follow the leader, a client without a certificate is refused."""
    environment = authority.libprocess(REQUIRE_CLIENT_CERT="true")
    cluster = LocalCluster(tmp_path, masters=3, agents=1, marathons=1, environment=environment)
    cluster.ask.cert = (str(authority.certificate), str(authority.key))
    with cluster:
        run_app(cluster)
        leader = cluster.leader()
        with pytest.raises(requests.ConnectionError):
            requests.get(leader.url.replace("https", "http") + "/version", timeout=5)
        with pytest.raises(requests.ConnectionError):
            requests.get(leader.url + "/version", timeout=5, verify=str(authority.ca))
        follower = next(one for one in cluster.masters if one is not leader)
        answer = cluster.ask.get(follower.url + "/state", timeout=5, allow_redirects=False)
        assert answer.status_code == 307
        assert answer.headers["Location"] == f"//{leader.ip}:{leader.port}/master/state"
        assert cluster.ask.get(follower.url + "/state", timeout=5).json()["activated_slaves"] == 1
        leader.kill()
        cluster.wait_leader()
        cluster.wait_agents(1)
        cluster.restart_marathons()


def test_downgrade_takes_both_on_one_port(tmp_path: Path, authority: Authority) -> None:
    """The way to switch a running cluster: programs with and without TLS work together meanwhile."""
    both = authority.libprocess(SUPPORT_DOWNGRADE="true")
    with LocalCluster(tmp_path, masters=1, agents=0, environment=both) as cluster:
        leader = cluster.leader()
        plain = requests.get(leader.url.replace("https", "http") + "/version", timeout=5)
        assert plain.json() == cluster.ask.get(leader.url + "/version", timeout=5).json()
        cluster.environment = {}
        cluster.scheme = "http"
        cluster.add_agent()
        cluster.wait_agents(1)
        # And the other way round: a client with downgrade finds a master that speaks no TLS.
        leader.terminate()
        cluster.add_master()
        cluster.wait_leader()
        cluster.environment = both
        cluster.scheme = "https"
        cluster.add_agent()
        cluster.wait_agents(2)


def test_a_stranger_is_not_trusted(tmp_path: Path, authority: Authority) -> None:
    stranger = Authority(tmp_path / "stranger", "another authority")
    with LocalCluster(tmp_path / "cluster", masters=1, environment=authority.libprocess()) as cluster:
        cluster.environment = stranger.libprocess()
        agent = cluster.add_agent()
        wait_until("the agent complains", lambda: "certificate verify failed" in agent.tail())
        assert cluster.ask.get(cluster.leader().url + "/slaves", timeout=5).json()["slaves"] == []


@pytest.mark.parametrize(("wrong", "message"), [
    ({"KEY_FILE": ""}, "SSL requires key! NOTE: Set path with LIBPROCESS_SSL_KEY_FILE"),
    ({"CERT_FILE": ""}, "SSL requires certificate! NOTE: Set path with LIBPROCESS_SSL_CERT_FILE"),
    ({"KEY_FILE": "/nonexistent"}, "Could not load key file '/nonexistent': No such file or directory"),
    ({"CERT_FILE": "/nonexistent"}, "Could not load cert file '/nonexistent': No such file or directory"),
    ({"CA_FILE": "/nonexistent"}, "Could not load CA file '/nonexistent'"),
    ({"CIPHERS": "nonsense"}, "Could not set ciphers: nonsense"),
    ({"ENABLED": "yes"}, "Failed to load value 'yes': Expecting a boolean"),
    ({"HOSTNAME_VALIDATION_SCHEME": "x"}, "Unknown value for hostname_validation_scheme: x"),
])
@pytest.mark.parametrize("module", ["master"])
def test_what_is_wrong_ends_the_program(tmp_path: Path, authority: Authority, module: str, wrong: dict[str, str],
                                        message: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", f"labengine.{module}", "--ip=127.0.0.1", "--port=0", f"--work_dir={tmp_path}"],
        env={"PYTHONPATH": str(ENGINE), "PATH": os.environ["PATH"]} | authority.libprocess(**wrong),
        capture_output=True, text=True, timeout=30)
    assert answer.returncode == 1
    assert message in answer.stderr
