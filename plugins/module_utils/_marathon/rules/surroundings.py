# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Marathon's own settings and the groups around it decide about a definition, where that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..definition.apps import ancestors


@dataclass(frozen=True)
class Surroundings:
    """None stands for what is not known; default_network is empty where Marathon has none.

    enforced is the enforceRole of the top-level group.
    """

    mesos_role: str | None = None
    features: frozenset[str] | None = None
    default_network: str | None = None
    enforced: bool | None = None

    def lacks(self, feature: str) -> str | None:
        """Why something cannot be used here."""
        if self.features is None or feature in self.features:
            return None
        return f"needs the feature {feature} of Marathon, which is off: start it with --enable_features {feature}"

    def roles(self, path: str, current: str | None) -> list[str]:
        """Those that an app or a pod may have, the default one first; none where they are not known (api.md 4.6)."""
        if self.mesos_role is None:
            return []
        above = ancestors(path)
        if not above:
            return [self.mesos_role]
        if self.enforced is None:
            return []
        group = above[-1].strip("/")
        names = [group] if self.enforced else [self.mesos_role, group]
        return list(dict.fromkeys([*names, *([current] if current else [])]))


def of(settings: dict[str, Any], enforced: bool | None = None) -> Surroundings:
    """From the configuration that runs, and from what the top-level group says."""
    features = settings.get("features")
    known = features is not None
    return Surroundings(
        settings.get("mesos_role"),
        frozenset(features) if known else None,
        settings.get("default_network_name", "") if known else None,
        enforced,
    )
