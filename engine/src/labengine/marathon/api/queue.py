"""``/v2/queue``"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from labengine.marathon import queue
from labengine.marathon.api.http import answer
from labengine.marathon.definition import errors, paths
from labengine.marathon.leader import Leader


async def listing(leader: Leader, request: Request) -> Response:
    with_offers = "lastUnusedOffers" in request.query_params.getlist("embed")
    return answer(
        {
            "queue": [
                queue.render(entry, leader.backoff.left(entry.app), with_offers=with_offers)
                for entry in leader.queue.entries()
            ]
        }
    )


async def reset_delay(leader: Leader, request: Request) -> Response:
    rest = paths.segments(request.path_params["rest"])
    if len(rest) < 2 or rest[-1] != "delay":
        raise HTTPException(404)
    app_id = "/" + "/".join(rest[:-1])
    if leader.queue.get(app_id) is None:
        raise errors.untyped_not_found(f"Application {app_id} not found in tasks queue.")
    leader.backoff.reset(app_id)
    leader.offers.hungry()
    return Response(status_code=204)
