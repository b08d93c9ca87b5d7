# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes back a deployment of one pod that did not come to its end."""

from __future__ import annotations

from typing import Any

from ..._words import ended
from ..api.client import Client
from ..definition import pod as pod_definition
from ..errors import DefinitionError, MarathonError, Missing, WaitFailed


def rolled_back(
    client: Client, failure: MarathonError, deployment_id: str, before: dict[str, Any] | None
) -> WaitFailed:
    """The failure with what became of it; before is the pod as it was, None if the write created it."""
    try:
        if before is not None:
            pod_definition.check_harmless(pod_definition.declared(before))
        undoing = client.delete_deployment(deployment_id, force=False)
    except DefinitionError as harm:
        # What no write brings about, a rollback must not either.
        return WaitFailed(
            f"{ended(failure)} It was not rolled back, because of what it was before: {harm}", **failure.facts
        )
    except Missing:
        return WaitFailed(
            f"{ended(failure)} It was not rolled back, because deployment {deployment_id} has ended", **failure.facts
        )
    except MarathonError as error:
        return WaitFailed(f"{ended(failure)} It could not be rolled back: {error}", **failure.facts)
    return WaitFailed(
        f"{ended(failure)} It is being rolled back to what it was before (deployment {undoing})",
        **{**failure.facts, "rollback_deployment_id": undoing},
    )
