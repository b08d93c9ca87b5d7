# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: why the pods of a workload are not ready, from what a cluster of Kubernetes tells of them."""

from __future__ import annotations

from typing import Any

from ..._words import one_line

_REMEDIES = {
    "image": "correct the image, or let the nodes reach its registry (imagePullSecrets for a login)",
    "schedule": "free resources, or set the labels of nodes that REPORT.md lists",
    "config": "create the Secret or ConfigMap that it names",
    "crash": "read its output: kubectl logs --previous",
    "memory": "give it more memory (mem of the app, or the option mem_headroom)",
    "probe": "compare port and path of the probe with what the app serves",
    "volume": "create the volume or claim that it names",
    "create": "see the quota and the admission rules of the namespace",
    "slow": "wait longer (kubernetes_wait_timeout), or see kubectl describe pod",
}
_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable")
_CONFIG = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")


def why(workload: dict[str, Any], pods: list[dict[str, Any]], events: list[dict[str, Any]]) -> str:
    """Sentences with the state, the causes and the remedies."""
    metadata, status = workload["metadata"], workload.get("status") or {}
    label = f"{workload['kind']} {metadata.get('namespace', 'default')}/{metadata['name']}"
    wanted = workload["spec"].get("replicas", status.get("desiredNumberScheduled", 1))
    ready = status.get("readyReplicas", status.get("numberReady")) or 0
    found: dict[str, list[str]] = {}
    for pod in pods:
        cause = _of_pod(pod, events)
        if cause:
            found.setdefault(cause, []).append(pod["metadata"]["name"])
    if not found:
        found = {cause: [] for cause in _of_workload(workload, events)}
    if not found:
        kind = "slow"
        found = {f"the cluster says no reason; {_REMEDIES[kind]}": []}
    causes = ". ".join(f"{f'{_names(names)}: ' if names else ''}{cause}" for cause, names in found.items())
    return f"{label}: {ready} of {wanted} pods are ready. {causes}."


def _names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _of_pod(pod: dict[str, Any], events: list[dict[str, Any]]) -> str:
    status = pod.get("status") or {}
    conditions = {one.get("type"): one for one in status.get("conditions") or []}
    if (conditions.get("Ready") or {}).get("status") == "True" or status.get("phase") == "Succeeded":
        return ""
    scheduled = conditions.get("PodScheduled") or {}
    if scheduled.get("status") == "False":
        return _sentence("not scheduled", scheduled.get("message"), "schedule")
    of_containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    for container in of_containers:
        if not container.get("ready"):
            cause = _of_container(container, pod, events)
            if cause:
                return cause
    told = _last(events, pod["metadata"]["name"], ("FailedMount", "FailedAttachVolume"))
    if told:
        return _sentence("a volume is not there", told, "volume")
    told = _last(events, pod["metadata"]["name"], ("Failed", "FailedCreatePodSandBox"))
    return _sentence(f"phase {status.get('phase', 'Unknown')}", told or status.get("message"), "slow")


def _of_container(container: dict[str, Any], pod: dict[str, Any], events: list[dict[str, Any]]) -> str:
    name = container.get("name", "")
    state = container.get("state") or {}
    waiting, ended = state.get("waiting") or {}, state.get("terminated") or {}
    last = (container.get("lastState") or {}).get("terminated") or {}
    reason = waiting.get("reason", "")
    if reason in _IMAGE:
        words = f"container {name}: {reason}, image {container.get('image', '?')}"
        return _sentence(words, waiting.get("message"), "image")
    if reason in _CONFIG:
        return _sentence(f"container {name}: {reason}", waiting.get("message"), "config")
    ended = ended or last
    if ended.get("reason") == "OOMKilled":
        return _sentence(f"container {name} used more memory than its limit and was killed", None, "memory")
    if ended and (reason == "CrashLoopBackOff" or ended.get("exitCode")):
        restarts = f", {container.get('restartCount')} restarts" if container.get("restartCount") else ""
        words = f"container {name} ended with status {ended.get('exitCode')} ({ended.get('reason', '?')}{restarts})"
        return _sentence(words, ended.get("message"), "crash")
    if state.get("running") is not None:
        told = _last(events, pod["metadata"]["name"], ("Unhealthy",))
        return _sentence(f"container {name} runs and is not ready", told, "probe")
    return ""


def _of_workload(workload: dict[str, Any], events: list[dict[str, Any]]) -> list[str]:
    """There are no pods, or they are all well."""
    conditions = (workload.get("status") or {}).get("conditions") or []
    failed = [one for one in conditions if one.get("type") == "ReplicaFailure" and one.get("status") == "True"]
    told = [one.get("message") for one in failed]
    told.append(_last(events, workload["metadata"]["name"], ("FailedCreate",)))
    if any(told):
        return [_sentence("no pod can be made", next(filter(None, told)), "create")]
    stuck = [one for one in conditions if one.get("type") == "Progressing" and one.get("status") == "False"]
    return [_sentence("the rollout does not go on", one.get("message"), "slow") for one in stuck]


def _last(events: list[dict[str, Any]], name: str, reasons: tuple[str, ...]) -> str:
    """The newest text of such an event of the object, or of what has its name and an ending."""
    found = [
        one
        for one in events
        if one.get("reason") in reasons
        and ((one.get("involvedObject") or {}).get("name") or "").startswith(name)
        and one.get("message")
    ]
    found.sort(key=lambda one: one.get("lastTimestamp") or one.get("eventTime") or "")
    return str(found[-1]["message"]) if found else ""


def _sentence(words: str, told: Any, kind: str) -> str:
    reason = one_line(told or "").rstrip(".")
    return f"{words}{f' ({reason})' if reason else ''}; {_REMEDIES[kind]}"
