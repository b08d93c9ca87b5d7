# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the tasks before and after the upgrade of a host, and how it went on each host."""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterable, Iterator, Mapping

from ansible_collections.quorum.mesos.plugins.plugin_utils.columns import aligned
from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_plan import LAYERS

Task = Mapping[str, Any]
# The other ends are those of a task itself, of its framework or of a person.
_LOST = ("TASK_LOST", "TASK_UNREACHABLE", "TASK_GONE", "TASK_GONE_BY_OPERATOR", "TASK_DROPPED")
_UP = ("TASK_RUNNING", "TASK_STARTING", "TASK_STAGING", "TASK_KILLING")
_SHOWN = 5


def lost(before: Iterable[Task], after: Iterable[Task], drained: str = "", upgraded: str = "") -> list[str]:
    """Tasks that the upgrade has ended, with what became of them.

    ``drained`` is the agent whose tasks move, ``upgraded`` the one of now, which answers for failed tasks.
    """
    then, now = list(before), list(after)
    fewer = _apps(then) - _apps(now)
    gone = []
    for task, state in _ended(then, now, drained):
        # A new leader knows no ended task. What its framework has started anew is missing nowhere.
        if state in _LOST or (not state and fewer[_app(task)]):
            gone.append("%s on %s (%s)" % (*_named(task), state or "not known to the masters any more"))
        elif state == "TASK_FAILED" and upgraded and task["agent_id"] == upgraded:
            gone.append("%s on %s (%s)" % (*_named(task), state))
    return gone


def unseen(before: Iterable[Task], after: Iterable[Task], drained: str = "") -> list[str]:
    """Tasks of which no master knows any more how they ended."""
    return ["%s on %s" % _named(task) for task, state in _ended(list(before), list(after), drained) if not state]


def _ended(then: list[Task], now: list[Task], drained: str) -> Iterator[tuple[Task, str]]:
    states = {(one["framework_id"], one["id"]): one["state"] for one in now}
    for task in then:
        state = states.get((task["framework_id"], task["id"]), "")
        if task["state"] in _UP and state not in _UP and not (drained and task["agent_id"] == drained):
            yield task, state


def _app(task: Task) -> tuple[str, str]:
    return task["framework_id"], task["name"]


def _apps(tasks: list[Task]) -> Counter[tuple[str, str]]:
    """How many tasks of each app are up."""
    return Counter(_app(one) for one in tasks if one["state"] in _UP)


def _named(task: Task) -> tuple[str, str]:
    return task["id"], task["hostname"] or "an unknown host"


def count(tasks: Iterable[Task]) -> int:
    return sum(1 for one in tasks if one["state"] in _UP)


def told(gone: list[str]) -> str:
    more = len(gone) - _SHOWN
    return ", ".join(gone[:_SHOWN]) + (", and %d more" % more if more > 0 else "")


def report(plan: Mapping[str, Any], outcomes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """``outcomes`` have, by host and role, what the playbook has noted."""
    rows = list(_rows(plan["hosts"], outcomes))
    failed = [row for row in rows if row["result"] not in ("done", "not begun")]
    columns = ("host", "layer", "from", "to", "seconds", "tasks_before", "tasks_after", "result")
    head = ("HOST", "LAYER", "FROM", "TO", "SECONDS", "TASKS BEFORE", "AFTER", "RESULT")
    lines = aligned([head, *(tuple(str(row[name]) for name in columns) for row in rows)])
    return {
        "rows": rows,
        "lines": (lines if rows else ["Nothing to upgrade."]) + [line for row in failed for line in _explained(row)]
        + ["%s, %s: no master knows any more how these ended: %s" % (row["host"], row["layer"], told(row["unseen"]))
           for row in rows if row["unseen"]],
        "failed": [row["host"] for row in failed],
        "left": [row["host"] for row in rows if row["result"] == "not begun"],
    }


def _rows(hosts: Mapping[str, Any], outcomes: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for layer, of_layer in hosts.items():
        for host, one in of_layer.items():
            went = (outcomes.get(host) or {}).get(layer) or {}
            yield {
                "host": host,
                "layer": LAYERS[layer].name,
                "role": layer,
                "from": one["from"] or "unknown",
                "to": one["to"],
                "seconds": went.get("seconds", ""),
                "tasks_before": went.get("tasks_before", ""),
                "tasks_after": went.get("tasks_after", ""),
                "result": _result(went),
                "why": went.get("why") or "",
                "unseen": went.get("unseen") or [],
                "back_failed": went.get("back_failed") or "",
                "differs": went.get("differs") or "",
            }


def _result(went: Mapping[str, Any]) -> str:
    if went.get("done"):
        return "done"
    if not went.get("begun"):
        return "NOT STARTED" if went.get("why") else "not begun"
    if went.get("back"):
        return "NOT CHANGED" if went.get("untouched") else "WENT BACK"
    return "FAILED"


def _explained(row: Mapping[str, Any]) -> Iterator[str]:
    yield "%s, %s: %s" % (row["host"], row["layer"], row["why"] or "the host is not reached any more")
    if row["result"] == "WENT BACK":
        yield (
            "  It runs %s again and is healthy. Correct the version in the inventory before you run site.yml, which "
            "would bring the new one. Run this playbook again for a new attempt." % row["from"]
        )
    elif row["result"] == "NOT CHANGED":
        yield (
            "  Nothing was changed or restarted: it runs %s as before. Fix that, then run this playbook again."
            % row["from"]
        )
    elif row["result"] == "FAILED":
        yield "  It could not go back: %s. The old settings are in /var/lib/quorum-mesos/kept there." % (
            row["back_failed"].rstrip(".") or "the run ended before"
        )
        yield (
            "  Fix that, then run this playbook again, which takes this host first. An agent that is drained stays so "
            "until then; mesos_slave_activate.yml reactivates it."
        )
    if row["differs"]:
        yield "  Not as before: %s" % row["differs"]
