"""Who keeps a port, a virtual host or a name that two apps want."""

from __future__ import annotations

from typing import Any

from marathon_apps import app, built, task

from marathon_discovery.apps.model import Now
from marathon_discovery.haproxy import saved


def older(name: str, port: int, **more: Any) -> dict[str, Any]:
    return app(name, port, [], versionInfo={"lastConfigChangeAt": "2020-01-01T00:00:00Z"}, **more)


def newer(name: str, port: int, **more: Any) -> dict[str, Any]:
    return app(name, port, [], versionInfo={"lastConfigChangeAt": "2021-01-01T00:00:00Z"}, **more)


def listeners(found: Any) -> dict[str, str]:
    return {f"{one.listener.address}:{one.listener.port}": one.app for one in found.backends if one.listener}


def test_the_older_app_keeps_a_port() -> None:
    found = built([newer("/a", 10000), older("/b", 10000)])
    assert listeners(found) == {"*:10000": "/b"}
    assert [(one.claim, one.kept, one.refused) for one in found.conflicts] == [("port *:10000", "/b", "/a")]


def test_who_has_it_keeps_it_when_it_is_changed() -> None:
    """An app that is deployed anew is the newer one then, and must not lose its port to one that waits for it."""
    apps = [newer("/a", 10000), older("/b", 10000)]
    found = built(apps, Now(claims={"port *:10000": "/a", "name a_10000": "/a"}))
    assert listeners(found) == {"*:10000": "/a"}
    # Once it is gone, the other one gets the port.
    assert listeners(built(apps[1:], Now(claims={"port *:10000": "/a"}))) == {"*:10000": "/b"}


def test_an_app_that_loses_its_port_keeps_its_virtual_host() -> None:
    vhost = {"HAPROXY_0_VHOST": "a.example"}
    found = built([newer("/a", 10000, labels=vhost), older("/b", 10000)])
    assert listeners(found) == {"*:10000": "/b"}
    assert [(route.host, route.backend) for route in found.routes] == [("a.example", "a_10000")]


def test_an_address_clashes_with_all_addresses_and_not_with_another_one() -> None:
    one = older("/one", 10000, labels={"HAPROXY_0_BIND_ADDR": "10.0.0.1"})
    two = older("/two", 10000, labels={"HAPROXY_0_BIND_ADDR": "10.0.0.2"})
    assert sorted(listeners(built([one, two]))) == ["10.0.0.1:10000", "10.0.0.2:10000"]
    found = built([one, newer("/all", 10000)])
    assert listeners(found) == {"10.0.0.1:10000": "/one"}
    assert [(lost.kept, lost.refused) for lost in found.conflicts] == [("/one", "/all")]
    found = built([one, newer("/all", 10000), two])
    assert sorted(listeners(found)) == ["10.0.0.1:10000", "10.0.0.2:10000"]
    found = built([newer("/one", 10000, labels={"HAPROXY_0_BIND_ADDR": "10.0.0.1"}), older("/all", 10000)])
    assert listeners(found) == {"*:10000": "/all"}


def test_all_addresses_have_several_names() -> None:
    for every in ("0.0.0.0", "::", "*"):
        holder = newer("/holder", 10000, labels={"HAPROXY_0_BIND_ADDR": every})
        for wanted in ("127.0.0.1", "::1", "0.0.0.0", "::", "*"):
            other = older("/other", 10000, labels={"HAPROXY_0_BIND_ADDR": wanted})
            found = built([holder, other], Now(claims={"port *:10000": "/holder"}))
            assert listeners(found) == {f"{every}:10000": "/holder"}
            assert dict(found.claims)["port *:10000"] == "/holder"


def test_a_listener_that_the_host_cannot_give_closes_its_own_address_alone() -> None:
    one = older("/one", 10000, labels={"HAPROXY_0_BIND_ADDR": "203.0.113.9"})
    two = newer("/two", 10000, labels={"HAPROXY_0_BIND_ADDR": "127.0.0.1"})
    found = built([one, two], Now(taken={("203.0.113.9", 10000): "this host (Cannot assign requested address)"}))
    assert listeners(found) == {"127.0.0.1:10000": "/two"}
    assert [str(lost) for lost in found.conflicts] == [
        "/one does not get port 203.0.113.9:10000: this host (Cannot assign requested address) refuses it"
    ]
    found = built([older("/all", 10000), two], Now(taken={("*", 10000): "another program on this host"}))
    assert listeners(found) == {"127.0.0.1:10000": "/two"}


