"""What the role mesos_slave decides before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import mesos_slave

from .hosts import HOST, NO_SYSTEMD, NO_SYSTEMD_SAID

ORIGIN = {
    "method": "archive", "family": "debian", "archive": "https://mirror.example.org/mesos.tgz",
    "checksum": f"sha256:{'0' * 64}", "package": "mesos", "version": "", "repository": {}, "image": "", "packages": {},
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "flags": {"containerizers": "mesos"}, "credential": {}, "http_credentials": [],
    "zookeeper": {"username": "", "password": ""},
    "tls": {"certificate": "", "key": "", "ca": "", "verify_clients": False, "downgrade": False},
    "without_cgroups": False, "drains": False, "master_urls": ["http://10.0.0.1:5050"],
}  # fmt: skip
VALUES: dict[str, Any] = {
    **HOST,
    "hostvars": {"a": {}},
    "__mesos_slave_needs": {},
    "__mesos_slave_known_flags": {"quiet": "boolean", "port": "integer", "credential": "text"},
    "__mesos_slave_origin": ORIGIN,
    "__mesos_slave_option_flags": {},
    "__mesos_slave_settings": SETTINGS,
    "__mesos_slave_unit_values": {},
    "__mesos_slave_variables": {},
    "__mesos_slave_changes": [],
    "mesos_slave_acls": {},
    "mesos_slave_allow_reset": False,
    "mesos_slave_attributes": {},
    "mesos_slave_credential": {},
    "mesos_slave_docker_config": {},
    "mesos_slave_environment": {},
    "mesos_slave_flags": {},
    "mesos_slave_http_credentials": [],
    "mesos_slave_master": "zk://user:fake-password@z1:2181/mesos",
    "mesos_slave_resources": {},
    "mesos_slave_gc_disk_headroom": None,
    "mesos_slave_sandbox_log_size": None,
    "mesos_slave_sandbox_log_keep": 2,
}


def problems(**values: Any) -> list[str]:
    found: list[str] = mesos_slave.main({**VALUES, **values})["problems"]
    return found


def test_what_can_work_has_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    "values",
    [
        {"mesos_slave_sandbox_log_size": "100M", "mesos_slave_sandbox_log_keep": "0"},
        {"mesos_slave_sandbox_log_size": 1},
        {"mesos_slave_gc_disk_headroom": 0},
        {"mesos_slave_gc_disk_headroom": "0.25"},
    ],
)
def test_good_hygiene(values: dict[str, Any]) -> None:
    assert problems(**values) == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"mesos_slave_sandbox_log_size": "0"},
        "a: mesos_slave_sandbox_log_size is '0'; write a size like 100M, with K, M or G.",
    ),
    (
        {"mesos_slave_sandbox_log_size": "100 MB"},
        "a: mesos_slave_sandbox_log_size is '100 MB'; write a size like 100M, with K, M or G.",
    ),
    (
        {"mesos_slave_sandbox_log_keep": -1},
        "a: mesos_slave_sandbox_log_keep is '-1'; write a number from 0 to 99.",
    ),
    (
        {"mesos_slave_gc_disk_headroom": 10},
        "a: mesos_slave_gc_disk_headroom is '10'; write a part of the disk from 0.0 to 1.0, like 0.1.",
    ),
    (NO_SYSTEMD, NO_SYSTEMD_SAID),
    (
        {"mesos_slave_flags": {"port": 5052}},
        "a: mesos_slave_flags has port; set the option mesos_slave_port instead.",
    ),
    (
        {"mesos_slave_flags": {"credential": "/x"}, "mesos_slave_credential": {"principal": "p", "secret": "s"}},
        "a: mesos_slave_flags has credential; set the option mesos_slave_credential instead.",
    ),
    (
        {"mesos_slave_environment": {"MESOS_NO_QUIET": "1"}},
        "a: mesos_slave_environment has MESOS_NO_QUIET; set mesos_slave_flags.quiet instead, where it is checked.",
    ),
    (
        {"mesos_slave_master": "zk://user:fake-password@z1:2181"},
        "a: mesos_slave_master is 'zk://***@z1:2181', which names no ZooKeeper; put hosts into the group zookeeper or "
        "set mesos_slave_master to zk://host:port,.../mesos.",
    ),
    (
        {"mesos_slave_master": None},
        "a: mesos_slave_master is '', which names no ZooKeeper; put hosts into the group zookeeper or set "
        "mesos_slave_master to zk://host:port,.../mesos.",
    ),
    (
        {"__mesos_slave_changes": ["port is 5051 and would be 5052", "it lost cpus"]},
        "a: its agent would not start as the one that it is (port is 5051 and would be 5052; it lost cpus); take that "
        "back, or set mesos_slave_allow_reset: true, with which it is drained and becomes a new agent.",
    ),
]


@pytest.mark.parametrize(("values", "said"), REFUSED)
def test_what_cannot_work_is_said(values: dict[str, Any], said: str) -> None:
    assert problems(**values) == [said]


@pytest.mark.parametrize(
    "values",
    [
        # Without the option the flag is the operator's own.
        {"mesos_slave_flags": {"credential": "/etc/mine"}},
        {"__mesos_slave_changes": ["port is 5051 and would be 5052"], "mesos_slave_allow_reset": "yes"},
        {"mesos_slave_master": "10.0.0.1:5050"},
        {"mesos_slave_master": "file:///etc/mesos/zk"},
    ],
)
def test_what_may_be(values: dict[str, Any]) -> None:
    assert problems(**values) == []


@pytest.mark.parametrize(
    ("values", "option"),
    [
        ({"mesos_slave_attributes": {"rack": {"a": 1}}}, "mesos_slave_attributes"),
        ({"mesos_slave_resources": {"cpus": "many"}}, "mesos_slave_resources"),
        ({"mesos_slave_resources": "cpus:many"}, "mesos_slave_resources"),
    ],
)
def test_a_text_that_the_agent_would_not_read(values: dict[str, Any], option: str) -> None:
    (said,) = problems(**values)
    assert said.startswith(f"a: {option}")
