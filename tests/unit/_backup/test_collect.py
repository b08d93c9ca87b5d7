"""Data that a running service goes on with is copied as of one moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._backup import collect
from ansible_collections.quorum.mesos.plugins.module_utils._backup.zookeeper_data import DataError

from .test_zookeeper_data import HEADER, SEAL, transaction


@pytest.fixture
def server(tmp_path: Path) -> Path:
    version = tmp_path / "data" / "version-2"
    version.mkdir(parents=True)
    (version / "snapshot.2").write_bytes(b"ZKSN" + b"x" * 50 + SEAL)
    (version / "snapshot.4").write_bytes(b"ZKSN being written")
    (version / "log.1").write_bytes(HEADER + transaction(1) + transaction(2) + transaction(3) + b"\0" * 500)
    (version / "currentEpoch").write_text("0")
    return version


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    (tmp_path / "stage").mkdir()
    return tmp_path / "stage"


def test_what_a_server_needs_is_copied_without_what_is_half_written(server: Path, stage: Path, monkeypatch) -> None:
    monkeypatch.setattr(collect, "PAUSE", 0)
    found = collect.zookeeper([str(server.parent)], str(stage))
    assert found == {"zxid": "0x3", "transactions": 3, "snapshot": "snapshot.2", "files": ["snapshot.2", "log.1"]}
    assert (stage / "log.1").read_bytes() == HEADER + transaction(1) + transaction(2) + transaction(3)
    assert sorted(path.name for path in stage.iterdir()) == ["log.1", "snapshot.2"]


def test_a_transaction_that_is_written_just_now_is_waited_for(server: Path, stage: Path, monkeypatch) -> None:
    whole = HEADER + transaction(1) + transaction(2)
    (server / "log.1").write_bytes(whole[:-10])
    monkeypatch.setattr(collect.time, "sleep", lambda _seconds: (server / "log.1").write_bytes(whole))
    assert collect.zookeeper([str(server.parent)], str(stage))["zxid"] == "0x2"
    assert (stage / "log.1").read_bytes() == whole


def test_one_that_stays_broken_is_refused_by_name(server: Path, stage: Path, monkeypatch) -> None:
    monkeypatch.setattr(collect, "PAUSE", 0)
    (server / "log.1").write_bytes((HEADER + transaction(1) + transaction(2))[:-10])
    with pytest.raises(DataError, match=r"log\.1 is damaged: a transaction is not whole"):
        collect.zookeeper([str(server.parent)], str(stage))


def test_logs_may_have_a_directory_of_their_own(server: Path, stage: Path) -> None:
    logs = server.parent.parent / "logs" / "version-2"
    logs.mkdir(parents=True)
    (server / "log.1").rename(logs / "log.1")
    assert collect.zookeeper([str(server.parent), str(logs.parent)], str(stage))["transactions"] == 3
    with pytest.raises(DataError, match="there is no data of ZooKeeper in /nowhere"):
        collect.zookeeper(["/nowhere"], None)


def test_looking_copies_nothing(server: Path, stage: Path) -> None:
    assert collect.zookeeper([str(server.parent)], None)["zxid"] == "0x3"
    assert list(stage.iterdir()) == []


def test_a_replica_is_copied_when_nothing_is_written_to_it(tmp_path: Path, stage: Path, monkeypatch) -> None:
    replica = tmp_path / "replicated_log"
    replica.mkdir()
    for name in ("CURRENT", "000001.log", "LOCK"):
        (replica / name).write_text(name)
    monkeypatch.setattr(collect, "PAUSE", 0)
    copies, copy = [], collect.shutil.copyfile

    def written_meanwhile(source: str, dest: str) -> None:
        copy(source, dest)
        copies.append(source)
        if len(copies) == 2:
            (replica / "000001.log").unlink()
            (replica / "000002.log").write_text("longer than before")

    monkeypatch.setattr(collect.shutil, "copyfile", written_meanwhile)
    assert collect.registry(str(replica), str(stage)) == {"files": ["000002.log", "CURRENT"]}
    assert sorted(path.name for path in stage.iterdir()) == ["000002.log", "CURRENT"]
    assert (stage / "000002.log").read_text() == "longer than before"


def test_a_replica_that_is_never_still_is_not_copied(tmp_path: Path, stage: Path, monkeypatch) -> None:
    replica = tmp_path / "replicated_log"
    replica.mkdir()
    (replica / "CURRENT").write_text("")
    monkeypatch.setattr(collect, "PAUSE", 0)
    copy = collect.shutil.copyfile

    def grow(source: str, dest: str) -> None:
        copy(source, dest)
        with (replica / "CURRENT").open("a") as file:
            file.write("x")

    monkeypatch.setattr(collect.shutil, "copyfile", grow)
    with pytest.raises(DataError, match="was written to all the time"):
        collect.registry(str(replica), str(stage))
    with pytest.raises(DataError, match="no replica of the registry"):
        collect.registry(str(tmp_path / "nothing"), None)


def test_settings_are_copied_without_secrets_and_secrets_not_at_all(tmp_path: Path, stage: Path) -> None:
    (tmp_path / "a.env").write_text("MESOS_PORT=5050\nMESOS_PASSWORD=hunter22\n")
    (tmp_path / "key.pem").write_text("-----BEGIN\n")
    paths = [str(tmp_path / name) for name in ("a.env", "key.pem", "absent.env")]
    found = collect.settings_of(paths, str(stage))
    assert found == {"files": [paths[0].lstrip("/")], "left_out": [paths[1]]}
    assert (stage / found["files"][0]).read_text() == "MESOS_PORT=5050\nMESOS_PASSWORD=<hidden>\n"
