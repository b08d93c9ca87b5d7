"""Names of fields that differ."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import differences


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ({"cmd": "a", "cpus": 1}, {"cmd": "a", "cpus": 1}, []),
        ({"cmd": "a"}, {"cmd": "b"}, ["cmd"]),
        ({"env": {"A": "1", "B": "2"}}, {"env": {"A": "1", "B": "3", "C": "4"}}, ["env.B", "env.C"]),
        ({"env": {"A": "1"}}, {"env": {}}, ["env.A"]),
        ({"env": {"A": "1"}}, {}, ["env"]),
        ({}, {"user": None}, ["user"]),
        (
            {"container": {"docker": {"image": "a"}}},
            {"container": {"docker": {"image": "b"}}},
            ["container.docker.image"],
        ),
        ({"container": {"docker": {}}}, {"container": None}, ["container"]),
        ({"constraints": [1, 2]}, {"constraints": [2, 1]}, ["constraints"]),
        ({"z": 1, "a": 1}, {"z": 2, "a": 2}, ["a", "z"]),
        (None, {"cmd": "a"}, []),
        ({"cmd": "a"}, None, []),
    ],
)
def test_fields(before, after, names):
    assert differences.fields(before, after) == names
