"""Virtual environments of their own below .build, for what only some tests need."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 600


class Unavailable(Exception):
    """It cannot be had here; the text says why."""


def programs(name: str, packages: tuple[str, ...]) -> Path:
    """The directory of the programs; made where it is not there. Raises Unavailable."""
    build = ROOT / ".build" / name
    directory = build / "venv" / "bin"
    complete = build / "complete"
    build.mkdir(parents=True, exist_ok=True)
    with (build / "lock").open("w") as lock:
        # Two at once would take each other's files away.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists() or complete.read_text() != " ".join(packages):
            _run(name, "venv", "--clear", "--no-python-downloads", "--python", sys.executable, str(build / "venv"))
            _run(name, "pip", "install", "--python", str(directory / "python"), *packages)
            complete.write_text(" ".join(packages))
    return directory


def _run(name: str, *command: str) -> None:
    try:
        done = subprocess.run(
            [str(Path(sys.executable).parent / "uv"), *command, "--quiet"],
            cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{name} cannot be installed: {error}") from error
    if done.returncode:
        raise Unavailable(f"{name} cannot be installed: {done.stderr.strip()[-500:]}")
