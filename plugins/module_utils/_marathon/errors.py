# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can go wrong between us and Marathon, each with the sentence a person needs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from .._words import ended, readable


class MarathonError(Exception):
    """A failure told in one sentence; facts are further keys for the result of the module."""

    __str__ = readable

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.facts = facts


class DefinitionError(MarathonError):
    """The definition contradicts itself, found before anything was sent."""


def refuse_unknown(sentences: list[str]) -> None:
    """Raises for the fields that Marathon does not know, each in one sentence."""
    if sentences:
        told = ended("; ".join(sentences))
        raise DefinitionError(f"{told} strict is set: correct or remove what Marathon does not know")


@contextmanager
def about(name: Any) -> Iterator[None]:
    """What is wrong with a definition, told with the app or pod that it is about."""
    try:
        yield
    except DefinitionError as error:
        if isinstance(name, str) and name not in str(error):
            error.args = (f"{name}: {error}",)
        raise


class Unreachable(MarathonError):
    """No endpoint gave a usable answer."""


class WriteUncertain(MarathonError):
    """A write got no answer, so it may or may not have been executed."""


@contextmanager
def looking_after(lost: WriteUncertain) -> Iterator[None]:
    """A look at what became of a write. Where that shows nothing, the write is what has to be told of."""
    try:
        yield
    except (Unreachable, Unexpected, Refused) as error:
        raise WriteUncertain(f"{ended(lost)} A look at it failed too: {error}", **error.facts) from error


def say_written(error: MarathonError, deployment_ids: list[str], what: str = "The change") -> None:
    """Adds to what comes after a write that the write was done."""
    listed = f" (deployment{'s' if len(deployment_ids) > 1 else ''} {', '.join(deployment_ids)})"
    error.args = (f"{ended(error)} {what} was written before{listed if deployment_ids else ''}",)


class Refused(MarathonError):
    """401 or 403."""


class TooManyDeployments(Refused):
    """403: as many deployments run as Marathon allows."""


class Missing(MarathonError):
    """404 in Marathon's own words: what a write is about does not exist, or not any more."""


class Conflict(MarathonError):
    """409: another deployment holds the app."""


class Invalid(MarathonError):
    """422 or 400: Marathon does not accept the definition."""


class Unexpected(MarathonError):
    """An answer that Marathon does not give."""


class WaitFailed(MarathonError):
    """The wait ran out of time."""


class Overridden(WaitFailed):
    """What was waited for was modified or removed concurrently."""
