"""What HAProxy counts for the two sides of an app."""

from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.module_utils._leave import statistics

COLUMNS = ("pxname", "svname", "scur", "stot", "status", "weight", "hrsp_5xx", "eresp", "econ")


def text(*rows: tuple) -> str:
    full = [COLUMNS, *((*row, *[0] * (len(COLUMNS) - len(row))) for row in rows)]
    return "# " + "\n".join(",".join(map(str, one)) + "," for one in full) + "\n\n"


def servers(
    old: tuple[int, int] = (0, 0), new: tuple[int, int] = (0, 0), **more: str
) -> list[statistics.CountedServer]:
    rows = [
        ("web", "FRONTEND", 9, 99, "OPEN", "", 5, ""),
        ("web", "t1", 1, old[0], "no check", 1, old[1], 0),
        ("web", "o1", 2, new[0], more.get("status", "UP"), 1, 0, new[1]),
        ("web", "o2", 0, 0, "DOWN 1/2", 1, 0, 0),
        ("other", "x", 7, 7, "UP", 1, 7, 7),
    ]
    return statistics.servers(text(*rows), {("web", "t1"): False, ("web", "o1"): True, ("web", "o2"): True})


def test_only_servers_of_the_app_are_read() -> None:
    found = servers()
    assert [(one.name, one.is_outside, one.is_up) for one in found] == [
        ("t1", False, True), ("o1", True, True), ("o2", True, False),
    ]  # fmt: skip
    assert statistics.up(found, True) == {"web": 1}


def test_what_is_open_counts_on_servers_that_are_taken_out_too() -> None:
    rows = [
        ("web", "FRONTEND", 9, 99, "OPEN", "", 5, ""),
        ("web", "10_0_0_1_31000", 1, 9, "MAINT", 0, 0, 0),
        ("web", "outside_10_0_0_2_10000", 2, 9, "UP", 1, 0, 0),
        ("web", "BACKEND", 3, 99, "UP", 1, 5, 0),
        ("other", "10_0_0_1_31001", 7, 7, "UP", 1, 7, 7),
    ]
    assert [statistics.sessions(text(*rows), {"web"}, side) for side in (True, False)] == [2, 1]


SHOW_PROC = """#<PID>          <type>          <reloads>       <uptime>        <version>
24268           master          1 [failed: 0]   0d00h00m08s     2.6.12
# workers
25540           worker          0               0d00h00m01s     2.6.12
"""


def test_processes_from_before_a_reload() -> None:
    old = "24524           worker          1               0d00h00m07s     2.6.12"
    assert statistics.old_workers(SHOW_PROC + "# old workers\n" + old + "\n# programs\n\n") == ["24524"]
    assert statistics.old_workers(SHOW_PROC + "# programs\n\n") == []


def test_between_two_looks() -> None:
    assert statistics.counted(servers(new=(10, 1)), servers(new=(30, 2)), True) == (20, 1)
    # A reload begins again at 0.
    assert statistics.counted(servers(new=(10, 1)), servers(new=(4, 1)), True) == (4, 1)
    assert statistics.counted([], servers(new=(4, 1)), True) == (4, 1)


def test_a_side_that_fails_more_is_worse() -> None:
    before = servers()
    assert statistics.worse(before, servers(old=(100, 0), new=(100, 0))) == ""
    assert statistics.worse(before, servers(old=(100, 0), new=(100, 2))) == ""
    assert "50 of 100 requests to the swarm" in statistics.worse(before, servers(old=(100, 0), new=(100, 50)))
    # Both fail alike: it is the app.
    assert statistics.worse(before, servers(old=(100, 50), new=(100, 50))) == ""
    assert statistics.worse(before, servers(old=(0, 0), new=(100, 50)))


def test_alone_the_new_side_is_compared_with_what_the_old_one_did_before() -> None:
    before, alone = servers(old=(100, 50)), servers(old=(100, 50), new=(100, 50))
    assert statistics.worse(before, alone, (200, 100)) == ""
    assert "200 to Marathon" in statistics.worse(before, alone, (200, 1))
    # What the old side does now counts more than what it did.
    assert statistics.worse(servers(), servers(old=(100, 0), new=(100, 50)), (200, 100))


def test_a_connection_that_is_refused_is_an_error() -> None:
    rows = [("web", "o1", 0, 100, "UP", 1, 0, 0, 40)]
    (found,) = statistics.servers(text(*rows), {("web", "o1"): True})
    assert found.errors == 40
    assert statistics.worse([], [found])
