from __future__ import annotations

import re

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import names, translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.names import Named

LONG = "/" + "/".join(["a-group-with-a-name"] * 4)


@pytest.mark.parametrize(
    ("workload_id", "swarm", "kubernetes"),
    [
        ("/web", "web", "web"),
        ("/prod/web", "prod_web", "prod-web"),
        ("/prod/eu/web", "prod-eu_web", "prod-eu-web"),
        ("/prod/web.v2", "prod_web-v2", "prod-web-v2"),
        ("/9lives", "9lives", "app-9lives"),
    ],
)
def test_names_of_ids(workload_id, swarm, kubernetes):
    found, clashing = names.assign([Named(workload_id)])
    assert (found[workload_id].swarm, found[workload_id].kubernetes, clashing) == (swarm, kubernetes, [])


@pytest.mark.parametrize("length", [51, 52, 53, 62, 63, 64, 200])
@pytest.mark.parametrize("is_owner", [False, True])
def test_no_name_is_too_long(length, is_owner):
    workload_id = "/" + "a" * length
    found, _clashing = names.assign([Named(workload_id, is_owner=is_owner)])
    longest = names.LONGEST_OWNER if is_owner else names.LONGEST
    assert len(found[workload_id].kubernetes) == min(length, longest)
    assert len(found[workload_id].swarm) == min(length, names.LONGEST)
    assert names.is_dns_label(found[workload_id].kubernetes)


def test_what_is_cut_stays_apart():
    found, clashing = names.assign([Named(f"{LONG}/one"), Named(f"{LONG}/two")])
    assert len({one.kubernetes for one in found.values()} | {one.swarm for one in found.values()}) == 4 - 2
    assert clashing == []


def test_ids_that_meet_get_a_hash_whatever_their_order():
    given = [Named("/a/b"), Named("/a-b"), Named("/a/b/c"), Named("/a-b/c")]
    found, clashing = names.assign(given)
    assert names.assign(reversed(given)) == (found, clashing)
    assert len({one.kubernetes for one in found.values()}) == len({one.swarm for one in found.values()}) == 4
    assert clashing == ["/a/b", "/a/b/c"]
    assert found["/a-b"].kubernetes == "a-b"
    assert re.fullmatch("a-b-[0-9a-f]{8}", found["/a/b"].kubernetes)


def test_a_container_of_a_pod_and_an_app_do_not_meet():
    found, clashing = names.assign([Named("/a/b", ("c",)), Named("/a/b-c")])
    assert found["/a/b"].services == {"c": "a_b-c"}
    assert found["/a/b-c"].swarm.startswith("a_b-c-")
    assert clashing == ["/a/b-c"]


def test_the_service_of_the_pods_is_taken_too():
    found, _clashing = names.assign([Named("/db", is_stateful=True, is_owner=True), Named("/db-pods")])
    assert found["/db"].kubernetes == "db"
    assert found["/db-pods"].kubernetes != "db-pods"


@pytest.mark.parametrize(
    ("wanted", "alone", "name"),
    [
        ("http", True, "http"),
        ("http", False, "http-tcp"),
        (None, True, "port3"),
        ("8080", True, "port3"),
        ("a--b", True, "a-b"),
        ("HTTP_API", True, "http-api"),
        ("metrics-prometheus", True, "metrics-prometh"),
        ("metrics-prom-x", False, "metrics-pro-tcp"),
        ("-", True, "port3"),
    ],
)
def test_names_of_ports(wanted, alone, name):
    assert names.port_name(wanted, 3, "tcp", alone, []) == name
    assert len(name) <= 15


def test_a_port_name_that_is_taken():
    assert names.port_name("metrics-prometheus", 3, "tcp", True, ["metrics-prometh"]) == "port3"


@pytest.mark.parametrize("text", ["UPPER", "with space", "a/b", "9x", "", "ü", "a" * 300, "-a-"])
def test_any_text_becomes_a_label(text):
    assert names.is_dns_label(names.dns_label(text))


def test_texts_that_differ_in_signs_only_stay_apart():
    assert names.dns_label("a_b") != names.dns_label("a.b") != names.dns_label("a b")


def test_a_set_with_clashes_has_no_object_twice():
    definitions = [{"id": one, "cmd": "x"} for one in ("/a/b", "/a-b", "/a.b", "/a/b-pods")]
    found = translation.for_target(definitions, {}, "kubernetes")
    made = [one["metadata"]["name"] for one in found["objects"] if one["kind"] == "Deployment"]
    assert len(made) == len(set(made)) == 4
    assert set(found["names"].values()) == set(made)
