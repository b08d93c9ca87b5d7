"""A backup is known by its checksums: what is missing, strange or changed is named."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._backup import manifest

from .test_zookeeper_data import HEADER, SEAL, transaction


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    path = tmp_path / "2026-01-31T220000Z"
    for name, content in {
        "zookeeper/snapshot.1": b"ZKSN" + b"x" * 40 + SEAL,
        "zookeeper/log.1": HEADER + transaction(1),
        "registry/CURRENT": b"MANIFEST-1\n",
        "settings/node1/etc/mesos/marathon.env": b"A=b\n",
    }.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    manifest.seal(str(path), {"taken": path.name, "cluster": {"zookeeper": {"host": "node1", "version": "3.8.0"}}})
    return path


def test_a_backup_that_was_written_is_whole_and_its_owners_alone(backup: Path) -> None:
    found, name = manifest.verify(str(backup))
    assert found["taken"] == backup.name
    assert found["files"]["registry/CURRENT"]["size"] == 11
    assert name == manifest.digest(str(backup / "manifest.json"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in backup.rglob("*") if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [backup, *backup.rglob("*")] if path.is_dir()} == {0o700}
    written = len(HEADER + transaction(1)) + 49
    assert manifest.lines(found)[0] == f"zookeeper: 2 files, {written} bytes; from node1, version 3.8.0"


def test_the_checksums_are_those_of_sha256sum(backup: Path) -> None:
    if os.path.exists("/usr/bin/sha256sum"):
        assert os.system(f"cd '{backup}' && sha256sum --quiet --check SHA256SUMS") == 0


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            lambda path: change(path / "registry/CURRENT"),
            "registry/CURRENT: its content is not the one that was written",
        ),
        (
            lambda path: (path / "registry/CURRENT").write_text("more than it was"),
            "registry/CURRENT: it has 16 bytes instead of 11",
        ),
        (lambda path: (path / "zookeeper/log.1").unlink(), "zookeeper/log.1: it is missing"),
        (lambda path: (path / "registry/000.log").write_text(""), "registry/000.log: it is not in manifest.json"),
        (lambda path: change(path / "manifest.json"), "manifest.json was changed or damaged"),
        (lambda path: (path / "SHA256SUMS").unlink(), "SHA256SUMS cannot be read"),
        (lambda path: (path / "manifest.json").unlink(), "has no manifest.json"),
    ],
)
def test_damage_is_named(backup: Path, damage, words: str) -> None:
    damage(backup)
    with pytest.raises(manifest.BackupError, match=words.replace(".", r"\.")):
        manifest.verify(str(backup))


def test_a_manifest_that_leaves_the_backup_is_refused(backup: Path) -> None:
    found = json.loads((backup / "manifest.json").read_text())
    found["files"]["../outside"] = {"size": 0, "sha256": "0"}
    (backup / "manifest.json").write_text(json.dumps(found))
    sums = (backup / "SHA256SUMS").read_text().splitlines()
    own = f"{manifest.digest(str(backup / 'manifest.json'))}  manifest.json"
    (backup / "SHA256SUMS").write_text("\n".join([own, *(line for line in sums if "manifest.json" not in line)]) + "\n")
    with pytest.raises(manifest.BackupError, match=r"\.\./outside: it is not a path in the backup"):
        manifest.verify(str(backup))


def test_a_log_that_no_server_could_read_is_named_although_its_checksum_is_right(backup: Path) -> None:
    (backup / "zookeeper/log.1").write_bytes(HEADER + transaction(1)[:-4])
    manifest.seal(str(backup), {"taken": "", "cluster": {}})
    with pytest.raises(manifest.BackupError, match=r"zookeeper/log\.1: a transaction is not whole"):
        manifest.verify(str(backup))


def test_the_directory_of_all_backups_leads_to_the_newest(backup: Path) -> None:
    with pytest.raises(manifest.BackupError, match=r"the newest one in it is .*/2026-01-31T220000Z"):
        manifest.verify(str(backup.parent))
    with pytest.raises(manifest.BackupError, match="is no directory"):
        manifest.verify(str(backup.parent / "nothing"))


def test_the_oldest_go(backup: Path) -> None:
    above = backup.parent
    (above / "2026-02-01T220000Z.unfinished").mkdir()
    (above / "2026-02-02T220000Z").mkdir()
    (above / "notes").mkdir()
    assert manifest.backups(str(above)) == [backup.name]
    assert manifest.surplus(["a", "b", "c"], 2) == ["a"]
    assert manifest.surplus(["a", "b", "c"], 0) == []
    assert manifest.surplus(["a"], 2) == []
    manifest.remove(str(above), backup.name)
    assert sorted(path.name for path in above.iterdir()) == [
        "2026-02-01T220000Z.unfinished",
        "2026-02-02T220000Z",
        "notes",
    ]


def test_what_was_never_finished_goes_a_day_later(tmp_path: Path) -> None:
    for name in (
        "2026-01-31T220000Z.unfinished",
        "2026-02-02T220000Z.unfinished",
        "notes.unfinished",
        "2026-01-01T220000Z",
    ):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1000, 1000))
    os.utime(tmp_path / "2026-02-02T220000Z.unfinished", (80000, 80000))
    assert manifest.abandoned(str(tmp_path), 87401) == ["2026-01-31T220000Z.unfinished"]
    assert manifest.abandoned(str(tmp_path), 87399) == []
