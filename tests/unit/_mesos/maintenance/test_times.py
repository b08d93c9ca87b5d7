"""Times of people and of Mesos."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import InvalidOption
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance import times


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T01:53:38Z",
        "2026-11-21T01:53:38z",
        "2026-11-21T02:53:38+01:00",
        # As YAML and Ansible write it where it was not quoted.
        "2026-11-21 01:53:38+00:00",
        "2026-11-21T01:53:38.9+00:00",
    ],
)
def test_one_moment(text: str) -> None:
    assert times.start(text) == 1795226018 * times.SECOND
    assert times.shown(times.start(text)) == "2026-11-21T01:53:38Z"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "give a time in ISO 8601"),
        ("now", "give a time in ISO 8601"),
        ("1795226018", "give a time in ISO 8601"),
        ("2026-11-21T25:00:00Z", "give a time in ISO 8601"),
        ("2026-11-21T01:53:38", "without a time zone: add one"),
        ("1969-12-31T23:59:59Z", "between 1970 and 2262"),
        ("2263-01-01T00:00:00Z", "between 1970 and 2262"),
    ],
)
def test_no_moment(text: str, words: str) -> None:
    with pytest.raises(InvalidOption, match=f"start is '{text}'.*{words}"):
        times.start(text)


def test_lengths() -> None:
    assert times.duration(None) is None
    assert times.duration(3600) == 3_600_000_000_000


@pytest.mark.parametrize("seconds", [0, -1, 2**62])
def test_no_length(seconds: int) -> None:
    with pytest.raises(InvalidOption, match=f"duration is {seconds}: give 1 second or more"):
        times.duration(seconds)


def test_a_time_that_no_calendar_has_is_shown_too() -> None:
    assert times.shown(2**63 - 1).startswith("2262-04-11")
    assert times.shown(10**21) == f"{10**21} ns"
