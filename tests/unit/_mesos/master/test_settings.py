"""Settings of a master that contradict each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import settings, state

AGENT = {"principal": "agent", "secret": "s"}
RIGHT: dict[str, Any] = {
    "flags": {"credentials": "/c", "authenticate_agents": True},
    "credentials": [AGENT],
    "http_credentials": [],
    "tls": {},
    "agents": {"d": AGENT},
    "frameworks": {"m": (None, None)},
    "health_timeout": 120,
}


def test_right_settings() -> None:
    assert settings.problems(RIGHT, "a") == []


def test_a_gate_longer_than_the_session() -> None:
    for given in (
        {"health_timeout": 10.5, "flags": {"zk_session_timeout": "10secs"}},
        {"flags": {"zk_session_timeout": "soon"}},
    ):
        assert settings.problems({**RIGHT, **given}, "a") == []


def test_a_scheduler_that_is_turned_away() -> None:
    flags = {"credentials": "/c", "authenticate_frameworks": True}
    (sentence,) = settings.problems({**RIGHT, "flags": flags}, "a")
    assert "m has no marathon_mesos_principal and marathon_mesos_secret in the inventory" in sentence
    assert settings.problems({**RIGHT, "flags": flags, "frameworks": {"m": ("agent", "s")}}, "a") == []


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"health_timeout": "10", "flags": {"zk_session_timeout": "10secs"}},
        "mesos_master_health_timeout is 10 seconds, and a master is healthy again only when ZooKeeper has ended its "
        "old session, after mesos_master_zk_session_timeout, which is 10secs; raise the first above the second.",
    ),
    (
        {"flags": {"agent_reregister_timeout": "9mins"}},
        "agent_reregister_timeout is 9mins, and the master starts with no less than 10mins; raise it.",
    ),
    ({"flags": {"role_sorter": "random"}}, "role_sorter is random and framework_sorter is drf; set both to the same."),
    (
        {"credentials": [{"principal": "x"}]},
        "entry 1 of mesos_master_credentials has no secret; write {principal: ..., secret: ...}.",
    ),
    (
        {"http_credentials": [{"principal": "agent", "secret": "t"}]},
        "the principal agent has two secrets in mesos_master_credentials and mesos_master_http_credentials, which "
        "Mesos keeps in one file; give it one.",
    ),
    (
        {"flags": {"authenticate_agents": "true"}},
        "authenticate_agents is set, and no credentials are known; set mesos_master_credentials.",
    ),
    (
        {"flags": {"credentials": "/c", "authenticate_http_readonly": True}},
        "authenticate_http_readonly is set, and the role knows no user to ask the master with; set "
        "mesos_master_http_credentials.",
    ),
    (
        {"flags": {"credentials": "/c", "authenticate_http_frameworks": True}},
        "authenticate_http_frameworks is set; set mesos_master_flags.http_framework_authenticators too.",
    ),
    (
        {"agents": {"d": None}},
        "authenticate_agents is set, and d has no mesos_slave_credential in the inventory; set it, so that the masters "
        "know it.",
    ),
    (
        {"agents": {"d": {"principal": "agent", "secret": "other"}}},
        "authenticate_agents is set, and the credential of d (mesos_slave_credential) is not in "
        "mesos_master_credentials; make them the same.",
    ),
    (
        {"zookeeper": {"username": "u"}},
        "mesos_master_zookeeper_username and mesos_master_zookeeper_password come together; set both or none.",
    ),
    (
        {"zookeeper": {"username": "u", "password": "p@w"}},
        "mesos_master_zookeeper_password has one of the characters @ / : and white space, which a ZooKeeper URL does "
        "not take; choose another.",
    ),
    (
        {"tls": {"certificate": "/x"}},
        "mesos_master_tls_certificate is set without mesos_master_tls_key and mesos_master_tls_ca; set all three or "
        "none.",
    ),
    (
        {"tls": {"downgrade": True}},
        "mesos_master_tls_downgrade is set without a certificate; set mesos_master_tls_certificate too.",
    ),
]


@pytest.mark.parametrize(("spoilt", "sentence"), WRONG)
def test_wrong_settings(spoilt: dict[str, Any], sentence: str) -> None:
    assert settings.problems({**RIGHT, **spoilt}, "a") == [f"a: {sentence}"]


def test_files_of_the_controller(tmp_path: Path) -> None:
    there = tmp_path / "there.pem"
    there.write_text("x")
    tls = {"certificate": str(there), "key": "there.key", "ca": str(tmp_path / "missing")}
    assert settings.tls_problems("mesos_slave", tls) == [
        "mesos_slave_tls_key is the relative path there.key; write the whole path.",
        f"mesos_slave_tls_ca is {tmp_path}/missing, and the controller has no such file; give a path that exists.",
    ]


def test_how_a_master_is_asked_as_it_is_now(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials.json"
    credentials.write_text(
        '{"credentials": [{"principal": "agent", "secret": "s"}, {"principal": "op", "secret": "pw"}]}'
    )
    file = tmp_path / "mesos-master.env"
    file.write_text(f"# managed\nMESOS_CREDENTIALS=file://{credentials}\nLIBPROCESS_SSL_CA_FILE=/ca\nA=b=c\n")
    variables = state.environment(str(file))
    assert variables["A"] == "b=c"
    assert state.own_access(variables, "op")[:3] == ("op", "pw", "/ca")
    assert state.own_access(variables, "nobody")[:2] == ("agent", "s")
    assert state.own_access({}, "op")[:2] == (None, None)


def test_a_registry(tmp_path: Path) -> None:
    assert not state.has_registry(str(tmp_path))
    (tmp_path / "replicated_log").mkdir()
    assert not state.has_registry(str(tmp_path))
    (tmp_path / "replicated_log" / "CURRENT").write_text("x")
    assert state.has_registry(str(tmp_path))
