"""Whether a body is what Marathon answers to GET /v2/apps."""

from __future__ import annotations

import json
from typing import Any

from ..fetch import ReadError


class MarathonError(ReadError):
    """Marathon cannot be read: why, in one sentence."""


def apps(body: bytes | str) -> list[dict[str, Any]]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise MarathonError("the answer is not JSON") from None
    listed = answer.get("apps") if isinstance(answer, dict) else None
    if not isinstance(listed, list) or not all(isinstance(app, dict) for app in listed):
        raise MarathonError("the answer has no list of apps")
    # Fields that are null are as if they were not there.
    found = [{name: value for name, value in app.items() if value is not None} for app in listed]
    ids = [app.get("id") for app in found]
    if not all(isinstance(name, str) for name in ids):
        raise MarathonError("an app of the answer has no id")
    if len(set(ids)) < len(ids):
        raise MarathonError("the answer has an app twice")
    return found
