"""Whether a kernel has IPVS."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import ipvs


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("kernel/net/netfilter/ipvs/ip_vs.ko.xz: kernel/net/netfilter/nf_conntrack.ko.xz\n", True),
        ("kernel/net/netfilter/ipvs/ip_vs_rr.ko: kernel/net/netfilter/ipvs/ip_vs.ko\n", False),
    ],
)
def test_a_module_that_can_be_loaded_counts(tmp_path: Path, line: str, there: bool) -> None:
    directory = tmp_path / platform.release()
    directory.mkdir()
    (directory / "modules.dep").write_text(line)
    assert ipvs.is_there(str(tmp_path / "none"), str(tmp_path)) is there


def test_a_table_that_is_there_counts(tmp_path: Path) -> None:
    assert not ipvs.is_there(str(tmp_path / "none"), str(tmp_path))
    (tmp_path / "ip_vs").touch()
    assert ipvs.is_there(str(tmp_path / "ip_vs"), str(tmp_path))
