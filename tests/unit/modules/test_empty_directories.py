"""A shared directory goes with the last that had something in it."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.quorum.mesos.plugins.modules._empty_directories import empty


def test_only_what_is_empty(tmp_path: Path) -> None:
    outer, inner = tmp_path / "mesos", tmp_path / "mesos" / "tls"
    inner.mkdir(parents=True)
    paths = [str(inner), str(outer), str(tmp_path / "none")]
    assert empty(paths, []) == [str(inner), str(outer)]
    (outer / "mine").touch()
    assert empty(paths, []) == [str(inner)]
    assert empty(paths, [str(outer / "mine")]) == [str(inner), str(outer)]
    (inner / "other").touch()
    assert empty(paths, [str(outer / "mine")]) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert empty([str(tmp_path / "link")], []) == []
