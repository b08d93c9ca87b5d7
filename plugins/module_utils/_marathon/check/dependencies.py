# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dependencies on what does not exist, which Marathon takes and ignores (api.md 4.4)."""

from __future__ import annotations

from typing import Collection, Iterable

from ..api.client import Client
from ..errors import MarathonError


def unmet(client: Client, dependent: str, names: Iterable[str], known: Collection[str] = ()) -> list[str]:
    """One sentence for every name that is neither known nor on this Marathon."""
    return [sentence(dependent, name) for name in names if name not in known and not exists(client, name)]


def sentence(dependent: str, name: str) -> str:
    return (
        f"{dependent} depends on {name}, which does not exist, and Marathon ignores such a dependency: correct the id "
        f"in dependencies, or deploy {name} first"
    )


def exists(client: Client, name: str) -> bool:
    """Whether there is an app, a group or a pod of this name. What cannot be read is not said to be missing."""
    try:
        if client.app(name) is not None or client.group(name, ("group.groups",)) is not None:
            return True
    except MarathonError:
        return True
    try:
        return client.pod(name) is not None
    except MarathonError:
        # A release without pods.
        return False
