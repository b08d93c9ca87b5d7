"""``/v2/deployments``"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from labengine.marathon import deployments, plan
from labengine.marathon.api.http import answer, deployed, flag
from labengine.marathon.definition import errors, paths
from labengine.marathon.leader import Leader
from labengine.marathon.tree import Tree


async def listing(leader: Leader, _request: Request) -> Response:
    def readiness(app_id: str) -> list[dict[str, object]]:
        return leader.readiness.results(app_id, leader.tracker.of(app_id))

    return answer([deployments.render(one, readiness) for one in leader.deployments])


async def cancel(leader: Leader, request: Request) -> Response:
    """Roll back through a new deployment, or with ``force`` just end it where it is."""
    deployment_id = request.path_params["id"]
    deployment = leader.deployments.get(deployment_id)
    if deployment is None:
        raise errors.not_found(f"DeploymentPlan {deployment_id} does not exist")
    if flag(request, "force"):
        leader.deployments.cancel(deployment_id, "The upgrade has been cancelled")
        await leader.state.store.flush()
        return Response(status_code=202)
    earlier = deployment.plan

    def change(tree: Tree) -> None:
        reverted = plan.reverted(earlier, tree)
        tree.services, tree.groups = reverted.services, reverted.groups

    touched = {paths.parent(app_id) for app_id in earlier.affected}
    result = await leader.groups.update(change, touched=touched, announced="/", force=True)
    if leader.deployments.get(deployment_id) is not None:
        # Nothing is left to undo, as after a restart.
        leader.deployments.cancel(deployment_id, "The upgrade has been cancelled")
        await leader.state.store.flush()
    return deployed(result)
