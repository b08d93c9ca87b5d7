# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the last status of a task says about its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping

# The words of the executors of Mesos for a command and for a container.
_EXITED = re.compile(r"exited with status (\d+)")


@dataclass(frozen=True)
class Ending:
    state: str
    reason: str = ""
    message: str = ""

    @property
    def rc(self) -> int | None:
        """The exit status; None where the command did not exit by itself."""
        found = _EXITED.search(self.message)
        return int(found[1]) if found else None

    @property
    def succeeded(self) -> bool:
        return self.state == "TASK_FINISHED"

    @property
    def words(self) -> str:
        return self.message or self.reason or self.state


def ending(status: Mapping[str, Any]) -> Ending:
    return Ending(str(status.get("state")), str(status.get("reason") or ""), str(status.get("message") or "").strip())
