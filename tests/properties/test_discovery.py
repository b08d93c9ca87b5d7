"""Whatever labels and tasks an app has: a text, the same for the same apps, and one that HAProxy accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from haproxy_process import Haproxy, directory
from hypothesis import given, settings
from hypothesis import strategies as st

from marathon_discovery.apps.build import model
from marathon_discovery.apps.labels import _READ
from marathon_discovery.apps.model import Model, Now, Settings
from marathon_discovery.haproxy import saved
from marathon_discovery.haproxy.changes import Running, changes
from marathon_discovery.haproxy.text import render

# HAProxy is started for each of them.
CHECKED = 25
SETTINGS = Settings(("*",), http_port=10080, https_port=None, app_id_port=10091)

hosts = st.sampled_from(["a.example", "b.example", "c.example", "A.example,b.example"])
networks = st.lists(st.ip_addresses().map(str), min_size=1, max_size=60).map(" ".join)
hashes = st.sampled_from(["$5$abc$def", "$6$rounds=1000$abc$def", "$1$abc$def"])
# Mostly of the right kind, so that apps are served; the rest is anything.
GOOD: dict[str, st.SearchStrategy[str]] = {
    "VHOST": hosts,
    "PATH": st.lists(st.from_regex(r"\A/[!-&(-~]{0,20}\Z"), min_size=1, max_size=3).map(" ".join),
    "BACKEND_WEIGHT": st.integers(0, 9).map(str),
    "SERVER_WEIGHT": st.integers(0, 256).map(str),
    "MODE": st.sampled_from(["http", "tcp", "HTTP"]),
    "PORT": st.integers(10100, 10110).map(str),
    "BIND_ADDR": st.sampled_from(["*", "127.0.0.1", "::1"]),
    "BIND_OPTIONS": st.sampled_from(["accept-proxy", "alpn h2,http/1.1", ""]),
    "BALANCE": st.sampled_from(["roundrobin", "leastconn", "source", "uri", "static-rr", "first", "random"]),
    "AUTH": st.builds("{}:{}:{}".format, st.sampled_from(["Realm", "a b"]), st.just("joe"), hashes),
    "BACKEND_NETWORK_ALLOWED_ACL": networks,
    "BACKEND_HEALTHCHECK_PORT_INDEX": st.sampled_from(["0", "1", "5"]),
    "HTTP_BACKEND_PROXYPASS_PATH": st.sampled_from(["/", "/a.b", "/x/y/"]),
    "HTTP_BACKEND_REVPROXY_PATH": st.sampled_from(["/", "/a.b", "/x/y/"]),
    "HTTP_BACKEND_REDIR": st.sampled_from(["/", "/a?b=c&d=e"]),
    **{name: st.sampled_from(["true", "false", "Yes"]) for name in ("STICKY", "REDIRECT_TO_HTTPS", "USE_HSTS")},
}
LABELS = st.lists(
    st.sampled_from(sorted(_READ)).flatmap(
        lambda name: st.tuples(
            st.integers(0, 1).map(lambda index: f"HAPROXY_{index}_{name}"),
            st.one_of(*[GOOD.get(name, st.just("true"))] * 9, st.text(max_size=30)),
        )
    ),
    max_size=4,
).map(dict)
CHECK = st.fixed_dictionaries(
    {"protocol": st.sampled_from(["HTTP", "HTTPS", "TCP", "MESOS_HTTP", "COMMAND"])},
    optional={
        "path": st.from_regex(r"\A/[!-~]{0,20}\Z"),
        "portIndex": st.integers(0, 2),
        "port": st.integers(1, 65535),
        "intervalSeconds": st.integers(1, 100),
        "maxConsecutiveFailures": st.integers(0, 5),
    },
)
TASK = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "host": st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1", "agent.example"]),
        "ports": st.lists(st.integers(31000, 31010), max_size=2),
        "state": st.sampled_from(["TASK_RUNNING"] * 4 + ["TASK_KILLING", "TASK_STAGING"]),
    },
    optional={"healthCheckResults": st.lists(st.fixed_dictionaries({"alive": st.booleans()}), max_size=2)},
)
APP = st.fixed_dictionaries(
    {
        "id": st.sampled_from([f"/{name}" for name in ("a", "b", "c", "a/b", "a_b", "d.e")]),
        "instances": st.integers(0, 9),
        "labels": LABELS,
        "portDefinitions": st.lists(st.fixed_dictionaries({"port": st.integers(10000, 10005)}), min_size=1, max_size=2),
        "healthChecks": st.lists(CHECK, max_size=2),
        "tasks": st.lists(TASK, max_size=4),
    }
)
APPS = st.lists(APP, max_size=5, unique_by=lambda app: app["id"])


class Served:
    """Every server is served already, so that those without a result stay."""

    def __contains__(self, _key: object) -> bool:
        return True


def built(apps: list[dict[str, Any]]) -> Model:
    return model(apps, SETTINGS, Now(Served(), {}, {"agent.example": "10.0.0.9"}))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def haproxy() -> Iterator[Haproxy]:
    with directory() as made:
        yield made


@given(APPS, st.randoms(use_true_random=False))
def test_the_same_apps_are_the_same_bytes(apps: list[dict[str, Any]], order: Any) -> None:
    text = render(built(apps), SETTINGS)
    shuffled = [{**app, "tasks": order.sample(app["tasks"], len(app["tasks"]))} for app in apps]
    order.shuffle(shuffled)
    assert render(built(shuffled), SETTINGS) == text


@given(APPS)
def test_every_app_is_served_or_reported(apps: list[dict[str, Any]]) -> None:
    found = built(apps)
    reported = {one.app for one in found.excluded} | {one.refused for one in found.conflicts}
    served = {member for backend in found.backends for member in backend.members}
    wanted = {app["id"] for app in apps if not any(label.endswith("_ENABLED") for label in app["labels"])}
    assert wanted <= served | reported


@given(APPS)
def test_the_file_says_what_it_serves(apps: list[dict[str, Any]]) -> None:
    found = built(apps)
    known = saved.read(render(found, SETTINGS))
    assert (known.servers, known.claims) == (found.servers, dict(found.claims))
    # Nobody loses what it holds by that, and the same again is no change.
    again = model(apps, SETTINGS, Now(Served(), known.claims, {"agent.example": "10.0.0.9"}))  # type: ignore[arg-type]
    assert again == found
    running = {
        (backend.name, one.name): Running(one.address, one.port, one.weight, 0, (one.check_port or 0))
        for backend in found.backends
        for one in backend.servers
    }
    assert changes(running, found) == []


@settings(max_examples=CHECKED)
@given(APPS)
def test_haproxy_accepts_it(haproxy: Haproxy, apps: list[dict[str, Any]]) -> None:
    text = render(built(apps), SETTINGS)
    assert haproxy.accepts(text) == "", text
