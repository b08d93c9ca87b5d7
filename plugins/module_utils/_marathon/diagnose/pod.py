# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in words why a pod does not reach what is wanted, from its status, the launch queue and the deployments."""

from __future__ import annotations

import re
from typing import Any

from ..._words import one_line
from .. import timestamps
from . import failures, pod_endings
from . import offers as offer_diagnosis
from .stability import Endings

_LONGEST = 300
_FAILED_BY_ITSELF = re.compile(r"exited with status [1-9]")
_STATES = ("STABLE", "DEGRADED", "STAGING", "PENDING", "TERMINAL")


def explain(
    status: dict[str, Any],
    queue_item: dict[str, Any] | None = None,
    deployment: dict[str, Any] | None = None,
    endings: Endings | None = None,
) -> list[str]:
    """Sentences without a full stop, the most telling first, never none.

    status is what ::status returns, queue_item the pod's element of /v2/queue with lastUnusedOffers, deployment the
    element of /v2/deployments that works on it, endings what ended during the wait.
    """
    instances = status.get("instances") or []
    ended = _ended(status, endings or Endings())
    as_app = _as_app(status["spec"], instances, deployment)
    offers = offer_diagnosis.blocked(as_app, queue_item)
    reasons = [
        *([] if ended else offers),
        *ended,
        *_unmounted(status["spec"], ended),
        *_backing_off(queue_item, recorded=bool(ended)),
        *_degraded(instances),
        *_staging(status["spec"], instances),
        *_leaving(instances),
        *_outdated(status["spec"], instances),
        *(offers if ended else []),
    ]
    without = offer_diagnosis.without_offer(as_app, queue_item, seen=bool(instances or (endings and endings.count)))
    return reasons or without or _unexplained(deployment)


def counts(status: dict[str, Any]) -> str:
    wanted = status["spec"].get("scaling", {}).get("instances", 1)
    found = [instance.get("status") for instance in status.get("instances") or []]
    told = [f"{found.count(state)} {state}" for state in _STATES[1:] if state in found]
    return ", ".join([f"{found.count('STABLE')} of {wanted} instances are stable", *told])


def _as_app(pod: dict[str, Any], instances: list[dict[str, Any]], deployment: dict[str, Any] | None) -> dict[str, Any]:
    """What an offer must have for one instance, in the words of an app."""
    containers = pod.get("containers") or []
    wanted = [pod.get("executorResources") or {}, *(one.get("resources") or {} for one in containers)]
    placement = (pod.get("scheduling") or {}).get("placement") or {}
    rules = [
        [rule[name] for name in ("fieldName", "operator", "value") if name in rule]
        for rule in placement.get("constraints") or []
    ]
    endpoints = [endpoint for one in containers for endpoint in one.get("endpoints") or []]
    return {
        "id": pod["id"],
        "role": pod.get("role", "*"),
        "constraints": rules,
        "acceptedResourceRoles": placement.get("acceptedResourceRoles"),
        "requirePorts": True,
        "portDefinitions": [{"port": one["hostPort"]} for one in endpoints if one.get("hostPort") is not None],
        "tasks": [_as_task(one) for one in instances if one.get("agentHostname")],
        "instances": (pod.get("scaling") or {}).get("instances", 1),
        "upgradeStrategy": (pod.get("scheduling") or {}).get("upgrade"),
        "capacityField": "scheduling.upgrade.minimumHealthCapacity",
        "versionInfo": _version_info(pod, deployment),
        **{
            name: round(sum(float(one.get(name) or 0) for one in wanted), 3) for name in ("cpus", "mem", "disk", "gpus")
        },
    }


def _as_task(instance: dict[str, Any]) -> dict[str, Any]:
    endpoints = [endpoint for one in instance.get("containers") or [] for endpoint in one.get("endpoints") or []]
    return {
        "host": instance["agentHostname"],
        "version": timestamps.version_of_instance(instance) or "~",
        "state": "TASK_RUNNING" if instance.get("status") in ("STABLE", "DEGRADED") else instance.get("status"),
        "ports": [one["allocatedHostPort"] for one in endpoints if one.get("allocatedHostPort")],
    }


def _version_info(pod: dict[str, Any], deployment: dict[str, Any] | None) -> dict[str, str]:
    """The version of a pod does not tell whether it was scaled or changed, but its deployment does."""
    version = timestamps.to_milliseconds(pod.get("version", ""))
    actions = {
        str(one.get("action"))
        for one in (deployment or {}).get("currentActions") or []
        if pod["id"] in (one.get("pod"), one.get("app"))
    }
    changed = any(action.startswith("Restart") for action in actions)
    scaled = any(action.startswith("Scale") for action in actions)
    return {"lastConfigChangeAt": version if changed else "", "lastScalingAt": version if scaled else ""}


def _ended(status: dict[str, Any], endings: Endings) -> list[str]:
    """The latest end of an instance, unless it is older than the definition, with the container that caused it."""
    last = pod_endings.last_entry(status)
    often = failures.often(endings)
    if last is None:
        if endings.last is None:
            return []
        name = pod_endings.name_of({"containerId": endings.last.get("id")})
        said = _words(endings.last.get("message"))
        return [f"{often}the last was container {name} on {endings.last.get('host')}{f': {said}' if said else ''}"]
    message = _words(last.get("message"))
    # Those that Marathon stopped because of the one that ended tell nothing.
    told = [_termination(one) for one in last.get("containers") or [] if one.get("lastKnownState") != "TASK_KILLED"]
    details = "; ".join(text for text in told if text and text not in message)
    why = ": ".join(filter(None, (message, details))) or "Marathon tells no cause"
    culprit = pod_endings.culprit(last)
    name = f"container {pod_endings.name_of(culprit)}" if culprit else ""
    who = f" with {name}" if name and name not in why else ""
    return [f"{often}the last instance ended{who} at {last.get('terminatedAt', 'an unknown time')}: {why}"]


