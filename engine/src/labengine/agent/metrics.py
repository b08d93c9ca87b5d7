"""``/metrics/snapshot`` of an agent."""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labengine.common.resources import SCALARS, Resources

if TYPE_CHECKING:
    from labengine.agent.agent import Agent

TASK_STATES = ("failed", "finished", "gone", "killed", "killing", "lost", "running", "staging", "starting")
TERMINAL_STATES = ("failed", "finished", "gone", "killed", "lost")


# What the engine never does: it provisions no images of its own and has no resource providers.
NEVER = (
    "containerizer/mesos/container_destroy_errors",
    "containerizer/mesos/provisioner/bind/remove_rootfs_errors",
    "containerizer/mesos/provisioner/remove_container_errors",
    "gc/path_removals_failed",
    "resource_provider_manager/events/disconnect",
    "resource_provider_manager/events/subscribe",
    "resource_provider_manager/subscribed",
    "slave/executors_preempted",
)


@dataclass
class Counters:
    """What only ever grows while the agent runs."""

    started: float = field(default_factory=time.time)
    recovery_seconds: float = 0.0
    launch_errors: int = 0
    fetches: int = 0
    valid_updates: int = 0
    executors_terminated: int = 0
    sandboxes_removed: int = 0
    image_pull_ms: float | None = None
    terminal: Counter[str] = field(default_factory=Counter)


def snapshot(agent: Agent) -> dict[str, float]:
    counters = agent.context.counters
    total = Resources.parse(agent.info["resources"]).summary()
    used = Resources.parse(item for task in agent.tasks.values() for item in task.record.resources).summary()
    result: dict[str, float] = {
        **dict.fromkeys(NEVER, 0.0),
        "containerizer/fetcher/task_fetches_failed": 0.0,
        "containerizer/fetcher/task_fetches_succeeded": counters.fetches,
        "gc/path_removals_pending": sum(1 for _path in agent.context.checkpoint.old_sandboxes(math.inf)),
        "gc/path_removals_succeeded": counters.sandboxes_removed,
        "slave/container_launch_errors": counters.launch_errors,
        "slave/executor_directory_max_allowed_age_secs": agent.context.flags.gc_delay,
        "slave/executors_registering": 0.0,
        "slave/executors_running": len(agent.tasks),
        "slave/executors_terminated": counters.executors_terminated,
        "slave/executors_terminating": 0.0,
        "slave/frameworks_active": len({task.record.framework_id for task in agent.tasks.values()}),
        "slave/invalid_framework_messages": 0.0,
        "slave/invalid_status_updates": 0.0,
        "slave/recovery_errors": 0.0,
        "slave/recovery_time_secs": counters.recovery_seconds,
        "slave/registered": float(agent.link.subscribed),
        "slave/uptime_secs": time.time() - counters.started,
        "slave/valid_framework_messages": 0.0,
        "slave/valid_status_updates": counters.valid_updates,
    }
    if counters.image_pull_ms is not None:
        result["containerizer/docker/image_pull_ms"] = counters.image_pull_ms
    for name in SCALARS:
        result[f"slave/{name}_total"] = total[name]
        result[f"slave/{name}_used"] = used[name]
        result[f"slave/{name}_percent"] = used[name] / total[name] if total[name] else 0.0
        for kind in ("percent", "total", "used"):
            result[f"slave/{name}_revocable_{kind}"] = 0.0
    live = Counter(task.record.state for task in agent.tasks.values())
    for state in TASK_STATES:
        source = counters.terminal if state in TERMINAL_STATES else live
        result[f"slave/tasks_{state}"] = source[f"TASK_{state.upper()}"]
    result.update(_system())
    return {name: float(value) for name, value in sorted(result.items())}


def _system() -> dict[str, Any]:
    one, five, fifteen = os.getloadavg()
    page = os.sysconf("SC_PAGE_SIZE")
    return {
        "system/cpus_total": os.cpu_count() or 1,
        "system/load_1min": one,
        "system/load_5min": five,
        "system/load_15min": fifteen,
        "system/mem_free_bytes": os.sysconf("SC_AVPHYS_PAGES") * page,
        "system/mem_total_bytes": os.sysconf("SC_PHYS_PAGES") * page,
    }
