# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: how a command went on each agent -> a table for people, one line an agent, and what failed."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.quorum.mesos.plugins.module_utils._words import one_line
from ansible_collections.quorum.mesos.plugins.plugin_utils.columns import aligned

_LONGEST = 100


def smoke_report(agents: Sequence[Mapping[str, Any]], runs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """agents are those of mesos_info, runs the results of mesos_execute by the ids of their agents."""
    rows = [_row(agent, runs.get(agent["id"])) for agent in agents]
    count = {verdict: sum(1 for row in rows if row[1] == verdict) for verdict in ("ok", "FAILED", "not run", "fits")}
    told = ["%d %s" % (number, verdict) for verdict, number in count.items() if number]
    return {
        "lines": [*aligned(rows), "%d agents: %s." % (len(rows), ", ".join(told) or "none")],
        "failed": [host for host, verdict, _why in rows if verdict == "FAILED"],
        "passed": count["ok"] + count["fits"],
    }


def _row(agent: Mapping[str, Any], run: Mapping[str, Any] | None) -> tuple[str, str, str]:
    host = str(agent["hostname"])
    if agent["state"] != "active":
        return host, "not run", "the agent is %s" % agent["state"]
    if run is None:
        return host, "FAILED", "it was not run: see the task before"
    if "agents_now" in run:
        return host, "fits", "now" if run["agents_now"] else "when something there has ended"
    if run.get("state") == "TASK_FINISHED":
        return host, "ok", _last_line(run.get("stdout"))
    printed = _last_line(run.get("stderr"))
    return host, "FAILED", _one_line(run.get("msg")) + (" (stderr: %s)" % printed if printed else "")


def _last_line(text: Any) -> str:
    lines = [line for line in str(text or "").splitlines() if line.strip()]
    return _one_line(lines[-1]) if lines else ""


def _one_line(text: Any) -> str:
    words = one_line(text or "")
    return words if len(words) <= _LONGEST else words[: _LONGEST - 3] + "..."
