# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of deployments and of the launch queue."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .groups import steps_of
from .resource import Resource, deployment_id, known, listed, path_of, switched


class Deployments(Resource):
    def deployments(self) -> list[dict[str, Any]]:
        """The running ones; one that has ended, in whatever way, is not listed any more."""
        running = listed(self._need("/v2/deployments"))
        return [{**entry, "steps": steps_of(entry.get("steps"))} for entry in running]

    def delete_deployment(self, deployment: str, force: bool) -> str | None:
        """Without force the new deployment that undoes it. With force it is dropped where it stands, which starts none.

        Raises Missing where it has ended already.
        """
        path = f"/v2/deployments/{quote(deployment)}"
        return deployment_id(self._write("DELETE", path, switched(force=force), names=(deployment,)))

    def queue(self, offers: bool = True) -> list[dict[str, Any]]:
        """What waits to be launched, with the last offers that were not used."""
        answer = self._need("/v2/queue", {"embed": "lastUnusedOffers"} if offers else None)
        return listed(answer, "queue")

    def reset_delay(self, run_spec_id: str) -> bool:
        """End the back-off of an app or pod; False where nothing of it waits to be launched."""
        return known(self._sent("DELETE", path_of("queue", run_spec_id, "/delay")), run_spec_id) is not None
