"""Which version goes with which, and where versions stand in names."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils import upgrade_versions as versions


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.11.0", "1.11.0"), ("1:20.10.24+dfsg1-1", "20.10.24"), ("v1.9.109", "1.9.109"), ("3.8.0-11+deb", "3.8.0"),
        ("3.8.0--1, built on", "3.8.0"), ("latest", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_number_of_a_version(text: str, number: str) -> None:
    assert versions.number(text) == number


@pytest.mark.parametrize(
    ("product", "place", "number"),
    [
        ("mesos", "/srv/mesos-1.11.0.tar.gz", "1.11.0"),
        ("mesos", "mesos-1.11.0-built.tar.gz", "1.11.0"),
        ("zookeeper", "apache-zookeeper-3.8.4-bin.tar.gz", "3.8.4"),
        ("marathon", "https://mirror.example.com/marathon-1.11.24.tgz?token=1.2", "1.11.24"),
        # The number of another program.
        ("mesos", "mesos-lab-engine-0.2.0.tar.gz", ""),
        ("marathon", "marathon.tgz", ""),
    ],
)
def test_the_version_in_the_name_of_an_archive(product: str, place: str, number: str) -> None:
    assert versions.of_file(product, place) == number


def test_the_version_in_the_tag_of_an_image() -> None:
    assert versions.of_image("registry.example.com:5000/mesos/marathon:v1.11.24-x") == "1.11.24"
    assert versions.of_image("registry.example.com:5000/marathon@sha256:1.2") == ""
    assert versions.of_image("marathon:1.9@sha256:00") == "1.9"


def test_what_was_planned_may_be_shorter() -> None:
    assert versions.same("1.11.24", "1.11")
    assert versions.same("3.8.0--1", "3.8.0")
    assert not versions.same("1.11.24", "1.1")
    assert not versions.same("", "1.11")
    assert not versions.same("1.11", "")


@pytest.mark.parametrize(
    ("product", "old", "new", "words"),
    [
        ("mesos", "1.4.1", "1.11.0", None),
        ("mesos", "0.28.2", "1.11.0", "1.2.1 is reached from 1.0 or newer alone"),
        ("mesos", "0.28.2", "1.1.0", None),
        ("mesos", "1.11.0", "1.9.0", None),
        ("mesos", "1.0.1", "0.28.2", "restore a backup"),
        ("marathon", "1.3.14", "1.6.352", "1.5 is reached from 1.4 or newer alone"),
        ("marathon", "1.5.15", "1.8.222", "1.8 is reached from 1.6 or newer alone"),
        ("marathon", "1.6.352", "1.11.24", None),
        ("marathon", "1.11.24", "1.10.17", "restore a backup"),
        ("marathon", "1.11.24", "1.11.20", None),
        ("zookeeper", "3.8.4", "3.7.2", "restore a backup"),
        ("docker", "24.0.7", "26.1.0", None),
    ],
)
def test_steps(product: str, old: str, new: str, words: str | None) -> None:
    found = list(versions.step_problems(product, old, new))
    if words is None:
        assert found == []
    else:
        assert words in found[0]
        assert old in found[0]
        assert new in found[0]


def test_skipped_releases_are_a_warning() -> None:
    assert list(versions.step_warnings("marathon", "1.6.352", "1.7.236")) == []
    (told,) = versions.step_warnings("marathon", "1.6.352", "1.11.24")
    assert "not to skip releases" in told
    (told,) = versions.step_warnings("mesos", "1.11.0", "1.8.0")
    assert "downgrades.md" in told


@pytest.mark.parametrize(
    ("together", "words"),
    [
        ({"marathon": "1.11.24", "mesos": "1.5.0"}, []),
        ({"marathon": "1.11.24", "mesos": "1.4.0"}, ["needs Mesos 1.5"]),
        ({"marathon": "1.6.352", "mesos": "1.4.0"}, []),
        ({"marathon": "1.6.352", "mesos": "1.0.1"}, ["needs Mesos 1.1"]),
        ({"marathon": "1.4.13", "mesos": "1.0.1"}, ["needs Mesos 1.1"]),
        ({"marathon": "1.3.14", "mesos": "1.0.1"}, []),
        ({"marathon": "1.3.14", "mesos": "0.28"}, ["needs Mesos 1.0"]),
        ({"marathon": "1.1.1", "mesos": "0.28"}, []),
        ({"mesos": "1.11.0"}, []),
        ({"mesos": "1.11.0", "docker": "0.9.1"}, ["needs Docker 1.0"]),
    ],
)
def test_pairs(together: dict[str, str], words: list[str]) -> None:
    found = list(versions.pair_problems(together, together))
    assert len(found) == len(words)
    assert all(word in told for word, told in zip(words, found, strict=True))


def test_the_newest_needs_most_and_the_oldest_gives_least() -> None:
    old, new = {"marathon": "1.6.352", "mesos": "1.4.1"}, {"marathon": "1.11.24", "mesos": "1.11.0"}
    (told,) = versions.pair_problems(new, old)
    assert "Marathon 1.11.24 needs Mesos 1.5" in told
    assert list(versions.pair_problems(old, new)) == []


@pytest.mark.parametrize(
    ("product", "old", "new", "unread"),
    [
        ("mesos", "1.11.0", "1.8.1", True), ("mesos", "1.9.0", "1.8", True), ("mesos", "1.11.0", "1.9.0", False),
        ("mesos", "1.8.1", "1.7.2", False), ("mesos", "1.8.1", "1.11.0", False), ("mesos", "", "1.8.1", False),
        ("marathon", "1.11.24", "1.8.222", False),
    ],
)  # fmt: skip
def test_masters_before_1_9_leave_something_unread(product: str, old: str, new: str, unread: bool) -> None:
    assert versions.leaves_unread(product, old, new) is unread


def test_what_masters_before_1_9_do_not_read() -> None:
    states = ("active", "deactivated", "draining", "drained", "disconnected")
    agents = [{"hostname": f"s{number}", "state": state} for number, state in enumerate(states)]
    found = versions.unread(agents, [{"role": "prod"}])
    assert [" ".join(told.split()[:5]) for told in found] == [
        "The agent s1 is deactivated,", "The agent s2 is draining,", "The agent s3 is drained,", "The role prod has a",
    ]  # fmt: skip
    assert "Reactivate it first" in found[0]
    assert "Remove it first" in found[3]
    assert versions.unread([agents[0]], []) == []
