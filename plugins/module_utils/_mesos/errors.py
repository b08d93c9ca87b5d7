# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and the masters, each with the sentence a person needs."""

from __future__ import annotations

from typing import Any

from .._words import readable


class MesosError(Exception):
    """A failure told in one sentence; facts are further keys for the result of the module."""

    __str__ = readable

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.facts = facts


class InvalidOption(MesosError):
    """An option that Mesos would refuse or that means nothing, found before anything was sent."""


class Unreachable(MesosError):
    """No master gave a usable answer."""


class NoLeader(Unreachable):
    """Masters answer, and none of them leads."""


class Unauthorized(MesosError):
    """401 or 403."""


class CallRefused(MesosError):
    """400: the master does not do what it is asked; reason is its own text."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class WriteUncertain(MesosError):
    """A write got no answer, so it may or may not have been done."""


class WriteRefused(MesosError):
    """A change that the master would refuse, or that would do harm, found before anything was sent."""


class ModifiedConcurrently(MesosError):
    """What was written is not there any more."""


class Unexpected(MesosError):
    """An answer that a master does not give."""


class NotFound(MesosError):
    """No agent, or more than one, is what the task names."""


class InsufficientResources(MesosError):
    """The tasks would have nowhere to go."""


class WaitFailed(MesosError):
    """The wait ran out of time."""
