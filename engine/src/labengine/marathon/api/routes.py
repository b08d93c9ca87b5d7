"""All routes of the leader."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labengine.marathon.api import apps, deployments, events, groups, info, media, pods, queue, system, tasks
from labengine.marathon.api.filters import EVENTS_PATH, TrailingSlash
from labengine.marathon.api.http import broken, check_media, choose, http_error, refused
from labengine.marathon.definition.errors import ApiError
from labengine.marathon.leader import Leader

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


def application(leader: Leader) -> Starlette:
    def route(
        path: str,
        every: Any = None,
        *,
        consumes: str | None = media.JSON,
        produces: str | None = media.JSON,
        **handlers: Any,
    ) -> Route:
        """``every`` chooses by the method itself; without it there is a handler for each method."""

        async def endpoint(request: Request) -> Response:
            if request.method == "HEAD" and path != EVENTS_PATH:
                # The server leaves the body out.
                request = Request({**request.scope, "method": "GET"}, request.receive)
            handler = every or choose(request, **handlers)
            check_media(request, consumes, produces)
            return await handler(leader, request)

        return Route(path, endpoint, methods=METHODS)

    bare: dict[str, Any] = {"consumes": None, "produces": None}
    answering: dict[str, Any] = {"consumes": None, "produces": media.JSON}
    routes = [
        route("/v2/apps", GET=apps.listing, POST=apps.create, PUT=apps.put_many, PATCH=apps.put_many),
        route("/v2/apps/{rest:path}", apps.member),
        route("/v2/pods", GET=pods.listing, POST=pods.create),
        route("/v2/pods/{rest:path}", pods.member),
        route("/v2/tasks", **answering, GET=tasks.all_tasks),
        route("/v2/tasks/delete", POST=tasks.delete_tasks),
        route("/v2/groups", groups.resource, **answering),
        route("/v2/groups/{rest:path}", groups.resource, **answering),
        route("/v2/deployments", GET=deployments.listing),
        route("/v2/deployments/{id}", DELETE=deployments.cancel),
        route("/v2/queue", GET=queue.listing),
        route("/v2/queue/{rest:path}", produces=None, DELETE=queue.reset_delay),
        route(EVENTS_PATH, events.stream, **bare),
        route("/v2/info", GET=info.info),
        route("/v2/leader", **answering, GET=info.show_leader, DELETE=info.abdicate),
        route("/v2/plugins", **answering, GET=info.plugins),
        route("/ping", **bare, GET=info.ping),
        route("/metrics", GET=info.metrics),
        route("/metrics/prometheus", consumes=None, produces=media.TEXT, GET=info.prometheus),
        route("/logging", GET=system.loggers, POST=system.change_logger),
        route("/", **bare, GET=system.home),
    ]
    flags = leader.flags
    middleware = [Middleware(GZipMiddleware)] if flags.http_compression else []
    middleware.append(Middleware(TrailingSlash))
    app = Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={ApiError: refused, HTTPException: http_error, Exception: broken},
    )
    app.router.redirect_slashes = False
    return app
