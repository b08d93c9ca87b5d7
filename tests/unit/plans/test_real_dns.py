"""The settings of a Mesos-DNS of the user's, and what of the role's options it does not have."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import mesos_dns

from .test_mesos_dns import VALUES

IMAGE = "registry.example.org/mesos-dns:v0.7.0"


def planned(**given: Any) -> dict[str, Any]:
    values = {
        **VALUES,
        "hostvars": {"a": {}},
        "__mesos_dns_real_authorities": "/etc/mesos-dns/master-ca.crt",
        "mesos_dns_install_method": "container",
        "mesos_dns_image": IMAGE,
        "mesos_dns_enforce_rfc952": False,
        "mesos_dns_allow_guarded": False,
        "mesos_dns_dnssec_validation": True,
        "mesos_dns_status_port": 9093,
        "mesos_dns_ip_sources": ["host"],
        **given,
    }
    origin = {name: values[f"mesos_dns_{name}"] for name in ("archive", "image")}
    values["__mesos_dns_real_origin"] = {
        **origin, "method": values["mesos_dns_install_method"], "checksum": values["mesos_dns_archive_checksum"],
    }  # fmt: skip
    container = {"container": values["mesos_dns_container_options"], "environment": False}
    return mesos_dns.main({**values, "__mesos_dns_real_unit_values": container})


def test_the_options_of_the_role_become_its_settings() -> None:
    found = planned()
    assert found["problems"] == found["warnings"] == []
    assert found["config"] == {
        "masters": ["10.0.0.2:5050"], "mesosHTTPSOn": False, "refreshSeconds": 30, "ttl": 5, "domain": "mesos",
        "port": 53, "listener": "10.0.0.1", "resolvers": [], "externalon": False, "recurseon": False,
        "httplistener": "127.0.0.1", "httpport": 9093, "IPSources": ["host"], "enforceRFC952": False,
    }  # fmt: skip


def test_each_option_that_it_has() -> None:
    found = planned(
        mesos_dns_master_urls=["https://m1:5050", "https://m2:5050"],
        mesos_dns_master_credentials={"principal": "dns", "secret": 123456},
        mesos_dns_master_ca="/srv/ca.pem",
        mesos_dns_recursion_networks=["10.0.0.0/8"],
        mesos_dns_forwarders=["10.0.0.9"],
        mesos_dns_enforce_rfc952="yes",
        mesos_dns_config={"zk": "zk://10.0.0.1:2181/mesos", "stateTimeoutSeconds": 60},
    )
    assert found["problems"] == []
    wanted = {
        "masters": ["m1:5050", "m2:5050"], "mesosHTTPSOn": True, "mesosAuthentication": "basic",
        "mesosCredentials": {"principal": "dns", "secret": "123456"}, "caCertFile": "/etc/mesos-dns/master-ca.crt",
        "resolvers": ["10.0.0.9"], "externalon": True, "recurseon": True, "enforceRFC952": True,
        "zk": "zk://10.0.0.1:2181/mesos", "stateTimeoutSeconds": 60,
    }  # fmt: skip
    assert {name: found["config"][name] for name in wanted} == wanted
    assert [one.split(":")[1].strip() for one in found["warnings"]] == [
        "mesos_dns_recursion_networks", "mesos_dns_dnssec_validation",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mesos_dns_image": ""}, "mesos_dns_image is not set"),
        ({"mesos_dns_install_method": "archive", "mesos_dns_image": ""}, "mesos_dns_archive is not set"),
        ({"mesos_dns_archive": "/srv/x.tgz"}, "mesos_dns_archive is set, and mesos_dns_install_method is container"),
        ({"mesos_dns_key": "c2VjcmV0IG9mIDE2IGJ5dGVz"}, "mesos_dns_key does not apply to Mesos-DNS"),
        ({"mesos_dns_guard": 0.9}, "mesos_dns_guard does not apply to Mesos-DNS"),
        ({"mesos_dns_debounce": 1}, "mesos_dns_debounce does not apply to Mesos-DNS"),
        ({"mesos_dns_allow_guarded": True}, "mesos_dns_allow_guarded does not apply to Mesos-DNS"),
        ({"mesos_dns_negative_ttl": 6}, "mesos_dns_negative_ttl is 6 and mesos_dns_ttl is 5"),
        ({"mesos_dns_addresses": ["10.0.0.1", "10.1.0.1"]}, "mesos_dns_addresses has 2 addresses"),
        ({"mesos_dns_master_urls": ["http://a:1", "https://b:1"]}, "mesos_dns_master_urls has http and https"),
        ({"mesos_dns_recursion_networks": ["10.0.0.0/8"]}, "mesos_dns_forwarders is empty"),
        ({"mesos_dns_config": {"Masters": ["x:1"]}}, "has masters; set the option mesos_dns_master_urls"),
        ({"mesos_dns_config": {"stateTimeoutSecond": 1}}, "mesos_dns_config has 'stateTimeoutSecond'"),
        ({"mesos_dns_config": ["zk"]}, "mesos_dns_config is ['zk']; write a dictionary"),
        ({"mesos_dns_container_options": ["--env", "SESAME=x"]}, "gives the value of SESAME"),
        ({"mesos_dns_container_options": "--privileged"}, "is '--privileged'; write a list"),
    ],
)
def test_what_it_does_not_have_is_refused_by_name(given: dict[str, Any], said: str) -> None:
    found = planned(**given)
    (problem,) = found["problems"]
    assert problem.startswith("a: ")
    assert said in problem
    assert not found.get("config")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mesos_dns_ip_sources": ["netinfo", "host"]}, "a: mesos_dns_ip_sources: Mesos-DNS publishes the address"),
        ({"hostvars": {"a": {"mesos_dns_marathon_urls": []}}}, "a: mesos_dns_marathon_urls: Mesos-DNS does not ask"),
    ],
)
def test_what_it_does_otherwise_is_a_warning(given: dict[str, Any], said: str) -> None:
    (warning,) = planned(**given)["warnings"]
    assert warning.startswith(said)


def test_a_key_is_not_shown_where_it_does_not_apply() -> None:
    assert "ZmFrZ" not in str(planned(mesos_dns_key="ZmFrZS1rZXktb2YtZG5zLWZha2U=")["problems"])


def test_bind_has_nothing_of_an_image() -> None:
    (problem,) = planned(mesos_dns_install_method="package")["problems"]
    assert "mesos_dns_image is for Mesos-DNS, and mesos_dns_install_method is package" in problem
