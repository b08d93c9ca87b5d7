"""Runs one command in a session of its own, outlives the agent, and writes down how the command ended.

Started as ``python executor.py <spec.json>``; the specification is a file because it holds the environment of
the command, and it is removed as soon as it was read. By renaming it the executor takes the order, which an agent
that was restarted takes back by removing it (see ExecutorProcess.settle). Only the standard library, no imports of
the engine: an executor must not depend on an installation that is upgraded while it runs.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def start_time(pid: int) -> str:
    """Identifies a process together with its pid, which is reused sooner or later.

    ProcessLookupError when it has ended, also where its parent, some machine's init, has not noticed yet.
    """
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    fields = stat.rpartition(")")[2].split()
    if fields[0] in ("Z", "X"):
        raise ProcessLookupError(f"process {pid} has ended")
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}:{fields[19]}"


def write_json(path: Path, content: dict) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content), encoding="utf-8")
    temporary.replace(path)


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid:
            found.append(int(entry.name))
    return found


def kill_rest() -> None:
    """What the command left behind was reparented to this process (a subreaper)."""
    deadline = time.monotonic() + 5
    while (rest := children(os.getpid())) and time.monotonic() < deadline:
        for pid in rest:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.02)


def main(spec_path: Path) -> None:
    taken = spec_path.with_name("taken.json")
    try:
        spec_path.rename(taken)
    except FileNotFoundError:
        return
    spec = json.loads(taken.read_text(encoding="utf-8"))
    run_dir = Path(spec["run_dir"])
    pids = {"executor": os.getpid(), "start_time": start_time(os.getpid())}
    write_json(run_dir / "pids.json", pids)
    taken.unlink()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # A stop of the agent's whole control group must not end the task; only the agent ends it.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    try:
        for group in spec["cgroups"]:
            # Itself, and so whatever it starts.
            Path(group, "cgroup.procs").write_text("0", encoding="ascii")
    except OSError as error:
        write_json(run_dir / "exit.json", {"error": f"{error.strerror}: {error.filename}"})
        return
    switch = {}
    if spec.get("user"):
        switch = {"user": spec["user"]["uid"], "group": spec["user"]["gid"], "extra_groups": spec["user"]["groups"]}
    with open(spec["stdout"], "ab") as stdout, open(spec["stderr"], "ab") as stderr:
        try:
            child = subprocess.Popen(
                spec["argv"],
                executable=spec.get("executable"),
                cwd=spec["cwd"],
                env=spec["env"],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                **switch,
            )
        except OSError as error:
            write_json(run_dir / "exit.json", {"error": f"{error.strerror}: {error.filename}"})
            return
    write_json(run_dir / "pids.json", {**pids, "child": child.pid})
    status = child.wait()
    kill_rest()
    write_json(run_dir / "exit.json", {"signal": -status} if status < 0 else {"status": status})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
