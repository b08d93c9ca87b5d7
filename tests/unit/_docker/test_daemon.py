"""What may stand in daemon.json, and what a change of it costs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker import daemon


@pytest.mark.parametrize(
    ("running", "wanted", "cost"),
    [
        ({}, {}, "none"),
        ({"debug": True}, {"debug": True}, "none"),
        ({}, {"debug": True}, "reload"),
        ({"registry-mirrors": ["http://a"]}, {"registry-mirrors": []}, "reload"),
        ({"labels": ["a=b"], "mtu": 1400}, {"labels": ["a=c"], "mtu": 1400, "debug": False}, "reload"),
        # A name that is gone from the file keeps its value over a reload.
        ({"registry-mirrors": ["http://a"]}, {}, "restart"),
        ({}, {"log-driver": "local"}, "restart"),
        ({"debug": True}, {"debug": False, "data-root": "/data"}, "restart"),
        (None, {}, "restart"),
    ],
)
def test_cost(running: dict[str, Any] | None, wanted: dict[str, Any], cost: str) -> None:
    assert daemon.cost(running, wanted) == cost


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("debug", [True, False], ["yes", 1, None]),
        ("mtu", [1400], ["1400", True]),
        ("data-root", ["/data"], [7, ["/data"]]),
        ("labels", [[], ["a=b"]], ["a=b", {}]),
        ("default-shm-size", ["64M", 1024], [True]),
        ("log-opts", [{}, {"max-size": "10m"}], [{"max-file": 3}, "max-size=10m"]),
        ("registry-mirrors", [["https://a"]], [["a:5000"]]),
        ("insecure-registries", [["a:5000", "10.0.0.0/8"]], [["http://a:5000"]]),
        ("exec-opts", [["native.cgroupdriver=systemd"]], [["native.cgroupdriver=system"]]),
        ("containerd", [], ["/run/containerd.sock"]),
    ],
)
def test_values(name: str, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if daemon.problems({name: value}, "o", "h")] == []
    assert [value for value in bad if len(daemon.problems({name: value}, "o", "h")) != 1] == []


def test_every_reloadable_and_young_name_is_known() -> None:
    assert set(daemon.KINDS) >= daemon.RELOADABLE | daemon.YOUNG


def test_nearest_name() -> None:
    (problem,) = daemon.problems({"insecure-registry": []}, "o", "h")
    assert problem.endswith("write insecure-registries.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log-opts", {"splunk-token": 424242}),
        ("log-opts", "splunk-token=424242"),
        ("proxies", ["http://me:424242@proxy"]),
        ("labels", "pin=me:424242@x"),
        ("registry-mirrors", ["me:424242@mirror:5000"]),
        ("registry-mirrors", ["me:42@424242@mirror:5000"]),
        ("registry-mirrors", ["ftp://424242@mirror:5000"]),
        ("debug", "http://me:x/424242@h"),
        ("debug=424242", "x"),
        ("insecure-registries", ["https://me:424242@registry:5000"]),
    ],
)
def test_a_sentence_has_no_secret(name: str, value: Any) -> None:
    (problem,) = daemon.problems({name: value}, "o", "h")
    assert "424242" not in problem
