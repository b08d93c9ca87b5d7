"""What the role haproxy decides before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import haproxy

from .hosts import HOST

PORTS = {
    "haproxy_http_port": 80, "haproxy_https_port": 443, "haproxy_app_id_port": 9091, "haproxy_stats_port": 9090,
    "haproxy_status_port": 9092,
}  # fmt: skip
OWN = [{"option": option, "port": port} for option, port in PORTS.items()]
MARATHON = {"option": "marathon_http_port", "port": "8080"}
VALUES: dict[str, Any] = {
    **HOST,
    "groups": {"load_balancers": ["a"]},
    "hostvars": {"a": {}},
    "__common_ports": [MARATHON, *OWN],
    "__common_offered_ports": ["31000-32000"],
    "__haproxy_needs": {"units": ["haproxy"], "ports": PORTS},
    "__haproxy_certificates": "/etc/haproxy/certificates",
    "__haproxy_certificate_check": "/etc/marathon-haproxy/certificate.cfg",
    "haproxy_group": "load_balancers",
    "haproxy_packages": ["haproxy", "python3-requests"],
    "haproxy_marathon_urls": ["http://10.0.0.1:8080"],
    "haproxy_marathon_credentials": {},
    "haproxy_marathon_ca": "",
    "haproxy_app_groups": ["*"],
    "haproxy_service_ports": ["10000-20000"],
    "haproxy_certificates": [],
    "haproxy_stats_credentials": {},
    "haproxy_install_method": "package",
    "haproxy_image": "",
    "haproxy_image_arguments": [],
    "haproxy_container_options": [],
    "haproxy_http_port": 80,
    "haproxy_https_port": 443,
    "haproxy_app_id_port": 9091,
    "haproxy_stats_port": 9090,
    "haproxy_status_port": 9092,
    "haproxy_allow_guarded": False,
    "haproxy_strict": False,
    "__haproxy_image_credentials": "/etc/marathon-lb/credentials",
    "__haproxy_image_ca": "/etc/marathon-lb/marathon-ca.crt",
    "haproxy_address": "",
    "haproxy_address_interface": "",
    "haproxy_address_router_id": 51,
    "haproxy_address_password": "",
    "haproxy_maxconn": 10000,
    "haproxy_timeouts": {},
    "haproxy_hard_stop_after": "10m",
    "haproxy_sections": "",
    "haproxy_interval": 30,
    "haproxy_debounce": 0.5,
    "haproxy_guard": 0.5,
}


def planned(**values: Any) -> dict[str, Any]:
    return haproxy.main({**VALUES, **values})


def test_what_can_work_has_no_problem() -> None:
    assert planned()["problems"] == []
    # Of the controller, where Marathon's role has it from.
    assert planned(haproxy_marathon_ca="certificates of ours/ca.pem")["problems"] == []


def test_times_have_a_unit_and_groups_are_names() -> None:
    times = {"server": "500ms", "tunnel": "2h", "client": "0s"}
    given = {"haproxy_timeouts": times, "haproxy_hard_stop_after": "1d", "haproxy_app_groups": ["external", "team a"]}
    assert planned(**given)["problems"] == []


def test_no_app_gets_a_port_of_the_host() -> None:
    assert planned()["reserved_ports"] == [80, 443, 8080, 9090, 9091, 9092]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"groups": {}}, "it is not in the group load_balancers"),
        ({"haproxy_marathon_urls": []}, "no Marathon is known"),
        ({"haproxy_marathon_urls": ["http://me:it@10.0.0.1:8080"]}, "without a user"),
        ({"haproxy_marathon_urls": "http://10.0.0.1:8080"}, "haproxy_marathon_urls is 'http://10.0.0.1:8080'; write a"),
        ({"haproxy_marathon_urls": ["http://10.0.0.1:99999"]}, "haproxy_marathon_urls has 'http://10.0.0.1:99999'"),
        ({"haproxy_service_ports": "10000-20000"}, "haproxy_service_ports is '10000-20000'; write a list"),
        ({"haproxy_marathon_credentials": {"username": "me"}}, "no password"),
        ({"haproxy_app_groups": []}, "no app would be served"),
        ({"haproxy_app_groups": ["external", "a,b"]}, "haproxy_app_groups has 'a,b', which no HAPROXY_GROUP can match"),
        ({"haproxy_app_groups": ["*", " internal"]}, "haproxy_app_groups has ' internal', which no"),
        ({"haproxy_app_groups": [""]}, "haproxy_app_groups has '', which no"),
        ({"haproxy_service_ports": ["20000-10000"]}, "haproxy_service_ports has '20000-10000'"),
        ({"haproxy_service_ports": ["x"]}, "haproxy_service_ports has 'x'"),
        ({"haproxy_service_ports": ["8000-9000"]}, "marathon_http_port of this host is 8080"),
        ({"haproxy_service_ports": ["30000-31000"]}, "offers the ports 31000-32000 to tasks"),
        ({"__haproxy_needs": {"ports": {**PORTS, "haproxy_http_port": 0}}}, "haproxy_http_port is 0"),
        ({"haproxy_maxconn": 70000}, "haproxy_maxconn is 70000"),
        ({"haproxy_hard_stop_after": "10 minutes"}, "haproxy_hard_stop_after is '10 minutes'"),
        ({"haproxy_hard_stop_after": 600}, "haproxy_hard_stop_after is 600; write a number and its unit"),
        ({"haproxy_timeouts": {"server": 60}}, "haproxy_timeouts.server is 60; write a number and its unit"),
        ({"haproxy_timeouts": {"tunnel": "0"}}, "haproxy_timeouts.tunnel is '0'; write a number and its unit"),
        ({"haproxy_timeouts": {"server": "30s\n    bind :1"}}, "haproxy_timeouts.server is"),
        ({"haproxy_timeouts": {"server\nlisten x": "1s"}}, "which is no timeout of HAProxy"),
        ({"haproxy_stats_credentials": {"username": "a b", "password": "c"}}, "haproxy_stats_credentials.username"),
        ({"haproxy_stats_credentials": {"username": "a", "password": 'c" }'}}, "haproxy_stats_credentials.password"),
        ({"haproxy_stats_credentials": {"username": "a", "password": "c\nd"}}, "haproxy_stats_credentials.password"),
        ({"haproxy_sections": "maxconn 1"}, "haproxy_sections must begin with a section"),
        ({"haproxy_guard": 1.5}, "haproxy_guard is 1.5"),
        ({"haproxy_interval": 0}, "haproxy_interval is 0"),
        ({"haproxy_debounce": 6}, "haproxy_debounce is 6"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(values: dict[str, Any], said: str) -> None:
    (problem,) = planned(**values)["problems"]
    assert problem.startswith("a: ")
    assert said in problem


def test_a_secret_does_not_show_in_what_is_refused() -> None:
    given = {"username": "a", "password": 'fake"secret'}
    assert "fake" not in str(planned(haproxy_stats_credentials=given)["problems"])
    assert "fake" not in str(planned(haproxy_marathon_credentials={"password": "fake"})["problems"])


def test_a_port_that_somebody_else_has() -> None:
    nginx = {"port": 80, "pid": 7, "process": "nginx", "units": ["nginx.service"], "container": None}
    (problem,) = planned(__common_host={**HOST["__common_host"], "ports": [nginx]})["problems"]
    assert problem.startswith("a: its port 80 (haproxy_http_port) is taken by nginx.service")


def certificate(name: str) -> dict[str, str]:
    return {"name": name, "certificate": f"files/{name}.crt", "key": f"files/{name}.key"}


def test_certificates_are_looked_at_before_they_replace_others() -> None:
    two, one = planned(haproxy_certificates=[certificate("www"), certificate("shop")])["certificates"]
    assert (two["path"], one["path"]) == ("/etc/haproxy/certificates/shop.pem", "/etc/haproxy/certificates/www.pem")
    assert one["src"] == ["files/www.crt", "files/www.key"]
    assert one["check"][:2] == ["/usr/bin/env", "CERTIFICATE=%s"]
    assert one["check"][-1] == "/etc/marathon-haproxy/certificate.cfg"


@pytest.mark.parametrize("name", ["../x", "a b", "", "-x", "a\nb"])
def test_the_name_of_a_certificate_is_one_of_a_file(name: str) -> None:
    (problem,) = planned(haproxy_certificates=[certificate(name)])["problems"]
    assert "haproxy_certificates has the name" in problem


def test_a_name_given_twice() -> None:
    (problem,) = planned(haproxy_certificates=[certificate("www"), certificate("www")])["problems"]
    assert "twice" in problem


def in_image(**values: Any) -> dict[str, Any]:
    image = {"haproxy_install_method": "container", "haproxy_image": "registry.example.org/marathon-lb:v1.15.1"}
    given = {**image, **values}
    own = ("haproxy_container_options", "haproxy_image_arguments")
    container, arguments = (given.get(name, []) for name in own)
    return planned(
        **given,
        __haproxy_unit_values={
            "container": container, "environment": False, "words": {"haproxy_image_arguments": arguments},
        },
    )  # fmt: skip


def test_an_image_needs_no_more_than_its_name() -> None:
    assert in_image()["problems"] == []
    more = {"haproxy_image_arguments": ["--health-check"], "haproxy_container_options": ["--privileged"]}
    assert in_image(**more)["problems"] == []


def test_a_certificate_of_an_image_is_not_looked_at_by_a_haproxy_that_is_not_there() -> None:
    (one,) = in_image(haproxy_certificates=[certificate("www")])["certificates"]
    assert "check" not in one


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"haproxy_image": ""}, "haproxy_image is not set"),
        ({"haproxy_image": "marathon-lb"}, "which has no tag"),
        ({"haproxy_http_port": 8000}, "haproxy_http_port does not apply to an image of marathon-lb"),
        ({"haproxy_stats_credentials": {"username": "a", "password": "b"}}, "haproxy_stats_credentials does not apply"),
        ({"haproxy_timeouts": {"server": "1m"}}, "haproxy_timeouts does not apply"),
        ({"haproxy_sections": "listen x"}, "haproxy_sections does not apply"),
        ({"haproxy_guard": 1}, "haproxy_guard does not apply to an image of marathon-lb"),
        ({"haproxy_allow_guarded": True}, "haproxy_allow_guarded does not apply"),
        ({"haproxy_image_arguments": ["--group", "x"]}, "--group; set the option haproxy_app_groups instead"),
        ({"haproxy_image_arguments": ["--marathon=http://x"]}, "--marathon; set the option haproxy_marathon_urls"),
        ({"haproxy_image_arguments": ["--health-check\nExecStartPre=/bin/x"]}, "haproxy_image_arguments"),
        ({"haproxy_container_options": ["--env=PASSWORD=x"]}, "haproxy_container_options gives the value of PASSWORD"),
    ],
)
def test_what_does_not_apply_to_an_image_is_refused_by_name(values: dict[str, Any], said: str) -> None:
    (problem,) = in_image(**values)["problems"]
    assert problem.startswith("a: ")
    assert said in problem


def test_options_of_an_image_are_not_ignored_without_one() -> None:
    (problem,) = planned(haproxy_image="marathon-lb:1")["problems"]
    assert "haproxy_image is for the method container, and haproxy_install_method is package" in problem
