"""An answer with far fewer servers than before, and what of it is believed."""

from __future__ import annotations

from typing import Any

from marathon_apps import app, built, task

from marathon_discovery import guard
from marathon_discovery.apps.model import Now


def web(count: int, name: str = "/web", port: int = 10000, first: int = 0, **more: Any) -> dict[str, Any]:
    tasks = [task(f"{name}.{number}", 20000 + port + number) for number in range(first, first + count)]
    return app(name, port, tasks, **more)


def now(*apps: dict[str, Any]) -> Now:
    found = built(list(apps))
    return Now(servers=found.servers, claims=dict(found.claims))


def trips(before: list[dict[str, Any]], after: list[dict[str, Any]], fraction: float = 0.5) -> bool:
    known = now(*before)
    return guard.trips(guard.losses(after, built(after, known), known), known, fraction)


def test_an_empty_list_is_not_believed() -> None:
    assert trips([web(2)], [])


def test_tasks_that_vanish_while_the_app_wants_them_are_not_believed() -> None:
    assert trips([web(10)], [web(2, instances=10)])
    assert not trips([web(10)], [web(6, instances=10)])


def test_an_app_that_was_scaled_down_is_believed() -> None:
    assert not trips([web(10)], [web(2)])
    assert not trips([web(10)], [web(0)])


def test_what_a_deployment_takes_away_is_believed() -> None:
    assert not trips([web(10)], [web(0, instances=10, deployments=[{"id": "d"}])])


def test_one_removed_app_of_many_is_believed() -> None:
    apps = [web(2, f"/a{number}", 10000 + 10 * number) for number in range(4)]
    assert not trips(apps, apps[1:])
    assert trips(apps, apps[3:])


def test_an_app_with_other_labels_has_lost_nothing() -> None:
    assert not trips([web(10)], [web(10, labels={"HAPROXY_0_ENABLED": "false"})])
    assert not trips([web(10)], [web(10, labels={"HAPROXY_0_PORT": "x"})])


def test_other_settings_of_the_balancer_explain_no_loss() -> None:
    before, known = [web(10)], now(web(10))
    for settings in ({"groups": ("extern",)}, {"strict": True}):
        found = built(before, known, **settings)
        assert guard.losses(before, found, known) == {}
        assert guard.losses(before, found, known, other_settings=True) == {"web_10000": 10}
    assert guard.losses(before, built(before, known), known, other_settings=True) == {}


def test_the_fraction_is_a_setting() -> None:
    assert trips([web(10)], [web(8, instances=10)], 0.1)
    assert not trips([web(10)], [], 1)


def test_nothing_served_before_trips_nothing() -> None:
    assert not trips([], [])


def held(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[str, list[str]]:
    known = now(*before)
    lost = guard.losses(after, built(after, known), known)
    found = built(guard.hold(before, after, lost, known), known)
    return {backend.name: [server.task for server in backend.servers] for backend in found.backends}


def test_held_is_what_was_lost_and_nothing_else() -> None:
    before = [web(3), web(3, "/gone", 10010), web(2, "/other", 10020)]
    after = [web(1, instances=3), web(2, "/other", 10020, first=5)]
    assert held(before, after) == {
        "gone_10010": ["/gone.0", "/gone.1", "/gone.2"],
        "other_10020": ["/other.5", "/other.6"],
        "web_10000": ["/web.0", "/web.1", "/web.2"],
    }


def test_an_app_with_new_tasks_is_followed() -> None:
    """All of its tasks died, and the first new one is there: what is dead helps nobody."""
    assert held([web(10)], [web(1, instances=10, first=20)]) == {"web_10000": ["/web.20"]}
