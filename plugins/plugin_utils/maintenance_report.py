# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: how the playbook maintain went on each host -> lines for people, and what failed."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.quorum.mesos.plugins.module_utils._words import one_line
from ansible_collections.quorum.mesos.plugins.plugin_utils.columns import aligned

_LONGEST = 400
UNDO = "ansible-playbook quorum.mesos.mesos_slave_activate --limit %s"
RETRY = "run this playbook again on it"


def reason(result: Mapping[str, Any], task: Mapping[str, Any] | str) -> str:
    """Why a task failed, of ansible_failed_result and ansible_failed_task. What must not be shown is not."""
    told = task if isinstance(task, Mapping) else {"name": task}
    words = "the task '%s' failed" % one_line(told.get("name") or "without a name")
    if str(told.get("no_log") or False).lower() not in ("false", "no", "0") or "censored" in result:
        return words + " (its output is hidden by no_log)"
    failed = next((one for one in result.get("results") or [] if one.get("failed")), result)
    said = one_line(failed.get("msg") or "")
    printed = [line for line in str(failed.get("stderr") or "").splitlines() if line.strip()]
    text = "%s: %s" % (words, said or "no message")
    return _cut(text + (" (stderr: %s)" % one_line(printed[-1]) if printed else ""))


def report(hosts: Mapping[str, Mapping[str, Any]], check_mode: bool) -> dict[str, Any]:
    """hosts have, in order, begun, done, why, drained (left so), window (left)."""
    rows = [(host, *_words(host, seen, check_mode)) for host, seen in hosts.items()]
    verdicts = ("done", "would be done", "FAILED", "not begun")
    count = {verdict: sum(1 for row in rows if row[1] == verdict) for verdict in verdicts}
    told = ["%d %s" % (number, verdict) for verdict, number in count.items() if number]
    return {
        "lines": [*aligned(rows), "%d host%s: %s." % (len(rows), "" if len(rows) == 1 else "s", ", ".join(told))],
        "failed": [host for host, verdict, _words in rows if verdict == "FAILED"],
        "left": [host for host, verdict, _words in rows if verdict == "not begun"],
    }


def _words(host: str, seen: Mapping[str, Any], check_mode: bool) -> tuple[str, str]:
    if seen.get("done"):
        return "would be done" if check_mode else "done", seen.get("words") or ""
    if not seen.get("begun") and not seen.get("why"):
        return "not begun", ""
    why = seen.get("why") or "your tasks have ended the play, or the host is not reached any more"
    return "FAILED", ". ".join([why.rstrip("."), *_left(host, seen, check_mode)]) + "."


def _left(host: str, seen: Mapping[str, Any], check_mode: bool) -> list[str]:
    """What stays changed, and what undoes it."""
    if check_mode or not seen.get("begun"):
        return ["Nothing was changed" if not check_mode else "Nothing is changed"]
    unknown = not seen.get("why")
    drained, window = unknown or seen.get("drained"), unknown or seen.get("window")
    if not drained and not window:
        return ["It is as before: active and without a window"]
    stays = " and ".join(
        (["its agent stays drained"] if drained else []) + (["its maintenance window stays"] if window else [])
    )
    return [stays[0].upper() + stays[1:], "When it is fixed, %s, or undo it: %s" % (RETRY, UNDO % host)]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
