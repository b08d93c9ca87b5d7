# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of a container. Readiness always: what is not ready gets no requests and stops an update."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..model.workload import COMMAND, HTTP, Check, Container
from ..notes import APPROXIMATE

if TYPE_CHECKING:
    from .pod import Pod

# A probe at the start, and one that keeps requests away, is asked at least this often (seconds).
_LONGEST_PERIOD = 10


def probes(pod: Pod, given: Container) -> dict[str, Any]:
    found: dict[str, Any] = {}
    check = given.check
    if check is not None:
        period = min(check.interval, _LONGEST_PERIOD)
        if check.failures:
            attempts = math.ceil((check.grace + check.failures * check.interval) / period)
            found["startupProbe"] = {**_probe(check, period, max(attempts, 1)), **_delay(check)}
            found["livenessProbe"] = _probe(check, check.interval, check.failures)
        else:
            text = "0 means never kill: no liveness and no startup probe is written, only readiness"
            pod.note(APPROXIMATE, f"{check.at}/maxConsecutiveFailures", text)
        # Marathon calls a task unhealthy after the first failure.
        found["readinessProbe"] = _probe(check, period, 1)
    if given.readiness is not None:
        ready = given.readiness
        found["readinessProbe"] = {**_probe(ready, ready.interval, 1), **_delay(ready)}
    return found


def _delay(check: Check) -> dict[str, Any]:
    return {"initialDelaySeconds": check.delay} if check.delay else {}


def _probe(check: Check, period: int, failures: int) -> dict[str, Any]:
    return {
        **_handler(check),
        "periodSeconds": period,
        "timeoutSeconds": check.timeout,
        "failureThreshold": failures,
    }


def _handler(check: Check) -> dict[str, Any]:
    if check.kind == COMMAND:
        # Nothing is expanded in the command of a probe.
        return {"exec": {"command": list(check.argv) or ["/bin/sh", "-c", check.shell or ""]}}
    if check.kind == HTTP:
        return {"httpGet": {"path": check.path, "port": check.port, "scheme": check.scheme}}
    return {"tcpSocket": {"port": check.port}}
