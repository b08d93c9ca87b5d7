"""``kill -9`` at random: who is killed, and a supervisor that starts every program again as systemd does."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
from local_cluster import ClusterError, LocalCluster, Program, zookeeper_mode

KINDS = ("zookeeper", "master", "marathon", "agent", "executor", "task")
PAUSE_SECONDS = (1.5, 4.0)
# RestartSec and the time that systemd takes.
RESTART_SECONDS = (1.0, 2.0)
LEADERS = 0.5


@dataclass(frozen=True)
class Living:
    """A process that an agent has made: an executor, or one of a task's own."""

    pid: int
    task_id: str
    executor: bool


def living(cluster: LocalCluster) -> list[Living]:
    """Known by the agents' directories: executors by the one they are told of, the tasks' own by where they work."""
    homes = tuple(f"{agent.log.with_suffix('')}/" for agent in cluster.agents)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            spec = next((word for word in words if word.startswith(homes) and word.endswith("/spec.json")), None)
            works_in = str((process / "cwd").readlink())
            if spec or works_in.startswith(homes):
                found.append(Living(int(process.name), _task_of(spec or works_in), spec is not None))
    return found


def _task_of(path: str) -> str:
    return path.partition("/executors/")[2].partition("/")[0]


class _Worker(threading.Thread):
    """Keeps what went wrong in it for whoever started it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.failure: BaseException | None = None
        self._stop_wanted = threading.Event()

    def run(self) -> None:
        try:
            self.work()
        except BaseException as error:
            self.failure = error

    def work(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        self._stop_wanted.set()
        self.join()


class Supervisor(_Worker):
    """Starts what has ended again, with the same command; ``ends`` are the times, names and statuses of all ends."""

    def __init__(self, programs: list[Program], chance: random.Random) -> None:
        super().__init__()
        self.ends: list[tuple[float, str, int]] = []
        self._programs = programs
        self._chance = chance

    def work(self) -> None:
        due: dict[str, float] = {}
        while not self._stop_wanted.wait(0.1):
            for program in self._programs:
                if program.running:
                    continue
                if program.name not in due:
                    self.ends.append((time.time(), program.name, program.wait(1)))
                    due[program.name] = time.monotonic() + self._chance.uniform(*RESTART_SECONDS)
                elif time.monotonic() >= due[program.name]:
                    del due[program.name]
                    program.start()

    def faults(self) -> list[str]:
        """Ends that neither a kill nor the loss of ZooKeeper, of the leadership or of the master explains."""
        expected = {"master": (1,), "marathon": (100, 101, 103, 105, 106)}
        return [
            f"{clock(moment)} {name} ended with status {status}"
            for moment, name, status in self.ends
            if status != -signal.SIGKILL and status not in expected.get(name.rstrip("0123456789"), ())
        ]


class Killer(_Worker):
    """Every few seconds a process of another kind, every kind as often as the others."""

    def __init__(self, cluster: LocalCluster, chance: random.Random) -> None:
        super().__init__()
        self.kills: list[tuple[float, str, str]] = []
        self._cluster = cluster
        self._chance = chance

    def work(self) -> None:
        left: list[str] = []
        while not self._stop_wanted.wait(self._chance.uniform(*PAUSE_SECONDS)):
            left = left or self._chance.sample(KINDS, len(KINDS))
            for kind in left:
                victim = self._victim(kind)
                if victim is not None:
                    left.remove(kind)
                    self._kill(kind, *victim)
                    break

    def _kill(self, kind: str, name: str, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills.append((time.time(), kind, name))

    def _victim(self, kind: str) -> tuple[str, int] | None:
        """What to call it, and its pid; None where none of this kind lives at the moment."""
        if kind in ("executor", "task"):
            found = [one for one in living(self._cluster) if one.executor == (kind == "executor")]
            # Of the processes of a task the first one, whose end is that of the task.
            leading = [one for one in found if one.executor or _session(one.pid) == one.pid]
            return (lambda one: (one.task_id, one.pid))(self._chance.choice(leading)) if leading else None
        programs = [one for one in getattr(self._cluster, f"{kind}s") if one.running]
        leaders = [one for one in programs if self._leads(kind, one)] if self._chance.random() < LEADERS else []
        if not programs:
            return None
        program = self._chance.choice(leaders or programs)
        return f"{program.name}{' (leading)' if leaders else ''}", program.pid

    def _leads(self, kind: str, program: Program) -> bool:
        if kind == "zookeeper":
            return zookeeper_mode(program) == "leader"
        if kind == "marathon":
            with contextlib.suppress(requests.RequestException, ValueError):
                told = requests.get(f"{program.url}/v2/leader", timeout=2).json()
                return bool(program.url.endswith(str(told.get("leader", "/"))))
            return False
        if kind == "master":
            with contextlib.suppress(ClusterError):
                return self._cluster.leader() is program
        return False

    def counts(self) -> Counter[str]:
        return Counter(kind for _moment, kind, _name in self.kills)


def _session(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError):
        return os.getsid(pid)
    return None


def clock(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment)) + f".{int(moment % 1 * 10)}"


@contextlib.contextmanager
def storm(cluster: LocalCluster, seed: int) -> Iterator[tuple[Killer, Supervisor, Callable[[], None]]]:
    """The third one ends the killing; the supervisor goes on until the end."""
    programs = [*cluster.zookeepers, *cluster.masters, *cluster.agents, *cluster.marathons]
    supervisor, killer = Supervisor(programs, random.Random(seed + 1)), Killer(cluster, random.Random(seed))
    supervisor.start()
    killer.start()
    try:
        yield killer, supervisor, killer.stop
    finally:
        killer.stop()
        supervisor.stop()
    for worker in (killer, supervisor):
        if worker.failure is not None:
            raise worker.failure
