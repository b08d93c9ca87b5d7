"""Settings of an agent that do not suit each other or its host, each with its sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import settings as agent_settings

SETTINGS: dict[str, Any] = {
    "flags": {"containerizers": "docker,mesos"},
    "credential": {},
    "http_credentials": [],
    "zookeeper": {"username": "", "password": ""},
    "tls": {"certificate": "", "key": "", "ca": "", "verify_clients": False, "downgrade": False},
    "without_cgroups": False,
    "drains": False,
    "master_urls": ["http://m1:5050"],
}


def found(flags: dict[str, Any] | None = None, **settings: Any) -> list[str]:
    return agent_settings.problems({**SETTINGS, "flags": {**SETTINGS["flags"], **(flags or {})}, **settings}, "d")


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"isolation": "cgroups/cpu,cgroups/mem", "launcher": "linux", "systemd_enable_support": True},
        {"image_providers": "DOCKER", "isolation": "filesystem/linux,docker/runtime"},
        {"authenticate_http_readonly": True, "http_credentials": "/etc/mesos/x.json"},
    ],
)
def test_what_suits(flags: dict[str, Any]) -> None:
    assert found(flags, credential={"principal": "a", "secret": "b"}) == []


V2 = "the host has control groups of version 2 alone, which Mesos 1.11 cannot use; leave that out, boot it with"


@pytest.mark.parametrize(
    ("flags", "settings", "sentence"),
    [
        ({"containerizers": ""}, {}, "d: mesos_slave_containerizers is empty; name docker, mesos or both"),
        (
            {"containerizers": "dokcer"},
            {},
            "d: mesos_slave_containerizers has 'dokcer', which Mesos does not know; write docker.",
        ),
        (
            {"image_providers": "docker", "isolation": "docker/runtime"},
            {},
            "d: mesos_slave_image_providers has docker, which needs filesystem/linux in mesos_slave_isolation; add it.",
        ),
        ({"image_providers": "oci"}, {}, "d: mesos_slave_image_providers has 'oci', which Mesos does not know"),
        (
            {"isolation": "posix/cpu,cgroups/mem,filesystem/linux"},
            {"without_cgroups": True},
            f"d: mesos_slave_isolation has cgroups/mem and filesystem/linux, and {V2}",
        ),
        (
            {"systemd_enable_support": True},
            {"without_cgroups": True},
            f"d: mesos_slave_systemd_enable_support is true, and {V2}",
        ),
        (
            {},
            {"credential": {"principal": "a"}},
            "d: mesos_slave_credential has no secret; write {principal: ..., secret: ...}.",
        ),
        (
            {},
            {"credential": {"principal": "a", "secret": "b", "pasword": "c"}},
            "d: mesos_slave_credential has 'pasword'; write {principal: ..., secret: ...}.",
        ),
        (
            {},
            {"http_credentials": [{"principal": "a"}]},
            "d: entry 1 of mesos_slave_http_credentials has no secret; write {principal: ..., secret: ...}.",
        ),
        (
            {"authenticate_http_readonly": True, "authenticate_http_readwrite": True},
            {},
            "d: mesos_slave_authenticate_http_readonly and mesos_slave_authenticate_http_readwrite is set, and nobody",
        ),
        ({}, {"zookeeper": {"username": "mesos"}}, "d: mesos_slave_zookeeper_username and mesos_slave_zookeeper_pass"),
        ({}, {"tls": {"certificate": "/a"}}, "d: mesos_slave_tls_certificate is set without mesos_slave_tls_key and"),
        (
            {},
            {"drains": True, "master_urls": []},
            "d: the agent has to be drained for this change, and mesos_slave_master_urls names no master; set it",
        ),
    ],
)
def test_what_does_not(flags: dict[str, Any], settings: dict[str, Any], sentence: str) -> None:
    (problem,) = found(flags, **settings)
    assert problem.startswith(sentence)


def test_a_program_that_knows_version_2() -> None:
    assert found({"launcher": "linux", "isolation": "cgroups/cpu"}, without_cgroups=True) == []


def test_certificates_that_are_there(tmp_path: Path) -> None:
    for name in ("certificate", "key", "ca"):
        (tmp_path / name).touch()
    assert found(tls={name: str(tmp_path / name) for name in ("certificate", "key", "ca")}) == []
