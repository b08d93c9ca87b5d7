"""``/metrics/snapshot``: numbers under the names that the real master uses."""

from __future__ import annotations

import os
import time
from collections import Counter

from labengine.common.resources import Resources
from labengine.master import allocator_metrics, framework_metrics, operations
from labengine.master.process import MasterProcess

_OPERATION_STATES = (
    "dropped",
    "error",
    "failed",
    "finished",
    "gone_by_operator",
    "pending",
    "recovering",
    "total",
    "unreachable",
)
_COUNTERS = (
    "invalid_framework_to_executor_messages",
    "invalid_operation_status_update_acknowledgements",
    "invalid_status_update_acknowledgements",
    "invalid_status_updates",
    "messages_decline_offers",
    "messages_exited_executor",
    "messages_framework_to_executor",
    "messages_kill_task",
    "messages_launch_tasks",
    "messages_operation_status_update_acknowledgement",
    "messages_reconcile_operations",
    "messages_reconcile_tasks",
    "messages_register_framework",
    "messages_register_slave",
    "messages_reregister_framework",
    "messages_reregister_slave",
    "messages_resource_request",
    "messages_revive_offers",
    "messages_status_update",
    "messages_status_update_acknowledgement",
    "messages_suppress_offers",
    "messages_unregister_framework",
    "messages_unregister_slave",
    "recovery_slave_removals",
    "slave_registrations",
    "slave_removals",
    "slave_removals/reason_registered",
    "slave_removals/reason_unhealthy",
    "slave_removals/reason_unregistered",
    "slave_reregistrations",
    "slave_unreachable_canceled",
    "slave_unreachable_completed",
    "slave_unreachable_scheduled",
    "tasks_dropped",
    "tasks_error",
    "tasks_failed",
    "tasks_finished",
    "tasks_gone",
    "tasks_gone_by_operator",
    "tasks_killed",
    "tasks_lost",
    "valid_framework_to_executor_messages",
    "valid_status_update_acknowledgements",
    "valid_status_updates",
    *(f"operations/{state}" for state in _OPERATION_STATES),
    *(f"operations/{name.lower()}/{state}" for name in operations.OTHERS for state in _OPERATION_STATES),
)
# What the engine never does is never counted: its masters have no revocable resources, no updates of operations, no
# messages from executors, no cache of answers, and none of the messages by which libmesos
# authenticates and deactivates (that is done by HTTP) and by which an agent tells its resources again.
_NEVER = (
    "dropped_messages",
    "http_cache_hits",
    "invalid_executor_to_framework_messages",
    "invalid_operation_status_updates",
    "messages_authenticate",
    "messages_deactivate_framework",
    "messages_executor_to_framework",
    "messages_operation_status_update",
    "messages_update_slave",
    "slave_shutdowns_canceled",
    "slave_shutdowns_completed",
    "slave_shutdowns_scheduled",
    "valid_executor_to_framework_messages",
    "valid_operation_status_update_acknowledgements",
    "valid_operation_status_updates",
    *(f"{name}_revocable_{kind}" for name in ("cpus", "disk", "gpus", "mem") for kind in ("percent", "total", "used")),
)
_ACTIVE_STATES = ("killing", "running", "staging", "starting")


def snapshot(master: MasterProcess) -> dict[str, float]:
    cluster, standing = master.cluster, master.standing
    values = {f"master/{name}": float(cluster.counters.get(f"master/{name}", 0)) for name in _COUNTERS}
    values.update({f"master/{name}": 0.0 for name in _NEVER})
    values.update({name: float(count) for name, count in cluster.counters.items() if "/reason_" in name})
    agents = list(cluster.agents.values())
    total = Resources.total(agent.total for agent in agents)
    used = Resources.total(agent.used for agent in agents)
    for name in ("cpus", "disk", "gpus", "mem"):
        have, held = total.scalar(name), used.scalar(name)
        values.update(
            {
                f"master/{name}_total": have,
                f"master/{name}_used": held,
                f"master/{name}_percent": held / have if have else 0.0,
            }
        )
    states = Counter(task.state for framework in cluster.frameworks.values() for task in framework.tasks.values())
    values.update({f"master/tasks_{name}": float(states.get(f"TASK_{name.upper()}", 0)) for name in _ACTIVE_STATES})
    active = sum(agent.active for agent in agents)
    connected = sum(agent.connected for agent in agents)
    subscribed = sum(framework.connected for framework in cluster.frameworks.values())
    values.update(
        {
            "master/elected": float(standing.leading),
            "master/uptime_secs": time.time() - master.started,
            "master/operator_event_stream_subscribers": float(master.events.subscribers),
            "master/outstanding_offers": float(len(cluster.offers)),
            "master/tasks_unreachable": float(sum(len(one.unreachable) for one in cluster.frameworks.values())),
            "master/slaves_active": float(active),
            "master/slaves_connected": float(connected),
            "master/slaves_disconnected": float(len(agents) - connected),
            "master/slaves_inactive": float(len(agents) - active),
            "master/slaves_unreachable": float(len(cluster.unreachable)),
            "master/frameworks_active": float(subscribed),
            "master/frameworks_connected": float(subscribed),
            "master/frameworks_disconnected": float(len(cluster.frameworks) - subscribed),
            "master/frameworks_inactive": float(len(cluster.frameworks) - subscribed),
            "registrar/log/ensemble_size": float(standing.replicas),
            "registrar/log/recovered": float(master.registry.voting),
            "registrar/queued_operations": float(master.registry.queued),
            **master.registry.fetch_time.snapshot(),
            **master.registry.store_time.snapshot(),
            **allocator_metrics.of(cluster, master.allocator, master.shares),
        }
    )
    if master.recovered:
        values["registrar/registry_size_bytes"] = float(master.registry.size)
    if master.flags.publish_per_framework_metrics:
        for framework in [*cluster.frameworks.values(), *cluster.completed.values()]:
            values.update(framework_metrics.of(framework))
    values.update({f"system/{name}": float(value) for name, value in system_stats().items()})
    return dict(sorted(values.items()))


def system_stats() -> dict[str, float]:
    """Of the machine, under the names of the metrics."""
    one, five, fifteen = os.getloadavg()
    page = os.sysconf("SC_PAGE_SIZE")
    return {
        "load_1min": one,
        "load_5min": five,
        "load_15min": fifteen,
        "cpus_total": os.cpu_count() or 1,
        "mem_free_bytes": os.sysconf("SC_AVPHYS_PAGES") * page,
        "mem_total_bytes": os.sysconf("SC_PHYS_PAGES") * page,
    }
