# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which units somebody else has masked or stopped."""

from __future__ import annotations

import os
import typing as t

from . import started

PROPERTIES = "LoadState,ActiveState,UnitFileState,ActiveEnterTimestampMonotonic,InactiveEnterTimestamp"


def parse(units: t.Sequence[str], output: str) -> dict[str, dict[str, str]]:
    """The properties by unit, from the output of ``systemctl show`` for several units, in their order."""
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in output.split("\n\n")]
    return {unit: blocks[place] for place, unit in enumerate(units[: len(blocks)])}


def state(unit: str, shown: t.Mapping[str, str], exists: t.Callable[[str], bool] = os.path.exists) -> dict[str, t.Any]:
    """C(masked) and C(stopped), since when it is, where somebody else did that.

    Units of the roles record each start, and what the roles themselves stop has no record any more. Others, as
    Docker's, must have run since the host was booted, and have to run at boot.
    """
    recorded = exists(started.record_file(unit))
    has_run = recorded or (
        shown.get("UnitFileState") == "enabled" and shown.get("ActiveEnterTimestampMonotonic", "0") != "0"
    )
    masked = shown.get("LoadState") == "masked" and not exists(started.mask_file(unit))
    down = shown.get("ActiveState") == "inactive" and has_run and shown.get("LoadState") == "loaded"
    since = shown.get("InactiveEnterTimestamp") or "an unknown time"
    return {"masked": masked, "stopped": since if down else None}
