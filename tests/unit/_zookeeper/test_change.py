"""Which servers may become the ensemble that the inventory describes, and how that is found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import change, members, state
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.zookeeper import change_problems


def lines(*numbers: int) -> list[str]:
    """A negative number is an observer."""
    found = [members.EnsembleMember(abs(n), f"10.0.0.{abs(n)}", 2888, 3888, n < 0, client_port=2181) for n in numbers]
    return [member.line() for member in found]


def answer(number: int, mode: str | None, zxid: str | None = "0x300000004") -> dict[str, Any]:
    return {"address": f"10.0.0.{number}:2181", "mode": mode, "zxid": zxid if mode else None}


def server(number: int, mode: str | None = None, has: tuple[int, ...] | None = None, **more: Any) -> dict[str, Any]:
    """What was found on a host; it is new unless it has members."""
    return {
        "written": has is not None,
        "lines": lines(*(has or ())),
        "dynamic": False,
        "tls": "disabled",
        "data": has is not None,
        "directories": ["/data"],
        "epoch": None if has is None else 3,
        "server": answer(number, mode),
        "elsewhere": [],
        "leaving": [],
        **more,
    }


def judge(
    own: int, states: dict[int, dict[str, Any]], *wanted: int, tls: str = "disabled", dynamic: bool = False
) -> str:
    hostvars = {f"h{number}": {"__zookeeper_state": found} for number, found in states.items()}
    group = [
        {"host": f"h{abs(n)}", "id": abs(n), "address": f"10.0.0.{abs(n)}", "zookeeper_client_address": None}
        for n in wanted
    ]
    found = change_problems(list(hostvars), hostvars, f"h{own}", group, lines(*wanted), tls, dynamic, "zookeeper")
    return " ".join(found)


THREE = {1: server(1, "leader", (1, 2, 3)), 2: server(2, "follower", (1, 2, 3)), 3: server(3, "follower", (1, 2, 3))}
NEW = {number: server(number) for number in range(1, 6)}
ALONE = server(1, "standalone", ())


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        (NEW, (1, 2, 3)),
        (THREE, (1, 2, 3)),
        ({**NEW, **THREE}, (1, 2, 3, 4, 5)),
        ({**THREE, 3: server(3)}, (1, 2, 3)),
        (THREE, (1, 2, -3)),
        # Alone it was, and now waits for those that are to come.
        ({1: server(1, None, (1, 2, 3)), 2: NEW[2], 3: NEW[3]}, (1, 2, 3)),
        # Data from before an uninstall.
        ({**THREE, 3: server(3, None, (), written=False)}, (1, 2, 3)),
        # All stopped.
        ({number: server(number, None, (1, 2, 3)) for number in (1, 2, 3)}, (1, 2, 3)),
        # Only new observers.
        ({1: ALONE, 2: NEW[2], 3: NEW[3]}, (1, -2, -3)),
    ],
)
def test_what_may_be(states: dict[int, dict[str, Any]], wanted: tuple[int, ...]) -> None:
    assert [judge(abs(number), states, *wanted) for number in wanted] == [""] * len(wanted)


@pytest.mark.parametrize("mode", ["follower", None])
def test_one_of_three_does_not_go_on_alone(mode: str | None) -> None:
    said = judge(1, {1: server(1, mode, (1, 2, 3))}, 1)
    assert said == (
        "h1: 2 of the 3 voters would leave at once (server.2 (10.0.0.2), server.3 (10.0.0.3)), and those that stay are "
        "no majority that has all data; take out 1 at the most, then run again."
    )


def test_nor_one_of_three_that_keep_their_members_themselves() -> None:
    said = judge(1, {1: server(1, "follower", (1, 2, 3), dynamic=True)}, 1)
    assert "2 of the 3 voters would leave at once" in said
    assert judge(1, {1: server(1, "follower", (1, 2, 3), dynamic=True)}, 1, dynamic=True) == ""


def test_servers_that_left_and_still_serve() -> None:
    five = server(1, "leader", (1, 2, 3, 4, 5), leaving=[answer(4, "follower"), answer(5, None)])
    assert judge(1, {1: five}, 1, 2, 3).startswith("h1: 10.0.0.4:2181 left the group zookeeper and still serves")


def test_new_ones_that_need_no_old_one() -> None:
    states = {1: ALONE, 2: NEW[2], 3: NEW[3]}
    said = judge(2, states, 1, 2, 3)
    assert said == (
        "h2: 2 of the 3 voters in the group zookeeper are new (h2, h3), a majority that could elect a leader without "
        "the data of h1; run the playbook for the old servers first (--limit h1), which ends at their health check, "
        "and then for all, or add fewer at a time."
    )
    assert judge(2, states, 1, 2, 3, dynamic=True) != ""
    # There they get a vote only when the ensemble takes them in.
    running = {1: server(1, "leader", (1,), dynamic=True), 2: NEW[2], 3: NEW[3]}
    assert [judge(number, running, 1, 2, 3, dynamic=True) for number in (1, 2, 3)] == ["", "", ""]


def test_new_ones_beside_one_that_is_left_out() -> None:
    said = judge(2, {2: NEW[2], 3: NEW[3]}, 1, 2, 3)
    assert "are new (h2, h3), a majority that could elect a leader without the data that h1 may have" in said
    # One that has started once without a transaction is as new.
    again = {number: server(number, None, (1, 2, 3), data=False) for number in (2, 3)}
    assert "are new (h2, h3)" in judge(2, again, 1, 2, 3)


@pytest.mark.parametrize("seen", ["in the play", "left out"])
@pytest.mark.parametrize(
    ("own", "why"),
    [
        (ALONE, "it has data of a server that ran alone"),
        (server(1, None, ()), "it has data of a server that ran alone"),
        (server(1, None, (1, 2, 3), epoch=7), "its data is of epoch 7, and theirs of epoch 3"),
    ],
)
def test_data_of_another_ensemble(own: dict[str, Any], why: str, seen: str) -> None:
    others = [answer(2, "follower"), answer(3, "leader")]
    states = {1: own, 2: THREE[2], 3: THREE[3]} if seen == "in the play" else {1: {**own, "elsewhere": others}}
    said = judge(1, states, 1, 2, 3)
    assert said == (
        f"h1: it must not join the ensemble of 10.0.0.2:2181, 10.0.0.3:2181, because {why}; stop zookeeper there, move "
        "version-2 out of /data, and run again with -e quorum_start_stopped=true: it gets the data from the "
        "others."
    )


def test_a_new_leader_before_its_first_transaction() -> None:
    own = server(1, None, (1, 2, 3), epoch=4)
    states = {1: own, 2: server(2, "leader", (1, 2, 3)), 3: THREE[3]}
    states[2]["server"]["zxid"] = "0x400000000"
    assert judge(1, states, 1, 2, 3) == ""


def test_stages_of_tls_of_members_that_are_in_a_file_of_their_own() -> None:
    dynamic = server(1, "leader", (1, 2, 3), dynamic=True)
    assert "run the playbook with accept, then prefer first" in judge(1, {1: dynamic}, 1, 2, 3, tls="required")
    # A lone server talks to nobody.
    assert judge(1, {1: ALONE}, 1, tls="required") == ""


def test_what_is_read_of_a_host(tmp_path: Path) -> None:
    config, own_copy, data = tmp_path / "zoo.cfg", tmp_path / "copy.cfg", tmp_path / "data"
    assert state.configuration(str(config), str(own_copy))["written"] is False
    config.write_text("\n".join(["sslQuorum=true", "portUnification=true", *lines(1, 2)]))
    assert state.configuration(str(config), str(own_copy)) == {
        "written": True, "dynamic": False, "tls": "prefer", "lines": lines(1, 2),
    }  # fmt: skip
    config.write_text("reconfigEnabled=true\n")
    (tmp_path / "members").write_text("\n".join([*lines(1, 2, -3), "version=100000000"]))
    own_copy.write_text(f"dynamicConfigFile={tmp_path}/members\n")
    found = state.configuration(str(config), str(own_copy))
    assert (found["dynamic"], found["lines"]) == (True, lines(1, 2, -3))
    config.write_text("server.1=no:members")
    assert state.configuration(str(config), str(own_copy))["lines"] == []

    written = data / "version-2"
    written.mkdir(parents=True)
    (written / "snapshot.0").touch()
    assert state.has_data([str(data)]) is False
    assert state.epoch(str(data)) is None
    (written / "log.100000001").touch()
    (written / "currentEpoch").write_text("3")
    assert state.has_data([str(tmp_path), str(data)]) is True
    assert state.epoch(str(data)) == 3


def test_whom_to_ask() -> None:
    assert state.gone(lines(1, 2, 3), lines(1, 2)) == ["10.0.0.3:2181"]
    (silent,) = state.ask(["127.0.0.1:9"])
    assert silent["mode"] is None
    assert state.ask([]) == []


@pytest.mark.parametrize(("zxid", "epoch"), [("0x300000004", 3), ("0x0", 0), (None, 0), ("0x1200000000", 18)])
def test_epochs(zxid: str | None, epoch: int) -> None:
    assert change.epoch_of(zxid) == epoch
