"""``/quota`` and ``/weights``: the older way to what roles are granted."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from labengine.common.access import Handler
from labengine.master.process import MasterProcess
from labengine.master.shares import ShareError

QUOTA, WEIGHTS = "/quota", "/weights"


def handlers(master: MasterProcess) -> dict[str, dict[str, Handler]]:
    def show(what: Callable[[], Any]) -> Handler:
        async def answer(_request: Request) -> Response:
            return JSONResponse(what())

        return answer

    def change(action: str, how: Callable[[Any], Awaitable[None]]) -> Handler:
        async def answer(request: Request) -> Response:
            if not master.recovered:
                return PlainTextResponse("Master has not finished recovery", 503)
            if not master.security.acls.allows(action, request.state.principal):
                return Response(status_code=403)
            try:
                await how(json.loads(await request.body()))
            except json.JSONDecodeError as error:
                return PlainTextResponse(f"Failed to parse body into JSON: {error}", 400)
            except ShareError as error:
                return PlainTextResponse(str(error), 400)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                return PlainTextResponse(f"Failed to convert JSON: {error!r}", 400)
            return Response(status_code=200)

        return answer

    return {
        QUOTA: {
            "GET": show(lambda: master.shares.status),
            "POST": change("update_quotas", master.shares.set_guarantee),
        },
        WEIGHTS: {
            "GET": show(lambda: master.shares.weights),
            "PUT": change("update_weights", master.shares.set_weights),
        },
    }


def quota_removal(master: MasterProcess) -> Handler:
    """``DELETE /quota/ROLE``"""

    async def answer(request: Request) -> Response:
        role = request.path_params["role"]
        if not master.security.acls.allows("update_quotas", request.state.principal):
            return Response(status_code=403)
        if not master.shares.guarantees(role) and not master.shares.limits(role):
            return PlainTextResponse(f"Failed to remove quota: Role '{role}' has no quota set", 400)
        await master.shares.set_quotas([{"role": role}])
        return Response(status_code=200)

    return answer
