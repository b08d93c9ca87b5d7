# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One wait: looks at growing intervals until what is waited for is there, over failed reads, and never past its end."""

from __future__ import annotations

from typing import Any, Callable, Generic, Iterator, TypeVar

from ..._words import ended
from ..errors import MarathonError, Unexpected, Unreachable

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 3.0
_GROWTH = 1.4
# What the reason is read from costs requests of its own, so it is read seldom before the end.
_EVIDENCE_PART = 4
_EVIDENCE_EVERY = 20.0
# To read the reason for which the time was not enough.
_SECONDS_FOR_THE_REASON = 5.0

T = TypeVar("T")
E = TypeVar("E")


class Evidence(Generic[E]):
    """What tells why it is not done: found is None if it could never be read, failure the last look that failed."""

    def __init__(self, found: E | None, failure: MarathonError | None) -> None:
        self.found = found
        self.failure = failure

    def told(self, reason: str) -> str:
        """The reason with what cannot be known of it."""
        if self.failure is None:
            return reason
        since = "" if self.found is None else "That is what was known before. "
        return f"{ended(reason)} {since}The last look at it failed: {self.failure}"


class Watch:
    """timeout seconds begin with the first look. source is the client, which limits its requests to what is left."""

    def __init__(
        self,
        source: Any,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._source = source
        self.timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._say = say
        self._end: float | None = None
        self._soon: float | None = None

    def left(self) -> float:
        if self._end is None:
            self._end = self._clock() + self.timeout
        return self._end - self._clock()

    def took(self) -> float:
        """Seconds since the first look."""
        return self.timeout - self.left()

    def say(self, line: str) -> None:
        if self._say is not None:
            self._say(line)

    def again_in(self, seconds: float) -> None:
        """The next look comes no later than that."""
        self._soon = seconds

    def until(
        self,
        look: Callable[[float], T | None],
        gather: Callable[[], E],
        too_late: Callable[[Evidence[E]], MarathonError],
        about: str = "",
    ) -> T:
        """What look answers, which gets the time, as soon as that is something.

        gather reads why it is not there yet; too_late makes the error of that. A look that fails is no answer.
        """
        failure: MarathonError | None = None
        found: E | None = None
        every = max(self.timeout / _EVIDENCE_PART, _EVIDENCE_EVERY)
        gathered = self._clock()
        for now in self._looks():
            try:
                with self._source.limited(self._left_for_a_look):
                    answer = look(now)
                    failure = None
                    if answer is None and now - gathered >= every:
                        gathered = now
                        found = gather()
            except MarathonError as error:
                if not passes(error):
                    raise
                failure = error
                self.say(f"{about}{': ' if about else ''}Marathon does not answer")
                continue
            if answer is not None:
                return answer
        if failure is None:
            try:
                end = self._clock() + _SECONDS_FOR_THE_REASON
                with self._source.limited(lambda: end - self._clock()):
                    found = gather()
            except MarathonError as error:
                failure = error
        raise too_late(Evidence(found, failure))

    def _looks(self) -> Iterator[float]:
        pause = _FIRST_PAUSE
        while True:
            # The time begins with the first look, not after it.
            self.left()
            yield self._clock()
            left = self.left()
            if left <= 0:
                return
            self._sleep(min(pause if self._soon is None else min(pause, self._soon), left))
            self._soon = None
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)

    def _left_for_a_look(self) -> float:
        # The last look is at the end itself.
        return max(self.left(), _FIRST_PAUSE)


class Waits:
    """What all do that wait for one thing after the other, each for timeout seconds."""

    def __init__(
        self,
        source: Any,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._source = source
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._progress = progress
        self._last: Watch | None = None

    def took(self) -> float:
        """Seconds of the last wait."""
        return self._last.took() if self._last else 0.0

    def _watch(self) -> Watch:
        self._last = Watch(self._source, self._timeout, self._clock, self._sleep, self._progress)
        return self._last


def passes(error: MarathonError) -> bool:
    """What a read may come to while Marathon, or what is in front of it, is restarted or has too much to do.

    The address was right and the login was accepted before the wait began.
    """
    return isinstance(error, (Unreachable, Unexpected))
