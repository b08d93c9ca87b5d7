# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload as objects of Kubernetes."""

from __future__ import annotations

import math
from typing import Any

from ..model.workload import Workload
from ..names import Names, pods_service
from ..notes import DROPPED, KUBERNETES, MANUAL, Notes
from ..options import CRON_JOB, SERVICE, Options
from . import exposure, validate, volumes
from .pod import Pod


def objects(workload: Workload, names: Names, options: Options, notes: Notes) -> list[dict[str, Any]]:
    if workload.refusal:
        return []
    pod = Pod(workload, names.kubernetes, options, notes)
    found = [*pod.config_maps(), *volumes.claims(pod), _controller(pod)]
    if options.kind == SERVICE:
        found += exposure.services(pod)
        found += exposure.routes(pod)
        found += _disruption_budget(pod)
    elif workload.ports:
        notes.add(KUBERNETES, DROPPED, "/ports", "a job has no Service: nothing finds its ports")
    for problem in validate.problems(found):
        notes.add(KUBERNETES, MANUAL, "", f"Kubernetes would refuse it: {problem}")
    return found


def _disruption_budget(pod: Pod) -> list[dict[str, Any]]:
    """A drained node gives its pods away one after another."""
    if pod.workload.instances < 2:
        return []
    spec = {
        "maxUnavailable": 1,
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
        "selector": {"matchLabels": pod.labels},
    }
    return [pod.object("policy/v1", "PodDisruptionBudget", pod.name, spec=spec)]


def _controller(pod: Pod) -> dict[str, Any]:
    if pod.options.kind != SERVICE:
        return _job(pod)
    spec: dict[str, Any] = {"replicas": pod.workload.instances, "selector": {"matchLabels": pod.labels}}
    template = {"metadata": pod.template_metadata(), "spec": pod.spec()}
    if pod.workload.is_stateful:
        spec.update(
            serviceName=pods_service(pod.name),
            podManagementPolicy="Parallel",
            updateStrategy={"type": "RollingUpdate"},
            template=template,
            volumeClaimTemplates=volumes.claim_templates(pod),
        )
        return pod.object("apps/v1", "StatefulSet", pod.name, pod.annotations(), spec=spec)
    spec.update(strategy=_strategy(pod.workload), template=template)
    return pod.object("apps/v1", "Deployment", pod.name, pod.annotations(), spec=spec)


def _strategy(workload: Workload) -> dict[str, Any]:
    if workload.is_single:
        return {"type": "Recreate"}
    # 1 - 0.9 is a little less than 0.1 in binary numbers.
    unavailable = math.floor(round(100 * (1 - workload.min_healthy), 6))
    surge = math.floor(round(100 * workload.max_over, 6))
    steps: dict[str, Any] = {"maxUnavailable": f"{unavailable}%", "maxSurge": f"{surge}%"}
    if unavailable == 0 and surge == 0:
        # Marathon starts one more in this case too.
        steps = {"maxUnavailable": 0, "maxSurge": 1}
    return {"type": "RollingUpdate", "rollingUpdate": steps}


def _job(pod: Pod) -> dict[str, Any]:
    count = max(pod.workload.instances, 1)
    template = {"metadata": pod.template_metadata(), "spec": {**pod.spec(), "restartPolicy": "OnFailure"}}
    spec = {"completions": count, "parallelism": count, "template": template}
    if pod.options.kind != CRON_JOB:
        return pod.object("batch/v1", "Job", pod.name, pod.annotations(), spec=spec)
    timed = {
        "schedule": pod.options.schedule.strip(),
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "jobTemplate": {"spec": spec},
    }
    return pod.object("batch/v1", "CronJob", pod.name, pod.annotations(), spec=timed)
