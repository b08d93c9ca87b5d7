# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: points in time and lengths as people write them, and as Mesos counts them, in nanoseconds."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ..errors import InvalidOption

SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Mesos counts in 64 bits.
_LARGEST = 2**63 - 1
_EXAMPLE = "2030-01-31T22:00:00Z"


def start(text: str) -> int:
    """Nanoseconds since 1970 of a time in ISO 8601 with its zone."""
    words = text.strip()
    try:
        # Python 3.9 does not know the letter Z.
        when = datetime.fromisoformat(words[:-1] + "+00:00" if words[-1:] in ("Z", "z") else words)
    except ValueError:
        raise InvalidOption(f"start is '{text}': give a time in ISO 8601, like {_EXAMPLE}") from None
    if when.tzinfo is None:
        raise InvalidOption(f"start is '{text}' without a time zone: add one, as in {_EXAMPLE} or +01:00")
    nanoseconds = (when - _EPOCH) // timedelta(seconds=1) * SECOND
    if not 0 <= nanoseconds <= _LARGEST:
        raise InvalidOption(f"start is '{text}': give a time between 1970 and 2262")
    return nanoseconds


def duration(seconds: int | None) -> int | None:
    """Nanoseconds; nothing is a time without end."""
    if seconds is None:
        return None
    if not 1 <= seconds <= _LARGEST // SECOND:
        raise InvalidOption(
            f"duration is {seconds}: give 1 second or more, or leave it out for maintenance without a known end"
        )
    return seconds * SECOND


def shown(nanoseconds: int) -> str:
    """In UTC, to the second."""
    try:
        return (_EPOCH + timedelta(seconds=nanoseconds // SECOND)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return f"{nanoseconds} ns"
