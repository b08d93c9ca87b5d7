"""Which files a program has that a role copies."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.quorum.mesos.plugins.filter._files_below import files_below


def test_files_of_all_folders_in_one_order(tmp_path: Path) -> None:
    for name in ("b.py", "a/c.py", "a/d.txt", "__main__.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assert files_below(str(tmp_path)) == ["__main__.py", "a/c.py", "b.py"]
    assert files_below(str(tmp_path), "/usr/local/lib/program/")[1] == {
        "path": "/usr/local/lib/program/a/c.py", "src": str(tmp_path / "a/c.py"),
    }  # fmt: skip
