"""``/v2/pods``"""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from labengine.marathon import places, podstatus
from labengine.marathon.api.http import answer, body_of, choose, flag, moment, remote
from labengine.marathon.api.ids import refuse_no_instance_ids
from labengine.marathon.clock import timestamp
from labengine.marathon.definition import errors, paths, pods, roles
from labengine.marathon.definition.pipeline import typed
from labengine.marathon.definition.types import Many, Text
from labengine.marathon.instances import Instance
from labengine.marathon.leader import Leader
from labengine.marathon.plan import Plan
from labengine.marathon.tree import App, Tree

_PATH = re.compile(r"(?P<id>.*?)(?:::(?P<part>status|versions|instances)(?:/(?P<one>.+))?)?")


async def listing(leader: Leader, _request: Request) -> Response:
    return answer([pods.shown(pod) for pod in leader.state.tree.pods_below("/")])


async def member(leader: Leader, request: Request) -> Response:
    """``/{id}`` and what is behind its two colons."""
    found = _PATH.fullmatch(request.path_params["rest"])
    assert found is not None
    part, one = found["part"], found["one"]
    if not paths.segments(found["id"]):
        if part == "status" and one is None:
            return await choose(request, GET=_every_status)(leader, request)
        raise HTTPException(404)
    handlers = {
        (None, False): {"GET": _get, "PUT": _put, "DELETE": _delete},
        ("status", False): {"GET": _status},
        ("versions", False): {"GET": _versions},
        ("versions", True): {"GET": _version},
        ("instances", False): {"DELETE": _kill_many},
        ("instances", True): {"DELETE": _kill_one},
    }.get((part, one is not None))
    if handlers is None:
        raise HTTPException(404)
    arguments = [] if one is None else [one]
    return await choose(request, **handlers)(leader, request, paths.absolute("/" + found["id"]), *arguments)


def _existing(leader: Leader, pod_id: str) -> App:
    pod = leader.state.tree.pod(pod_id)
    if pod is None:
        raise errors.pod_not_found(pod_id)
    return pod


async def _read(leader: Leader, request: Request, pod_id: str | None) -> App:
    body = await body_of(request)
    groups, tree = leader.groups, leader.state.tree
    given = body.get("id") if isinstance(body, dict) else None
    if pod_id is not None and isinstance(given, str) and paths.absolute(given) != pod_id:
        raise errors.bad_request(f"'{pod_id}' does not match definition's id ('{given}')")
    return pods.read_pod(
        body,
        settings=groups.settings,
        roles_of=lambda name: roles.of_app(name, tree.pod(name), groups.settings, groups.enforced_groups()),
        current=tree.pod(pod_id) if pod_id else None,
    )


async def create(leader: Leader, request: Request) -> Response:
    pod = await _read(leader, request, None)

    def change(tree: Tree) -> None:
        if tree.pod(pod["id"]):
            raise errors.pod_exists(pod["id"])
        _put_into(tree, pod)

    plan = await _deploy(leader, request, pod["id"], change, "pod_created_event")
    return answer(_as_written(pod, plan), 201, {**_deployment(plan), "Location": f"{leader.url}{pod['id']}"})


async def _put(leader: Leader, request: Request, pod_id: str) -> Response:
    pod = await _read(leader, request, pod_id)
    kind = "pod_updated_event" if leader.state.tree.pod(pod_id) else "pod_created_event"
    plan = await _deploy(leader, request, pod_id, lambda tree: _put_into(tree, pod), kind)
    return answer(_as_written(pod, plan), 200, _deployment(plan))


def _put_into(tree: Tree, pod: App) -> None:
    if tree.app(pod["id"]):
        raise errors.shared_id(places.around(tree, pod["id"]))
    tree.put(pod)


async def _deploy(leader: Leader, request: Request, pod_id: str, change: Any, event: str) -> Plan:
    parent = paths.parent(pod_id)
    plan = await leader.groups.update(change, touched=[parent], announced=parent, force=flag(request, "force"))
    leader.events.publish(event, clientIp=remote(request), uri=request.url.path)
    return plan


def _as_written(pod: App, plan: Plan) -> dict[str, Any]:
    """With the time of the request for its version, as Marathon answers, also where nothing changed."""
    return pods.shown({**pod, "version": plan.version})


def _deployment(plan: Plan) -> dict[str, str]:
    return {"Marathon-Deployment-Id": plan.id}


async def _get(leader: Leader, _request: Request, pod_id: str) -> Response:
    pod = leader.state.tree.pod(pod_id)
    if pod is None:
        # Encoded twice, as Marathon does.
        raise errors.not_found(json.dumps({"message": f"pod with {pod_id} does not exist"}))
    return answer(pods.shown(pod))


async def _delete(leader: Leader, request: Request, pod_id: str) -> Response:
    _existing(leader, pod_id)

    def change(tree: Tree) -> None:
        del tree.services[pod_id]

    plan = await _deploy(leader, request, pod_id, change, "pod_deleted_event")
    return Response(status_code=202, headers={**_deployment(plan), "Location": plan.id})


async def _every_status(leader: Leader, _request: Request) -> Response:
    return answer([podstatus.render(leader, pod) for pod in leader.state.tree.pods_below("/")])


async def _status(leader: Leader, _request: Request, pod_id: str) -> Response:
    return answer(podstatus.render(leader, _existing(leader, pod_id)))


async def _versions(leader: Leader, _request: Request, pod_id: str) -> Response:
    _existing(leader, pod_id)
    return answer(leader.state.app_versions(pod_id))


async def _version(leader: Leader, _request: Request, pod_id: str, version: str) -> Response:
    pod = leader.state.app_at(pod_id, moment(version))
    if pod is None:
        raise errors.pod_not_found(pod_id)
    return answer(pods.shown(pod))


async def _kill_many(leader: Leader, request: Request, pod_id: str) -> Response:
    ids = typed(await body_of(request), Many(Text(), unique=True))
    refuse_no_instance_ids(ids, "({})")
    _killable(leader, pod_id)
    return answer(await _kill(leader, [one for one in leader.tracker.of(pod_id) if one.instance_id in ids]))


async def _kill_one(leader: Leader, _request: Request, pod_id: str, instance_id: str) -> Response:
    refuse_no_instance_ids([instance_id], "/")
    _killable(leader, pod_id)
    found = [one for one in leader.tracker.of(pod_id) if one.instance_id == instance_id]
    if not found:
        raise errors.not_found(f"Task '{instance_id}' does not exist")
    return answer((await _kill(leader, found))[0])


def _killable(leader: Leader, pod_id: str) -> None:
    if pod_id not in leader.state.tree.services:
        raise errors.path_not_found(pod_id)


async def _kill(leader: Leader, instances: list[Instance]) -> list[dict[str, Any]]:
    for instance in instances:
        leader.conductor.kill(instance, "")
    await leader.state.store.flush()
    return [_killed(leader, instance) for instance in instances]


def _killed(leader: Leader, instance: Instance) -> dict[str, Any]:
    service = leader.state.tree.services[instance.app_id]
    state: dict[str, Any] = {
        "condition": instance.condition(),
        "since": timestamp(instance.state_since),
        "goal": "Decommissioned",
    }
    if instance.healthy is not None:
        state["healthy"] = instance.healthy
    return {
        "instanceId": instance.instance_id,
        "state": state,
        "agentInfo": {"host": instance.host, "agentId": instance.agent_id, "attributes": []},
        "runSpecVersion": instance.version,
        "unreachableStrategy": service["unreachableStrategy"],
    }
