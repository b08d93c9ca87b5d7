"""Time as Marathon writes it: UTC with three digits of milliseconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def timestamp(seconds: float | None = None) -> str:
    moment = datetime.fromtimestamp(time.time() if seconds is None else seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seconds(text: str) -> float:
    """Any ISO-8601 moment as seconds since the epoch; ValueError for anything else."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


class VersionClock:
    """Timestamps for versions: two writes in one millisecond still get different ones, in order."""

    def __init__(self, latest: str | None = None) -> None:
        self._latest = round(seconds(latest) * 1000) if latest else 0

    def next(self) -> str:
        self._latest = max(self._latest + 1, int(time.time() * 1000))
        return timestamp((self._latest + 0.5) / 1000)
