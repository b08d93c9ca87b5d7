"""``/v2/groups``"""

from __future__ import annotations

import math
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from labengine.marathon.api.apps import refuse_existing
from labengine.marathon.api.http import answer, body_of, choose, deployed, flag, moment
from labengine.marathon.appinfo import app_info, embeds, group_info
from labengine.marathon.definition import errors, paths
from labengine.marathon.definition.groups import Existing, GroupUpdate, read_enforce_role, read_group_update
from labengine.marathon.leader import Leader
from labengine.marathon.plan import Plan, render_step
from labengine.marathon.tree import Tree


async def resource(leader: Leader, request: Request) -> Response:
    rest = paths.segments(request.path_params.get("rest", ""))
    handlers = {"GET": _read_only, "POST": _create, "PUT": _put, "DELETE": _delete}
    if rest:
        handlers["PATCH"] = _patch
    return await choose(request, **handlers)(leader, request, _id(rest))


async def _read_only(leader: Leader, request: Request, path: str) -> Response:
    rest = paths.segments(path)
    if rest[-1:] == ["versions"]:
        return _versions(leader, _id(rest[:-1]))
    if rest[-2:-1] == ["versions"]:
        return _at_version(leader, request, _id(rest[:-2]), rest[-1])
    if rest[-1:] == ["apps"]:
        return _apps(leader, request, _id(rest[:-1]))
    return _get(leader, request, path)


def _id(segments: list[str]) -> str:
    return "/" + "/".join(segments)


def _existing(leader: Leader, group_id: str) -> None:
    if group_id not in leader.state.tree.groups:
        raise errors.group_not_found(group_id)


def _get(leader: Leader, request: Request, group_id: str) -> Response:
    _existing(leader, group_id)
    return answer(group_info(leader, leader.state.tree, group_id, request.query_params.getlist("embed")))


def _versions(leader: Leader, group_id: str) -> Response:
    _existing(leader, group_id)
    return answer(leader.state.group_versions(group_id))


def _at_version(leader: Leader, request: Request, group_id: str, version: str) -> Response:
    tree = leader.state.tree_at(group_id, moment(version))
    if tree is None:
        raise errors.group_not_found(group_id)
    # What its apps have now is not what they had then.
    return answer(group_info(leader, tree, group_id, request.query_params.getlist("embed"), app_embeds=()))


def _apps(leader: Leader, request: Request, group_id: str) -> Response:
    """A group that does not exist has none."""
    wanted = embeds(request.query_params.getlist("embed"))
    return answer([app_info(leader, app, wanted) for app in leader.state.tree.apps_below(group_id)])


async def _read(leader: Leader, request: Request, group_id: str, *, creating: bool) -> GroupUpdate:
    body = await body_of(request, any_type=True)
    tree = leader.state.tree
    existing = Existing(
        app=tree.app,
        has_group=lambda name: name in tree.groups,
        enforce_role=lambda name: tree.groups.get(name, {}).get("enforceRole"),
    )
    dry = not creating and flag(request, "dryRun")
    return read_group_update(
        body, defaults=leader.settings, base=group_id, existing=existing, creating=creating, dry=dry
    )


async def _create(leader: Leader, request: Request, group_id: str) -> Response:
    update = await _read(leader, request, group_id, creating=True)
    tree = leader.state.tree
    if update.id in tree.groups:
        raise errors.conflict(f"Group {update.id} is already created. Use PUT to change this group.")
    if update.id in tree.services:
        raise errors.conflict(f"An app with the path {update.id} already exists.")
    plan = await _change(leader, request, group_id, update)
    return deployed(plan, 201, {"Location": f"{leader.url}{update.id}"})


async def _change(leader: Leader, request: Request, group_id: str, update: GroupUpdate) -> Plan:
    return await leader.groups.update(
        lambda tree: _apply(leader, tree, update),
        touched=[update.id],
        announced=paths.parent(group_id),
        force=flag(request, "force"),
    )


async def _put(leader: Leader, request: Request, group_id: str) -> Response:
    update = await _read(leader, request, group_id, creating=False)
    if flag(request, "dryRun"):
        plan = leader.groups.preview(lambda tree: _apply(leader, tree, update, checked=False))
        return answer({"steps": [render_step(step) for step in plan.steps]})
    return deployed(await _change(leader, request, group_id, update))


async def _patch(leader: Leader, request: Request, group_id: str) -> Response:
    """``enforceRole`` alone: nothing is deployed, and no version is new."""
    enforce_role = read_enforce_role(await body_of(request, any_type=True), leader.settings)
    if not paths.is_top_level(group_id):
        raise errors.unprocessable("Path needs to be top-level")
    _existing(leader, group_id)
    await leader.groups.enforce_role(group_id, enforce_role)
    return Response(status_code=200)


async def _delete(leader: Leader, request: Request, group_id: str) -> Response:
    def change(tree: Tree) -> None:
        if group_id not in tree.groups:
            raise errors.unknown_group(group_id)
        tree.remove_group(group_id)

    parent = paths.parent(group_id)
    plan = await leader.groups.update(change, touched=[parent], announced=parent, force=flag(request, "force"))
    return deployed(plan)


def _apply(leader: Leader, tree: Tree, update: GroupUpdate, *, checked: bool = True) -> None:
    """checked: by the rules on the whole tree, which a dry run does not ask."""
    if update.version is not None:
        _roll_back(leader, tree, update.id, moment(update.version))
    elif update.scale_by is not None:
        for app in list(tree.apps_below(update.id)):
            tree.put({**app, "instances": math.ceil(round(app["instances"] * update.scale_by, 9))})
    else:
        _replace(tree, update, checked=checked)


def _roll_back(leader: Leader, tree: Tree, group_id: str, version: str) -> None:
    earlier = leader.state.tree_at(group_id, version)
    if earlier is None:
        raise errors.unprocessable(f"Group {group_id} not available in version {version}")
    tree.remove_group(group_id)
    tree.ensure_group(group_id)
    for name in [group_id, *earlier.groups_below(group_id)]:
        tree.groups[name] = earlier.groups[name]
    for service in earlier.services_below(group_id):
        tree.put(service)


def _replace(tree: Tree, update: GroupUpdate, *, checked: bool) -> None:
    """Lists that are given are the whole truth for the group; absent ones leave things as they are."""
    tree.ensure_group(update.id)
    attributes: dict[str, Any] = {}
    if update.dependencies is not None:
        attributes["dependencies"] = update.dependencies
    if paths.is_top_level(update.id) and update.enforce_role is not None:
        attributes["enforceRole"] = update.enforce_role
    tree.groups[update.id] = {**tree.groups[update.id], **attributes}
    if update.groups is not None:
        listed = {child.id for child in update.groups}
        for child_id in tree.groups_in(update.id):
            if child_id not in listed:
                tree.remove_group(child_id)
        for child in update.groups:
            _replace(tree, child, checked=checked)
    if update.apps is not None:
        listed = {app["id"] for app in update.apps}
        for app in tree.apps_in(update.id):
            if app["id"] not in listed:
                del tree.services[app["id"]]
        for app in update.apps:
            if checked and tree.app(app["id"]) is None:
                refuse_existing(tree, app["id"])
            tree.put(app)
