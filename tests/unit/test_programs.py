"""Archives of programs: what is found in them and what is not unpacked."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils import _archives as archives
from ansible_collections.quorum.mesos.plugins.module_utils import _programs as programs

MESOS = {
    "mesos-1.11.0/sbin/mesos-agent": 0o755,
    "mesos-1.11.0/libexec/mesos/mesos-containerizer": 0o755,
    "mesos-1.11.0/lib/libmesos-1.11.0.so": 0o644,
    "mesos-1.11.0/share/mesos/webui/index.html": 0o600,
}


def pack(path: Path, members: dict[str, int], links: dict[str, str] | None = None) -> str:
    with tarfile.open(path, "w:gz") as archive:
        for name, mode in members.items():
            member = tarfile.TarInfo(name)
            member.mode, member.size, member.uid = mode, 1, 12345
            archive.addfile(member, io.BytesIO(b"x"))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return str(path)


def test_what_is_where(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tar.gz", MESOS)
    home = str(tmp_path / "opt" / "abc")
    expected = {
        "program": f"{home}/sbin/mesos-agent",
        "launcher_dir": f"{home}/libexec/mesos",
        "webui_dir": f"{home}/share/mesos/webui",
        "library_dir": f"{home}/lib",
    }
    candidates = ["mesos-agent", "mesos-slave"]
    assert programs.layout(home, archives.names(archive), candidates) == expected
    programs.unpack(archive, home, candidates)
    assert programs.layout(home, programs.tree_names(home), candidates) == expected
    assert os.stat(f"{home}/share/mesos/webui/index.html").st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path / "opt") == ["abc"]


def test_an_archive_without_a_top_directory(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tar.gz", {"./bin/marathon": 0o755, "./lib/x.jar": 0o644})
    programs.unpack(archive, str(tmp_path / "home"), ["marathon"])
    assert (tmp_path / "home" / "bin" / "marathon").exists()


@pytest.mark.parametrize(
    ("names", "program"),
    [
        (["sbin/mesos-agent", "sbin/mesos-slave"], "/h/sbin/mesos-agent"),
        (["bin/mesos-slave"], "/h/bin/mesos-slave"),
        (["bin/mesos-slave", "bin/mesos-agent"], "/h/bin/mesos-agent"),
        (["mesos-agent", "share/mesos-agent"], None),
    ],
)
def test_which_program(names: list[str], program: str | None) -> None:
    assert programs.layout("/h", names, ["mesos-agent", "mesos-slave"])["program"] == program


@pytest.mark.parametrize(
    ("names", "jvm"),
    [
        (["bin/marathon", "lib/mesosphere.marathon.marathon-1.11.24.jar"], True),
        (["bin/marathon", "lib/python/x.jar", "lib/python/x.py", "share/x.jar", "lib/x.jar.txt"], False),
    ],
)
def test_what_runs_on_the_jvm(names: list[str], jvm: bool) -> None:
    assert programs.has_jars(names) is jvm


def test_what_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(b"<html>404</html>")
    with pytest.raises(archives.ArchiveError, match="no whole tar archive"):
        programs.unpack(str(path), str(tmp_path / "home"), ["marathon"])


def test_an_archive_that_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    member = tarfile.TarInfo("bin/marathon")
    member.size = 1 << 20
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(member, io.BytesIO(os.urandom(member.size)))
    path.write_bytes(path.read_bytes()[: member.size // 2])
    with pytest.raises(archives.ArchiveError, match="no whole tar archive"):
        programs.unpack(str(path), str(tmp_path / "opt" / "home"), ["marathon"])
    assert not (tmp_path / "opt").exists()


@pytest.mark.parametrize(
    ("checksum", "digest"),
    [(f"sha256:{'a' * 64}", "a" * 64), ("a" * 64, None), ("sha256:abc", None), (f"md5:{'a' * 32}", None), ("", None)],
)
def test_checksums(checksum: str, digest: str | None) -> None:
    assert programs.digest_of(checksum) == digest


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("https://me:hunter2@mirror.example.org/a.tar.gz", "https://***@mirror.example.org/a.tar.gz"),
        ("https://token@mirror.example.org/a.tar.gz?sig=x/y@z", "https://***@mirror.example.org/a.tar.gz?***"),
        ("https://me:hun@ter2@mirror.example.org/a.tar.gz", "https://***@mirror.example.org/a.tar.gz"),
        ("https://me:hun/ter2@mirror.example.org/a.tar.gz", "https://***@mirror.example.org/a.tar.gz"),
        ("https://mirror.example.org/a@b.tar.gz", "https://mirror.example.org/a@b.tar.gz"),
        ("/srv/a?b@c.tar.gz", "/srv/a?b@c.tar.gz"),
    ],
)
def test_the_credentials_of_a_url_are_not_shown(source: str, shown: str) -> None:
    assert programs.shown(source) == shown
