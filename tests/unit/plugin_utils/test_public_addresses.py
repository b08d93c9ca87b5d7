"""Where apps answer at load balancers, by the model of the agent that feeds them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils import public_addresses
from ansible_collections.quorum.mesos.plugins.plugin_utils.public_addresses import Balancer, settings_of


def app(name: str, *ports: int, version: str = "2026-01-01T00:00:00.000Z", **labels: str) -> dict[str, Any]:
    return {
        "id": name,
        "version": version,
        "instances": 1,
        "labels": {f"HAPROXY_{label}": value for label, value in labels.items()},
        "networks": [{"mode": "host"}],
        "portDefinitions": [{"port": port, "protocol": "tcp"} for port in ports],
    }


def balancer(host: str = "lb1", **variables: Any) -> Balancer:
    return Balancer(host, settings_of({f"haproxy_{name}": value for name, value in variables.items()}))


def found(apps: list[dict[str, Any]], *balancers: Balancer) -> list[str]:
    told = public_addresses.found(apps, balancers or [balancer()])
    return [f"{one.app_id} {one.host}:{one.port}{one.path} {one.index}" for one in told.addresses]


def test_vhosts_and_service_ports_of_each_port_at_each_balancer():
    apps = [
        app("/shop/web", 10001, 10002, **{"0_VHOST": "www.example.org,shop.example.org", "0_PATH": "/shop"}),
        app("/batch", 10000),
    ]
    assert found(apps, balancer("lb1"), balancer("10.0.0.2", http_port=8080)) == [
        "/batch lb1:10000 0",
        "/batch 10.0.0.2:10000 0",
        "/shop/web shop.example.org:80/shop 0",
        "/shop/web www.example.org:80/shop 0",
        "/shop/web lb1:10001 0",
        "/shop/web shop.example.org:8080/shop 0",
        "/shop/web www.example.org:8080/shop 0",
        "/shop/web 10.0.0.2:10001 0",
        "/shop/web lb1:10002 1",
        "/shop/web 10.0.0.2:10002 1",
    ]


def test_balancers_of_one_vhost_have_one_address():
    apps = [app("/web", 10001, **{"0_VHOST": "www.example.org"})]
    assert found(apps, balancer("lb1"), balancer("lb2")) == [
        "/web www.example.org:80 0",
        "/web lb1:10001 0",
        "/web lb2:10001 0",
    ]


@pytest.mark.parametrize(
    ("variables", "served"),
    [
        ({}, ["/inside", "/outside"]),
        ({"app_groups": ["external"]}, ["/outside"]),
        ({"strict": True}, ["/inside"]),
        ({"strict": "false"}, ["/inside", "/outside"]),
        ({"stats_port": 10001}, ["/outside"]),
    ],
)
def test_the_settings_of_a_balancer_decide(variables: dict[str, Any], served: list[str]):
    apps = [
        app("/outside", 10000, GROUP="external"),
        app("/inside", 10001, GROUP="internal", **{"0_ENABLED": "true"}),
    ]
    assert [line.split()[0] for line in found(apps, balancer(**variables))] == served


def test_a_listener_with_an_address_of_its_own():
    assert found([app("/web", 10000, **{"0_BIND_ADDR": "10.0.0.9"})]) == ["/web 10.0.0.9:10000 0"]


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "0:0::0"])
def test_a_listener_on_every_address_is_asked_at_the_balancers(address: str):
    assert found([app("/web", 10000, **{"0_BIND_ADDR": address})]) == ["/web lb1:10000 0"]


EVERYWHERE = ["load_balancers", "zookeeper", "mesos_masters", "mesos_slaves", "marathon", "dns"]


@pytest.mark.parametrize(
    ("its", "port"),
    [
        ({}, 9092),
        ({}, 9090),
        ({"haproxy_status_port": 10000}, 10000),
        *(({"group_names": EVERYWHERE}, port) for port in (53, 2181, 2888, 3888, 5050, 5051, 8080, 9093)),
        ({"group_names": ["ui"], "marathon_group": "ui", "marathon_http_port": "8088"}, 8088),
        ({"group_names": ["marathon"], "marathon_keystore": "a.jks"}, 8443),
        ({"group_names": ["marathon"], "marathon_environment": {"LIBPROCESS_PORT": "10007"}}, 10007),
        ({"group_names": ["zookeeper"], "zookeeper_admin_server": True}, 8081),
        ({"group_names": ["zookeeper"], "zookeeper_secure_client_port": 2281}, 2281),
    ],
)
def test_a_port_of_the_host_is_no_apps(its: dict[str, Any], port: int):
    told = public_addresses.found([app("/web", port)], [Balancer("lb1", settings_of(its))])
    assert (told.addresses, list(told.problems)) == ([], ["/web"])


def test_ports_of_services_that_are_not_there_are_free():
    its = {"group_names": ["load_balancers", "marathon"], "marathon_disable_http": True}
    ports = [8080, 8443, 2181, 8081, 5050, 5051, 9093]
    told = public_addresses.found([app("/web", *ports)], [Balancer("lb1", settings_of(its))])
    assert [one.port for one in told.addresses] == ports


def test_both_apps_of_a_deployment_group_answer_there():
    labels = {"DEPLOYMENT_GROUP": "web", "0_PORT": "10005"}
    apps = [app(name, 10001 + number, **labels) for number, name in enumerate(("/web/blue", "/web/green"))]
    assert found(apps) == ["/web/blue lb1:10005 0", "/web/green lb1:10005 0"]


def test_what_is_not_served_says_why():
    apps = [
        app("/old", 10000, version="2025-01-01T00:00:00.000Z"),
        app("/new", 10000),
        app("/wrong", 10001, **{"0_MODE": "udp"}),
    ]
    told = public_addresses.found(apps, [balancer()])
    assert [one.app_id for one in told.addresses] == ["/old"]
    assert told.problems["/new"] == ["lb1: it does not get port *:10000: /old holds it"]
    assert "HAPROXY_0_MODE" in told.problems["/wrong"][0]


def test_two_ports_of_an_app_with_one_service_port_are_no_problem():
    told = public_addresses.found([app("/bridged-webapp", 9000, 9000)], [balancer()])
    assert [(one.host, one.port, one.index) for one in told.addresses] == [("lb1", 9000, 0)]
    assert told.problems == {}


def test_a_certificate_of_the_balancer_is_known():
    apps = [app("/web", 10000, **{"0_SSL_CERT": "shop.pem"})]
    assert found(apps) == []
    assert found(apps, balancer(certificates=[{"name": "shop", "certificate": "a", "key": "b"}])) == [
        "/web lb1:10000 0"
    ]
