# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of Marathon as quantities of Kubernetes, rounded up."""

from __future__ import annotations

import math

# What Mesos gives at least (MiB).
_LEAST_MEMORY = 32


def millis(cpus: float) -> str:
    return f"{math.ceil(round(cpus * 1000, 6))}m"


def memory(mem: float) -> str:
    return mebibytes(max(mem, _LEAST_MEMORY))


def mebibytes(size: float) -> str:
    return f"{int(size)}Mi" if size == int(size) else f"{math.ceil(round(size * 1024, 6))}Ki"
