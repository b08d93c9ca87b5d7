#!/usr/bin/env python3
"""Run make targets in lanes beside each other: each argument is a lane, "lint units", whose stages run in order.

A stage that fails does not keep the others from running: one run tells all that is broken. Every line of output has
its stage in front, and the whole output of a stage is in .build/logs. At the end stand a table of the stages, the tests
that failed, the closing lines of the pytest runs, and the last of these once more alone, as the output of one run ends.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

LOGS = Path(".build/logs")
# It ends with the process. Two runs would write the same logs, collections and clusters.
LOCK = Path(".build/stages.lock")
# SIGINT first: on it pytest takes down what its fixtures started. Seconds are how long each signal may take.
SIGNALS = ((signal.SIGINT, 30), (signal.SIGTERM, 30), (signal.SIGKILL, 5))
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BROKEN = re.compile(r"^(FAILED|ERROR) \S+::")
CLOSING = re.compile(r"^=+ .*\d+ (passed|failed|error|skipped).* in [0-9.]+s.* =+$")
INTERRUPTED = 143


@dataclass
class Stage:
    """A make target; without a code it has not run to its end."""

    name: str
    code: int | None = None
    seconds: float = 0.0
    closings: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        if self.code is None:
            return "not run"
        return f"FAILED (exit {self.code}, log in {LOGS / self.name}.log)" if self.code else "passed"


class Run:
    """All lanes of one call."""

    def __init__(self, lanes: list[list[str]]) -> None:
        self.lanes = [[Stage(name) for name in lane] for lane in lanes]
        self._width = max(len(stage.name) for stage in self.stages)
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def stages(self) -> list[Stage]:
        return [stage for lane in self.lanes for stage in lane]

    def run(self) -> int:
        """The exit code: that of the first stage in the table that failed, else 0."""
        started = time.monotonic()
        threads = [threading.Thread(target=self._lane, args=(lane,)) for lane in self.lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        code = next((stage.code for stage in self.stages if stage.code), 0)
        self._table(time.monotonic() - started, code)
        return code

    def _lane(self, lane: list[Stage]) -> None:
        for stage in lane:
            if self._stopped.is_set():
                return
            self._stage(stage)

    def _stage(self, stage: Stage) -> None:
        started = time.monotonic()
        self._say(stage, "started")
        with self._lock:
            if self._stopped.is_set():
                return
            # A group of its own, which can be ended as a whole.
            process = subprocess.Popen(
                ["make", stage.name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors="replace", start_new_session=True)  # fmt: skip
            self._running[stage.name] = process
        assert process.stdout is not None
        with (LOGS / f"{stage.name}.log").open("w", encoding="utf-8") as log:
            for line in process.stdout:
                log.write(line)
                self._say(stage, line.rstrip("\n"))
                plain = COLOUR.sub("", line.rstrip())
                if CLOSING.match(plain):
                    stage.closings.append(plain)
                elif BROKEN.match(plain):
                    stage.broken.append(plain)
        stage.code = process.wait()
        stage.seconds = time.monotonic() - started
        with self._lock:
            del self._running[stage.name]
        self._say(stage, f"{stage.result} after {stage.seconds:.0f} s")

    def _say(self, stage: Stage, line: str) -> None:
        # One write, because print() would let another lane come between the line and its end.
        sys.stdout.write(f"{stage.name:{self._width}} | {line}\n")
        sys.stdout.flush()

    def _table(self, seconds: float, code: int) -> None:
        print(f"\n{'stage':{self._width}} {'wall time':>10}  result")
        for stage in self.stages:
            time_taken = "-" if stage.code is None else f"{stage.seconds:.0f} s"
            print(f"{stage.name:{self._width}} {time_taken:>10}  {stage.result}")
        print(f"{'total':{self._width}} {f'{seconds:.0f} s':>10}\n")
        for stage in self.stages:
            for line in stage.broken:
                print(f"{stage.name:{self._width}} {line}")
        closings = [(stage.name, line) for stage in self.stages for line in stage.closings]
        for name, line in closings:
            print(f"{name:{self._width}} {line}")
        if closings and not code:
            print(f"\n{closings[-1][1]}")

    def interrupt(self) -> None:
        """End what runs, and what it started."""
        self._stopped.set()
        with self._lock:
            groups = [process.pid for process in self._running.values()]
        for number, seconds in SIGNALS:
            deadline = time.monotonic() + seconds
            for group in groups:
                _signal(group, number)
            while (groups := [group for group in groups if _signal(group, 0)]) and time.monotonic() < deadline:
                time.sleep(0.5)


def _signal(group: int, number: int) -> bool:
    """Whether the process group has a member that could be told."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def main(arguments: list[str]) -> int:
    lanes = [argument.split() for argument in arguments]
    if not all(lanes) or not lanes:
        print(__doc__, file=sys.stderr)
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    lock = LOCK.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        print(
            f"The stages run in this clone already (process {lock.read().strip() or 'unknown'}); wait until they have "
            "ended, or use another clone.",
            file=sys.stderr,
        )
        return 2
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    run = Run(lanes)

    def interrupted(_number: int, _frame: object) -> None:
        # A second signal must not cut short how the first one ends what runs.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        run.interrupt()
        os._exit(INTERRUPTED)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    return run.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
