# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failed tasks tell: the message of the last one in the words of an operator, and the back-off after it."""

from __future__ import annotations

import re
from typing import Any

from ..._words import one_line
from .health import kill_reason
from .stability import Endings

_LONGEST = 300
_PULL = re.compile(r"\bpull(ing|ed)?\b|\bmanifest\b|\bno such image\b|\bimage .*not found\b", re.IGNORECASE)
# First match wins; the words are those of Docker, of registries and of Mesos' own image fetcher.
_PULL_CAUSES = (
    (r"no basic auth|unauthorized|authentication required|denied|\b40[13]\b", "access denied"),
    (r"no such host|name resolution|could not resolve", "the registry's name is not known"),
    (r"connection refused", "the registry refuses connections"),
    (r"timed? ?out|timeout|did not end within|deadline exceeded|no route to host", "the registry does not answer"),
    (r"x509|certificate|server gave HTTP response to HTTPS", "the registry's certificate is not trusted"),
    (r"toomanyrequests|\b429\b", "the registry limits the number of pulls"),
    (r"no space left", "no space left on the agent"),
    (r"not found|manifest unknown|does not exist|no such image|\b404\b", "not found"),
)
_PULL_REMEDIES = {
    "access denied": "check the registry's credentials on the agents",
    "not found": "push it, or correct its name and tag",
    "no space left on the agent": "free disk space there",
}
_STATUS_HINTS = {
    "125": "the container could not be created",
    "126": "the command cannot be executed",
    "127": "the command was not found",
    "137": "killed by a signal, often for want of memory",
    "139": "a segmentation fault",
    "143": "stopped from outside",
}


def last_failure(app: dict[str, Any], since: str | None) -> list[str]:
    failure = app.get("lastTaskFailure")
    # One failure is kept until the app is deleted, so an old one says nothing about this deployment.
    if not failure or (since is not None and str(failure.get("version", since)) < since):
        return []
    message = one_line(failure.get("message") or "no message")
    told = kill_reason(app, failure, message) or _pull(app, failure, message) or _fetch(failure, message)
    return [told or _memory(app, failure, message) or _plain(failure, message)]


def is_fresh(app: dict[str, Any]) -> bool:
    """Whether the last failure came after the last write, be it only of the number of instances."""
    failure = app.get("lastTaskFailure") or {}
    return bool(failure) and str(failure.get("timestamp", "")) > str(app.get("version", ""))


def often(endings: Endings) -> str:
    if not endings.count:
        return ""
    times = "once" if endings.count == 1 else f"{endings.count} times"
    return f"its instances do not stay up: they ended {times} during the wait; "


def looping(endings: Endings, told: list[str], recorded: bool) -> list[str]:
    """How often it ended, before how the last one did.

    Marathon records no failure for the exit status 0, nor for an instance that was killed or that it gave up.
    """
    if recorded:
        return [f"{often(endings)}{told[0]}", *told[1:]]
    host = (endings.last or {}).get("host")
    return [
        f"{often(endings)}the last one on {host}, and no failure is recorded: with exit status 0 (the command must "
        "keep running), or it was killed, or its agent was unreachable",
        *told,
    ]


def backing_off(app: dict[str, Any], item: dict[str, Any] | None, recorded: bool) -> list[str]:
    delay = (item or {}).get("delay") or {}
    if not item or delay.get("overdue", True):
        return []
    left = delay.get("timeLeftSeconds", 0)
    if recorded or any(task.get("state") in ("TASK_STAGING", "TASK_STARTING") for task in app["tasks"]):
        return [f"Marathon backs off after failures, next start in {left} s"]
    # Marathon keeps no trace of a task that ends with status 0, but it counts as a failure.
    return [
        "its instances end by themselves, with exit status 0 as no failure is recorded: the command must keep "
        f"running; Marathon backs off, next start in {left} s"
    ]


def _pull(app: dict[str, Any], failure: dict[str, Any], message: str) -> str | None:
    image = ((app.get("container") or {}).get("docker") or {}).get("image")
    if not image or not _PULL.search(message):
        return None
    # The command that pulls is quoted in the message, and the name of an image may hold any of the words.
    words = message.replace(image, "")
    cause = next((cause for words_of, cause in _PULL_CAUSES if re.search(words_of, words, re.IGNORECASE)), None)
    text = f"image {image}: pull failed: {cause or _short(message)} (on {failure.get('host')})"
    remedy = _PULL_REMEDIES.get(cause or "")
    return f"{text}; {remedy}" if remedy else text


def _fetch(failure: dict[str, Any], message: str) -> str | None:
    if "Failed to fetch" not in message:
        return None
    return f"a file to fetch cannot be had on {failure.get('host')}: {_short(message)}; check fetch and its servers"


def _memory(app: dict[str, Any], failure: dict[str, Any], message: str) -> str | None:
    if "memory limit" not in message.lower():
        return None
    return (
        f"the last task was killed on {failure.get('host')} because it used more than mem, "
        f"{app.get('mem', 0):.12g} MiB: {_short(message)}; raise mem"
    )


def _plain(failure: dict[str, Any], message: str) -> str:
    text = f"the last task ended with {failure.get('state')} on {failure.get('host')}: {_short(message)}"
    status = re.search(r"exited with status (\d+)", message)
    hint = _STATUS_HINTS.get(status.group(1)) if status else None
    return f"{text} ({hint})" if hint else text


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else message[: _LONGEST - 3] + "..."
