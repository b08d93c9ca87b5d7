"""What is known of the agent on a host: from itself, else from its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.host_get import ServiceAccess, Unanswered
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import identity
from ansible_collections.quorum.mesos.plugins.modules import _agent_running as agent_running

STATE: dict[str, Any] = {
    "hostname": "slave1",
    "flags": {"port": "5051", "work_dir": "/var/lib/mesos/slave", "attributes": "rack:a", "quiet": "false"},
    "unreserved_resources_full": [
        {"name": "cpus", "type": "SCALAR", "scalar": {"value": 2.0}, "role": "*"},
        {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 31000, "end": 32000}]}, "role": "*"},
    ],
    "frameworks": [{"executors": [{"tasks": [{"id": "a"}], "queued_tasks": [{"id": "b"}]}]}],
}


def test_the_state_tells_flags_tasks_and_what_was_measured() -> None:
    seen = agent_running._of_state(STATE)
    assert seen.pop("measured")
    assert seen == {
        "hostname": "slave1",
        "port": "5051",
        "work_dir": "/var/lib/mesos/slave",
        "attributes": "rack:a",
        "tasks": 2,
    }


@pytest.mark.parametrize(("cpus", "reasons"), [(4, []), (1, ["cpus shrinks from 2 to 1"])])
def test_what_was_measured_can_be_compared(cpus: int, reasons: list[str]) -> None:
    seen = {**agent_running._of_state(STATE), "known": True}
    wanted = {"attributes": "rack:a", "resources": f"cpus:{cpus}"}
    assert identity.changes(seen, wanted, True) == reasons


def test_an_environment_file(tmp_path: Path) -> None:
    path = tmp_path / "mesos-slave.env"
    path.write_text("# Ansible managed\nMESOS_PORT=5051\nMESOS_ATTRIBUTES=a:b=c\n")
    assert agent_running._variables(str(path)) == {"MESOS_PORT": "5051", "MESOS_ATTRIBUTES": "a:b=c"}
    assert agent_running._variables(str(tmp_path / "none")) == {}


def test_the_first_principal_asks(tmp_path: Path) -> None:
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps({"credentials": [{"principal": "a", "secret": "b"}]}))
    access = agent_running._access({"MESOS_HTTP_CREDENTIALS": str(path), "LIBPROCESS_SSL_CA_FILE": "/ca"})
    assert (access.username, access.password, access.ca_path) == ("a", "b", "/ca")
    assert agent_running._access({}).username is None


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "http://127.0.0.1:5051"),
        ({"MESOS_IP": "10.0.0.1", "MESOS_PORT": "5052"}, "http://10.0.0.1:5052"),
        ({"MESOS_IP": "::1", "LIBPROCESS_SSL_ENABLED": "true"}, "https://[::1]:5051"),
    ],
)
def test_where_it_is_asked(variables: dict[str, str], url: str) -> None:
    assert agent_running._url(variables) == url


def test_it_may_still_answer_where_it_did_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(url: str, _access: Any, _timeout: float) -> dict[str, Any]:
        if url != "http://old:5051/state":
            raise Unanswered(url)
        return STATE

    monkeypatch.setattr(agent_running, "get_json", answers)
    assert agent_running._state(["http://new:1", "http://old:5051"], ServiceAccess(), 1) == ("http://old:5051", STATE)
    assert agent_running._state(["http://new:1"], ServiceAccess(), 1) is None


def test_the_id_of_an_agent(tmp_path: Path) -> None:
    (tmp_path / "meta" / "slaves").mkdir(parents=True)
    (tmp_path / "meta" / "slaves" / "latest").symlink_to("/var/lib/mesos/meta/slaves/20dfd752-S0")
    assert agent_running._id(str(tmp_path)) == "20dfd752-S0"
    assert agent_running._id(str(tmp_path / "none")) == agent_running._id(None) == ""


@pytest.mark.parametrize(
    ("left", "files", "returns"),
    [(True, [], True), (False, [], False), (True, ["mesos-slave.env"], False), (True, ["mesos-slave.service"], False)],
)
def test_what_a_removed_agent_has_left_comes_back(tmp_path: Path, left: bool, files: list[str], returns: bool) -> None:
    work_dir = tmp_path / "work"
    (work_dir / "meta" / "slaves").mkdir(parents=True)
    if left:
        (work_dir / "meta" / "slaves" / "latest").symlink_to(work_dir / "meta" / "slaves" / "S1")
    for name in files:
        (tmp_path / name).write_text("")
    installed = [str(tmp_path / name) for name in ("mesos-slave.env", "mesos-slave.service")]
    assert agent_running._returns(installed, str(work_dir)) is returns
    assert agent_running._returns(installed, None) is False
