"""`haproxy -c` on the base and a candidate for the agent's file, and which app makes it fail."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence

_SECONDS = 60
_ALERT = re.compile(r"^\[ALERT\] +\([0-9]+\) : (?:config : )?(.*)$", re.MULTILINE)


def refusal(haproxy: str, base: str, candidate: str) -> str | None:
    """Why HAProxy would not start with the two files; None where it would."""
    # Without -q, which would leave the reasons out.
    command = [haproxy, "-c", "-f", base, "-f", candidate]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{haproxy} could not be run: {error}"
    if done.returncode == 0:
        return None
    found = _ALERT.search(done.stderr.decode("utf-8", "replace"))
    return found[1].replace(f"[{candidate}:", "[line ") if found else f"exit code {done.returncode}"


def culprits(apps: Sequence[str], refused: Callable[[Sequence[str]], str | None]) -> list[tuple]:
    """The apps each of which alone is refused, and why, found by halving. ``refused`` judges a file of some apps."""
    reason = refused(apps)
    if reason is None:
        return []
    if len(apps) == 1:
        return [(apps[0], reason)]
    middle = len(apps) // 2
    return culprits(apps[:middle], refused) + culprits(apps[middle:], refused)
