"""Media types: what a client accepts of what there is, and whether a body's type is one that is read."""

from __future__ import annotations

from collections.abc import Sequence

JSON = "application/json"
TEXT = "text/plain"
HTML = "text/html"
EVENTS = "text/event-stream"


def chosen(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offer that the header ``Accept`` likes most, the first of several; None where it likes none."""
    if not accept or not accept.strip():
        return offered[0]
    ranges = [_range(one) for one in accept.split(",") if one.strip()]
    best, best_quality = None, 0.0
    for offer in offered:
        # The most specific range that names the offer decides about it.
        fitting = [(specificity, quality) for kind, specificity, quality in ranges if _fits(kind, offer)]
        quality = max(fitting)[1] if fitting else 0.0
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def is_json(content_type: str) -> bool:
    return _fits(content_type.partition(";")[0].strip().lower(), JSON)


def _range(text: str) -> tuple[str, int, float]:
    kind, *parameters = [part.strip().lower() for part in text.split(";")]
    quality = 1.0
    for parameter in parameters:
        name, _equal, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
    return kind, 2 - kind.count("*"), quality


def _fits(kind: str, offer: str) -> bool:
    return kind in ("*/*", "*") or kind == offer or (kind.endswith("/*") and offer.startswith(kind[:-1]))
