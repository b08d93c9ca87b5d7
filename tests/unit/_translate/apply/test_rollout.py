"""Why pods are not ready, in the words that an operator needs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate.apply import rollout


def workload(**status: Any) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "shop"}
    return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": 2}, "status": status}


def pod(name: str = "web-1", ready: bool = False, conditions: tuple[Any, ...] = (), **container: Any) -> dict[str, Any]:
    conditions = ({"type": "Ready", "status": str(ready)}, *conditions)
    status = {"phase": "Pending", "conditions": list(conditions)}
    if container:
        status["containerStatuses"] = [{"name": "main", "image": "nginx:9", "ready": ready, **container}]
    return {"metadata": {"name": name}, "status": status}


def event(reason: str, message: str, name: str = "web-1", time: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    return {"reason": reason, "message": message, "involvedObject": {"name": name}, "lastTimestamp": time}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


UNSCHEDULED = {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available: 3 Insufficient cpu."}


@pytest.mark.parametrize(
    ("pods", "events", "words"),
    [
        (
            [pod(**waiting("ImagePullBackOff", 'Back-off pulling image "nginx:9"'))],
            [],
            'container main: ImagePullBackOff, image nginx:9 (Back-off pulling image "nginx:9"); correct the image',
        ),
        (
            [pod(conditions=(UNSCHEDULED,))],
            [],
            "not scheduled (0/3 nodes are available: 3 Insufficient cpu); free resources",
        ),
        (
            [pod(**waiting("CreateContainerConfigError", 'secret "a" not found'))],
            [],
            'CreateContainerConfigError (secret "a" not found); create the Secret or ConfigMap',
        ),
        (
            [
                pod(
                    **waiting("CrashLoopBackOff"),
                    lastState={"terminated": {"exitCode": 3, "reason": "Error"}},
                    restartCount=4,
                )
            ],
            [],
            "container main ended with status 3 (Error, 4 restarts); read its output: kubectl logs --previous",
        ),
        (
            [pod(state={"terminated": {"exitCode": 1, "reason": "Error", "message": "no\nport"}})],
            [],
            "ended with status 1 (Error) (no port); read its output",
        ),
        (
            [pod(**waiting("CrashLoopBackOff"), lastState={"terminated": {"exitCode": 137, "reason": "OOMKilled"}})],
            [],
            "used more memory than its limit and was killed; give it more memory",
        ),
        (
            [pod(state={"running": {}})],
            [
                event("Unhealthy", "Readiness probe failed: 404", time="2026-01-01T00:00:05Z"),
                event("Unhealthy", "Readiness probe failed: refused"),
                event("Unhealthy", "of another pod", name="api-1", time="2026-01-01T00:00:09Z"),
            ],
            "runs and is not ready (Readiness probe failed: 404); compare port and path",
        ),
        (
            [pod(**waiting("ContainerCreating"))],
            [event("FailedMount", 'persistentvolumeclaim "data" not found')],
            'a volume is not there (persistentvolumeclaim "data" not found); create the volume',
        ),
        ([pod(**waiting("ContainerCreating"))], [], "phase Pending; wait longer"),
        (
            [],
            [event("FailedCreate", "exceeded quota", name="web-6b4")],
            "no pod can be made (exceeded quota); see the quota",
        ),
        ([], [], "the cluster says no reason; wait longer"),
        ([pod(ready=True, state={"running": {}})], [], "the cluster says no reason"),
    ],
)
def test_causes_with_remedies(pods: list[Any], events: list[Any], words: str) -> None:
    found = rollout.why(workload(readyReplicas=1), pods, events)
    assert found.startswith("Deployment shop/web: 1 of 2 pods are ready. ")
    assert words in found


def test_pods_with_one_cause_are_told_once() -> None:
    bad = waiting("ErrImagePull", "not found")
    pods = [pod("a", **bad), pod("b", **bad), pod("c", state={"running": {}})]
    found = rollout.why(workload(), pods, [])
    assert found.count("ErrImagePull") == 1
    assert "a and 1 more: container main: ErrImagePull" in found
    assert "c: container main runs and is not ready" in found
    assert "0 of 2 pods" in found


def test_conditions_of_the_workload() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "message": "forbidden by a rule"}
    found = rollout.why(workload(conditions=[failure]), [], [])
    assert "no pod can be made (forbidden by a rule)" in found
    stuck = {"type": "Progressing", "status": "False", "message": "has timed out progressing"}
    found = rollout.why(workload(conditions=[stuck]), [], [])
    assert "the rollout does not go on (has timed out progressing)" in found


def test_an_init_container_and_a_daemon_set() -> None:
    one = pod(**waiting("PodInitializing"))
    fetch = {"name": "fetch", "ready": False, "state": {"terminated": {"exitCode": 6}}}
    one["status"]["initContainerStatuses"] = [fetch]
    status = {"desiredNumberScheduled": 3}
    daemons = {"kind": "DaemonSet", "metadata": {"name": "agent"}, "spec": {}, "status": status}
    found = rollout.why(daemons, [one], [])
    words = "DaemonSet default/agent: 0 of 3 pods are ready. web-1: container fetch ended with status 6"
    assert found.startswith(words)
