# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: whether a scheduler may register with a principal, as its framework is registered with Mesos."""

from __future__ import annotations

from typing import Any


def registered(frameworks: dict[str, Any], name: str) -> list[str]:
    """From GET_FRAMEWORKS: the principals of the frameworks of this name, empty where one has none.

    Those that agents alone know of, after a restart of the masters, count too: the agents bring the old principal back.
    Completed ones do not.
    """
    entries = [*(frameworks.get("frameworks") or []), *(frameworks.get("recovered_frameworks") or [])]
    infos = [entry.get("framework_info") or entry for entry in entries]
    return sorted({info.get("principal") or "" for info in infos if info.get("name") == name})


def problem(found: list[str], wanted: str, option: str) -> str | None:
    """Why Mesos would refuse the principal, as one sentence; nothing where one of the frameworks has it."""
    if not found or wanted in found:
        return None
    has = " or ".join("the principal '%s'" % one if one else "no principal" for one in found)
    return (
        "it is registered with Mesos with %s, and %s is %s; Mesos refuses a registered framework another principal, "
        "and Marathon would end with exit code 106 again and again. No way is known that keeps its tasks: set the "
        "option as it was, or begin a new framework, whose apps are deployed anew, with another marathon_zk and "
        "marathon_framework_name." % (has, option, "'%s'" % wanted if wanted else "not set")
    )
