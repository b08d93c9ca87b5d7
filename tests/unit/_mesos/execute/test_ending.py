"""The exit status out of the words of the executors."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.ending import ending


@pytest.mark.parametrize(
    ("state", "message", "rc", "succeeded"),
    [
        ("TASK_FINISHED", "Command exited with status 0", 0, True),
        ("TASK_FINISHED", "Container exited with status 0", 0, True),
        ("TASK_FAILED", "Container exited with status 137", 137, False),
        ("TASK_FAILED", "Command terminated with signal Killed", None, False),
        ("TASK_KILLED", "Command terminated with signal Terminated", None, False),
        ("TASK_FINISHED", "", None, True),
    ],
)
def test_endings(state: str, message: str, rc: int | None, succeeded: bool) -> None:
    found = ending({"state": state, "message": message})
    assert (found.rc, found.succeeded) == (rc, succeeded)


def test_words_are_the_best_that_there_are() -> None:
    reason = "REASON_CONTAINER_LAUNCH_FAILED"
    assert ending({"state": "TASK_FAILED", "reason": reason, "message": "no image\n"}).words == "no image"
    assert ending({"state": "TASK_FAILED", "reason": reason}).words == reason
    assert ending({"state": "TASK_LOST"}).words == "TASK_LOST"
