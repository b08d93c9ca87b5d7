"""Archives that would write outside their directory are refused whole, and those of the real world are unpacked."""

from __future__ import annotations

import copy
import gzip
import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils import _archives as archives
from ansible_collections.quorum.mesos.plugins.module_utils import _programs as programs

PROGRAM = "bin/marathon"
CANDIDATES = ["marathon"]


def member(
    name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644, **more: Any
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    for key, value in more.items():
        setattr(info, key, value)
    return info


def symlink(name: str, target: str) -> tarfile.TarInfo:
    return member(name, tarfile.SYMTYPE, target, 0o777)


def hard_link(name: str, target: str) -> tarfile.TarInfo:
    return member(name, tarfile.LNKTYPE, target, 0o777)


def directory(name: str) -> tarfile.TarInfo:
    return member(name, tarfile.DIRTYPE, mode=0o755)


def pack(path: Path, members: list[tarfile.TarInfo], mode: str = "w", data: bytes = b"evil\n") -> Path:
    """A program, and these members after it."""
    with tarfile.open(path, mode) as archive:
        for info in [member(f"top/{PROGRAM}", mode=0o755), *members]:
            content = data if info.isreg() and info.size == 0 else b""
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


class Outside:
    """A file beside the place of the programs, which no archive may touch. It lies where ``/etc/shadow`` would."""

    def __init__(self, root: Path) -> None:
        self.home = root / "opt" / "marathon" / "abc"
        self.directory = root / "etc"
        self.directory.mkdir()
        self.canary = self.directory / "shadow"
        self.canary.write_text("root:*\n")
        self.canary.chmod(0o640)
        os.utime(self.canary, (1, 1))
        self.before = self.seen()

    def seen(self) -> tuple[Any, ...]:
        status = self.canary.lstat()
        return (
            self.canary.read_text(), status.st_mode, status.st_mtime, status.st_nlink, status.st_uid, status.st_ino,
            sorted(os.listdir(self.directory)), self.directory.stat().st_mode,
        )  # fmt: skip

    def is_untouched(self) -> bool:
        return self.seen() == self.before


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path)


# Out of the directory that is unpacked to and the two above it.
UP = "../../../etc"
HOSTILE: dict[str, tuple[list[tarfile.TarInfo], str]] = {
    "a link, then a file of its name": (
        [symlink("top/x", f"{UP}/shadow"), member("top/x")],
        "its member 'top/x' is there twice, as a symbolic link and as a file",
    ),
    "a link to an absolute path, then a file of its name": (
        [symlink("top/x", "CANARY"), member("top/x")],
        "its member 'top/x' is there twice",
    ),
    "a link to a directory, then a file behind it": (
        [symlink("top/x", UP), member("top/x/evil")],
        "its member 'top/x/evil' lies behind 'x', which is a symbolic link",
    ),
    "a file behind a link inside": (
        [directory("top/lib"), symlink("top/x", "lib"), member("top/x/evil")],
        "its member 'top/x/evil' lies behind 'x'",
    ),
    "a hard link outside": ([hard_link("top/x", f"{UP}/shadow")], "its member 'top/x' has '..' in its path"),
    "a hard link to an absolute path": ([hard_link("top/x", "CANARY")], "its member 'top/x' has an absolute path"),
    "a hard link to a link": (
        [symlink("top/y", "bin/marathon"), hard_link("top/x", "top/y"), member("top/x")],
        "its member 'top/x' is a hard link to 'top/y', which is no file before it",
    ),
    "a hard link to a later file": ([hard_link("top/x", "top/y"), member("top/y")], "which is no file before it"),
    "a hard link beside the top directory": ([hard_link("top/x", "shadow")], "which is no file before it"),
    "a hard link to itself": ([hard_link("top/x", "top/x")], "'top/x' is a hard link to 'top/x', which is no file"),
    "a hard link, then one to itself": (
        [hard_link("top/x", "top/bin/marathon"), hard_link("top/x", "top/x")],
        "'top/x' is a hard link to 'top/x', which is no file before it",
    ),
    "a link that leaves, then one of its name that does not": (
        [symlink("top/x", f"{UP}/shadow"), symlink("top/x", "bin")],
        "'top/x' is there twice, as links to two places",
    ),
    "a name that no file system takes": ([member("top/" + "x" * 256)], "has a name that is too long"),
    "a path that no file system takes": ([member("top/" + "y/" * 3000 + "z")], "has a name that is too long"),
    "a link to a path that no file system takes": ([symlink("top/x", "y/" * 3000)], "has a name that is too long"),
    "an absolute name": ([member("CANARY")], "has an absolute path"),
    "a name with ..": ([member(f"top/{UP}/shadow")], "has '..' in its path"),
    "a name with .. that comes back": ([member("top/../top/x")], "has '..' in its path"),
    "a character device": ([member("top/null", tarfile.CHRTYPE, devmajor=1, devminor=3)], "'top/null' is a device"),
    "a block device": ([member("top/disk", tarfile.BLKTYPE, devmajor=8)], "'top/disk' is a device"),
    "a fifo": ([member("top/pipe", tarfile.FIFOTYPE)], "'top/pipe' is a FIFO"),
    "a type that nobody knows": ([member("top/x", b"Z")], "'top/x' is of an unknown type"),
    "a link out of the tree": ([symlink("top/x", f"{UP}/shadow")], "'top/x' is a symbolic link to"),
    "a link to the directory above": ([symlink("top/lib/x", "../..")], "which leaves the archive"),
    "a link that leaves and comes back": ([symlink("top/x", "../top/bin")], "which leaves the archive"),
    "a chain of links that leaves": (
        [directory("top/a/b"), symlink("top/a/b/up", ".."), symlink("top/x", "a/b/up/../../../etc")],
        "'top/x' is a symbolic link to 'a/b/up/../../../etc', which leaves the archive",
    ),
    "a chain of links that leaves by a later link": (
        [symlink("top/x", "y/../.."), symlink("top/y", "bin")],
        "'top/x' is a symbolic link to 'y/../..', which leaves the archive",
    ),
    "links in a circle": ([symlink("top/x", "y"), symlink("top/y", "x")], "leads nowhere"),
    "a directory, then a link of its name": ([directory("top/x"), symlink("top/x", "bin")], "is there twice"),
    "a file, then a link of its name": ([member("top/x"), symlink("top/x", "bin/marathon")], "is there twice"),
    "a file, then one below it": ([member("top/x"), member("top/x/y")], "lies behind 'x', which is a file"),
    "a file, then its parent as a link": ([member("top/x/y"), symlink("top/x", UP)], "is there twice"),
    "a top directory that is a link": ([symlink("top", UP)], "its member 'top' is a symbolic link and not a directory"),
    "a name with a line break": ([member("top/x\ny")], r"its member 'top/x\ny' has a control character in a name"),
    "a name that is not UTF-8": ([member("top/\udcff")], r"its member 'top/\udcff' has a name that is not UTF-8"),
    "a link to a name with an escape": ([symlink("top/x", "\x1b[2J")], "has a control character in a name"),
}


