"""What the role marathon decides before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import marathon

from .hosts import HOST, NO_SYSTEMD, NO_SYSTEMD_SAID

ORIGIN = {
    "method": "archive", "family": "debian", "archive": "https://mirror.example.org/marathon.tgz",
    "checksum": f"sha256:{'0' * 64}", "package": "marathon", "version": "", "repository": {}, "image": "",
    "packages": {},
}  # fmt: skip
SETTINGS: dict[str, Any] = {
    "version": "1.11", "versions": ["1.10", "1.11"], "since": {}, "until": {},
    "requirements": {"1.11": {"mesos": "1.5", "java": 8}}, "flags": {},
    "all_flags": {"zk": "zk://10.0.0.1:2181/marathon", "master": "zk://10.0.0.1:2181/mesos"},
    "http": {"credentials": {}, "disabled": False, "port": 8080, "https_port": 8443},
    "mesos": {"marathon_mesos_principal": "", "marathon_mesos_secret": ""},
    "plugins": {"marathon_plugin_dir": "", "marathon_plugin_conf": {}},
    "metrics": {"marathon_metrics_statsd": {}, "marathon_metrics_datadog": {}},
    "zookeeper": {"username": "", "password": ""},
    "tls": {"keystore": "", "password": "", "certificate": ""}, "pem": {"certificate": "", "key": "", "ca": ""},
    "java": None, "java_is_used": False, "masters": [],
    "native": {"archive": "", "own": "", "option": "marathon_native_library", "mesos": True, "found": None},
    "own_flags": {}, "slaves": {},
}  # fmt: skip
VALUES: dict[str, Any] = {
    **HOST,
    "hostvars": {"a": {}},
    "__marathon_needs": {},
    "__marathon_known_flags": {"max_apps": "integer"},
    "__marathon_origin": ORIGIN,
    "__marathon_option_flags": {},
    "__marathon_settings": SETTINGS,
    "__marathon_unit_values": {},
    "__marathon_variables": {},
    "__marathon_own_heap": False,
    "marathon_environment": {},
    "marathon_flags": {},
    "marathon_heap_size": "512m",
}


def problems(**values: Any) -> list[str]:
    found: list[str] = marathon.main({**VALUES, **values})["problems"]
    return found


def test_what_can_work_has_no_problem() -> None:
    assert problems(marathon_environment={"MARATHON_APP_ID": "x", "TZ": "UTC"}) == []


def test_a_variable_whose_name_is_a_number() -> None:
    (said,) = problems(marathon_environment={8080: "x"}, __marathon_variables={8080: "x"})
    assert "which is no name of an environment variable" in said


REFUSED: list[tuple[dict[str, Any], str]] = [
    (NO_SYSTEMD, NO_SYSTEMD_SAID),
    (
        {"__marathon_needs": {"ports": {"marathon_http_port": 8080}, "units": ["marathon"]},
         "__common_host": {**HOST["__common_host"], "ports": [
             {"port": 8080, "units": ["web.service"], "container": None, "process": "web", "pid": 7}]}},
        "a: its port 8080 (marathon_http_port) is taken by web.service (web, process 7); stop that or choose another "
        "port.",
    ),
    ({"marathon_flags": {"max_apps": "many"}}, "a: marathon_flags.max_apps is 'many'; write a whole number."),
    (
        {"__marathon_option_flags": {"max_apps": "many"}},
        "a: marathon_max_apps is 'many'; write a whole number.",
    ),
    (
        {"__marathon_settings": {**SETTINGS, "version": "2.0"}},
        "a: marathon_version is 2.0; write one of 1.10, 1.11.",
    ),
    (
        {"marathon_environment": {"MARATHON_MAX_APPS": "5"}},
        "a: marathon_environment has MARATHON_MAX_APPS; give flags with marathon_flags, where they are checked.",
    ),
    (
        {"__marathon_own_heap": True, "hostvars": {"a": {"marathon_heap_size": "512m"}}},
        "a: marathon_heap_size is 512m, and marathon_java_opts has a heap of its own; set one of them.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("values", "said"), REFUSED)
def test_what_cannot_work_is_said(values: dict[str, Any], said: str) -> None:
    assert problems(**values) == [said]


def test_the_default_heap_gives_way_to_the_own_one() -> None:
    assert problems(__marathon_own_heap=True) == []
