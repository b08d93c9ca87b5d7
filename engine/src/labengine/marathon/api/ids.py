"""Ids of instances and tasks as requests give them."""

from __future__ import annotations

import re

from labengine.marathon.definition import errors
from labengine.marathon.definition.pipeline import refuse

_INSTANCE_ID = r"^(.+)\.(instance-|marathon-)([^\.]+)$"
# Those of today, those of tasks with reservations of older releases, and those of older releases: each with its UUID.
_TASK_IDS = (
    re.compile(r"^.+\.(?:instance-|marathon-)([^_.]+)[._][^.]+(?:\.\d+)?$"),
    re.compile(r"^.+[._]([^_.]+)\.\d+$"),
    re.compile(r"^.+[._]([^_.]+)$"),
)
_UUID = re.compile(r"[0-9a-fA-F]+(-[0-9a-fA-F]+){4}")


def is_task_id(text: str) -> bool:
    """False for what no Marathon has given; 422 for what only looks like it."""
    found = next(filter(None, (pattern.match(text) for pattern in _TASK_IDS)), None)
    if found:
        _refuse_no_uuid(found[1])
    return found is not None


def refuse_no_task_id(text: str) -> None:
    if not is_task_id(text):
        raise errors.bad_request(
            f"Invalid task id '{text}'. [taskId {text} no valid identifier (of class java.lang.String)]"
        )


def refuse_no_instance_ids(texts: list[str], path: str) -> None:
    """``path`` has the place of the index in it where there may be several."""
    failure = f"must fully match regular expression '{_INSTANCE_ID}'"
    found = [re.match(_INSTANCE_ID, text) for text in texts]
    refuse((path.format(index), failure) for index, one in enumerate(found) if not one)
    for one in found:
        if one:
            _refuse_no_uuid(one[3])


def _refuse_no_uuid(text: str) -> None:
    if not _UUID.fullmatch(text):
        raise errors.unprocessable(f"Invalid UUID string: {text}")
