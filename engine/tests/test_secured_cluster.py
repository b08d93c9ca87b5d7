"""Everything at once: ZooKeeper with digest, TLS between all, every program with credentials, Marathon by HTTPS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import requests
from certificates import Authority
from local_cluster import LocalCluster, wait_until

OPERATOR, MARATHON, FRAMEWORK, AGENT = ("operator", "o1"), ("admin", "a1"), ("marathon", "m1"), ("slave", "s1")
SECRETS = ("zk-secret", *(secret for _name, secret in (OPERATOR, MARATHON, FRAMEWORK, AGENT)))


class Basic(requests.auth.AuthBase):
    """One client for all: Marathon has a user of its own."""

    def __init__(self, cluster: LocalCluster) -> None:
        self._cluster = cluster

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        ours = any(str(request.url).startswith(one.url) for one in self._cluster.marathons)
        return requests.auth.HTTPBasicAuth(*(MARATHON if ours else OPERATOR))(request)


def private(path: Path, content: Any) -> str:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def test_a_secured_cluster_runs_tasks_and_tells_no_secret(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    keystore = authority.pkcs12(tmp_path / "marathon.p12", "a password")
    known = private(tmp_path / "credentials.json", {"credentials": [
        {"principal": name, "secret": secret} for name, secret in (OPERATOR, FRAMEWORK, AGENT)]})
    every = {"authenticate_http_readonly": "true", "authenticate_http_readwrite": "true"}
    cluster = LocalCluster(
        tmp_path / "cluster", masters=3, agents=1, marathons=2,
        environment=authority.libprocess() | {
            "MESOSPHERE_KEYSTORE_PASS": "a password", "MARATHON_MESOS_AUTHENTICATION": "",
            "MARATHON_MESOS_AUTHENTICATION_SECRET": FRAMEWORK[1], "MESOSPHERE_HTTP_CREDENTIALS": ":".join(MARATHON)},
        master_flags={"credentials": known, "authenticate_agents": "true", "authenticate_frameworks": "true", **every},
        agent_flags={"credential": private(tmp_path / "agent.json", {"principal": AGENT[0], "secret": AGENT[1]}),
                     "http_credentials": known, **every},
        marathon_flags={"mesos_authentication_principal": FRAMEWORK[0], "ssl_keystore_path": str(keystore)})
    plain = cluster.zk_url
    cluster.zk_url = lambda path: plain(path).replace("zk://", "zk://cluster:zk-secret@")  # type: ignore[method-assign]
    cluster.marathon_switches = ["--disable_http"]
    cluster.ask.verify = str(authority.ca)
    cluster.ask.auth = Basic(cluster)
    with cluster:
        app = {"id": "/sleeper", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 2}
        assert cluster.ask.post(cluster.marathon_url + "/v2/apps", json=app, timeout=10).status_code == 201
        for node in cluster.marathons:
            wait_until("the tasks run", lambda node=node: cluster.ask.get(
                node.url + "/v2/apps/sleeper", timeout=5).json()["app"]["tasksRunning"] == 2)
        frameworks = cluster.ask.get(cluster.leader().url + "/frameworks", timeout=5).json()["frameworks"]
        assert [one["principal"] for one in frameworks] == [FRAMEWORK[0]]
        cluster.leader().kill()
        cluster.wait_leader()
        cluster.wait_agents(1)
        cluster.restart_marathons()
        shown = cluster.ask.get(cluster.marathon_url + "/v2/info", timeout=5).text
        for program in [*cluster.masters, *cluster.agents]:
            if program.running:
                shown += cluster.ask.get(program.url + "/flags", timeout=5).text
        for program in [*cluster.masters, *cluster.agents, *cluster.marathons]:
            shown += program.log.read_text(encoding="utf-8")
        assert not [secret for secret in ("zk-secret", "a password") if secret in shown]
        assert not [secret for secret in SECRETS if f'"{secret}"' in shown or f":{secret}@" in shown]
