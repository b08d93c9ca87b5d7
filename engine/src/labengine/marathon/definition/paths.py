"""Ids of apps and groups: absolute and relative paths."""

from __future__ import annotations

import re

SEGMENT = r"^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$"
RESERVED = ("restart", "tasks", "versions", ".", "..")

# The documented patterns backtrack without bound on long ids; this one accepts the same segments in linear time.
_LABELS = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


def segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def matches_pattern(path: str) -> bool:
    """True when the id passes the pattern of the type layer (repeated slashes and `..` are fine, `.` is not)."""
    return all(segment == ".." or _LABELS.fullmatch(segment) for segment in segments(path))


def valid_segment(segment: str) -> bool:
    return segment in (".", "..") or bool(_LABELS.fullmatch(segment))


def absolute(path: str, base: str = "/") -> str:
    """The id in absolute form: relative to `base` unless it starts with a slash; `.` and `..` are resolved."""
    parts: list[str] = [] if path.startswith("/") else segments(base)
    for segment in segments(path):
        if segment == "..":
            if parts:
                parts.pop()
        elif segment != ".":
            parts.append(segment)
    return "/" + "/".join(parts)


def parent(path: str) -> str:
    return "/" + "/".join(segments(path)[:-1])


def is_root(path: str) -> bool:
    return not segments(path)


def is_top_level(path: str) -> bool:
    return len(segments(path)) == 1


def top_level_group(path: str) -> str | None:
    """Name of the top-level group an app lives in; None for an app directly under the root."""
    parts = segments(path)
    return parts[0] if len(parts) > 1 else None


def name_failures(path: str) -> list[str]:
    """What Marathon finds wrong with the segments of an id."""
    parts = segments(path)
    found = []
    if not all(valid_segment(part) for part in parts):
        found.append(f"must fully match regular expression '{SEGMENT}'")
    if parts and parts[-1] in RESERVED:
        found.append(f"must not end with any of the following reserved keywords: {', '.join(RESERVED)}")
    return found


def failures(path: str) -> list[str]:
    """What Marathon finds wrong with the absolute id of an app."""
    return name_failures(path) if segments(path) else ["Path must contain at least one path element"]
