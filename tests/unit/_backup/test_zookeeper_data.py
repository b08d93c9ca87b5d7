"""Files as a ZooKeeper server writes them, whole and not."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._backup import zookeeper_data

SEAL = b"\x00\x00\x00\x01/"
HEADER = b"ZKLG" + struct.pack(">iq", 2, 0)


def transaction(zxid: int, content: bytes = b"x" * 20) -> bytes:
    body = struct.pack(">qiqqi", 1, 2, zxid, 3, 1) + content
    return struct.pack(">qi", zlib.adler32(body), len(body)) + body + b"B"


def log(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "log.1"
    path.write_bytes(content)
    return str(path)


def test_a_log_is_read_up_to_the_space_that_is_set_aside(tmp_path: Path) -> None:
    written = HEADER + transaction(1) + transaction(2)
    assert zookeeper_data.read_log(log(tmp_path, written + b"\0" * 5000)) == (len(written), 2, 2, "")
    assert zookeeper_data.read_log(log(tmp_path, written)) == (len(written), 2, 2, "")


@pytest.mark.parametrize("cut", range(1, len(transaction(2))))
def test_a_log_ends_with_its_last_whole_transaction(tmp_path: Path, cut: int) -> None:
    whole = HEADER + transaction(1)
    found = zookeeper_data.read_log(log(tmp_path, whole + transaction(2)[:cut]))
    assert found[:3] == (len(whole), 1, 1)
    # The checksum begins with zeros: as far as these go, nothing was written.
    assert bool(found.torn) is (cut > 4)


def test_a_byte_that_changed_is_seen(tmp_path: Path) -> None:
    content = bytearray(HEADER + transaction(1) + transaction(2))
    content[len(HEADER) + 30] ^= 1
    found = zookeeper_data.read_log(log(tmp_path, bytes(content)))
    assert found == (len(HEADER), 0, 0, "a transaction has another checksum than its content")


def test_a_log_that_was_just_begun_is_none(tmp_path: Path) -> None:
    assert zookeeper_data.read_log(log(tmp_path, b"\0" * 100)) == (0, 0, 0, "")
    assert zookeeper_data.read_log(log(tmp_path, b"")) == (0, 0, 0, "")
    assert "does not begin" in zookeeper_data.read_log(log(tmp_path, b"text" * 100)).torn


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b"ZKSN" + b"x" * 100 + SEAL, True),
        (b"ZKSN" + b"x" * 100, False),
        (b"", False),
        (b"XXXX" + b"x" * 100 + SEAL, False),
    ],
)
def test_a_snapshot_is_whole_where_it_is_sealed(tmp_path: Path, content: bytes, whole: bool) -> None:
    path = tmp_path / "snapshot.5"
    path.write_bytes(content)
    assert zookeeper_data.snapshot_is_whole(str(path)) is whole
    packed = tmp_path / "snapshot.6.gz"
    packed.write_bytes(gzip.compress(content))
    assert zookeeper_data.snapshot_is_whole(str(packed)) is whole
    packed.write_bytes(gzip.compress(content)[:-12])
    assert not zookeeper_data.snapshot_is_whole(str(packed))


NAMES = (
    "log.1",
    "log.100000001",
    "log.200000010",
    "snapshot.0",
    "snapshot.100000050",
    "snapshot.200000020",
    "acceptedEpoch",
)


@pytest.mark.parametrize(
    ("broken", "snapshot", "logs"),
    [
        ("", "snapshot.200000020", ["log.200000010"]),
        ("snapshot.200000020", "snapshot.100000050", ["log.100000001", "log.200000010"]),
        ("snapshot.200000020 snapshot.100000050", "snapshot.0", ["log.1", "log.100000001", "log.200000010"]),
    ],
)
def test_the_newest_whole_snapshot_and_what_came_after_it(broken: str, snapshot: str, logs: list[str]) -> None:
    assert zookeeper_data.choose(NAMES, lambda name: name not in broken.split()) == (snapshot, logs)


def test_without_a_snapshot_there_is_nothing_to_choose() -> None:
    with pytest.raises(zookeeper_data.DataError, match="no snapshot that is whole among snapshot"):
        zookeeper_data.choose(NAMES, lambda _name: False)
    with pytest.raises(zookeeper_data.DataError, match="among no files"):
        zookeeper_data.choose(["log.1"], lambda _name: True)


def test_what_is_wrong_with_a_backup_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "snapshot.5").write_bytes(b"ZKSN")
    (tmp_path / "log.1").write_bytes(HEADER + transaction(1)[:-3])
    assert zookeeper_data.check(str(tmp_path), ["log.1", "snapshot.5"]) == [
        "snapshot.5: it is not written to its end",
        "log.1: a transaction is not whole",
    ]
    assert zookeeper_data.check(str(tmp_path), []) == ["zookeeper: it has no snapshot"]
