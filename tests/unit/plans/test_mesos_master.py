"""What the role mesos_master decides before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import mesos_master

from .hosts import HOST, NO_SYSTEMD, NO_SYSTEMD_SAID

ORIGIN = {
    "method": "archive", "family": "debian", "archive": "https://mirror.example.org/mesos.tgz",
    "checksum": f"sha256:{'0' * 64}", "package": "mesos", "version": "", "repository": {}, "image": "", "packages": {},
}  # fmt: skip
VALUES: dict[str, Any] = {
    **HOST,
    "groups": {"mesos_masters": ["a", "b", "c"]},
    "hostvars": {"a": {}},
    "__mesos_master_needs": {},
    "__mesos_master_known_flags": {"quiet": "boolean", "port": "text"},
    "__mesos_master_origin": ORIGIN,
    "__mesos_master_option_flags": {},
    "__mesos_master_settings": {
        "flags": {}, "health_timeout": 120, "credentials": [], "http_credentials": [],
        "zookeeper": {"username": "", "password": ""},
        "tls": {"certificate": "", "key": "", "ca": "", "verify_clients": False, "downgrade": False},
        "agents": {}, "frameworks": {},
    },
    "__mesos_master_unit_values": {},
    "__mesos_master_variables": {},
    "__mesos_master_members": [{"host": host} for host in "abc"],
    "__mesos_master_all_credentials": [],
    "mesos_master_group": "mesos_masters",
    "mesos_master_quorum": "2",
    "mesos_master_flags": {},
    "mesos_master_environment": {},
    "mesos_master_acls": {},
    "mesos_master_zk": "zk://user:fake-password@z1:2181/mesos",
}  # fmt: skip


def problems(**values: Any) -> list[str]:
    found: list[str] = mesos_master.main({**VALUES, **values})["problems"]
    return found


def test_what_can_work_has_no_problem() -> None:
    assert problems() == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    (NO_SYSTEMD, NO_SYSTEMD_SAID),
    (
        {"groups": {"mesos_masters": ["b"]}},
        "a: it is not in the group mesos_masters; add it there or set mesos_master_group.",
    ),
    *(
        (
            {"mesos_master_quorum": quorum},
            f"a: mesos_master_quorum is {quorum}, and 3 masters need 2; set that or leave the option out.",
        )
        for quorum in ("1", 4)
    ),
    (
        {"mesos_master_flags": {"port": 5051}},
        "a: mesos_master_flags has port; set the option mesos_master_port instead.",
    ),
    (
        {"mesos_master_zk": None},
        "a: mesos_master_zk is '', which names no ZooKeeper; put hosts into the group zookeeper or set mesos_master_zk "
        "to zk://host:port,.../mesos.",
    ),
    (
        {"mesos_master_zk": "zk://user:fake-password@z1:2181"},
        "a: mesos_master_zk is 'zk://***@z1:2181', which names no ZooKeeper; put hosts into the group zookeeper or set "
        "mesos_master_zk to zk://host:port,.../mesos.",
    ),
]


@pytest.mark.parametrize(("values", "said"), REFUSED)
def test_what_is_refused(values: dict[str, Any], said: str) -> None:
    assert problems(**values) == [said]


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"mesos_master_flags": {"quite": True}}, "write quiet"),
        ({"__mesos_master_option_flags": {"quiet": "perhaps"}}, "mesos_master_quiet"),
        ({"mesos_master_environment": {"MESOS_QUIET": 1}}, "MESOS_QUIET"),
        ({"__mesos_master_origin": {**ORIGIN, "archive": ""}}, "mesos_master_archive"),
        ({"__mesos_master_unit_values": {"paths": {"mesos_master_work_dir": "work"}}}, "mesos_master_work_dir"),
    ],
)
def test_each_kind_of_value_is_looked_at(values: dict[str, Any], part: str) -> None:
    (found,) = problems(**values)
    assert part in found


def test_flags_of_the_roles_own_files_are_its_own() -> None:
    known = {
        "mesos_master_flags": {"credentials": "/x", "acls": "/y"},
        "__mesos_master_known_flags": {"credentials": "text", "acls": "text"},
    }
    assert problems(**known) == []
    assert len(problems(**known, mesos_master_acls={"permissive": False}, __mesos_master_all_credentials=[{}])) == 2
