"""The order of the phases, what is left of them, and what must come first."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._leave import phases


def test_two_sides_run_side_by_side_or_one_after_the_other() -> None:
    http, single = phases.order("http", True), phases.order("single", True)
    assert http.index("start") < http.index("shift") < http.index("drain") < http.index("scale")
    assert single.index("scale") < single.index("start") < single.index("shift")
    assert phases.order("cron", True) == single


def test_without_a_load_balancer_nothing_is_shifted() -> None:
    assert phases.order("consumer", False) == ("save", "translate", "start", "scale", "soak", "remove")
    assert phases.order("cron", False) == ("save", "translate", "scale", "start", "soak", "remove")


@pytest.mark.parametrize("kind", phases.CLASSES)
def test_a_run_begins_behind_what_is_done(kind: str) -> None:
    order = phases.order(kind, True)
    for number in range(len(order) + 1):
        assert phases.left(kind, True, order[:number], ["all"], []) == list(order[number:])


def test_tags_choose_and_repeat_and_skip() -> None:
    done = ["save", "translate", "start"]
    assert phases.left("http", True, done, ["start", "probe"], []) == ["start", "probe"]
    assert phases.left("http", True, done, ["all"], ["soak", "remove"]) == ["probe", "shift", "drain", "scale"]


def test_a_phase_before_that_is_not_done_is_named() -> None:
    assert phases.gap("http", True, [], ["shift"]) == "save"
    assert phases.gap("http", True, ["save", "translate"], ["start", "shift"]) == "probe"
    assert phases.gap("http", True, ["save", "translate"], ["start", "probe"]) == ""
    # Left out at the end, nothing waits for it.
    assert phases.gap("http", True, [], ["save", "translate", "start"]) == ""
    assert phases.gap("single", True, ["save", "translate"], ["start"]) == "scale"


def test_the_way_back_never_runs_twice_what_must_not() -> None:
    assert phases.back("single") == phases.back("cron") == ("end", "restore")
    assert phases.back("http") == phases.back("consumer") == ("restore", "end")
