"""Asking a running cluster the same questions at a steady pace, and counting what it does not answer meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

import requests

EVERY = 0.2
# A client that waits longer has given up; each server of a fail-over client gets as much.
PATIENCE = 2.0


@dataclass(frozen=True)
class Answer:
    """One question: when it was put, when it ended, and why it failed."""

    started: float
    ended: float
    failure: str | None = None


@dataclass(frozen=True)
class Losses:
    """What a series of answers adds up to; an outage lasts from the first failed question to the next good answer."""

    requests: int = 0
    failures: int = 0
    longest_outage: float = 0.0
    slowest: float = 0.0
    reasons: tuple[str, ...] = ()


def losses(answers: Sequence[Answer]) -> Losses:
    failed = [answer for answer in answers if answer.failure]
    longest, since = 0.0, None
    for answer in answers:
        if answer.failure and since is None:
            since = answer.started
        if since is not None:
            longest = max(longest, answer.ended - since)
        if not answer.failure:
            since = None
    return Losses(
        requests=len(answers),
        failures=len(failed),
        longest_outage=longest,
        slowest=max((answer.ended - answer.started for answer in answers if not answer.failure), default=0.0),
        reasons=tuple(dict.fromkeys(str(answer.failure) for answer in failed)),
    )


@dataclass
class FailOver:
    """A client that knows every server: it stays with the one that answered, and asks the others when it fails."""

    urls: Sequence[str]
    check: Callable[[requests.Response], object] = lambda answer: answer.raise_for_status()
    options: Mapping[str, object] = field(default_factory=dict)
    last: int = 0

    def __call__(self) -> None:
        failure: Exception = LookupError("no server")
        for turn in range(len(self.urls)):
            number = (self.last + turn) % len(self.urls)
            try:
                with requests.Session() as session:
                    # A proxy of the machine's environment knows nothing of the lab's addresses.
                    session.trust_env = False
                    self.check(session.get(self.urls[number], timeout=PATIENCE, **self.options))
            except (requests.RequestException, LookupError, ValueError) as error:
                failure = error
                continue
            self.last = number
            return
        raise failure


@dataclass
class Discovery:
    """A client that asks each second where the service is, and fails over between what it was told."""

    find: Callable[[], Sequence[str]]
    every: float = 1.0
    _client: FailOver = field(default_factory=lambda: FailOver([]))
    _since: float = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._since >= self.every:
            self._client = FailOver(self.find())
            self._since = now
        self._client()


class Watch:
    """Puts each named question every 200 ms, each in a thread of its own; `phase` names what happens meanwhile."""

    def __init__(self, questions: Mapping[str, Callable[[], object]], every: float = EVERY) -> None:
        self._every = every
        self._stop = threading.Event()
        self._phases: list[tuple[float, str]] = []
        self._answers: dict[str, list[Answer]] = {name: [] for name in questions}
        self._threads = [
            threading.Thread(target=self._ask, args=(question, self._answers[name]), daemon=True)
            for name, question in questions.items()
        ]

    def __enter__(self) -> Watch:
        self.phase("before")
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, question: Callable[[], object], answers: list[Answer]) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            started, failure = time.monotonic(), None
            try:
                question()
            except Exception as error:
                failure = f"{type(error).__name__}: {error}"[:200]
            answers.append(Answer(started, time.monotonic(), failure))
            due = max(due + self._every, time.monotonic())
            self._stop.wait(due - time.monotonic())

    def phase(self, name: str) -> None:
        """From now on answers belong to this phase."""
        self._phases.append((time.monotonic(), name))

    def questions(self) -> list[str]:
        return list(self._answers)

    def phases(self) -> list[str]:
        return list(dict.fromkeys(name for _, name in self._phases))

    def _in_phase(self, phase: str, answer: Answer) -> bool:
        return [name for since, name in self._phases if since <= answer.started][-1] == phase

    def losses(self, question: str, phase: str | None = None) -> Losses:
        """What one question lost, in one phase or in all."""
        answers = self._answers[question]
        return losses([answer for answer in answers if phase is None or self._in_phase(phase, answer)])

    def last_failure(self, question: str) -> float | None:
        """When the last failed question ended, by the monotonic clock."""
        return max((answer.ended for answer in self._answers[question] if answer.failure), default=None)

    def table(self) -> str:
        """The numbers of every question: in all, and in each phase in which it failed, with the reasons."""
        lines = [f"{'asked':<24}{'in':<12}{'requests':>9}{'failures':>9}{'outage s':>9}{'slowest s':>10}"]
        for question in self._answers:
            every = self.losses(question)
            lines.append(_row(question, "all", every))
            for phase in self.phases() if every.failures else ():
                seen = self.losses(question, phase)
                if seen.failures:
                    lines += [_row("", phase, seen), *(f"{'':<24}  {reason[:96]}" for reason in seen.reasons)]
        return "\n".join(lines)


def _row(question: str, phase: str, seen: Losses) -> str:
    numbers = f"{seen.requests:>9}{seen.failures:>9}{seen.longest_outage:>9.2f}{seen.slowest:>10.2f}"
    return f"{question:<24}{phase:<12}{numbers}"
