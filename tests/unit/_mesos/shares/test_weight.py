"""From any weight to any other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    InvalidOption,
    ModifiedConcurrently,
    WriteUncertain,
)
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.shares import weight

from ..fakes import FakeTime, Masters
from ..one_lost_write import lost
from .fakes import Granting


def keep(master: Any, role: str, wanted: float, check_mode: bool = False) -> dict[str, Any]:
    return weight.keep(Masters(m1=master).api(FakeTime()), role, wanted, check_mode)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("before", "wanted", "changed"),
    [({}, 2.0, True), ({}, 1.0, False), ({"prod": 2.0}, 2.0, False), ({"prod": 2.0}, 1.0, True)],
)
def test_changes(before: dict[str, float], wanted: float, changed: bool, check_mode: bool) -> None:
    master = Granting(weights={"batch": 3.0, **before})
    done = keep(master, "prod", wanted, check_mode)
    assert (done["changed"], done["weight"]) == (changed, wanted)
    assert done["diff"]["before"] == {"weight": before.get("prod", 1.0)}
    assert master.calls == (
        [{"weight_infos": [{"role": "prod", "weight": wanted}]}] if changed and not check_mode else []
    )
    assert master.weights["batch"] == 3.0
    assert keep(master, "prod", wanted)["changed"] is (changed and check_mode)


def test_a_write_without_an_answer() -> None:
    master = Granting()
    assert keep(lost(master, arrives=True), "prod", 2.0)["changed"]
    with pytest.raises(WriteUncertain, match=r"did not answer UPDATE_WEIGHTS .*which may have been done: run again"):
        keep(lost(master, arrives=False), "prod", 3.0)
    assert keep(master, "prod", 3.0)["changed"]


def test_a_change_that_undoes_it_is_detected() -> None:
    master = Granting()
    master.after_write = master.weights.clear
    with pytest.raises(ModifiedConcurrently, match="it is 1 and not the 2 that was just written"):
        keep(master, "prod", 2.0)


@pytest.mark.parametrize(
    ("role", "given", "words"),
    [
        ("", 1.0, "role is ''"),
        ("prod", 0.0, "weight is 0: give a number above 0"),
        ("prod", -2.0, "weight is -2: give a number above 0"),
        ("prod", float("inf"), "weight is inf: give a number above 0"),
        ("prod", float("nan"), "weight is nan: give a number above 0"),
    ],
)
def test_wrong_options(role: str, given: float, words: str) -> None:
    with pytest.raises(InvalidOption, match=re.escape(words)):
        weight.declared(role, given)
