# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of Marathon in the units of the Engine API."""

from __future__ import annotations

import math

NANOSECONDS = 1_000_000_000
# What Mesos gives at least (MiB).
_LEAST_MEMORY = 32
_LEAST_NANO_CPUS = 1_000_000


def nano_cpus(cpus: float) -> int:
    """0 is none; the Engine takes no less than a thousandth of a CPU."""
    return max(round(cpus * 1_000_000_000), _LEAST_NANO_CPUS) if cpus > 0 else 0


def mebibytes(mem: float) -> int:
    return math.ceil(max(mem, _LEAST_MEMORY) * 1_048_576)
