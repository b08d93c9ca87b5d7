"""``/v2/info``, ``/v2/leader``, ``/ping``, ``/metrics`` and the other small ones."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from labengine import BUILD_USER, LAB_ENGINE_VERSION, MARATHON_VERSION
from labengine.common.zk import ZkUrl
from labengine.marathon import backup
from labengine.marathon.api import media
from labengine.marathon.api.http import answer
from labengine.marathon.definition import errors
from labengine.marathon.instances import RUNNING, STAGING
from labengine.marathon.leader import Leader

_MILLISECONDS = (
    "decline_offer_duration",
    "mesos_heartbeat_interval",
    "min_revive_offers_interval",
    "offer_matching_timeout",
    "on_elected_prepare_timeout",
    "reconciliation_initial_delay",
    "reconciliation_interval",
    "scale_apps_initial_delay",
    "scale_apps_interval",
    "task_launch_confirm_timeout",
    "task_launch_timeout",
    "task_lost_expunge_initial_delay",
    "task_lost_expunge_interval",
    "task_reservation_timeout",
)
_PLAIN = (
    "access_control_allow_origin",
    "checkpoint",
    "default_network_name",
    "env_vars_prefix",
    "executor",
    "framework_name",
    "ha",
    "hostname",
    "local_port_max",
    "local_port_min",
    "maintenance_mode",
    "master",
    "max_instances_per_offer",
    "mesos_bridge_name",
    "mesos_heartbeat_failure_threshold",
    "mesos_role",
    "mesos_user",
    "store_cache",
    "webui_url",
)
ABDICATION_SECONDS = 0.5


async def info(leader: Leader, _request: Request) -> Response:
    flags = leader.flags
    config: dict[str, Any] = {name: getattr(flags, name) for name in _PLAIN}
    config |= {name: round(getattr(flags, name) * 1000) for name in _MILLISECONDS}
    config |= {
        "master": _masked(flags.master),
        "mesos_leader_ui_url": flags.mesos_leader_ui_url or leader.scheduler.master_url,
        "new_group_enforce_role": flags.new_group_enforce_role.title(),
        "failover_timeout": round(flags.failover_timeout),
        "features": flags.enable_features or [],
        "leader_proxy_connection_timeout_ms": round(flags.leader_proxy_connection_timeout * 1000),
        "leader_proxy_read_timeout_ms": round(flags.leader_proxy_read_timeout * 1000),
        "launch_token": flags.launch_tokens,
        "launch_token_refresh_interval": round(flags.launch_token_refresh_interval * 1000),
    }
    zookeeper = {
        "zk": _masked(flags.zk),
        "zk_compression": flags.zk_compression,
        "zk_compression_threshold": flags.zk_compression_threshold,
        "zk_connection_timeout": round(flags.zk_connection_timeout * 1000),
        "zk_max_node_size": flags.zk_max_node_size,
        "zk_max_versions": flags.zk_max_versions,
        "zk_session_timeout": round(flags.zk_session_timeout * 1000),
        "zk_timeout": round(flags.zk_timeout * 1000),
    }
    return answer(
        {
            "name": "marathon",
            "version": MARATHON_VERSION,
            # Clients make objects of this answer and take no other keys than Marathon's.
            "buildref": f"{BUILD_USER} {LAB_ENGINE_VERSION}",
            "elected": True,
            "leader": _host_port(leader),
            "frameworkId": leader.state.framework_id,
            "marathon_config": config,
            "zookeeper_config": zookeeper,
            "http_config": {"http_port": flags.http_port, "https_port": flags.https_port},
        }
    )


def _masked(url: str) -> str:
    return str(ZkUrl.parse(url)) if url.startswith("zk://") else url


def _host_port(leader: Leader) -> str:
    return leader.url.partition("://")[2]


async def show_leader(leader: Leader, _request: Request) -> Response:
    return answer({"leader": _host_port(leader)})


async def abdicate(leader: Leader, request: Request) -> Response:
    into, out_of = (request.query_params.get(name) for name in ("backup", "restore"))
    for uri in (into, out_of):
        if uri is not None:
            backup.check(uri)
    if into or out_of:
        backup.order(leader.state.store, into, out_of)
        await leader.state.store.flush()
    # The answer goes out first.
    asyncio.get_running_loop().call_later(ABDICATION_SECONDS, leader.give_up)
    return answer({"message": "Leadership abdicated"})


async def ping(_leader: Leader, request: Request) -> Response:
    """In the form that the client likes; nothing but the status where it likes none."""
    kind = media.chosen(request.headers.get("accept"), (media.TEXT, media.HTML, media.JSON))
    if kind is None:
        return Response(status_code=204)
    text = json.dumps("pong") if kind == media.JSON else "pong"
    # Without the charset that a text would get otherwise.
    return Response(text, headers={"Content-Type": kind})


async def plugins(_leader: Leader, _request: Request) -> Response:
    return answer({"plugins": []})


def _gauges(leader: Leader) -> dict[str, float]:
    instances = list(leader.tracker)
    return {
        "marathon.apps.active.gauge": sum(1 for _app in leader.state.tree.apps_below("/")),
        "marathon.pods.active.gauge": sum(1 for _pod in leader.state.tree.pods_below("/")),
        "marathon.groups.active.gauge": len(leader.state.tree.groups),
        "marathon.deployments.active.gauge": sum(1 for _one in leader.deployments),
        "marathon.instances.running.gauge": sum(one.state == RUNNING for one in instances),
        "marathon.instances.staged.gauge": sum(one.state == STAGING for one in instances),
    }


async def metrics(leader: Leader, _request: Request) -> Response:
    return answer(
        {
            "version": "4.0.0",
            "gauges": {name: {"value": value} for name, value in _gauges(leader).items()},
            "counters": {},
            "histograms": {},
            "meters": {},
            "timers": {},
        }
    )


async def prometheus(leader: Leader, _request: Request) -> Response:
    if not leader.flags.metrics_prometheus:
        raise errors.not_found("Prometheus reporter is disabled")
    lines = []
    for name, value in _gauges(leader).items():
        name = name.replace(".", "_")
        lines += [f"# TYPE {name} gauge", f"{name} {value}"]
    return PlainTextResponse("\n".join(lines) + "\n")
