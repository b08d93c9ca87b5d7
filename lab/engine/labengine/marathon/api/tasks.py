"""``/v2/tasks`` and the tasks below an app."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from labengine.marathon.api.http import answer, body_of, deployed, flag
from labengine.marathon.appinfo import task_info
from labengine.marathon.definition import errors, paths
from labengine.marathon.instances import RUNNING, STAGING, Instance
from labengine.marathon.leader import Leader
from labengine.marathon.plan import Plan
from labengine.marathon.tree import Tree

_TASK_ID = re.compile(r"^(.+)\.(instance-|marathon-)([^.]+)\.(.+)$")
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
    body = await body_of(request)
    ids = body.get("ids") if isinstance(body, dict) else None
    if not isinstance(ids, list):
        raise errors.invalid_json([("/ids", "error.path.missing")])
    for task_id in ids:
        if not isinstance(task_id, str) or not _TASK_ID.match(task_id):
            raise errors.bad_request(f"Invalid task id '{task_id}'. [{_TASK_ID.pattern}]")
    _refuse_scale_and_wipe(request)
    found = [one for one in map(leader.tracker.get, ids) if one is not None]
    if flag(request, "scale"):
        return deployed(await _scale_down(leader, found, force=flag(request, "force")))
    return answer({"tasks": await _kill(leader, found)})


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
    _existing(leader, app_id)
    _refuse_scale_and_wipe(request)
    host = request.query_params.get("host", "*")
    found = [one for one in leader.tracker.of(app_id) if host in ("*", one.host)]
    if flag(request, "scale"):
        return deployed(await _scale_down(leader, found, force=flag(request, "force")))
    return answer({"tasks": await _kill(leader, found)})


async def kill_one(leader: Leader, request: Request, app_id: str, task_id: str) -> Response:
    _existing(leader, app_id)
    _refuse_scale_and_wipe(request)
    found = leader.tracker.get(task_id)
    if found is None or found.app_id != app_id:
        raise errors.not_found(f"Task '{task_id}' does not exist")
    if flag(request, "scale"):
        return deployed(await _scale_down(leader, [found], force=flag(request, "force")))
    return answer({"task": (await _kill(leader, [found]))[0]})


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
    counts: dict[str, int] = {}
    for instance in instances:
        counts[instance.app_id] = counts.get(instance.app_id, 0) + 1

    def change(tree: Tree) -> None:
        for app_id, count in counts.items():
            app = tree.app(app_id)
            if app is None:
                raise errors.not_found(f"Path '{app_id}' does not exist")
            tree.put({**app, "instances": max(0, app["instances"] - count)})

    def kill() -> None:
        for instance in instances:
            leader.conductor.kill(instance, "")

    # At once: a smaller app would end instances of its own choice.
    return await leader.groups.update(
        change, touched={paths.parent(app_id) for app_id in counts}, force=force, committed=kill
    )