def test_two_ids_with_one_name() -> None:
    addresses = [{"HAPROXY_0_BIND_ADDR": f"10.0.0.{number}"} for number in (1, 2)]
    found = built([older("/a/b", 10000, labels=addresses[0]), newer("/a_b", 10000, labels=addresses[1])])
    assert [backend.app for backend in found.backends] == ["/a/b"]
    assert [(one.claim, one.refused) for one in found.conflicts] == [("name a_b_10000", "/a_b")]


def one_port_twice(**labels: str) -> Any:
    """An app whose two ports have one service port, as a mapping for TCP and one for UDP have."""
    ports = [{"port": 10000, "protocol": "tcp"}, {"port": 10000, "protocol": "udp"}]
    return built([app("/a", 10000, [task("t", 31000)], portDefinitions=ports, labels=labels)])


def test_an_app_is_in_no_conflict_with_itself_for_a_service_port() -> None:
    found = one_port_twice()
    assert listeners(found) == {"*:10000": "/a"}
    assert [backend.index for backend in found.backends] == [0]
    assert found.conflicts == ()


def test_what_a_second_port_of_one_service_port_asks_for_and_does_not_get_is_reported() -> None:
    found = one_port_twice(HAPROXY_1_VHOST="a.example")
    assert listeners(found) == {"*:10000": "/a"}
    assert found.routes == ()
    assert [(one.claim, one.kept, one.refused) for one in found.conflicts] == [
        ("name a_10000", "its own port 0", "/a"),
    ]


def test_of_two_ports_of_an_app_with_one_virtual_host_the_first_has_it() -> None:
    ports = [{"port": 10000}, {"port": 10001}]
    labels = {"HAPROXY_0_VHOST": "a.example", "HAPROXY_1_VHOST": "a.example"}
    found = built([app("/a", 10000, [], portDefinitions=ports, labels=labels)])
    assert [(route.host, route.backend) for route in found.routes] == [("a.example", "a_10000")]
    assert listeners(found) == {"*:10000": "/a", "*:10001": "/a"}
    assert [(one.claim, one.kept) for one in found.conflicts] == [("vhost a.example", "its own port 0")]


def test_the_same_path_of_one_host_and_another_path() -> None:
    shared = {"HAPROXY_0_VHOST": "s.example", "HAPROXY_0_PATH": "/x"}
    found = built(
        [
            older("/one", 10000, labels=shared),
            newer("/two", 10001, labels={**shared, "HAPROXY_0_PATH": "/x /y"}),
        ]
    )
    assert [(route.what, route.backend) for route in found.routes] == [
        ("s.example/x", "one_10000"),
        ("s.example/y", "two_10001"),
    ]


def test_the_path_of_everything_is_no_second_claim_of_a_host() -> None:
    whole = older("/whole", 10000, labels={"HAPROXY_0_VHOST": "v.example"})
    for path in ("/", "-i /"):
        taker = newer("/taker", 10001, labels={"HAPROXY_0_VHOST": "v.example", "HAPROXY_0_PATH": path})
        found = built([whole, taker])
        assert [(route.host, route.backend) for route in found.routes] == [("v.example", "whole_10000")]
        assert [(one.claim, one.refused) for one in found.conflicts] == [("vhost v.example", "/taker")]
        # A file of an earlier version has it twice.
        text = "# holds vhost v.example /whole\n# holds vhost v.example/ /taker\n# holds port 0.0.0.0:1 /a\n"
        assert saved.read(text).claims == {"vhost v.example": "/whole", "port *:1": "/a"}


def test_a_port_that_another_program_has_is_reported_and_the_virtual_host_served() -> None:
    vhost = {"HAPROXY_0_VHOST": "a.example"}
    found = built([older("/a", 10000, labels=vhost)], Now(taken={("*", 10000): "another program on this host"}))
    assert (listeners(found), [route.host for route in found.routes]) == ({}, ["a.example"])
    assert [(one.claim, one.kept) for one in found.conflicts] == [("port *:10000", "another program on this host")]


