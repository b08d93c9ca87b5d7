"""``/v2/tasks`` and the tasks below an app."""

from __future__ import annotations

import collections
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from labengine.marathon.api.http import answer, body_of, deployed, flag
from labengine.marathon.api.ids import is_task_id, refuse_no_task_id
from labengine.marathon.appinfo import task_info
from labengine.marathon.definition import errors, paths
from labengine.marathon.definition.pipeline import typed
from labengine.marathon.definition.types import Field, Many, Record, Text
from labengine.marathon.instances import RUNNING, STAGING, Instance
from labengine.marathon.leader import Leader
from labengine.marathon.plan import Plan
from labengine.marathon.tree import Tree

_IDS = Record({"ids": Field(Many(Text(), unique=True), required=True)})
_STATUS = {"running": (RUNNING,), "staging": (STAGING, "TASK_STARTING")}


async def all_tasks(leader: Leader, request: Request) -> Response:
    words = request.query_params.getlist("status") + request.query_params.getlist("status[]")
    states = {state for word in words for state in _STATUS.get(word.lower(), ())}
    tasks = [
        task_info(leader, one, service_ports=True)
        for one in leader.tracker
        if not one.containers and (not states or one.state in states)
    ]
    return answer({"tasks": tasks})


async def delete_tasks(leader: Leader, request: Request) -> Response:
    """Kill by id, whatever the app."""
    _refuse_scale_and_wipe(request)
    ids = typed(await body_of(request), _IDS)["ids"]
    for task_id in ids:
        refuse_no_task_id(task_id)
    # Several tasks may be of one instance.
    found = {one.instance_id: one for one in map(leader.tracker.get, ids) if one is not None}
    if flag(request, "scale"):
        return deployed(await _scale_down(leader, list(found.values()), force=flag(request, "force")))
    return answer({"tasks": await _kill(leader, [one for one in found.values() if leader.state.tree.app(one.app_id)])})


async def of_app(leader: Leader, _request: Request, app_id: str) -> Response:
    if app_id.endswith("/*"):
        group_id = app_id[:-2] or "/"
        if group_id not in leader.state.tree.groups:
            raise errors.group_not_found(group_id)
        app_ids = [app["id"] for app in leader.state.tree.apps_below(group_id)]
    else:
        _existing(leader, app_id)
        app_ids = [app_id]
    return answer({"tasks": [task_info(leader, one) for each in app_ids for one in leader.tracker.of(each)]})


async def kill_of_app(leader: Leader, request: Request, app_id: str) -> Response:
    _refuse_scale_and_wipe(request)
    host = request.query_params.get("host", "*")
    found = [one for one in leader.tracker.of(app_id) if host in ("*", one.host)]
    if flag(request, "scale"):
        _has_instances(leader, app_id)
        return deployed(await _scale_down(leader, found, force=flag(request, "force")))
    _existing(leader, app_id)
    return answer({"tasks": await _kill(leader, found)})


async def kill_one(leader: Leader, request: Request, app_id: str, task_id: str) -> Response:
    _refuse_scale_and_wipe(request)
    known = is_task_id(task_id)
    found = [one for one in leader.tracker.of(app_id) if known and one.task_id == task_id]
    if flag(request, "scale"):
        _has_instances(leader, app_id)
        return deployed(await _scale_down(leader, found, force=flag(request, "force")))
    _existing(leader, app_id)
    if not found:
        raise errors.not_found(f"Task '{task_id}' does not exist")
    return answer({"task": (await _kill(leader, found))[0]})


def _has_instances(leader: Leader, app_id: str) -> None:
    if not leader.tracker.of(app_id):
        raise errors.path_not_found(app_id)


def _existing(leader: Leader, app_id: str) -> None:
    if leader.state.tree.app(app_id) is None:
        raise errors.app_not_found(app_id)


def _refuse_scale_and_wipe(request: Request) -> None:
    if flag(request, "scale") and flag(request, "wipe"):
        raise errors.bad_request("You cannot use scale and wipe at the same time.")


async def _kill(leader: Leader, instances: Iterable[Instance]) -> list[dict[str, object]]:
    killed = []
    for instance in instances:
        leader.conductor.kill(instance, "")
        killed.append(task_info(leader, instance))
    await leader.state.store.flush()
    return killed


async def _scale_down(leader: Leader, instances: list[Instance], *, force: bool) -> Plan:
    """Kill and want fewer; the killing is part of the deployment only in so far as it waits for it."""
    # Who is being ended already was counted before.
    counts = collections.Counter(one.app_id for one in instances if not one.killing)

    def change(tree: Tree) -> None:
        for app_id, count in counts.items():
            app = tree.app(app_id)
            if app is not None:
                tree.put({**app, "instances": max(0, app["instances"] - count)})

    def kill() -> None:
        for instance in instances:
            leader.conductor.kill(instance, "")

    # At once: a smaller app would end instances of its own choice.
    return await leader.groups.update(
        change, touched={paths.parent(app_id) for app_id in counts}, announced="/", force=force, committed=kill
    )
