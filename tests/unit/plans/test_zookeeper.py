"""What the role zookeeper decides before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import zookeeper

from .hosts import HOST


def server(number: int, host: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "host": host, "address": f"10.0.0.{number}", "zookeeper_client_address": "", **more}


NEW: dict[str, Any] = {
    "lines": [], "dynamic": False, "tls": "disabled", "leaving": [], "elsewhere": [], "data": False, "written": False,
    "epoch": None, "directories": [], "server": {"mode": None, "address": "10.0.0.1:2181"},
}  # fmt: skip
HOSTVARS: dict[str, dict[str, Any]] = {host: {"__zookeeper_state": NEW} for host in ("a", "b", "c")}
THREE = [server(1, "a"), server(2, "b"), server(3, "c")]
VALUES: dict[str, Any] = {
    **HOST,
    "groups": {"zookeeper": ["a", "b", "c"]},
    "hostvars": HOSTVARS,
    "ansible_play_hosts": ["a", "b", "c"],
    "__common_host": {**HOST["__common_host"], "java": "17.0.1"},
    "__zookeeper_needs": {},
    "__zookeeper_servers": THREE,
    "__zookeeper_voters": THREE,
    "__zookeeper_lines": [f"server.{number}=10.0.0.{number}:2888:3888;2181" for number in (1, 2, 3)],
    "__zookeeper_unit_values": {},
    "__zookeeper_own_settings": {"dataDir": "zookeeper_data_dir", "clientPort": "zookeeper_client_port"},
    "__zookeeper_java_opts": [],
    "__zookeeper_own_heap": False,
    "__zookeeper_family": {"java": "/usr/bin/java"},
    "__zookeeper_schemes": [],
    "__zookeeper_tls_key_text": "-----BEGIN PRIVATE KEY-----",
    "zookeeper_group": "zookeeper",
    "zookeeper_data_dir": "/var/lib/zookeeper",
    "zookeeper_settings": {},
    "zookeeper_install_method": "package",
    "zookeeper_archive": "",
    "zookeeper_archive_checksum": "",
    "zookeeper_image": "",
    "zookeeper_packages": [],
    "zookeeper_python_packages": [],
    "zookeeper_java": "/usr/bin/java",
    "zookeeper_heap_size": "1g",
    "zookeeper_dynamic_reconfiguration": False,
    "zookeeper_super_password": "",
    "zookeeper_quorum_tls": "disabled",
    "zookeeper_secure_client_port": None,
    "zookeeper_tls_certificate": "",
    "zookeeper_tls_key": "",
    "zookeeper_tls_ca": "",
}
TLS = {"zookeeper_tls_certificate": "c.pem", "zookeeper_tls_key": "k.pem", "zookeeper_tls_ca": "ca.pem"}
SEEN = VALUES["__common_host"]


def problems(**values: Any) -> list[str]:
    found: list[str] = zookeeper.main({**VALUES, **values})["problems"]
    return found


@pytest.mark.parametrize("values", [{}, TLS, {"zookeeper_dynamic_reconfiguration": "false"}])
def test_what_can_work_has_no_problem(values: dict[str, Any]) -> None:
    assert problems(**values) == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"__common_host": {**SEEN, "files": {"/var/lib/zookeeper/myid": "2"}}},
        "a: its data belongs to server 2 (/var/lib/zookeeper/myid), and the inventory makes it server 1; set "
        "zookeeper_id to 2 for it, or empty /var/lib/zookeeper for a new server.",
    ),
    (
        {"groups": {"zookeeper": ["b", "c", "d"]}},
        "a: it is not in the group zookeeper; add it there or set zookeeper_group.",
    ),
    (
        {"__zookeeper_voters": THREE[:2]},
        "a: the group zookeeper has 2 voters (a, b), which survive no more failures than one fewer; add or remove one, "
        "so that their number is odd.",
    ),
    (
        {"__zookeeper_servers": [server(1, "a"), server(1, "b"), server(3, "c")]},
        "a: the ids of the ensemble are 1, 1, 3 for a, b, c; give every host a zookeeper_id of its own from 1 to 255.",
    ),
    (
        {"zookeeper_settings": {"dataDir": "/x"}},
        "a: zookeeper_settings has dataDir; set the option zookeeper_data_dir instead.",
    ),
    (
        {"__zookeeper_java_opts": ["-Da=b"], "__common_host": {**SEEN, "java": "1.8.0_392"}},
        "a: zookeeper_java_opts needs Java 9 or newer, and the host has 1.8.0_392; install a newer one, or leave the "
        "option out.",
    ),
    (
        {"__zookeeper_own_heap": True, "hostvars": {**HOSTVARS, "a": {**HOSTVARS["a"], "zookeeper_heap_size": "1g"}}},
        "a: zookeeper_heap_size is 1g, and zookeeper_java_opts has a heap of its own; set one of them.",
    ),
    (
        {"zookeeper_dynamic_reconfiguration": "yes"},
        "a: zookeeper_dynamic_reconfiguration is true without zookeeper_super_password; set one, which changes "
        "members.",
    ),
    (
        {
            "zookeeper_dynamic_reconfiguration": True, "zookeeper_super_password": "fake-password",
            "__zookeeper_schemes": ["sasl"],
        },
        "a: zookeeper_require_authentication has no digest, which zookeeper_dynamic_reconfiguration uses; add it.",
    ),
    (
        {**TLS, "zookeeper_tls_ca": ""},
        "a: only some of zookeeper_tls_certificate, zookeeper_tls_key and zookeeper_tls_ca are set; set all three or "
        "none.",
    ),
    (
        {"zookeeper_quorum_tls": "required"},
        "a: zookeeper_quorum_tls is required without a certificate; set zookeeper_tls_certificate, zookeeper_tls_key "
        "and zookeeper_tls_ca.",
    ),
    (
        {"zookeeper_secure_client_port": 2281},
        "a: zookeeper_secure_client_port is set without a certificate; set zookeeper_tls_certificate, "
        "zookeeper_tls_key and zookeeper_tls_ca.",
    ),
    (
        {**TLS, "__zookeeper_tls_key_text": "-----BEGIN RSA PRIVATE KEY-----"},
        "a: zookeeper_tls_key (k.pem) is not an unencrypted PKCS8 key; convert it with openssl pkcs8 -topk8 -nocrypt.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("values", "said"), REFUSED)
def test_what_is_refused(values: dict[str, Any], said: str) -> None:
    assert problems(**values) == [said]


def test_a_server_without_data_and_a_group_without_hosts() -> None:
    assert problems(__common_host={**SEEN, "files": {"/var/lib/zookeeper/myid": None}}) == []
    assert problems(__zookeeper_servers=[], __zookeeper_voters=[]) == []


@pytest.mark.parametrize(("method", "option"), [("archive", "zookeeper_archive"), ("container", "zookeeper_image")])
def test_only_the_chosen_method_is_asked_for(method: str, option: str) -> None:
    assert [text for text in problems(zookeeper_install_method=method) if option in text]
    assert not [text for text in problems() if option in text]


def test_why_a_server_must_stay() -> None:
    gate = {"problems": ["1 of 3 members serve", "2 must"]}
    assert zookeeper.uninstall({**VALUES, "__zookeeper_goes": gate})["problems"] == [
        "a: its ZooKeeper must stay, because 1 of 3 members serve; 2 must."
    ]
    assert zookeeper.uninstall({**VALUES, "__zookeeper_goes": {"skipped": True}})["problems"] == []
