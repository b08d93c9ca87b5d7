"""One sentence for each wrong option."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.problems import problems

GOOD = {
    "cmd": "true",
    "image": None,
    "role": "*",
    "user": "root",
    "cpus": 0.1,
    "mem": 32.0,
    "disk": 0.0,
    "wait_timeout": 300,
    "env": {"A": 1, "B": None},
    "secret_env": ["A"],
}


def test_nothing_is_wrong() -> None:
    assert problems(GOOD) == []
    assert problems({**GOOD, "cmd": None, "image": "busybox:1"}) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cmd": None}, "neither cmd nor image is set: give a command, an image, or both"),
        ({"cmd": ""}, "cmd is empty: give a command, or leave it out"),
        ({"image": " "}, "image is empty: give an image, or leave it out"),
        ({"role": ""}, "role is empty: give a role, or leave it out"),
        ({"user": ""}, "user is empty: give a user, or leave it out"),
        ({"cpus": 0.0}, "cpus is 0: give a number of at least 0.001"),
        ({"mem": float("nan")}, "mem is nan: give a number of at least 0.001"),
        ({"mem": float("inf")}, "mem is inf: give a number of at least 0.001"),
        ({"disk": -1.0}, "disk is -1: give a number of at least 0"),
        ({"wait_timeout": 0}, "wait_timeout is 0: give at least 1 second"),
        ({"env": {"A": 1, "B=secret": 2}}, "env has a name that is empty or has a = in it: write {NAME: value}"),
        ({"env": {"A": [1]}}, "env.A is a list or a mapping: give a text or a number"),
        ({"secret_env": ["C"]}, "secret_env names C, which env does not have: correct it"),
    ],
)
def test_what_is_wrong(change: dict[str, Any], sentence: str) -> None:
    assert problems({**GOOD, **change}) == [sentence]
