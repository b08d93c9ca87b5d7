# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One method for every endpoint of the Marathon API that is used here, by what it is about."""

from __future__ import annotations

from typing import Callable, ContextManager

from .apps import Apps
from .deployments import Deployments
from .groups import Groups
from .pods import Pods
from .server import Server
from .tasks import Tasks


class Client(Apps, Groups, Tasks, Deployments, Pods, Server):
    def limited(self, left: Callable[[], float]) -> ContextManager[None]:
        """What is asked inside takes no longer than the seconds that are left, and is not repeated."""
        return self._http.limited(left)

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self._http.requests