def _termination(container: dict[str, Any]) -> str:
    termination = container.get("termination") or {}
    message, code = _words(termination.get("message")), termination.get("exitCode")
    if not message and code is None:
        return ""
    return message or f"{pod_endings.name_of(container)} exited with status {code}"


def _unmounted(pod: dict[str, Any], ended: list[str]) -> list[str]:
    """What is not seen from here: no error tells that an agent does not mount an ephemeral volume."""
    ephemeral = [
        str(volume.get("name"))
        for volume in pod.get("volumes") or []
        if not any(volume.get(kind) for kind in ("host", "persistent", "secret"))
    ]
    if not ephemeral or not any(map(_FAILED_BY_ITSELF.search, ended)):
        return []
    names = f"volume {ephemeral[0]}" if len(ephemeral) == 1 else f"volumes {', '.join(ephemeral)}"
    return [
        f"if its containers do not find the {names}: agents mount that only with the isolator volume/sandbox_path "
        "(mesos_slave_isolation of the role mesos_slave)"
    ]


def _backing_off(item: dict[str, Any] | None, recorded: bool) -> list[str]:
    delay = (item or {}).get("delay") or {}
    if not item or delay.get("overdue", True):
        return []
    left = f"Marathon backs off after failures, next start in {delay.get('timeLeftSeconds', 0)} s"
    return [left if recorded else f"its instances end by themselves: the commands must keep running; {left}"]


def _degraded(instances: list[dict[str, Any]]) -> list[str]:
    reasons = []
    for instance in _in_state(instances, "DEGRADED"):
        where = f"on {instance.get('agentHostname', '?')}"
        sick = [text for one in instance.get("containers") or [] for text in _sick(one)]
        reasons.append(f"{'; '.join(sick) or _words(instance.get('message')) or 'an instance is degraded'} ({where})")
    return sorted(set(reasons))


def _sick(container: dict[str, Any]) -> list[str]:
    name = container.get("name")
    for condition in container.get("conditions") or []:
        if condition.get("name") != "healthy" or str(condition.get("value")).lower() != "false":
            continue
        if condition.get("reason") == "health-unreported-by-mesos":
            return [f"the health check of container {name} has no result yet"]
        ports = [
            f"{one['name']} (port {one['allocatedHostPort']})"
            for one in container.get("endpoints") or []
            if one.get("allocatedHostPort") and one.get("healthy") is False
        ]
        at = f" on {', '.join(ports)}" if ports else ""
        why = _words(container.get("message"))
        return [f"the health check of container {name} fails{at}{f': {why}' if why else ''}"]
    return []


def _staging(pod: dict[str, Any], instances: list[dict[str, Any]]) -> list[str]:
    staging = _in_state(instances, "STAGING")
    if not staging:
        return []
    images = sorted({one["image"]["id"] for one in pod.get("containers") or [] if (one.get("image") or {}).get("id")})
    doing = f"pulling {', '.join(images)} or starting the containers" if images else "starting the containers"
    waiting = sorted(
        {
            str(one.get("name"))
            for instance in staging
            for one in instance.get("containers") or []
            if one.get("status") != "TASK_RUNNING"
        }
    )
    left = f", {', '.join(waiting)} not running yet" if waiting else ""
    return [f"{_instances(staging)} staging on {_hosts(staging)}: {doing}{left}"]


def _leaving(instances: list[dict[str, Any]]) -> list[str]:
    leaving = _in_state(instances, "TERMINAL")
    if not leaving:
        return []
    ends = [
        f"container {one.get('name')}: {_words(one['termination'].get('message'))}"
        for instance in leaving
        for one in instance.get("containers") or []
        if one.get("status") in ("TASK_FAILED", "TASK_ERROR") and (one.get("termination") or {}).get("message")
    ]
    why = f" after {'; '.join(sorted(set(ends)))}" if ends else ""
    return [f"{_instances(leaving)} being stopped on {_hosts(leaving)}{why}"]


def _outdated(pod: dict[str, Any], instances: list[dict[str, Any]]) -> list[str]:
    version = timestamps.to_milliseconds(pod.get("version", ""))
    old = [one for one in _in_state(instances, "STABLE") if timestamps.version_of_instance(one) not in ("", version)]
    return [f"{_instances(old)} of an earlier version, on {_hosts(old)}"] if old else []


def _unexplained(deployment: dict[str, Any] | None) -> list[str]:
    if not deployment:
        return ["Marathon reports no reason; see its log"]
    actions = ", ".join(
        f"{action.get('action')} {action.get('pod') or action.get('app')}"
        for action in deployment.get("currentActions") or []
    )
    step = f", step {deployment.get('currentStep')} of {deployment.get('totalSteps')}: {actions}" if actions else ""
    return [f"deployment {deployment.get('id')} still runs{step}"]


def _in_state(instances: list[dict[str, Any]], state: str) -> list[dict[str, Any]]:
    return [instance for instance in instances if instance.get("status") == state]


def _instances(found: list[dict[str, Any]]) -> str:
    return "1 instance is" if len(found) == 1 else f"{len(found)} instances are"


def _hosts(found: list[dict[str, Any]]) -> str:
    return ", ".join(sorted({str(instance.get("agentHostname", "?")) for instance in found}))


def _words(text: Any) -> str:
    words = one_line(text or "")
    return words if len(words) <= _LONGEST else words[: _LONGEST - 3] + "..."
