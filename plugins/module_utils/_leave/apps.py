# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what of an app counts when it leaves Marathon, and what the load balancers need once it is gone there."""

from __future__ import annotations

import hashlib
import re
import typing as t

App = t.Mapping[str, t.Any]

FRAMEWORK = "DCOS_PACKAGE_FRAMEWORK_NAME"
SINGLE_INSTANCE = "MARATHON_SINGLE_INSTANCE_APP"
GROUP = "HAPROXY_DEPLOYMENT_GROUP"
_LOCAL = re.compile(r"(localhost|127\.[0-9.]+)(:[0-9]+)?/")
_SERVED_BY = ("networks", "portDefinitions", "ports", "ipAddress", "version", "versionInfo")
_HTTP = ("HTTP", "HTTPS", "MESOS_HTTP", "MESOS_HTTPS")


def directory_name(app_id: str) -> str:
    """Of its state below the directory of all. Two ids with the same letters have two names."""
    name = app_id.strip("/").replace("/", "_")
    return name if "_" not in app_id else "%s-%s" % (name, hashlib.sha256(app_id.encode()).hexdigest()[:8])


def seen(app: App) -> dict[str, t.Any]:
    """Without environment and commands, which may have secrets."""
    labels = app.get("labels") or {}
    container = app.get("container") or {}
    volumes = container.get("volumes") or []
    docker = container.get("docker") or {}
    mappings = container.get("portMappings") or docker.get("portMappings") or []
    is_fixed = any(one.get("hostPort") for one in mappings) or bool(app.get("requirePorts"))
    return {
        "instances": int(app.get("instances", 1)),
        "running": int(app.get("tasksRunning") or 0),
        "healthy": int(app.get("tasksHealthy") or 0),
        "is_checked": bool(app.get("healthChecks")),
        "deployments": [str(one.get("id")) for one in app.get("deployments") or []],
        "framework": str(labels.get(FRAMEWORK) or ""),
        "deployment_group": str(labels.get(GROUP) or ""),
        "is_single": str(labels.get(SINGLE_INSTANCE) or "").lower() == "true",
        "has_fixed_ports": is_fixed,
        "persistent": sorted(str(one.get("containerPath")) for one in volumes if one.get("persistent")),
        "external": sorted(str(one.get("containerPath")) for one in volumes if one.get("external")),
        "local_image": bool(_LOCAL.match(str(docker.get("image") or ""))),
        "image": str(docker.get("image") or ""),
    }


def served(app: App) -> dict[str, t.Any]:
    """What the agent of a load balancer reads of a definition: labels, ports and checks, and nothing else."""
    found: dict[str, t.Any] = {"id": app["id"]}
    found.update({name: app[name] for name in _SERVED_BY if app.get(name) is not None})
    labels = app.get("labels") or {}
    found["labels"] = {name: value for name, value in labels.items() if str(name).startswith("HAPROXY_")}
    checks = app.get("healthChecks") or []
    found["healthChecks"] = [one for one in checks if one.get("protocol") != "COMMAND" and "command" not in one]
    container = app.get("container") or {}
    docker = container.get("docker") or {}
    kept = {name: docker[name] for name in ("network", "portMappings") if docker.get(name)}
    mappings = {"portMappings": container["portMappings"]} if container.get("portMappings") else {}
    if kept or mappings:
        found["container"] = {**mappings, **({"docker": kept} if kept else {})}
    return found


def differing(saved: App, live: App) -> list[str]:
    """The fields in which a definition is not the saved one. The instances are what the way itself changes."""
    names = {*saved, *live} - {"instances"}
    return sorted(name for name in names if saved.get(name) != live.get(name))


def questions(state: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """How each task of the swarm is asked directly, at each port that load balancers serve."""
    return [
        {**_question(state["app"], int(index), mode), "address": address, "port": state["ports"][index]}
        for address in state["running"]
        for index, mode in sorted(state["modes"].items())
    ]


def _question(app: App, index: int, mode: str) -> dict[str, t.Any]:
    """As clients ask, and where the health check asks."""
    labels = app.get("labels") or {}
    found: dict[str, t.Any] = {"mode": mode, "host": "", "path": "/", "tls": False, "checked": False}
    hosts = str(labels.get("HAPROXY_%d_VHOST" % index) or "")
    found["host"] = hosts.partition(",")[0].strip()
    for check in app.get("healthChecks") or []:
        if check.get("protocol") in _HTTP and check.get("port") is None and int(check.get("portIndex") or 0) == index:
            found.update(
                path=check.get("path") or "/", tls=str(check["protocol"]).endswith("HTTPS"), checked=mode == "http"
            )
            break
    return found
