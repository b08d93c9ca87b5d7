"""A gate does not wait for a process that ends again and again, and says how it ends."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health import endings, exit_codes, gate


def shown(
    end: int = 0, code: str = "1", status: int = 0, restarts: int | None = 0, active: str = "activating"
) -> endings.Unit:
    """What systemctl shows of a unit whose process has ended at a time, or runs."""
    lines = [f"ActiveState={active}", f"ExecMainExitTimestampMonotonic={end}"]
    lines += [f"ExecMainCode={code if end else 0}", f"ExecMainStatus={status}"]
    return endings.parse("\n".join(lines + ([] if restarts is None else [f"NRestarts={restarts}"])))


RUNS = shown(active="active")


@pytest.mark.parametrize(
    ("service", "looks", "final"),
    [
        ("master", [RUNS, RUNS, RUNS], False),
        ("master", [shown(1, status=1)], False),
        # Two ends, as of a leader that hands over while ZooKeeper is late.
        ("master", [shown(1, status=1), RUNS, shown(2, status=1)], False),
        ("master", [shown(1, status=1), shown(1, status=1), shown(1, status=1)], False),
        ("master", [shown(1, status=1), shown(2, status=1), shown(3, status=1)], True),
        # systemd of RHEL 7 does not count.
        ("zookeeper", [shown(n, status=2, restarts=None) for n in (1, 2, 3)], True),
        # Each look took so long that it saw one end of two.
        ("agent", [shown(1, status=1, restarts=4), shown(5, status=1, restarts=7)], True),
        ("marathon", [shown(1, status=107), shown(2, status=107)], False),
        ("marathon", [shown(1, status=106), shown(2, status=106)], True),
        ("marathon", [shown(1, "2", 6), shown(2, "2", 6)], False),
        # A unit that is down is not started again by systemd; once may be somebody who restarts it.
        ("agent", [shown(1, active="inactive")], False),
        ("agent", [shown(1, active="inactive"), shown(1, active="inactive")], True),
        ("agent", [shown(1, active="inactive"), RUNS, shown(1, active="failed")], False),
    ],
)
def test_when_to_wait_on_is_hopeless(service: str, looks: list[endings.Unit], final: bool) -> None:
    seen = endings.Ends(service)
    for unit in looks:
        seen.look(unit)
    assert seen.final is final


@pytest.mark.parametrize(
    ("service", "unit", "said"),
    [
        (
            "marathon",
            shown(1, status=106, restarts=14),
            "its process ended with exit code 106 (Mesos refuses it, as where its principal or its role was changed "
            "after it had registered) and systemd starts it again, NRestarts is 14",
        ),
        (
            "zookeeper",
            shown(1, status=203, restarts=None),
            "its process ended with exit code 203 (its program cannot be executed: it is missing or not for this host) "
            "and systemd starts it again",
        ),
        ("master", shown(1, status=42), "its process ended with exit code 42 and systemd starts it again, "
                                        "NRestarts is 0"),
        ("master", shown(1, "2", 9), "its process ended by SIGKILL and systemd starts it again, NRestarts is 0"),
        ("master", shown(1, "3", 6), "its process ended by SIGABRT and systemd starts it again, NRestarts is 0"),
    ],
)  # fmt: skip
def test_what_is_said(service: str, unit: endings.Unit, said: str) -> None:
    seen = endings.Ends(service)
    seen.look(unit)
    # The process that runs at the next look does not hide it.
    seen.look(unit._replace(active="active", end="0"))
    assert seen.problems() == [said]


def test_a_process_that_runs_is_no_problem() -> None:
    seen = endings.Ends("master")
    seen.look(RUNS)
    assert seen.problems() == []


def test_one_that_is_down_is_said_to_be() -> None:
    seen = endings.Ends("agent")
    for _look in range(2):
        seen.look(shown(7, status=0, active="inactive"))
    assert seen.problems() == ["its unit does not run: its process ended with exit code 0 (it was told to end)"]


def test_the_count_goes_on_in_the_next_run_of_the_module() -> None:
    seen = endings.Ends("zookeeper")
    for time in (1, 2):
        seen.look(shown(time, status=2, restarts=time))
    following = endings.Ends("zookeeper", seen.seen)
    assert not following.final
    following.look(shown(3, status=2, restarts=3))
    assert following.final
    assert "NRestarts is 3" in following.problems()[0]


def test_the_gate_gives_up_where_it_is_hopeless() -> None:
    now = [0.0]
    seen = endings.Ends("zookeeper")

    def look() -> list[str]:
        # Ends after a second and is started 3 seconds later.
        seen.look(shown(1 + int(now[0] // 4), status=2, restarts=int(now[0] // 4)))
        return ["it does not serve"]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    found, elapsed = gate.wait_until_healthy(look, 120, lambda: now[0], sleep, lambda: seen.final)
    assert found == ["it does not serve"]
    assert elapsed < 12


@pytest.mark.parametrize("service", sorted(exit_codes.OF_SERVICE))
def test_every_hopeless_code_has_a_meaning(service: str) -> None:
    assert all(exit_codes.meaning(service, code) for code in exit_codes.HOPELESS.get(service, ()))
    assert exit_codes.meaning(service, 127) == "its program or a library of it was not found"
