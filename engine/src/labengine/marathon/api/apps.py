"""``/v2/apps``"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from labengine.marathon import labels, places
from labengine.marathon.api import tasks
from labengine.marathon.api.http import answer, body_of, choose, deployed, flag, moment, remote
from labengine.marathon.appinfo import app_info, embeds
from labengine.marathon.definition import errors, paths, reader
from labengine.marathon.groups import Change
from labengine.marathon.leader import Leader
from labengine.marathon.plan import Plan
from labengine.marathon.tree import App, Tree


async def member(leader: Leader, request: Request) -> Response:
    """``/{id}`` and what is below an app."""
    rest = paths.segments(request.path_params["rest"])
    if rest[-1] == "tasks" and len(rest) > 1:
        return await choose(request, GET=tasks.of_app, DELETE=tasks.kill_of_app)(leader, request, _id(rest[:-1]))
    if len(rest) > 2 and rest[-2] == "tasks":
        return await choose(request, DELETE=tasks.kill_one)(leader, request, _id(rest[:-2]), rest[-1])
    if rest[-1] == "versions" and len(rest) > 1:
        return await choose(request, GET=_versions)(leader, request, _id(rest[:-1]))
    if len(rest) > 2 and rest[-2] == "versions":
        return await choose(request, GET=_version)(leader, request, _id(rest[:-2]), rest[-1])
    if rest[-1] == "restart" and len(rest) > 1:
        return await choose(request, POST=_restart)(leader, request, _id(rest[:-1]))
    return await choose(request, GET=_get, PUT=_put, PATCH=_put, DELETE=_delete)(leader, request, _id(rest))


def _id(segments: list[str]) -> str:
    return "/" + "/".join(segments)


def existing(leader: Leader, app_id: str) -> App:
    app = leader.state.tree.app(app_id)
    if app is None:
        raise errors.app_not_found(app_id)
    return app


def _written(leader: Leader, app_id: str) -> App:
    """The same for a write, which finds out further down."""
    app = leader.state.tree.app(app_id)
    if app is None:
        raise errors.unknown_app(app_id)
    return app


async def listing(leader: Leader, request: Request) -> Response:
    query = request.query_params
    selectors = [labels.parse(text) for text in query.getlist("label")]
    wanted = embeds(query.getlist("embed")) | {"counts", "deployments"}

    def selected(app: App) -> bool:
        return (
            query.get("id", "").lower() in app["id"].lower()
            and query.get("cmd", "").lower() in app.get("cmd", "").lower()
            and all(selector(app["labels"]) for selector in selectors)
        )

    apps = [app_info(leader, app, wanted) for app in leader.state.tree.apps_below("/") if selected(app)]
    return answer({"apps": apps})


async def _get(leader: Leader, request: Request, app_id: str) -> Response:
    given = embeds(request.query_params.getlist("embed"))
    if app_id.endswith("/*") or app_id == "/*":
        group_id = app_id[:-2] or "/"
        if group_id not in leader.state.tree.groups:
            raise errors.group_not_found(group_id)
        wanted = given | {"counts", "deployments", "tasks", "lastTaskFailure"}
        return answer({"*": [app_info(leader, app, wanted) for app in leader.state.tree.apps_below(group_id)]})
    wanted = given | {"counts", "deployments", "tasks", "lastTaskFailure"}
    return answer({"app": app_info(leader, existing(leader, app_id), wanted)})


async def create(leader: Leader, request: Request) -> Response:
    groups = leader.groups
    body = await body_of(request)
    app = reader.read_app(body, defaults=groups.settings, enforced_groups=groups.enforced_groups())
    app_id = app["id"]

    def change(tree: Tree) -> None:
        refuse_existing(tree, app_id)
        tree.put(app)

    plan = await _update(leader, app_id, change, force=flag(request, "force"))
    _announce(leader, request, app_id)
    # The answer is older than the assignment of ports, as Marathon's is.
    created = {
        **app,
        "version": plan.version,
        "tasksStaged": 0,
        "tasksRunning": 0,
        "tasksHealthy": 0,
        "tasksUnhealthy": 0,
        "deployments": [{"id": plan.id}],
    }
    return answer(created, 201, {"Marathon-Deployment-Id": plan.id, "Location": f"{leader.url}{app_id}"})


async def _update(leader: Leader, app_id: str, change: Change, *, force: bool, restarted: Iterable[str] = ()) -> Plan:
    """A change of this app alone."""
    group_id = paths.parent(app_id)
    return await leader.groups.update(change, touched=[group_id], announced=group_id, force=force, restarted=restarted)


def refuse_pod(tree: Tree, app_id: str) -> None:
    if tree.pod(app_id):
        raise errors.shared_id(places.around(tree, app_id))


def refuse_existing(tree: Tree, app_id: str) -> None:
    if tree.app(app_id):
        raise errors.app_exists(app_id)
    refuse_pod(tree, app_id)


async def put_many(leader: Leader, request: Request) -> Response:
    groups = leader.groups
    partial = request.method == "PATCH" or flag(request, "partialUpdate", True)

    def current(app_id: str) -> App | None:
        # Only PUT creates what is missing.
        return _written(leader, app_id) if request.method == "PATCH" else leader.state.tree.app(app_id)

    body = await body_of(request)
    updates = reader.read_updates(
        body,
        current=current,
        partial=partial,
        defaults=groups.settings,
        enforced_groups=groups.enforced_groups(),
        force=flag(request, "force"),
    )

    def change(tree: Tree) -> None:
        for app_id, update in updates:
            refuse_pod(tree, app_id)
            tree.put(_resolve(leader, app_id, update))

    plan = await groups.update(
        change,
        touched={paths.parent(app_id) for app_id, _update in updates},
        announced="/",
        force=flag(request, "force"),
    )
    return deployed(plan)


def _resolve(leader: Leader, app_id: str, update: Any) -> App:
    """The definition itself, or the earlier version that it asks for."""
    if not isinstance(update, reader.Rollback):
        return update
    version = moment(update.version)
    app = leader.state.app_at(app_id, version)
    if app is None:
        raise errors.unknown_app(app_id)
    return app


async def _put(leader: Leader, request: Request, app_id: str) -> Response:
    groups = leader.groups
    patching = request.method == "PATCH"
    body = await body_of(request)
    current = leader.state.tree.app(app_id)
    update = reader.read_update(
        body,
        current=current,
        partial=patching or flag(request, "partialUpdate", True),
        defaults=groups.settings,
        url_id=app_id,
        enforced_groups=groups.enforced_groups(),
        force=flag(request, "force"),
    )

    def change(tree: Tree) -> None:
        refuse_pod(tree, app_id)
        tree.put(_resolve(leader, app_id, update))

    plan = await _update(leader, app_id, change, force=flag(request, "force"))
    _announce(leader, request, app_id)
    return deployed(plan) if current else deployed(plan, 201, {"Location": f"{leader.url}{app_id}"})


def _announce(leader: Leader, request: Request, app_id: str) -> None:
    leader.events.publish(
        "api_post_event",
        clientIp=remote(request),
        uri=request.url.path,
        appDefinition=leader.state.tree.services[app_id],
    )


async def _delete(leader: Leader, request: Request, app_id: str) -> Response:
    _written(leader, app_id)

    def change(tree: Tree) -> None:
        del tree.services[app_id]

    plan = await _update(leader, app_id, change, force=flag(request, "force", True))
    return deployed(plan)


async def _restart(leader: Leader, request: Request, app_id: str) -> Response:
    _written(leader, app_id)
    force = flag(request, "force")
    return deployed(await _update(leader, app_id, lambda tree: None, force=force, restarted=[app_id]))


async def _versions(leader: Leader, _request: Request, app_id: str) -> Response:
    existing(leader, app_id)
    return answer({"versions": leader.state.app_versions(app_id)})


async def _version(leader: Leader, _request: Request, app_id: str, version: str) -> Response:
    version = moment(version)
    app = leader.state.app_at(app_id, version)
    if app is None:
        raise errors.app_not_found(app_id, version)
    return answer(app)
