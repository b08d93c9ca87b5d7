"""Whether systemd has stopped Docker, told without touching its socket: that would start Docker again."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

UNIT = "docker.service"
SOCKETS = ("/var/run/docker.sock", "/run/docker.sock")
PID_FILE = Path("/run/docker.pid")
SYSTEMD_RUNTIME = Path("/run/systemd/system")
SHOW_SECONDS = 2.0


async def stopped(socket_path: str) -> str | None:
    """The state of the unit where it says that the daemon of ``socket_path`` is gone or going, else None."""
    if socket_path not in SOCKETS or not SYSTEMD_RUNTIME.is_dir():
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            "systemctl",
            "show",
            "--property=LoadState",
            "--property=ActiveState",
            UNIT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(SHOW_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return judge(output.decode(errors="replace"), running=_daemon_runs())


def judge(properties: str, *, running: bool) -> str | None:
    """``running``: there is a daemon, which somebody may have started without the unit."""
    values = dict(line.partition("=")[::2] for line in properties.splitlines())
    state = values.get("ActiveState", "")
    if values.get("LoadState") != "loaded":
        return None
    gone = state == "deactivating" or (state in ("inactive", "failed") and not running)
    return state if gone else None


def _daemon_runs() -> bool:
    try:
        os.kill(int(PID_FILE.read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return False
    return True
