"""Credentials and rules: who may ask, register and run, and what ends a program that was told nonsense."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import ENGINE, LocalCluster, Program, wait_until

from labengine.common.acls import Acls

OPERATOR = ("operator", "of the cluster")
FRAMEWORK = ("marathon", "s3cret")
AGENT = ("slave", "a:secret")


def write(path: Path, content: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def credentials(path: Path, *pairs: tuple[str, str]) -> str:
    return write(path, {"credentials": [{"principal": name, "secret": secret} for name, secret in pairs]})


@pytest.fixture
def closed(tmp_path: Path) -> Any:
    """A master that asks everybody for credentials, an agent and a Marathon that have them."""
    secret = tmp_path / "secret"
    secret.write_text(FRAMEWORK[1] + "\n", encoding="utf-8")
    cluster = LocalCluster(
        tmp_path / "cluster", masters=2, agents=1, marathons=1, quorum=1,
        master_flags={
            "credentials": credentials(tmp_path / "master.json", OPERATOR, FRAMEWORK, AGENT),
            "authenticate_agents": "true", "authenticate_frameworks": "true", "authenticate_http_frameworks": "true",
            "authenticate_http_readonly": "true", "authenticate_http_readwrite": "true",
            "http_framework_authenticators": "basic",
            "acls": "file://" + write(tmp_path / "acls.json", {
                "register_frameworks": [{"principals": {"values": ["marathon"]}, "roles": {"values": ["web"]}},
                                        {"principals": {"type": "ANY"}, "roles": {"type": "NONE"}}],
                "get_endpoints": [{"principals": {"values": ["slave"]}, "paths": {"type": "NONE"}}]})},
        agent_flags={
            "credential": write(tmp_path / "agent.json", {"principal": AGENT[0], "secret": AGENT[1]}),
            "http_credentials": credentials(tmp_path / "agent-http.json", OPERATOR),
            "authenticate_http_readonly": "true", "authenticate_http_readwrite": "true"},
        marathon_flags={"mesos_role": "web", "mesos_authentication_principal": FRAMEWORK[0],
                        "mesos_authentication_secret_file": str(secret)})
    cluster.marathon_switches = ["--mesos_authentication"]
    cluster.ask.auth = OPERATOR
    with cluster:
        yield cluster


def ask(program: Program, path: str, **options: Any) -> requests.Response:
    method = options.pop("method", "GET")
    return requests.request(method, program.url + path, timeout=5, allow_redirects=False, **options)


def test_all_ask_for_credentials(closed: LocalCluster, tmp_path: Path) -> None:
    app = {"id": "/sleeper", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
    assert requests.post(closed.marathon_url + "/v2/apps", json=app, timeout=10).status_code == 201
    wait_until("the task runs", lambda: requests.get(
        closed.marathon_url + "/v2/apps/sleeper", timeout=5).json()["app"]["tasksRunning"] == 1)

    leader, agent = closed.leader(), closed.agents[0]
    follower = next(one for one in closed.masters if one is not leader)
    for program in (leader, follower):
        assert {path: ask(program, path).status_code for path in ("/health", "/version", "/")} == {
            "/health": 200, "/version": 200, "/": 200}
        assert ask(program, "/redirect").status_code == 307
        for path in ("/metrics/snapshot", "/flags", "/state", "/master/slaves", "/system/stats.json",
                     "/maintenance/status"):
            answer = ask(program, path)
            assert (answer.text, answer.headers["Content-Type"]) == ("401 Unauthorized.", "text/plain; charset=utf-8")
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (
                401, 'Basic realm="mesos-master-readonly"'), path
        answer = ask(program, "/api/v1", method="POST", json={"type": "GET_HEALTH"})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="mesos-master-readwrite"')
        assert ask(program, "/maintenance/schedule").headers["WWW-Authenticate"] == (
            'Basic realm="mesos-master-readwrite"')
        assert ask(program, "/flags", auth=("operator", "wrong")).status_code == 401
        assert ask(program, "/flags", auth=("nobody", "")).status_code == 401
        assert ask(program, "/flags", auth=OPERATOR).status_code == 200
        assert ask(program, "/metrics/snapshot", auth=AGENT).status_code == 403
    assert ask(follower, "/state", auth=OPERATOR).status_code == 307
    assert ask(leader, "/api/v1", method="POST", json={"type": "GET_HEALTH"}, auth=OPERATOR).status_code == 200

    assert ask(agent, "/health").status_code == 200
    answer = ask(agent, "/state")
    assert (answer.text, answer.headers["WWW-Authenticate"]) == (
        "401 Unauthorized.", 'Basic realm="mesos-agent-readonly"')
    assert ask(agent, "/api/v1", method="POST", json={}).headers["WWW-Authenticate"] == (
        'Basic realm="mesos-agent-readwrite"')
    assert ask(agent, "/metrics/snapshot", auth=OPERATOR).status_code == 200
    assert ask(agent, "/state", auth=AGENT).status_code == 401

    subscribe = {"type": "SUBSCRIBE", "subscribe": {"framework_info": {
        "user": "root", "name": "x", "principal": "operator", "role": "web"}}}
    scheduler = {"path": "/api/v1/scheduler", "method": "POST", "json": subscribe}
    assert ask(leader, **scheduler).headers["WWW-Authenticate"] == 'Basic realm="mesos-master-scheduler"'
    stranger = ask(leader, **scheduler, auth=FRAMEWORK)
    assert (stranger.status_code, stranger.text) == (400, "Failed to validate scheduler::Call: Authenticated principal "
                                                     "'marathon' does not match principal 'operator' set in "
                                                     "`FrameworkInfo`")
    assert "Not authorized to use role 'web'" in ask(leader, **scheduler, auth=OPERATOR).text

    closed._agent_flags["credential"] = write(tmp_path / "wrong.json", {"principal": "slave", "secret": "wrong"})
    stranger = closed.add_agent()
    assert stranger.wait(10) == 1
    assert "refused authentication" in stranger.tail()
    del closed._agent_flags["credential"]
    anonymous = closed.add_agent()
    wait_until("the agent complains", lambda: "refused the agent: 401" in anonymous.tail())
    assert anonymous.running


@pytest.mark.parametrize(("module", "flags", "message"), [
    ("master", {"authenticate_http_readonly": "true"},
     "No credentials provided for the default 'basic' HTTP authenticator for realm 'mesos-master-readonly'"),
    ("master", {"authenticate_http_frameworks": "true"}, "Missing `--http_framework_authenticators` flag"),
    ("master", {"credentials": "/nonexistent"},
     "Failed to read credential file '/nonexistent': No such file or directory (see --credentials flag)"),
    ("master", {"credentials": ""}, "Failed to read credential file '.': Is a directory"),
    ("master", {"credentials": "TEXT"}, "Failed to parse credential file"),
    ("master", {"credentials": "EMPTY"}, "Credentials file must contain at least one credential"),
    ("master", {"acls": "{"}, "Failed to load flag 'acls': Failed to parse it"),
    ("agent", {"authenticate_http_readwrite": "true"},
     "No credentials provided for the default 'basic' HTTP authenticator for realm 'mesos-agent-readwrite'"),
    ("agent", {"credential": "TEXT"}, "Failed to parse credential file"),
])
def test_what_is_wrong_ends_the_program(tmp_path: Path, module: str, flags: dict[str, str], message: str) -> None:
    (tmp_path / "TEXT").write_text("principal secret\n", encoding="utf-8")
    write(tmp_path / "EMPTY", {"credentials": []})
    given = {"ip": "127.0.0.1", "port": "0", "work_dir": str(tmp_path), **flags}
    if module == "agent":
        given |= {"master": "127.0.0.1:1", "launcher": "posix", "systemd_enable_support": "false"}
    answer = subprocess.run(
        [sys.executable, "-m", f"labengine.{module}", *(f"--{name}={value}" for name, value in given.items())],
        env={"PYTHONPATH": str(ENGINE), "PATH": os.environ["PATH"]}, cwd=tmp_path, capture_output=True, text=True,
        timeout=30)
    assert answer.returncode == 1
    assert message in answer.stderr


ANY, NONE = {"type": "ANY"}, {"type": "NONE"}


@pytest.mark.parametrize(("rules", "principal", "role", "allowed"), [
    ({}, "a", "r", True),
    ({"permissive": False}, "a", "r", False),
    ({"register_frameworks": [{"principals": {"values": ["a"]}, "roles": ANY}]}, "a", "r", True),
    ({"register_frameworks": [{"principals": {"values": ["a"]}, "roles": NONE}]}, "a", "r", False),
    ({"register_frameworks": [{"principals": {"values": ["a"]}, "roles": NONE}]}, "b", "r", True),
    ({"register_frameworks": [{"principals": NONE, "roles": {"values": ["r"]}}]}, "a", "r", False),
    ({"register_frameworks": [{"principals": NONE, "roles": {"values": ["r"]}}]}, None, "s", True),
    ({"permissive": False, "register_frameworks": [{"principals": ANY, "roles": {"values": ["r"]}}]}, None, "r", True),
    ({"permissive": False, "register_frameworks": [{"principals": {"values": ["a"]}, "roles": ANY}]}, None, "r", False),
])
def test_rules(rules: dict[str, Any], principal: str | None, role: str, allowed: bool) -> None:
    assert Acls(rules).allows("register_frameworks", principal, role) is allowed
