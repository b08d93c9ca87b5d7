"""Servers that do not run on Marathon: read from a file, in the backend of their app, with their share of requests."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from marathon_apps import app, task

from marathon_discovery import guard
from marathon_discovery.apps import outside
from marathon_discovery.apps.build import model
from marathon_discovery.apps.fields import FieldError
from marathon_discovery.apps.model import Now, Server, Settings
from marathon_discovery.haproxy.text import render

VHOST = {"HAPROXY_0_VHOST": "web.example"}


def entry(app_id: str = "/web", port: int = 10000, **more: Any) -> dict[str, Any]:
    found = {"share": 10, "addresses": ["10.1.0.1", "10.1.0.2"], "answering": 2, "ports": {"0": port}}
    return {**found, "app": {**app(app_id, 10000, [], labels=VHOST), "tasks": None}, **more}


def everything(**entries: Any) -> outside.Everything:
    return outside.read(json.dumps({f"/{name}": one for name, one in entries.items()}).encode())


def weights(tasks: list[int], **more: Any) -> tuple[list[int], list[int]]:
    """Of the tasks, and of the servers from outside."""
    servers = [Server(f"t{number}", "10.0.0.1", 31000 + number, weight) for number, weight in enumerate(tasks)]
    one = everything(web=entry(**more)).of["/web"]
    found = outside.weighted(servers, [(one, one.servers(0))])
    return [one.weight for one in found if not one.outside], [one.weight for one in found if one.outside]


def part(found: tuple[list[int], list[int]], answering: int) -> float:
    old, new = found
    return 100 * new[0] * answering / (sum(old) + new[0] * answering)


@pytest.mark.parametrize("share", [1, 10, 33, 50, 90, 99])
@pytest.mark.parametrize(("tasks", "answering"), [([1], 1), ([1, 1], 2), ([1, 1, 1], 1), ([1], 2), ([90, 10], 2)])
def test_the_share_is_what_they_get(share: int, tasks: list[int], answering: int) -> None:
    found = weights(tasks, share=share, answering=answering)
    assert part(found, answering) == pytest.approx(share, abs=max(0.7, share * 0.05))
    assert all(1 <= one <= 256 for side in found for one in side)


def test_without_a_share_nothing_changes_for_the_tasks() -> None:
    assert weights([1, 7, 0], share=0) == ([1, 7, 0], [0, 0])


def test_the_whole_drains_the_tasks() -> None:
    assert weights([1, 7], share=100) == ([0, 0], [256, 256])


def test_a_task_that_is_drained_stays_so() -> None:
    assert weights([0, 1], share=50)[0][0] == 0


def test_without_tasks_they_get_everything() -> None:
    assert weights([], share=1) == ([], [256, 256])
    # Else all have the weight 0, and no request is answered.
    assert weights([], share=0) == ([], [256, 256])
    assert weights([0], share=0) == ([0], [256, 256])


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"share": 101}, "share"),
        ({"share": True}, "share"),
        ({"addresses": []}, "addresses"),
        ({"addresses": ["10.0.0.1; bind"]}, "addresses"),
        ({"addresses": ["10.0.0.1", "10.0.0.1"]}, "twice"),
        ({"answering": 3}, "answering"),
        ({"answering": 0}, "answering"),
        ({"ports": {}}, "ports"),
        ({"ports": {"0": 70000}}, "ports"),
        ({"ports": {"x": 80}}, "ports"),
        ({"app": {"id": "/other"}}, "app"),
        ({"more": 1}, "keys"),
    ],
)
def test_a_wrong_value_is_named_with_its_app(changed: dict[str, Any], word: str) -> None:
    found = everything(web=entry(**changed), other=entry("/other"))
    assert re.search(f"^/web: .*{word}", found.wrong["/web"])
    assert sorted(found.of) == ["/other"]


def test_a_wrong_entry_keeps_what_its_app_had_and_the_others_move_on() -> None:
    before = everything(web=entry(share=10), other=entry("/other", share=10)).of
    body = json.dumps({"/web": entry(share=50, addresses=[]), "/other": entry("/other", share=50), "/x y": entry()})
    found = outside.read(body.encode(), before)
    assert {app: one.share for app, one in found.of.items()} == {"/web": 10, "/other": 50}
    assert sorted(found.wrong) == ["/web", "/x y"]


def test_who_is_served_from_outside_now() -> None:
    found = built([app("/old", 10001, [task("t", 31000)])], everything(web=entry()))
    assert outside.served(Now(servers=found.servers, claims=dict(found.claims))) == {"/web"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(FieldError, match="JSON"):
        outside.read(body)


def built(apps: list[dict[str, Any]], others: outside.Everything, now: Now | None = None) -> Any:
    return model(apps, Settings(groups=("external",)), now or Now(), others)


def test_they_are_in_the_backend_beside_the_tasks_and_always_checked() -> None:
    apps = [app("/web", 10000, [task("t", 31000)], labels=VHOST)]
    found = built(apps, everything(web=entry()))
    (backend,) = found.backends
    assert [(one.name, one.outside) for one in backend.servers] == [
        ("127_0_0_1_31000", False), ("outside_10_1_0_1_10000", True), ("outside_10_1_0_2_10000", True),
    ]  # fmt: skip
    lines = [line for line in render(found, Settings(groups=("external",))).splitlines() if "  server " in line]
    assert ["check" in line for line in lines] == [False, True, True]


def test_an_app_that_marathon_has_no_more_keeps_its_vhost_and_port() -> None:
    found = built([], everything(web=entry(share=100)))
    (backend,) = found.backends
    assert (backend.listener.port, [route.host for route in found.routes]) == (10000, ["web.example"])
    assert [one.weight for one in backend.servers] == [256, 256]


def test_another_group_does_not_serve_them() -> None:
    assert model([], Settings(groups=("internal",)), Now(), everything(web=entry())).backends == ()


def test_only_the_ports_that_the_file_has_get_them() -> None:
    two = app("/web", 10000, [task("t", 31000)])
    two["portDefinitions"].append({"port": 10001, "protocol": "tcp"})
    two["tasks"][0]["ports"].append(31001)
    found = {one.port: len(one.servers) for one in built([two], everything(web=entry())).backends}
    assert found == {10000: 3, 10001: 1}


def test_a_port_without_servers_from_outside_keeps_its_tasks() -> None:
    tasks = [Server("t1", "10.0.0.1", 31000, 1), Server("t2", "10.0.0.1", 31001, 7)]
    one = everything(web=entry(share=100)).of["/web"]
    assert outside.weighted(tasks, [(one, one.servers(1))]) == tasks


def test_the_guard_still_sees_tasks_that_vanish() -> None:
    others = everything(web=entry())
    before = built([app("/web", 10000, [task("t", 31000)], labels=VHOST)], others)
    now = Now(servers=before.servers, claims=dict(before.claims))
    lost = guard.losses([], built([], others, now), now)
    assert guard.trips(lost, now, 0.5)
    scaled = [app("/web", 10000, [], labels=VHOST)]
    assert not guard.trips(guard.losses(scaled, built(scaled, others, now), now), now, 0.5)


def test_the_end_of_servers_from_outside_is_no_loss() -> None:
    apps = [app("/web", 10000, [task("t", 31000)], labels=VHOST)]
    before = built(apps, everything(web=entry()))
    now = Now(servers=before.servers, claims=dict(before.claims))
    assert guard.losses(apps, built(apps, outside.Everything(), now), now) == {}
