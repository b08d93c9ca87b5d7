"""Flags and variables of the roles: what is refused and what is written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils import _names as names
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import cluster, flags

KNOWN = {"quorum": "integer", "quiet": "boolean", "ha": "toggle", "disable_http": "switch", "roles": "text"}


@pytest.mark.parametrize(
    ("values", "variables"),
    [
        ({"quorum": 2}, {"P_QUORUM": "2"}),
        ({"quiet": True}, {"P_QUIET": "true"}),
        ({"quiet": "0"}, {"P_QUIET": "false"}),
        ({"ha": True}, {"P_HA": ""}),
        ({"ha": False}, {"P_DISABLE_HA": ""}),
        ({"disable_http": True}, {"P_DISABLE_HTTP": ""}),
        ({"disable_http": False}, {}),
        ({"roles": None}, {}),
        ({"roles": 'a "b", $c'}, {"P_ROLES": 'a "b", $c'}),
    ],
)
def test_environment(values: dict[str, Any], variables: dict[str, str]) -> None:
    assert flags.environment(values, KNOWN, "P_") == variables


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("boolean", [True, False, "true", "0", 1], ["yes", "on", "", 2]),
        ("duration", ["15secs", "1.5hrs", "0ns", "2weeks"], ["15s", "15", "secs", 15]),
        ("bytes", ["2GB", "4KB"], ["2G", 2048]),
        ("integer", [2, "2"], ["two", -1, 1.5, True]),
        ("number", [2, "0.8"], ["much", -1]),
        ("rate", ["1/10mins", "5/1.5hrs"], ["1", "1/10", "/10mins"]),
        ("percentage", ["50%", "0.5%"], ["50", "half"]),
        ("json", [{"a": 1}, '{"a": 1}', "/etc/x.json", "file:///x"], ['{"a"', "x.json", "file://x"]),
        ("drf|random", ["drf"], ["fair", ""]),
        ("=newer", [], ["x"]),
        ("text", ["x", 3, 0.5, ""], [True, {"a": 1}, ["x"]]),
    ],
)
def test_kinds(kind: str, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if flags.complaint(kind, value)] == []
    assert [value for value in bad if not flags.complaint(kind, value)] == []


def test_an_older_name() -> None:
    assert flags.problems({"old": 1}, {"old": "=newer", "newer": "integer"}, "p_flags", "h") == [
        "h: p_flags.old is an older name; write newer."
    ]


def test_a_flag_that_is_negated_by_its_name() -> None:
    assert flags.problems({"no_quiet": ""}, KNOWN, "p_", "h") == [
        "h: p_ has the flag 'no_quiet', which the program does not know; write quiet: false."
    ]


def test_an_option_is_named_as_it_is_written() -> None:
    (problem,) = flags.problems({"quorum": "x"}, KNOWN, "mesos_master_", "h")
    assert problem.startswith("h: mesos_master_quorum is 'x'")


@pytest.mark.parametrize(
    ("variables", "flag"), [({"P_QUIET": ""}, "quiet"), ({"P_NO_QUIET": ""}, "quiet"), ({"P_NEWER": 1, "X": 1}, None)]
)
def test_flags_among_the_variables(variables: dict[str, Any], flag: str | None) -> None:
    found = flags.misplaced(variables, KNOWN, "P_", "p", "h")
    assert ([f"set p_flags.{flag} instead" in sentence for sentence in found]) == ([True] if flag else [])


@pytest.mark.parametrize(("text", "seconds"), [("10secs", 10), ("1.5mins", 90), ("250ms", 0.25), ("1weeks", 604800)])
def test_seconds(text: str, seconds: float) -> None:
    assert flags.seconds(text) == seconds


def test_no_seconds() -> None:
    with pytest.raises(ValueError, match="10s is no duration"):
        flags.seconds("10s")


@pytest.mark.parametrize("value", ["a b", '{"a": "b"}', "$x", "a#b", ""])
def test_values_that_an_environment_file_keeps(value: str) -> None:
    assert flags.environment_problems({"A": value}, "o", "h") == []


@pytest.mark.parametrize("value", ["a\\b", "a\nb", '"a"', "'a", " a", "a "])
def test_values_that_an_environment_file_does_not_keep(value: str) -> None:
    assert len(flags.environment_problems({"A": value}, "o", "h")) == 1


def test_names_of_variables() -> None:
    (problem,) = flags.environment_problems({"A-B": "x"}, "o", "h")
    assert "rename it" in problem
    assert len(flags.environment_problems({"A\n": "x"}, "o", "h")) == 1


def test_a_name_with_a_value_shows_without_it() -> None:
    (problem,) = flags.environment_problems({"SESAME=secret": None}, "o", "h")
    assert problem == "h: o has 'SESAME', which is no name of an environment variable; rename it."
    (problem,) = flags.problems({"quorum=secret": None}, {"quorum": "integer"}, "o", "h")
    assert problem == "h: o has the flag 'quorum', which the program does not know; write quorum."


def test_nearest_names() -> None:
    known = ["mesos_master_quorum", "mesos_master_zk"]
    assert names.unknown_names(["mesos_master_qurom", "mesos_master_zk"], known) == [
        ("mesos_master_qurom", "mesos_master_quorum")
    ]
    assert names.nearest("something_else", known) is None


def test_members_of_a_group() -> None:
    hostvars = {
        "a": {"ansible_host": "10.0.0.1"},
        "b": {"address": "10.0.0.9", "port": 7, "number": 5},
        "c": {},
    }
    assert cluster.members(["a", "b", "c"], hostvars, "address", {"port": 1}, "number") == [
        {"host": "a", "id": 1, "address": "10.0.0.1", "port": 1},
        {"host": "b", "id": 5, "address": "10.0.0.9", "port": 7},
        {"host": "c", "id": 3, "address": "c", "port": 1},
    ]
    assert cluster.host_and_port("::1", 80) == "[::1]:80"
    assert cluster.host_and_port("h", 80) == "h:80"
