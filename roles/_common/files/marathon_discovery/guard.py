"""Whether an answer of Marathon has far fewer servers than before, and what is held then.

A task that is gone is explained where its app says so: it has fewer instances, or a deployment is under way. What
vanishes without that, and is more than a part of all servers, is rather a Marathon that does not know better.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .apps import deployment_groups
from .apps.model import Held, Model, Now
from .apps.outside import PREFIX

App = Mapping[str, Any]


def losses(apps: Sequence[App], model: Model, now: Now, other_settings: bool = False) -> dict[str, int]:
    """For each backend that is served now, how many of its servers are gone without an explanation.

    ``other_settings``: the balancer has been told to serve other apps since, which can be a typing error.
    """
    before: dict[str, int] = {}
    for backend, _server in _tasks_served(now):
        before[backend] = before.get(backend, 0) + 1
    owners = {claim[len("name ") :]: owner for claim, owner in now.claims.items() if claim.startswith("name ")}
    wanted: dict[str, int] = {}
    for app in apps:
        for owner in _owners(app):
            wanted[owner] = wanted.get(owner, 0) + _instances(app)
    after = {backend.name: sum(not one.outside for one in backend.servers) for backend in model.backends}
    found = {}
    for name, count in before.items():
        owner = owners.get(name, "")
        if owner not in wanted:
            lost = count
        elif name in after:
            lost = min(count, wanted[owner]) - after[name]
        else:
            # The app is there, and its labels or ports are other ones.
            lost = min(count, wanted[owner]) if other_settings else 0
        if lost > 0:
            found[name] = lost
    return found


def trips(lost: Mapping[str, int], now: Now, fraction: float) -> bool:
    return sum(lost.values()) > fraction * served(now)


def served(now: Now) -> int:
    return len(_tasks_served(now))


def _tasks_served(now: Now) -> list[tuple[str, str]]:
    """Without servers from outside, of which Marathon knows nothing."""
    return [served for served in now.servers if not served[1].startswith(PREFIX)]


def hold(previous: Sequence[App], apps: Sequence[App], lost: Mapping[str, int], now: Now) -> list[App]:
    """The apps with what they had before where they only lost: an app with new tasks is followed."""
    losing = {now.claims.get(f"name {name}") for name in lost}
    before = {str(app["id"]): app for app in previous}
    held = []
    for app in apps:
        old = before.get(str(app["id"]))
        if old and losing.intersection(_owners(app)) and _tasks(app) <= _tasks(old):
            held.append({**app, "tasks": old.get("tasks")})
        else:
            held.append(app)
    present = {str(app["id"]) for app in apps}
    return held + [app for name, app in before.items() if name not in present]


def as_they_run(model: Model, lost: Mapping[str, int], now: Now) -> frozenset[str]:
    """The backends that only lost, and that stay as they are where there is no earlier answer to go by."""
    followed = {
        backend.name
        for backend in model.backends
        if any(not one.outside and (backend.name, one.name) not in now.servers for one in backend.servers)
    }
    return frozenset(lost.keys() - followed)


def claims_of(names: Collection[str], now: Now) -> dict[str, str]:
    """What the owners of these backends hold."""
    owners = {now.claims.get(f"name {name}") for name in names}
    return {claim: owner for claim, owner in now.claims.items() if owner in owners}


def without(model: Model, held: Held | None) -> Model:
    """The model beside the backends that are held."""
    if held is None:
        return model
    return replace(
        model,
        backends=tuple(one for one in model.backends if one.name not in held.names),
        routes=tuple(one for one in model.routes if one.backend not in held.names),
        app_ids=tuple((app, name) for app, name in model.app_ids if name not in held.names),
        held=held,
    )


def _owners(app: App) -> set[str]:
    """The names under which an app can be served: its own, and that of its deployment group."""
    group = deployment_groups.name(app)
    return {str(app["id"])} | ({group} if group else set())


def _instances(app: App) -> int:
    count = app.get("instances")
    moving = bool(app.get("deployments"))
    return 0 if moving or not isinstance(count, int) else count


def _tasks(app: App) -> set[str]:
    tasks = app.get("tasks")
    return {str(task.get("id")) for task in tasks if isinstance(task, dict)} if isinstance(tasks, list) else set()
