"""What a change makes of the schedule, and what Mesos would refuse of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import WriteRefused
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance import schedule as schedules
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.machines import Machine, machine
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.schedule import DesiredWindow, Schedule

from . import fakes

S = 10**9
NOW = 500 * S
ONE, TWO, THREE, FOUR = (machine(fakes.machine(number)) for number in range(1, 5))
# As a real 1.11.0 answered.
RECORDED = {
    "schedule": {
        "windows": [
            {
                "machine_ids": [
                    {"hostname": "127.0.0.1", "ip": "127.0.0.1"},
                    {"hostname": "other.example", "ip": "10.9.8.7"},
                ],
                "unavailability": {
                    "start": {"nanoseconds": 1795226018000000000},
                    "duration": {"nanoseconds": 3600000000000},
                },
            },
            {
                "machine_ids": [{"hostname": "ONLYHOST.example"}],
                "unavailability": {"start": {"nanoseconds": 1}},
            },
        ]
    }
}


def of(*windows: dict[str, Any], down: tuple[int, ...] = ()) -> Schedule:
    status = {"status": {"down_machines": [fakes.machine(number) for number in down]}}
    return schedules.schedule({"schedule": {"windows": list(windows)}}, status)


def test_a_recorded_schedule_is_read_and_written_without_loss() -> None:
    status = {"status": {"down_machines": [{"hostname": "other.example", "ip": "10.9.8.7"}]}}
    found = schedules.schedule(copy.deepcopy(RECORDED), status)
    assert found.to_json() == RECORDED["schedule"]
    assert found.shown == {
        "windows": [
            {
                "machines": RECORDED["schedule"]["windows"][0]["machine_ids"],
                "start": "2026-11-21T01:53:38Z",
                "duration": 3600,
            },
            {"machines": [{"hostname": "ONLYHOST.example"}], "start": "1970-01-01T00:00:00Z", "duration": None},
        ],
        "down": [{"hostname": "other.example", "ip": "10.9.8.7"}],
    }
    assert found.mode_of(Machine("OTHER.example", "10.9.8.7")) == "down"
    assert found.mode_of(Machine("onlyhost.EXAMPLE")) == "draining"
    assert found.mode_of(Machine("onlyhost.example", "10.0.0.1")) == "up"


def test_an_empty_schedule_has_no_keys() -> None:
    assert schedules.schedule({"schedule": {}}, {"status": {}}) == Schedule()
    assert Schedule().to_json() == {"windows": []}


def present(before: Schedule, machines: list[Machine], **wanted: Any) -> Schedule:
    return before.with_windows(machines, DesiredWindow(NOW, **wanted))


def test_a_new_window_leaves_the_others_alone() -> None:
    others = [fakes.window(3, start=7, duration=None)]
    after = present(of(*others), [ONE, TWO], start=100 * S, duration=60 * S)
    assert after.to_json() == {"windows": [*others, fakes.window(1, 2)]}
    assert present(after, [TWO, ONE], start=100 * S, duration=60 * S) == after


def test_times_that_are_not_given_stay() -> None:
    before = of(fakes.window(1, 3), fakes.window(2, duration=None))
    assert present(before, [ONE, TWO]) == before
    assert present(before, [TWO], duration=S).to_json() == {
        "windows": [fakes.window(1, 3), fakes.window(2, duration=1)]
    }
    assert present(before, [FOUR]).windows[-1].shown["duration"] is None


def test_without_a_start_it_is_now_or_as_it_was() -> None:
    after = present(of(fakes.window(1)), [ONE, TWO], duration=60 * S)
    assert after.to_json() == {"windows": [fakes.window(1), fakes.window(2, start=500)]}
    later = after.with_windows([ONE, TWO], DesiredWindow(NOW + S, duration=60 * S))
    assert later == after


def test_a_window_of_the_named_machines_alone_moves() -> None:
    before = of(fakes.window(1, 2), fakes.window(3))
    after = present(before, [ONE, TWO], start=200 * S)
    assert after.to_json() == {"windows": [fakes.window(3), fakes.window(1, 2, start=200)]}


def test_a_shared_window_is_not_taken_apart_unless_it_is_forced() -> None:
    before = of(fakes.window(1, 3))
    with pytest.raises(WriteRefused, match=r"slave1 \(10.0.0.1\) is in a window with slave3 \(10.0.0.3\) that starts "
                                           r"at 1970-01-01T00:01:40Z, .* or set force"):  # fmt: skip
        present(before, [ONE, TWO], start=200 * S)
    after = present(before, [ONE, TWO], start=200 * S, duration=60 * S, force=True)
    assert after.to_json() == {"windows": [fakes.window(3), fakes.window(1, 2, start=200)]}


def test_a_shared_window_with_the_wanted_times_stays_whole() -> None:
    after = present(of(fakes.window(1, 3)), [ONE, TWO], start=100 * S, duration=60 * S)
    assert after.to_json() == {"windows": [fakes.window(1, 3), fakes.window(2)]}


def test_what_is_down_stays_down_in_a_new_window() -> None:
    after = present(of(fakes.window(1), down=(1,)), [ONE], start=200 * S)
    assert after.down == (ONE,)
    assert after.mode_of(ONE) == "down"


def test_leaving_the_schedule() -> None:
    before = of(fakes.window(1, 3), fakes.window(2))
    assert before.without([ONE, TWO, FOUR]).to_json() == {"windows": [fakes.window(3)]}
    assert before.without([FOUR]) == before


def test_down_and_up() -> None:
    before = of(fakes.window(1, 2), fakes.window(3))
    down = before.with_down([ONE])
    assert (down.down, down.windows) == ((ONE,), before.windows)
    assert down.with_down([ONE]) == down
    up = down.with_up([ONE])
    assert up == of(fakes.window(2), fakes.window(3))
    assert up.with_up([ONE]) == up


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: of(fakes.window(1), down=(1,)).without([ONE, TWO]), r"slave1 \(10.0.0.1\) is down, .*state: up"),
        (lambda: of(fakes.window(1)).with_down([ONE, TWO]), r"slave2 \(10.0.0.2\) has no maintenance window.*present"),
        (
            lambda: of(fakes.window(1)).with_up([ONE, TWO]),
            r"slave1 \(10.0.0.1\) is in the schedule and not down.*absent",
        ),
    ],
)
def test_what_mesos_would_refuse(refused: Any, words: str) -> None:
    with pytest.raises(WriteRefused, match=words):
        refused()


def test_windows_that_are_over() -> None:
    before = of(fakes.window(1), fakes.window(2, duration=None), fakes.window(3, start=490))
    assert before.over([ONE, TWO, THREE, FOUR], NOW) == [ONE]
