"""Waiting for a load balancer: what is not known is not fulfilled."""

from __future__ import annotations

import hashlib
import types
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.modules import _outside_servers as outside_servers

BACKEND = {
    "apps": ["/web"], "index": 0, "mode": "http", "up": 1,
    "servers": [{"name": "10_0_0_1_31000", "outside": False}, {"name": "outside_10_0_0_2_10000", "outside": True}],
}  # fmt: skip
READY = {"ready": True, "problem": None, "outside": {"digest": ""}, "backends": {"web": BACKEND}}
STAT = "# pxname,svname,scur,stot,status,weight,hrsp_5xx,econ,eresp,\n"
BOTH_UP = STAT + "web,10_0_0_1_31000,0,9,UP,1,0,0,0,\nweb,outside_10_0_0_2_10000,0,9,UP,1,0,0,0,\n"
ONE_OPEN = STAT + "web,10_0_0_1_31000,1,9,no check,1,0,0,0,\n"
PARAMS = {
    "app": "/web", "state": "seen", "until": "outside", "count": 1, "status_url": "http://127.0.0.1:9092",
    "socket": "worker", "master_socket": "master", "file": "",
}  # fmt: skip


class Known(outside_servers.Balancer):
    """One whose agent and HAProxy say these things."""

    def __init__(self, status: dict[str, Any], said: dict[str, str]) -> None:
        super().__init__(PARAMS)
        self._status = status
        self._said = {"show stat": BOTH_UP, "show proc": "# workers\n1 worker 0\n# programs\n", **said}

    def status(self) -> dict[str, Any]:
        return self._status

    def ask(self, path: str, command: str) -> str:
        return self._said[command]


def missing(status: dict[str, Any], said: dict[str, str] | None = None, **params: Any) -> str:
    module = types.SimpleNamespace(params={**PARAMS, **params})
    return outside_servers.missing(module, Known(status, said or {}), status)


@pytest.mark.parametrize("until", ["outside", "tasks", "outside_idle", "tasks_idle"])
def test_nothing_is_fulfilled_before_anything_is_known(until: str) -> None:
    assert missing(READY, until=until) == ""
    starting = {"ready": False, "problem": "the guard holds", "outside": {"digest": ""}, "backends": {}}
    assert "not served anything since its start (the guard holds)" in missing(starting, until=until)
    excluded = {**READY, "backends": {}, "excluded": [{"app": "/web", "why": "no vhost"}]}
    assert "no backend of the app (no vhost)" in missing(excluded, until=until)
    assert missing(starting, until="applied") == ""


def test_requests_in_a_process_from_before_a_reload_are_waited_for() -> None:
    processes = "# workers\n2 worker 0\n# old workers\n1 worker 1\n# programs\n"
    said = {"show proc": processes, "@!1 show stat": ONE_OPEN}
    assert missing(READY, said, until="tasks_idle") == "1 requests or connections are still open"
    assert missing(READY, said, until="outside_idle") == ""
    said["@!1 show stat"] = "Can't find the target PID matching the prefix '@!1'\n"
    with pytest.raises(outside_servers.Silence, match="process 1"):
        missing(READY, said, until="tasks_idle")


def test_an_entry_that_the_agent_does_not_use_is_not_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "outside.json"
    file.write_text("{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    status = {**READY, "outside": {"digest": digest, "wrong": {"/web": "/web: share"}}}
    assert "does not use" in missing(status, state="present", file=str(file), until="applied")
    assert missing({**status, "outside": {"digest": digest}}, state="present", file=str(file), until="applied") == ""


def test_the_hash_of_a_password_is_in_no_log_and_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    auth = "realm:user:$6$fake-hash"
    entry = {"share": 10, "app": {"labels": {"HAPROXY_0_AUTH": auth, "HAPROXY_0_VHOST": "web.example"}}}
    logged: list[Any] = []
    monkeypatch.setattr(
        outside_servers.AnsibleModule, "_log_invocation", lambda module: logged.append(dict(module.params))
    )
    module = object.__new__(outside_servers._Module)
    module.params, module.no_log_values = {"entry": entry, "app": "/web"}, set()
    module._log_invocation()
    assert logged == [{"entry": "********", "app": "/web"}]
    assert module.params["entry"] == entry
    outside_servers._hide(module, entry)
    outside_servers._hide(module, None)
    assert module.no_log_values == {auth}
