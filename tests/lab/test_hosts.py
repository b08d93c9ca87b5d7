"""A lab belongs to the checkout that made it: another one neither changes nor removes its hosts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.config import CHECKOUT, LabError, from_environment
from lab.hosts import containers

CONFIG = from_environment({"LAB_NAME": "of-two"})


def docker_with(labels: dict[str, str], removed: list[str]) -> Any:
    network = SimpleNamespace(attrs={"Labels": labels}, remove=lambda: removed.append("network"))
    nothing = SimpleNamespace(list=lambda **_filters: [])
    return SimpleNamespace(
        networks=SimpleNamespace(list=lambda **_filters: [network]), containers=nothing, volumes=nothing
    )


def test_another_checkouts_hosts_are_left_alone(tmp_path: Path) -> None:
    removed: list[str] = []
    client = docker_with({containers.LABEL: "of-two", containers.OWNER: str(tmp_path)}, removed)
    for step in (lambda: containers.up(client, CONFIG, print), lambda: containers.down(client, CONFIG)):
        with pytest.raises(LabError) as refused:
            step()
        assert f"The hosts of of-two were made from {tmp_path}, not from {CHECKOUT}" in str(refused.value)
    assert removed == []


def test_its_own_and_those_of_a_checkout_that_is_gone_are_removed(tmp_path: Path) -> None:
    for owner in (CHECKOUT, tmp_path / "gone"):
        removed: list[str] = []
        client = docker_with({containers.LABEL: "of-two", containers.OWNER: str(owner)}, removed)
        assert containers.down(client, CONFIG) == 1
        assert removed == ["network"]