@pytest.mark.parametrize("case", list(HOSTILE))
def test_nothing_outside_is_touched_and_nothing_stays(outside: Outside, tmp_path: Path, case: str) -> None:
    members, sentence = HOSTILE[case]
    members = copy.deepcopy(members)
    for info in members:
        info.name = str(outside.canary) if info.name == "CANARY" else info.name
        info.linkname = str(outside.canary) if info.linkname == "CANARY" else info.linkname
    path = pack(tmp_path / "a.tar", members)
    with pytest.raises(archives.ArchiveError) as refused:
        programs.unpack(str(path), str(outside.home), CANDIDATES)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert outside.is_untouched()
    assert not outside.home.exists()
    assert not outside.home.parent.exists() or os.listdir(outside.home.parent) == []
    # What the run refuses, a rehearsal on the controller refuses with the same words.
    with pytest.raises(archives.ArchiveError) as rehearsed:
        archives.names(str(path))
    assert str(rehearsed.value) == str(refused.value)


@pytest.mark.parametrize("cut", [1024, 2048])
def test_an_archive_that_is_cut_between_two_members(outside: Outside, tmp_path: Path, cut: int) -> None:
    path = pack(tmp_path / "a.tar", [member("top/lib/a.jar"), member("top/lib/b.jar")])
    whole = path.read_bytes()
    for name, content in (("cut.tar", whole[:cut]), ("cut.tar.gz", gzip.compress(whole[:cut]))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(archives.ArchiveError, match="it breaks off after its member 'top/"):
            programs.unpack(str(tmp_path / name), str(outside.home), CANDIDATES)
        assert not outside.home.exists()


def test_an_archive_with_garbage_after_a_member(outside: Outside, tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar", [member("top/lib/a.jar")])
    path.write_bytes(path.read_bytes()[:1024] + b"x" * 2048)
    with pytest.raises(archives.ArchiveError, match="it breaks off"):
        programs.unpack(str(path), str(outside.home), CANDIDATES)


def test_an_archive_without_the_program_leaves_nothing(outside: Outside, tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar", [])
    with pytest.raises(archives.ArchiveError, match=r"it has no mesos-agent or mesos-slave in sbin/ or bin/"):
        programs.unpack(str(path), str(outside.home), ["mesos-agent", "mesos-slave"])
    assert not outside.home.parent.exists()


def test_a_file_larger_than_the_disk(outside: Outside, tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(member("top/bin/marathon", mode=0o755))
        # A sparse file of 2^50 bytes, of which the archive has none.
        headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(1 << 50)}
        info = member("top/lib/sparse", pax_headers=headers)
        archive.format = tarfile.PAX_FORMAT
        archive.addfile(info)
    with pytest.raises(OSError, match=r"No space left on device|it needs 1073741824 MiB"):
        programs.unpack(str(path), str(outside.home), CANDIDATES)
    assert not outside.home.exists()


@pytest.mark.parametrize("size", ["99999999999999", "9" * 30])
def test_a_size_behind_which_no_file_can_be_read(outside: Outside, tmp_path: Path, size: str) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member("top/bin/marathon", pax_headers={"size": size}))
    for read in (archives.names, lambda name: programs.unpack(name, str(outside.home), CANDIDATES)):
        with pytest.raises(archives.ArchiveError, match="it is no whole tar archive"):
            read(str(path))
    assert not outside.home.exists()


@pytest.mark.parametrize(("mtime", "written"), [("nan", 0), ("-1e30", 0), ("inf", None)])
def test_a_time_that_is_none(outside: Outside, tmp_path: Path, mtime: str, written: float | None) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member(f"top/{PROGRAM}", pax_headers={"mtime": mtime}))
        archive.addfile(directory("top/lib"))
    programs.unpack(str(path), str(outside.home), CANDIDATES)
    found = (outside.home / PROGRAM).stat().st_mtime
    assert found == written or (written is None and found < 5e9)


def test_a_negative_size(outside: Outside, tmp_path: Path) -> None:
    header = bytearray(member("top/x").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + b"\xfe\x00"
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    path = tmp_path / "a.tar"
    path.write_bytes(bytes(header) + b"\0" * 10240)
    with pytest.raises(archives.ArchiveError):
        programs.unpack(str(path), str(outside.home), CANDIDATES)


REAL = [
    directory("top/"),
    directory("top/lib"),
    symlink("top/lib/libmesos.so", "libmesos-1.11.0.so"),
    member("top/lib/libmesos-1.11.0.so"),
    directory("top/sbin"),
    hard_link("top/sbin/mesos-agent", "top/bin/marathon"),
    symlink("top/sbin/mesos-slave", "../sbin/mesos-agent"),
    symlink("top/lib64", "lib"),
    symlink("top/etc/missing", "nothing.conf"),
    member("top/share/" + "long/" * 40 + "ünïcode.html"),
    member("top/lib/libmesos-1.11.0.so"),
    directory("top/lib"),
]


@pytest.mark.parametrize("compression", ["", "gz", "xz", "bz2"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_the_real_world(outside: Outside, tmp_path: Path, compression: str, form: int) -> None:
    path = tmp_path / f"a.tar.{compression}"
    with tarfile.open(path, f"w:{compression}", format=form) as archive:
        for info in [member(f"./top/{PROGRAM}", mode=0o755), *REAL]:
            info.size = 5 if info.isreg() else 0
            if form == tarfile.PAX_FORMAT:
                info.mtime = 1234567890.5
            archive.addfile(info, io.BytesIO(b"x" * info.size))
            info.mtime = 0
    programs.unpack(str(path), str(outside.home), CANDIDATES)
    home = outside.home
    assert (home / "lib" / "libmesos.so").read_text() == "xxxxx"
    assert os.readlink(home / "lib" / "libmesos.so") == "libmesos-1.11.0.so"
    assert (home / "sbin" / "mesos-slave").stat().st_ino == (home / PROGRAM).stat().st_ino
    assert (home / "lib64" / "libmesos.so").exists()
    assert list(home.glob("share/**/*.html"))
    assert set(archives.names(str(path))) <= set(programs.tree_names(str(home)))
    assert os.listdir(home.parent) == [home.name]


def test_modes_and_owners(outside: Outside, tmp_path: Path) -> None:
    odd = [
        member("top/setuid", mode=0o6755, uid=12345, uname="nobody"),
        member("top/private", mode=0o600),
        member("top/open", mode=0o666, mtime=9e9),
        member("top/closed/directory", tarfile.DIRTYPE, mode=0o2700),
    ]
    old = os.umask(0o077)
    try:
        programs.unpack(str(pack(tmp_path / "a.tar", odd)), str(outside.home), CANDIDATES)
    finally:
        os.umask(old)
    names = ("setuid", "private", "open", "closed/directory")
    modes = {name: (outside.home / name).stat().st_mode & 0o7777 for name in names}
    assert modes == {"setuid": 0o755, "private": 0o644, "open": 0o644, "closed/directory": 0o755}
    assert (outside.home / "setuid").stat().st_uid == os.geteuid()
    assert (outside.home / "open").stat().st_mtime < 5e9


def test_without_the_filters_of_newer_pythons(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    programs.unpack(str(pack(tmp_path / "a.tar", REAL[2:4])), str(outside.home), CANDIDATES)
    assert (outside.home / "lib" / "libmesos.so").exists()
