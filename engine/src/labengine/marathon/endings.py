"""Why a Marathon ends, with the exit status by which its supervisor's log tells (those of Marathon 1.11)."""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol


class Status(IntEnum):
    ZOOKEEPER_UNREACHABLE = 100
    ZOOKEEPER_LOST = 101
    LEADERSHIP_LOST = 103
    LEADERSHIP_ENDED = 105
    REFUSED_BY_MESOS = 106
    EXCEPTION = 107
    FRAMEWORK_ID_MISSING = 108
    FRAMEWORK_REMOVED = 110
    PORT_TAKEN = 111


class Failed(Protocol):
    """Ends the program: a leader that cannot go on must not pretend to."""

    def __call__(self, reason: str, status: Status = ...) -> None: ...


class Ending(Exception):
    """Raised where there is nothing to go on with."""

    def __init__(self, reason: str, status: Status = Status.EXCEPTION) -> None:
        super().__init__(reason)
        self.status = status
