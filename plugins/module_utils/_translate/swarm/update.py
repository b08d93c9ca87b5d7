# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a service replaces its tasks."""

from __future__ import annotations

import math
from typing import Any

from ..model.workload import Workload


def config(workload: Workload) -> dict[str, Any]:
    order, parallelism = _steps(workload)
    return {"Order": order, "Parallelism": parallelism, "FailureAction": "pause"}


def _steps(workload: Workload) -> tuple[str, int]:
    count, healthy, over = workload.instances, workload.min_healthy, workload.max_over
    if workload.is_single:
        return "stop-first", 1
    if over > 0 and not workload.is_stateful:
        return "start-first", max(1, math.floor(round(count * over, 6)))
    if healthy < 1:
        # 0 is all of them at once.
        return "stop-first", 0 if healthy == 0 else max(1, count - math.ceil(round(count * healthy, 6)))
    # Marathon starts one more here too, but what has a volume of its own cannot run twice.
    return ("stop-first" if workload.is_stateful else "start-first"), 1
