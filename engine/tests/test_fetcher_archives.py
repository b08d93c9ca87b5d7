"""Archives that a task names as its URIs write into the task's sandbox and nowhere else."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from labengine.agent.fetcher import FetchError, fetch_all


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def fetch(root: Path, *archives: list[tarfile.TarInfo]) -> Path:
    """A sandbox with these archives in it, one after another."""
    sandbox = root / "work" / "sandbox"
    sandbox.mkdir(parents=True)
    uris = []
    for number, members in enumerate(archives):
        path = root / f"a{number}.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for info in members:
                content = b"evil\n" if info.isreg() else b""
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        uris.append({"value": str(path)})
    fetch_all(uris, sandbox, None)
    return sandbox


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    path = tmp_path / "etc" / "shadow"
    path.write_text("root:*\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([member("../../etc/shadow")], "leads out of the sandbox"),
        ([member("/HERE/etc/shadow")], "leads out of the sandbox"),
        ([member("x", tarfile.SYMTYPE, "../../etc/shadow"), member("x")], "is a link to '../../etc/shadow'"),
        ([member("x", tarfile.SYMTYPE, "/HERE/etc"), member("x/shadow")], "is a link to"),
        ([member("a/b", tarfile.SYMTYPE, "../../.."), member("a/b/etc/shadow")], "is a link to"),
        ([member("d", tarfile.SYMTYPE, "."), member("e", tarfile.SYMTYPE, "d/../../.."), member("e/etc/shadow")],
         "is a link to"),
        ([member("x", tarfile.LNKTYPE, "../../etc/shadow", 0o4777)], "is a link to"),
        ([member("x", tarfile.LNKTYPE, "/HERE/etc/shadow")], "is a link to"),
        ([member("x", tarfile.CHRTYPE)], "a device or a pipe"),
        ([member("x", tarfile.FIFOTYPE)], "a device or a pipe"),
        ([member("d/f"), member("d")], "is there already, as a directory"),
    ],
)  # fmt: skip
def test_what_leads_out_is_refused(tmp_path: Path, canary: Path, members: list[tarfile.TarInfo], why: str) -> None:
    for info in members:
        info.name, info.linkname = (text.replace("/HERE", str(tmp_path)) for text in (info.name, info.linkname))
    with pytest.raises(FetchError, match=r"Failed to fetch '.*a0[.]tar[.]gz': its member '") as failure:
        fetch(tmp_path, members)
    assert why in str(failure.value)
    assert canary.read_text() == "root:*\n"
    assert canary.stat().st_mode & 0o7777 == 0o600
    assert canary.stat().st_nlink == 1
    assert os.listdir(canary.parent) == ["shadow"]


def test_what_stays_inside_is_unpacked(tmp_path: Path) -> None:
    members = [
        member("app", tarfile.DIRTYPE, mode=0o555), member("app/run", mode=0o6777),
        member("app/now", tarfile.SYMTYPE, "run"), member("app/same", tarfile.LNKTYPE, "app/run"),
        member("up", tarfile.SYMTYPE, "app/../app/run"),
    ]  # fmt: skip
    sandbox = fetch(tmp_path, members, [member("app/now", mode=0o6777)])
    assert (sandbox / "app/run").read_text() == (sandbox / "up").read_text() == "evil\n"
    assert (sandbox / "app/now").stat().st_mode & 0o7777 == 0o755
    assert (sandbox / "app/same").stat().st_ino == (sandbox / "app/run").stat().st_ino
    # The file of a later archive takes the place of the link and does not go through it.
    assert not (sandbox / "app/now").is_symlink()
    assert (sandbox / "app/run").stat().st_nlink == 2
