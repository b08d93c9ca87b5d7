"""The master's HTTP endpoints, with and without the prefix ``/master``."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from labengine import LAB_ENGINE_VERSION
from labengine.common import calls
from labengine.common.access import Handler
from labengine.common.build import build_info
from labengine.common.longest_prefix import LongestPrefix
from labengine.master import metrics, operator_actions, operator_api, registry, share_routes, views
from labengine.master.maintenance import MaintenanceError
from labengine.master.process import MasterProcess
from labengine.master.scheduler_calls import CallError
from labengine.master.security import AGENT, SCHEDULER
from labengine.master.streams import EventResponse

DEFAULT_TASK_LIMIT = 100
STREAM_ID = "Mesos-Stream-Id"
# What makes dynamic reservations and volumes, which the engine has not.
RESERVING = ("/reserve", "/unreserve", "/create-volumes", "/destroy-volumes")


class Routes:
    def __init__(self, master: MasterProcess) -> None:
        self._master = master

    def app(self) -> Starlette:
        routes: list[Route] = [
            Route("/", self._home),
            Route("/version", self._version),
            Route("/metrics/snapshot", self._closed("readonly", self._metrics)),
            Route("/system/stats.json", self._closed("readonly", self._system_stats)),
            Route("/logging/toggle", self._closed("readwrite", self._logging)),
            # The logs of a lab's masters are the journal's, none is a file that could be read here.
            Route("/files/debug", self._closed("readonly", self._no_files)),
            Route(registry.PATH, self._registry, methods=["GET", "POST"]),
            Route(
                "/lab/v1/agent", self._closed(AGENT, self._on_leader("/lab/v1/agent", self._agent)), methods=["POST"]
            ),
        ]
        for path, handler in (
            ("/health", self._health),
            ("/flags", self._closed("readonly", self._flags)),
            ("/redirect", self._redirect),
        ):
            routes += [Route(path, handler), Route("/master" + path, handler)]
        for path, view in (
            ("/state", views.state),
            ("/state-summary", views.state_summary),
            ("/slaves", views.slaves),
            ("/frameworks", views.frameworks),
            ("/roles", views.roles),
        ):
            routes += self._both(path, self._view(view), ["GET"])
        routes += self._both("/tasks", self._tasks, ["GET"])
        routes += self._both("/teardown", self._teardown, ["POST"], "readwrite")
        routes += self._both("/api/v1", self._operator, ["POST"], "readwrite")
        routes += self._both("/api/v1/scheduler", self._scheduler, ["POST"], SCHEDULER)
        for path in RESERVING:
            routes += self._both(path, self._no_reservations, ["POST"], "readwrite")
        routes += self._both(
            f"{share_routes.QUOTA}/{{role}}", share_routes.quota_removal(self._master), ["DELETE"], "readwrite"
        )
        # Alone of its kind.
        routes += self._both(
            "/maintenance/status",
            self._shown("get_maintenance_statuses", lambda: self._master.maintenance.status),
            ["GET"],
        )
        for path, answers in {**self._maintenance, **share_routes.handlers(self._master)}.items():
            for method, handler in answers.items():
                routes += self._both(path, handler, [method], "readwrite")
        app = Starlette(
            routes=routes,
            middleware=[Middleware(LongestPrefix, routes=routes)],
            exception_handlers={HTTPException: _refusal},
        )
        app.router.redirect_slashes = False
        return app

    def _both(self, path: str, handler: Handler, methods: list[str], realm: str = "readonly") -> list[Route]:
        guarded = self._closed(realm, self._on_leader("/master" + path, handler))
        return [Route(path, guarded, methods=methods), Route("/master" + path, guarded, methods=methods)]

    def _closed(self, realm: str, handler: Handler) -> Handler:
        return self._master.security.guard.protect(realm, handler)

    def _on_leader(self, path: str, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            standing = self._master.standing
            if standing.leading:
                return await handler(request)
            if standing.leader is None:
                return PlainTextResponse("No leader elected", 503)
            query = f"?{request.url.query}" if request.url.query else ""
            return Response(status_code=307, headers={"Location": f"{_authority(standing.leader)}{path}{query}"})

        return guarded

    async def _home(self, _request: Request) -> Response:
        return HTMLResponse(
            f"<p>mesos-master of the lab engine {LAB_ENGINE_VERSION}, a stand-in for labs and tests; "
            "its state is at <a href='/state'>/state</a>.</p>\n"
        )

    def _allows(self, request: Request, action: str, *objects: str) -> bool:
        return self._master.security.acls.allows(action, request.state.principal, *objects)

    async def _health(self, _request: Request) -> Response:
        return Response(status_code=200)

    async def _version(self, _request: Request) -> Response:
        return JSONResponse(build_info())

    async def _flags(self, request: Request) -> Response:
        if not self._allows(request, "view_flags"):
            return Response(status_code=403)
        return JSONResponse({"flags": self._master.flags.as_strings()})

    async def _metrics(self, request: Request) -> Response:
        if not self._allows(request, "get_endpoints", "/metrics/snapshot"):
            return Response(status_code=403)
        return JSONResponse(metrics.snapshot(self._master))

    async def _system_stats(self, _request: Request) -> Response:
        return JSONResponse(
            {
                f"avg_{name}" if name.startswith("load_") else name: value
                for name, value in sorted(metrics.system_stats().items())
            }
        )

    async def _logging(self, _request: Request) -> Response:
        return PlainTextResponse(f"{self._master.verbosity.level}\n")

    async def _no_files(self, _request: Request) -> Response:
        return JSONResponse({})

    async def _no_reservations(self, request: Request) -> Response:
        return PlainTextResponse(f"The lab engine does not implement {request.url.path}", 501)

    async def _redirect(self, _request: Request) -> Response:
        leader = self._master.standing.leader
        if leader is None:
            return PlainTextResponse("No leader elected", 503)
        return Response(status_code=307, headers={"Location": _authority(leader)})

    def _view(self, view: Callable[[MasterProcess], dict[str, Any]]) -> Handler:
        async def show(_request: Request) -> Response:
            return JSONResponse(view(self._master))

        return show

    async def _tasks(self, request: Request) -> Response:
        query = request.query_params
        try:
            limit, offset = int(query.get("limit", DEFAULT_TASK_LIMIT)), int(query.get("offset", 0))
        except ValueError:
            return PlainTextResponse("Failed to parse 'limit' or 'offset': expecting a number", 400)
        return JSONResponse(
            views.tasks(
                self._master,
                limit=limit,
                offset=offset,
                newest_first=query.get("order") != "asc",
                task_id=query.get("task_id"),
            )
        )

    async def _teardown(self, request: Request) -> Response:
        framework_id = parse_qs((await request.body()).decode(errors="replace")).get("frameworkId", [""])[0]
        if not framework_id:
            return PlainTextResponse("Missing 'frameworkId' query parameter", 400)
        return self._end_framework(request, framework_id)

    def _end_framework(self, request: Request, framework_id: str) -> Response:
        framework = self._master.cluster.frameworks.get(framework_id)
        if framework is None:
            return PlainTextResponse("No framework found with specified ID", 400)
        owner = framework.info.get("principal")
        if not self._allows(request, "teardown_frameworks", *([owner] if owner else [])):
            return Response(status_code=403)
        self._master.frameworks.teardown(framework, "an operator tore it down")
        return Response(status_code=200)

    async def _operator(self, request: Request) -> Response:
        body = await self._body(request)
        if isinstance(body, Response):
            return body
        try:
            kind = operator_api.kind_of(body)
            if refusal := calls.not_acceptable(request):
                return refusal
            if kind == "SUBSCRIBE":
                return EventResponse(self._master.events.subscribe(operator_api.state(self._master, body)))
            if kind == "TEARDOWN":
                return self._end_framework(request, operator_api.framework_id_of(body))
            if operator_actions.known(body):
                if not self._allows(request, operator_actions.permission(body)):
                    return Response(status_code=403)
                await operator_actions.act(self._master, body)
                return Response(status_code=200)
            return JSONResponse(operator_api.call(self._master, body))
        except operator_api.OperatorCallError as error:
            return PlainTextResponse(str(error), 400)

    def _shown(self, action: str, what: Callable[[], dict[str, Any]]) -> Handler:
        async def answer(request: Request) -> Response:
            return JSONResponse(what()) if self._allows(request, action) else Response(status_code=403)

        return answer

    @property
    def _maintenance(self) -> dict[str, dict[str, Handler]]:
        maintenance = self._master.maintenance

        def change(action: str, how: Callable[[Any], Awaitable[None]]) -> Handler:
            async def answer(request: Request) -> Response:
                if not self._master.recovered:
                    return PlainTextResponse("Master has not finished recovery", 503)
                if not self._allows(request, action):
                    return Response(status_code=403)
                try:
                    await how(json.loads(await request.body()))
                except ValueError as error:
                    return PlainTextResponse(f"Failed to parse body into JSON: {error}", 400)
                except MaintenanceError as error:
                    return PlainTextResponse(str(error), 400)
                return Response(status_code=200)

            return answer

        return {
            "/maintenance/schedule": {
                "GET": self._shown("get_maintenance_schedules", lambda: maintenance.schedule),
                "POST": change("update_maintenance_schedules", maintenance.update),
            },
            "/machine/down": {"POST": change("start_maintenances", maintenance.start)},
            "/machine/up": {"POST": change("stop_maintenances", maintenance.stop)},
        }

    async def _scheduler(self, request: Request) -> Response:
        body = await self._body(request)
        if isinstance(body, Response):
            return body
        api, principal = self._master.scheduler_api, request.state.principal
        try:
            call = api.read(body, principal)
            if call["type"] in ("SUBSCRIBE", "RECONCILE_OPERATIONS") and (refusal := calls.not_acceptable(request)):
                return refusal
            if call["type"] != "SUBSCRIBE":
                return Response(status_code=api.call(call, request.headers.get(STREAM_ID), principal))
        except CallError as error:
            return PlainTextResponse(str(error), error.status)
        if STREAM_ID in request.headers:
            return PlainTextResponse(f"Subscribe calls should not include the '{STREAM_ID}' header", 400)
        stream = self._master.frameworks.subscribe(call, principal)
        return EventResponse(stream, {STREAM_ID: stream.id})

    async def _agent(self, request: Request) -> Response:
        body = await self._body(request)
        if isinstance(body, Response):
            return body
        agents = self._master.agents
        try:
            if body["type"] == "SUBSCRIBE":
                if not self._allows(request, "register_agents"):
                    return PlainTextResponse("Not authorized to register as an agent", 403)
                return EventResponse(await agents.subscribe(body))
            if body["type"] == "STATUS_UPDATE":
                agents.status_update(body)
            elif body["type"] == "PONG":
                agents.pong(body)
            else:
                return PlainTextResponse(f"Unknown type '{body['type']}' of an agent's message", 400)
        except (KeyError, TypeError, ValueError) as error:
            return PlainTextResponse(f"Malformed message of an agent: {error!r}", 400)
        return Response(status_code=202)

    async def _registry(self, request: Request) -> Response:
        """This master's replica of the registry, for other masters."""
        replica = self._master.registry
        if request.method == "GET":
            return JSONResponse(replica.snapshot())
        try:
            accepted = replica.accept(json.loads(await request.body()))
        except (KeyError, TypeError, ValueError) as error:
            return PlainTextResponse(f"Malformed registry: {error!r}", 400)
        return Response(status_code=200 if accepted else 409)

    async def _body(self, request: Request) -> Any:
        """The JSON of a call, or the answer that refuses it."""
        if not self._master.recovered:
            return PlainTextResponse("Master has not finished recovery", 503)
        return await calls.read(request)


def _authority(leader: dict[str, Any]) -> str:
    return f"//{leader['hostname']}:{leader['port']}"


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        names = ", ".join(f"'{name}'" for name in sorted(allowed.split(", ")) if name != "HEAD")
        return PlainTextResponse(
            f"405 Method Not Allowed. Expecting one of {{ {names} }}, but received '{request.method}'.",
            405,
            headers={"Allow": allowed},
        )
    if error.status_code == 404:
        return PlainTextResponse("404 Not Found.", 404)
    return PlainTextResponse(str(error.detail), error.status_code)
