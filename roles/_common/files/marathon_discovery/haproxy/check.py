"""`haproxy -c` on the base and a candidate for the agent's file, and which app makes it fail."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

_SECONDS = 60


def refusal(haproxy: str, base: str, candidate: str) -> str | None:
    """Why HAProxy would not start with the two files; None where it would."""
    command = [haproxy, "-c", "-q", "-f", base, "-f", candidate]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{haproxy} could not be run: {error}"
    if done.returncode == 0:
        return None
    lines = (done.stderr + done.stdout).decode("utf-8", "replace").splitlines()
    alerts = [line for line in lines if "[ALERT]" in line] or lines
    return alerts[0].partition(" : ")[2].strip() or alerts[0] if alerts else f"exit code {done.returncode}"


def culprits(apps: Sequence[str], refused: Callable[[Sequence[str]], str | None]) -> list[tuple]:
    """The apps each of which alone is refused, and why, found by halving. ``refused`` judges a file of some apps."""
    reason = refused(apps)
    if reason is None:
        return []
    if len(apps) == 1:
        return [(apps[0], reason)]
    middle = len(apps) // 2
    return culprits(apps[:middle], refused) + culprits(apps[middle:], refused)
