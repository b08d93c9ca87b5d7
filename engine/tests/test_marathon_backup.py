"""The state is written to a file, and taken out of one, by the leader that comes after the one that was asked."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from marathon_harness import Harness, Marathon

from labengine.marathon.backup import BackupError

APP = {"cmd": "run", "cpus": 0.1, "mem": 16, "instances": 0, "env": {"PASSWORD": "hunter22"}}


def changed(harness: Harness, leader: Marathon) -> Marathon:
    harness.retire(leader)
    return harness.marathon(leader.documents)


def failing(harness: Harness, leader: Marathon, words: str) -> Marathon:
    """Who comes after this leader, and ends at once."""
    harness.retire(leader)
    after = harness.marathon(leader.documents, standby=True)
    with pytest.raises(BackupError, match=words):
        after.lead()
    after.leader = None
    return after


def apps(leader: Marathon) -> dict[str, Any]:
    return {app["id"]: app for app in leader.get("/v2/apps")["apps"]}


def test_a_state_comes_back(harness: Harness, tmp_path: Path) -> None:
    file = tmp_path / "state of today"
    uri = f"file://{tmp_path}/state%20of%20today"
    leader = harness.marathon({})
    leader.write("POST", "/v2/apps", {"id": "/kept", **APP}, 201)
    leader.write("PUT", "/v2/apps/kept", {"labels": {"a": "b"}})
    leader.settled()
    before, versions = apps(leader), leader.get("/v2/apps/kept/versions")
    assert leader.send("DELETE", "/v2/leader", params={"backup": uri}).json() == {"message": "Leadership abdicated"}
    assert not file.exists()

    leader = changed(harness, leader)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert apps(leader) == before
    leader.write("DELETE", "/v2/apps/kept")
    leader.write("POST", "/v2/apps", {"id": "/later", **APP}, 201)
    leader.settled()
    leader.send("DELETE", "/v2/leader", params={"restore": uri}).raise_for_status()

    leader = changed(harness, leader)
    assert apps(leader) == before
    assert leader.get("/v2/apps/kept/versions") == versions
    leader.write("DELETE", "/v2/apps/kept")
    leader.settled()
    # Once is enough.
    leader = changed(harness, leader)
    assert apps(leader) == {}


def test_both_in_one(harness: Harness, tmp_path: Path) -> None:
    first, second = f"file://{tmp_path}/first", f"file://{tmp_path}/second"
    leader = harness.marathon({})
    leader.send("DELETE", "/v2/leader", params={"backup": first}).raise_for_status()
    leader = changed(harness, leader)
    leader.write("POST", "/v2/apps", {"id": "/a", **APP}, 201)
    leader.settled()
    leader.send("DELETE", "/v2/leader", params={"backup": second, "restore": first}).raise_for_status()
    leader = changed(harness, leader)
    assert apps(leader) == {}
    leader.send("DELETE", "/v2/leader", params={"restore": second}).raise_for_status()
    assert list(apps(changed(harness, leader))) == ["/a"]


@pytest.mark.parametrize("content", [None, b"", b"text", b"\x1f\x8b\x08\x00"], ids=["none", "empty", "text", "cut"])
def test_what_fails_ends_one_leader_and_changes_nothing(
    harness: Harness, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "state"
    if content is not None:
        file.write_bytes(content)
    leader = harness.marathon({})
    leader.write("POST", "/v2/apps", {"id": "/a", **APP}, 201)
    leader.settled()
    before = apps(leader)
    leader.send("DELETE", "/v2/leader", params={"restore": f"file://{file}"}).raise_for_status()
    after = failing(harness, leader, f"No state can be read from {file}")
    assert apps(changed(harness, after)) == before


def test_a_backup_that_cannot_be_written(harness: Harness, tmp_path: Path) -> None:
    leader = harness.marathon({})
    leader.send("DELETE", "/v2/leader", params={"backup": f"file://{tmp_path}/none/state"}).raise_for_status()
    failing(harness, leader, r"cannot be written to .*/none/state: No such file")


@pytest.mark.parametrize("name", ["backup", "restore"])
@pytest.mark.parametrize("uri", ["state", "file://", "file:///", "http://host/state", ""])
def test_what_is_no_place_is_refused(harness: Harness, name: str, uri: str) -> None:
    leader = harness.marathon({})
    answer = leader.send("DELETE", "/v2/leader", params={name: uri})
    assert (answer.status_code, answer.json()) == (422, {
        "message": "Object is not valid",
        "details": [{"path": "/", "errors": [f"Invalid URI or unsupported scheme: {uri}"]}],
    })
    assert leader.failures == []
