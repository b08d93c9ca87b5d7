"""Reading Ansible's recap."""

from __future__ import annotations

import pytest

from lab.bench import Cost, read_recap, table, verdict

OUTPUT = """
PLAY RECAP *********************************************************************
master1                    : ok=31   changed=0    unreachable=0    failed=0    skipped=7    rescued=0    ignored=0
slave1                     : ok=24   changed=2    unreachable=0    failed=0    skipped=3    rescued=0    ignored=0
"""


def test_the_recap_is_counted_by_host() -> None:
    assert read_recap(OUTPUT) == {"master1": (31, 0, 7), "slave1": (24, 2, 3)}


def test_the_table_names_the_playbook_its_seconds_and_every_host() -> None:
    text = table([Cost("site", 12.34, read_recap(OUTPUT))])
    assert text.splitlines()[0] == "site: 12.3 s"
    assert text.splitlines()[2].split() == ["master1", "31", "0", "7"]


@pytest.mark.parametrize(
    ("run", "whole", "kept", "words"),
    [
        (60, {"node1"}, True, "60 tasks, within"),
        (61, {"node1"}, False, "61 tasks, OVER"),
        (99, set(), True, "has none"),
    ],
)
def test_the_verdict_is_about_hosts_in_all_four_groups(run: int, whole: set[str], kept: bool, words: str) -> None:
    seen = verdict(Cost("site", 1.0, {"node1": (run, 0, 0), "other": (70, 0, 0)}), whole)
    assert seen[0] is kept
    assert words in seen[1]
