# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what waits in the launch queue for an offer that suits it, and for how long."""

from __future__ import annotations

from typing import Any, Iterable


class Waiting:
    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def events(self, queue: Iterable[dict[str, Any]], now: float) -> list[dict[str, Any]]:
        """now is of a clock that is never set back: that of Marathon may be another than ours."""
        entries = {_id(entry): entry for entry in queue if _waits(entry)}
        self._since = {name: self._since.get(name, now) for name in entries}
        return [
            {
                "eventType": "queue_waiting",
                "podId" if "pod" in entry else "appId": name,
                "count": entry["count"],
                "waitingSeconds": round(now - self._since[name], 1),
                "reasons": _reasons(entry),
            }
            for name, entry in entries.items()
        ]


def _waits(entry: dict[str, Any]) -> bool:
    """Not one that is held back after failures: no agent more would help that."""
    return bool(_id(entry) and entry.get("count") and (entry.get("delay") or {}).get("overdue", True))


def _id(entry: dict[str, Any]) -> str:
    return str((entry.get("app") or entry.get("pod") or {}).get("id") or "")


def _reasons(entry: dict[str, Any]) -> list[str]:
    """Why offers were refused lately, in Marathon's words."""
    summary = (entry.get("processedOffersSummary") or {}).get("rejectSummaryLastOffers") or []
    return [str(one.get("reason")) for one in summary if one.get("declined")]
