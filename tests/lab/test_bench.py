"""Reading Ansible's recap."""

from __future__ import annotations

from lab.bench import Cost, read_recap, table

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
