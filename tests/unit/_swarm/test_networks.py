"""Overlay networks: what is sent, what is different, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import networks

SHOP = {"name": "shop", "subnet": "10.20.0.0/24", "gateway": "10.20.0.1", "encrypted": True}


def shown(wanted: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {
        **networks.body(wanted),
        "Scope": "swarm",
        "Options": {"encrypted": "", "com.docker.network.driver": "1"},
        **parts,
    }


def test_what_was_made_is_not_different() -> None:
    assert networks.differences(SHOP, shown(SHOP)) == []
    assert networks.differences({"name": "shop", "encrypted": True}, shown(SHOP)) == []


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"Options": {}}, "encrypted is false and not true"),
        ({"Attachable": False}, "attachable is false and not true"),
        (
            {"IPAM": {"Config": [{"Subnet": "10.30.0.0/24", "Gateway": "10.20.0.1"}]}},
            "subnet is 10.30.0.0/24 and not 10.20",
        ),
        ({"Driver": "bridge", "Scope": "local"}, "a network of the driver bridge and no overlay"),
    ],
)
def test_what_is_different_is_named(parts: dict[str, Any], said: str) -> None:
    (found,) = networks.differences(SHOP, shown(SHOP, **parts))
    assert said in found


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ([SHOP, SHOP], "the name shop twice"),
        ([{"name": "ingress"}], "Docker's own"),
        ([{"name": "a", "subnet": "10.20.0.1"}], "no network"),
        ([{"name": "a", "subnet": "10.20.0.0/24", "gateway": "10.30.0.1"}], "not in its subnet"),
    ],
)
def test_what_cannot_work_is_refused(wanted: list[dict[str, Any]], said: str) -> None:
    assert any(said in problem for problem in networks.problems(wanted))
    assert networks.problems([SHOP]) == []
