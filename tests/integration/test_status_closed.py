"""What the status of services tells where they want passwords, with the right one, a wrong one and none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health.status import status_of
from local_cluster import LocalCluster, Program, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")
ACCESS = ("url_username", "url_password", "ca_path", "client_cert", "client_key")


def private(path: Path, content: Any) -> str:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content))
    return str(path)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    home = tmp_path_factory.mktemp("closed")
    known = private(home / "credentials.json", {"credentials": [{"principal": "operator", "secret": "fake-operator"}]})
    every = {"authenticate_http_readonly": "true", "authenticate_http_readwrite": "true"}
    cluster = LocalCluster(
        home / "cluster",
        agents=1,
        master_flags={
            "credentials": known,
            "authenticate_frameworks": "true",
            "authenticate_http_frameworks": "true",
            "http_framework_authenticators": "basic",
            **every,
        },
        agent_flags={"http_credentials": known, **every},
    )
    cluster.ask.auth = ("operator", "fake-operator")
    with cluster:
        yield cluster


def told(service: str, program: Program, username: str | None = None, password: str | None = None) -> dict[str, Any]:
    given = {**dict.fromkeys(ACCESS), "url_username": username, "url_password": password, "plain_too": False}
    return status_of({"service": service, "address": program.url, "members": [], **given})


def test_with_the_password_nothing_is_open(closed: LocalCluster) -> None:
    master = told("master", closed.leader(), "operator", "fake-operator")
    assert master["answers"], master["why"]
    assert master["facts"]["open"] == []
    (agent,) = master["facts"]["agents"]
    assert agent["state"] == "active"
    own = told("agent", closed.agents[0], "operator", "fake-operator")
    assert own["answers"], own["why"]
    assert (own["facts"]["open"], own["facts"]["id"]) == ([], agent["id"])


@pytest.mark.parametrize(("password", "why"), [(None, "requires a user and a password"), ("wrong", "refuses the user")])
def test_without_the_password_it_is_said(closed: LocalCluster, password: str | None, why: str) -> None:
    for service, program in (("master", closed.leader()), ("agent", closed.agents[0])):
        found = told(service, program, "operator" if password else None, password)
        assert (found["answers"], found["facts"]) == (False, {})
        assert why in found["why"]
        assert "wrong" not in found["why"]
