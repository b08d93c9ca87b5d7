"""Offer operations on reservations and volumes, which the engine has not: what frameworks are told of them."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from labengine.common import log
from labengine.master.model import Cluster, Framework

logger = log.get(__name__)

LAUNCHING = ("LAUNCH", "LAUNCH_GROUP")
OTHERS = (
    "RESERVE",
    "UNRESERVE",
    "CREATE",
    "DESTROY",
    "GROW_VOLUME",
    "SHRINK_VOLUME",
    "CREATE_DISK",
    "DESTROY_DISK",
)


def drop(cluster: Cluster, framework: Framework, operation: dict[str, Any], why: str) -> None:
    """Only an operation with an id is answered."""
    kind = str(operation.get("type"))
    logger.warning("Dropping %s operation from framework %s: %s", kind, framework.id, why)
    if kind in OTHERS:
        cluster.count("master/operations/error")
        cluster.count(f"master/operations/{kind.lower()}/error")
    if "id" in operation:
        _tell(framework, {"operation_id": operation["id"], "state": "OPERATION_ERROR", "message": why})


def reconcile(cluster: Cluster, gone: Container[str], framework: Framework, asked: list[dict[str, Any]]) -> None:
    """None is known, so it depends on the agent what can be said; of all there is nothing to tell."""
    cluster.count("master/messages_reconcile_operations")
    for one in asked:
        agent_id = one.get("agent_id", {}).get("value")
        if agent_id in cluster.recovered:
            state, message = "OPERATION_RECOVERING", "Agent is recovered but has not re-registered"
        elif agent_id in cluster.agents:
            state, message = "OPERATION_UNKNOWN", "Operation is unknown"
        elif agent_id in cluster.unreachable:
            state, message = "OPERATION_UNREACHABLE", "Agent is unreachable"
        elif agent_id in gone:
            state, message = "OPERATION_GONE_BY_OPERATOR", "Agent marked gone by operator"
        elif agent_id is not None:
            state, message = "OPERATION_UNKNOWN", "Both operation and agent are unknown"
        else:
            state, message = "OPERATION_UNKNOWN", "Operation is unknown and no 'agent_id' was provided"
        kept = {name: one[name] for name in ("agent_id", "resource_provider_id") if name in one}
        _tell(
            framework,
            {"operation_id": one["operation_id"], "state": state, "message": f"Reconciliation: {message}", **kept},
        )


def _tell(framework: Framework, status: dict[str, Any]) -> None:
    framework.send({"type": "UPDATE_OPERATION_STATUS", "update_operation_status": {"status": status}})
