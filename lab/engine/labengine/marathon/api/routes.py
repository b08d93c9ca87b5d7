"""All routes of the leader."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labengine.marathon.api import apps, deployments, events, groups, info, pods, queue, tasks
from labengine.marathon.api.http import Handler, broken, http_error, refused
from labengine.marathon.definition.errors import ApiError
from labengine.marathon.leader import Leader

_WRITES = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def application(leader: Leader) -> Starlette:
    def route(path: str, handler: Handler, *methods: str) -> Route:
        async def endpoint(request: Request) -> Response:
            return await handler(leader, request)

        return Route(path, endpoint, methods=list(methods) or ["GET"])

    routes = [
        route("/v2/apps", apps.collection, "GET", "POST", "PUT", "PATCH"),
        route("/v2/apps/", apps.collection, "GET", "POST", "PUT", "PATCH"),
        route("/v2/apps/{rest:path}", apps.member, *_WRITES),
        route("/v2/pods", pods.collection, "GET", "HEAD", "POST"),
        route("/v2/pods/{rest:path}", pods.member, *_WRITES),
        route("/v2/tasks", tasks.all_tasks),
        route("/v2/tasks/delete", tasks.delete_tasks, "POST"),
        route("/v2/groups", groups.resource, *_WRITES),
        route("/v2/groups/{rest:path}", groups.resource, *_WRITES),
        route("/v2/deployments", deployments.listing),
        route("/v2/deployments/{id}", deployments.cancel, "DELETE"),
        route("/v2/queue", queue.listing),
        route("/v2/queue/{rest:path}", queue.reset_delay, "DELETE"),
        route("/v2/events", events.stream),
        route("/v2/info", info.info),
        route("/v2/leader", info.show_leader),
        route("/v2/leader", info.abdicate, "DELETE"),
        route("/v2/plugins", info.plugins),
        route("/ping", info.ping),
        route("/metrics", info.metrics),
        route("/metrics/prometheus", info.prometheus),
        route("/", info.home),
    ]
    middleware = [Middleware(GZipMiddleware)] if leader.flags.http_compression else []
    app = Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={ApiError: refused, HTTPException: http_error, Exception: broken},
    )
    app.router.redirect_slashes = False
    return app