def test_the_ports_of_the_balancer_are_not_given_away() -> None:
    found = built([older("/a", 8081), older("/b", 9090)], http_port=8081)
    assert listeners(found) == {}
    assert {one.kept for one in found.conflicts} == {"the balancer itself"}


def test_the_order_of_the_answer_changes_nothing() -> None:
    apps = [app(f"/a{number}", 10000 + number // 2, [task("t", 31000)]) for number in range(10)]
    assert built(apps) == built(apps[::-1])


def test_a_deployment_group_named_like_another_app_takes_nothing_from_it() -> None:
    vhost = {"HAPROXY_0_VHOST": "v.example"}
    taker = app(
        "/taker", 10000, [], labels={**vhost, "HAPROXY_DEPLOYMENT_GROUP": "victim"},
        versionInfo={"lastConfigChangeAt": "2021-01-01T00:00:00Z"},
    )  # fmt: skip
    first = built([older("/victim", 10000, labels=vhost), taker])
    # The victim is deployed anew, and is the younger one then.
    deployed = app("/victim", 10000, [], labels=vhost, versionInfo={"lastConfigChangeAt": "2022-01-01T00:00:00Z"})
    found = built([deployed, taker], Now(claims=dict(first.claims)))
    for one in (first, found):
        assert [(backend.app, backend.name) for backend in one.backends] == [("/victim", "victim_10000")]
        assert [(lost.app, lost.reason) for lost in one.excluded] == [
            ("/taker", "HAPROXY_DEPLOYMENT_GROUP: '/victim' is the ID of an app that is not of this group")
        ]
    # While the victim has a wrong label, nobody takes its place either.
    broken = older("/victim", 10000, labels={"HAPROXY_0_PORT": "x"})
    assert {one.app for one in built([broken, taker]).excluded} == {"/victim", "/taker"}
    # An app may be in the group that is named like it.
    member = older("/victim", 10000, labels={**vhost, "HAPROXY_DEPLOYMENT_GROUP": "victim"})
    assert built([member, taker]).excluded == ()


def own_address(name: str, *container_ports: int) -> dict[str, Any]:
    networks = [{"mode": "container", "name": "dcos"}]
    mappings = [{"containerPort": port} for port in container_ports]
    return app(name, 0, [], networks=networks, container={"portMappings": mappings}, portDefinitions=[])


def test_a_derived_port_is_not_taken_away_by_an_app_that_asks_for_it() -> None:
    first = built([own_address("/derived", 80, 81)])
    before = listeners(first)
    ports = [int(place.rpartition(":")[2]) for place in before]
    now = Now(claims=dict(first.claims))
    for port in ports:
        taker = older("/taker", port)
        found = built([own_address("/derived", 80, 81), taker], now)
        assert listeners(found) == before
        assert [(one.claim, one.kept, one.refused) for one in found.conflicts] == [
            (f"port *:{port}", "/derived", "/taker")
        ]
    # Without having had it, it gets another one, and keeps that once the first is free.
    moved = built([own_address("/derived", 80), older("/taker", ports[0]), older("/too", ports[1])])
    assert moved.conflicts == () and len(moved.backends) == 3
    alone = built([own_address("/derived", 80)], Now(claims=dict(moved.claims)))
    assert [one.port for one in alone.backends] == [one.port for one in moved.backends if one.app == "/derived"]


def test_rules_are_bounded_and_all_others_are_served() -> None:
    hosts = ",".join(f"h{number}.example" for number in range(300))
    paths = " ".join(f"/{number}" for number in range(300))
    many = newer("/many", 10000, labels={"HAPROXY_0_VHOST": hosts, "HAPROXY_0_PATH": paths})
    fewer = {
        "HAPROXY_0_VHOST": ",".join(hosts.split(",")[:17]),
        "HAPROXY_0_PATH": " ".join(paths.split()[:16]),
    }
    found = built([many, newer("/product", 10001, labels=fewer), older("/other", 10002)])
    assert [(one.app, one.reason) for one in found.excluded] == [
        ("/many", "HAPROXY_0_PATH: has 300 paths, and 64 are the most"),
        ("/product", "HAPROXY_n_VHOST, HAPROXY_n_PATH: make 272 rules, and 256 are the most"),
    ]
    assert listeners(found) == {"*:10002": "/other"}
