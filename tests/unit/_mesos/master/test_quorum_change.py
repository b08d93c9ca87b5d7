"""Which steps from one number of masters to another are taken, and how."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master.quorum_change import (
    QuorumPlan,
    plan,
    switch_problems,
)

NEW: dict[str, Any] = {
    "running": False,
    "configured": False,
    "registry": False,
    "registry_path": "/w/replicated_log",
    "quorum": None,
    "ensemble_size": None,
    "alive_elsewhere": [],
    "strangers": None,
}


def runs(quorum: int, ensemble: int) -> dict[str, Any]:
    return {
        **NEW, "running": True, "configured": True, "registry": True, "quorum": quorum, "ensemble_size": ensemble,
    }  # fmt: skip


def stopped(quorum: int) -> dict[str, Any]:
    return {**NEW, "configured": True, "registry": True, "quorum": quorum}


LEFT = {**NEW, "registry": True}
THREE = {name: runs(2, 3) for name in "abc"}

FINE: dict[str, tuple[dict[str, Any], str, int, bool, list[str]]] = {
    "a fresh cluster": (dict.fromkeys("abc", NEW), "abc", 2, False, ["a", "b", "c"]),
    "nothing new": (THREE, "abc", 2, False, []),
    "three to five": ({**THREE, "d": NEW, "e": NEW}, "abcde", 3, False, ["d", "e"]),
    "five to three": ({name: runs(3, 3) for name in "abc"}, "abc", 2, False, []),
    "a wiped follower": ({**THREE, "c": NEW}, "abc", 2, False, ["c"]),
    "all stopped, one wiped": ({"a": stopped(2), "b": stopped(2), "c": NEW}, "abc", 2, False, ["c"]),
    "five to three, all stopped and seen": (
        {name: {**stopped(3), "strangers": []} for name in "abc"},
        "abc",
        2,
        False,
        [],
    ),
    "five to three, one answers": (
        {"a": runs(3, 3), "b": stopped(3), "c": stopped(3)},
        "abc",
        2,
        False,
        [],
    ),
    "each knows its own candidate": (
        {"a": {**runs(2, 2), "strangers": ["b:5050"]}, "b": {**runs(2, 2), "strangers": []}},
        "abc",
        2,
        False,
        [],
    ),
    "a dead one left out": ({"a": runs(2, 2), "b": runs(2, 2)}, "abc", 2, False, []),
    "kept data of a whole cluster": (dict.fromkeys("abc", LEFT), "abc", 2, False, []),
    "others that are new": ({"a": NEW}, "abc", 2, False, ["a"]),
}


@pytest.mark.parametrize("name", list(FINE))
def test_steps_that_are_safe(name: str) -> None:
    states, members, quorum, may_seed, new = FINE[name]
    assert plan(states, list(members), quorum, may_seed) == QuorumPlan([], new, None, [], name == "three to five")


@pytest.mark.parametrize(("members", "seeds"), [("abc", ["b"]), ("abcde", ["b", "c"])])
@pytest.mark.parametrize("source", [runs(1, 1), stopped(1)])
def test_one_master_gives_its_registry_to_a_quorum(members: str, seeds: list[str], source: dict[str, Any]) -> None:
    states = {**dict.fromkeys(members, NEW), "a": source}
    found = plan(states, list(members), len(members) // 2 + 1, True)
    assert (found.problems, found.seed_from, found.seed_to) == ([], "a", seeds)


REFUSED: dict[str, tuple[dict[str, Any], str, int, str]] = {
    "one to three unasked": (
        {"a": runs(1, 1), "b": NEW, "c": NEW}, "abc", 2,
        "a is the only master with a registry, and with the quorum 2 new ones would wait for each other for ever; set "
        "mesos_master_seed_registry: true, with which a is stopped for some seconds and its registry copied to b.",
    ),
    "three to seven": (
        {**THREE, **dict.fromkeys("defg", NEW)}, "abcdefg", 4,
        "3 of the 7 masters have the registry (a, b, c), and the quorum 4 needs as many; go to 5 masters first.",
    ),
    "two of three wiped": (
        {"a": runs(2, 3), "b": NEW, "c": NEW}, "abc", 2,
        "1 of the 3 masters have the registry (a), and the quorum 2 needs as many; copy /w/replicated_log of a to as "
        "many others as are missing, while all masters are stopped.",
    ),
    "five to three while they run": (
        {name: runs(3, 5) for name in "abc"}, "abc", 2,
        "5 masters take part in the registry, and the group has 3 (a, b, c); stop those that left the group for good "
        "first (playbook quorum.mesos.mesos_masters_remove), or put them back.",
    ),
    "fewer than the quorum": (
        {"a": runs(2, 1)}, "a", 1,
        "the masters have the quorum 2, and the group has only 1 (a), which need not have all of the registry; "
        "put masters back into the group and take away fewer at a time.",
    ),
    "fewer than the quorum of a master that is stopped": (
        {"a": stopped(2)}, "a", 1,
        "the masters have the quorum 2, and the group has only 1 (a), which need not have all of the registry; "
        "put masters back into the group and take away fewer at a time.",
    ),
    "a lone one whose settings are gone, beside others": (
        {"a": {**LEFT, "strangers": ["b:5050", "c:5050"]}}, "a", 1,
        "masters that are not in the group stand for election in ZooKeeper (b:5050, c:5050), so they can lead with a "
        "quorum of their own; stop them for good first (playbook quorum.mesos.mesos_masters_remove), or put them back "
        "into the group.",
    ),
    "a new one alone beside others": (
        {"d": {**NEW, "strangers": ["b:5050"]}}, "d", 1,
        "masters that are not in the group stand for election in ZooKeeper (b:5050), so they can lead with a quorum of "
        "their own; stop them for good first (playbook quorum.mesos.mesos_masters_remove), or put them back into the "
        "group.",
    ),
    "five to three, all stopped and nobody to ask": (
        dict.fromkeys("abc", stopped(3)), "abc", 2,
        "a, b, c would get the quorum 2 instead of 3, and whether masters run outside the group cannot be seen: none "
        "of this play answers, and the election in ZooKeeper cannot be read; start ZooKeeper, then these masters as "
        "they are (systemctl start mesos-master), and run again.",
    ),
    "a master that comes back": (
        {**THREE, "d": LEFT, "e": NEW}, "abcde", 3,
        "d has a registry of its own in /w/replicated_log and is not set up as a master, so it may be an old one; "
        "remove that directory, and the master gets the registry from the others.",
    ),
    "only the new ones": (
        {"d": {**NEW, "alive_elsewhere": ["a:5050"]}, "e": NEW}, "abcde", 3,
        "masters run that this play does not see (a:5050), so their quorum is not known to the new ones (d, e); run it "
        "for the whole group (without --limit, or with --limit that leaves out only dead hosts).",
    ),
    "the only registry stays behind": (
        {"a": {**runs(1, 1), "registry": False}}, "a", 1,
        "a is the only master, and its registry is not in /w/replicated_log; stop it, move replicated_log from its "
        "work directory there, and run again.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(REFUSED))
def test_steps_that_could_lose_the_registry(name: str) -> None:
    states, members, quorum, sentence = REFUSED[name]
    assert plan(states, list(members), quorum, False).problems == [sentence]


@pytest.mark.parametrize(
    ("now", "then", "fine"),
    [
        ((False, False), (True, False), False),
        ((False, False), (True, True), True),
        ((True, True), (True, False), True),
        ((True, False), (False, False), False),
        ((True, False), (True, True), True),
        ((True, True), (False, False), True),
    ],
)
def test_the_way_to_tls_and_back(now: tuple[bool, bool], then: tuple[bool, bool], fine: bool) -> None:
    state = {"running": True, "tls": now[0], "downgrade": now[1]}
    assert (switch_problems(state, *then) == []) is fine
    assert switch_problems({**state, "running": False}, *then) == []
