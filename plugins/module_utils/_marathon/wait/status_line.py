# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far it is, in one line that only differs from the line before when something moved."""

from __future__ import annotations

from typing import Any

from ..diagnose import app as app_diagnosis


def of_app(app: dict[str, Any], deployment: dict[str, Any] | None = None) -> str:
    """app is what GET returns, deployment the one of /v2/deployments that works on it."""
    line = f"{app['id']}: {app_diagnosis.counts(app)}"
    changed_at = (app.get("versionInfo") or {}).get("lastConfigChangeAt", "")
    running = [task for task in app.get("tasks") or [] if task.get("state") == "TASK_RUNNING"]
    new = sum(task.get("version", "~") >= changed_at for task in running)
    if new < len(running):
        line += f", {new} of them new"
    return f"{line}; {of_deployment(deployment)}" if deployment else line


def of_deployment(deployment: dict[str, Any]) -> str:
    total = deployment.get("totalSteps") or len(deployment.get("steps", []))
    step = f"step {deployment.get('currentStep', 0)} of {total}"
    actions = sorted({str(action.get("action")) for action in deployment.get("currentActions", [])})
    return f"{step}, {', '.join(actions)}" if actions else step
