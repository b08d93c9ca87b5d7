# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the playbook maintain refuses, which hosts it takes together, and what it has to know of each."""

from __future__ import annotations

import fnmatch
import re
from typing import Any, Iterable, Iterator, Mapping, Sequence

from ansible_collections.quorum.mesos.plugins.module_utils._mesos import agents

_PERCENT = re.compile("([0-9]+)%")
_SUBSCRIPT = re.compile(r"\[[-0-9:]*\]$")


def refusals(
    options: Mapping[str, Any], limit: str, groups: Mapping[str, Sequence[str]], group: str, chosen: Sequence[str]
) -> list[str]:
    """What is wrong with the command itself. chosen are the hosts that --limit leaves."""
    members = list(groups.get(group) or [])
    return [*_tasks(options), *_numbers(options), *_names(limit, groups), *_hosts(limit, members, group, chosen)]


def _tasks(options: Mapping[str, Any]) -> Iterator[str]:
    file, role = options["tasks"], options["role"]
    if not file and not role:
        yield "no tasks are given: set maintain_tasks to a file with tasks, or maintain_role to the name of a role."
    elif file and role:
        yield "maintain_tasks and maintain_role are both set: set one of them."
    elif file and not options["tasks_found"]:
        yield "maintain_tasks is %s, which is no file of this machine: correct the path." % file


def _numbers(options: Mapping[str, Any]) -> Iterator[str]:
    if take(options["at_once"], 100) is None:
        told = "maintain_at_once is %s: give a number of hosts, 1 or more, or a percentage like 10%%."
        yield told % options["at_once"]
    for name, optional in (("duration", True), ("recovery_timeout", False)):
        value = options[name]
        if not (optional and value in (None, "")) and _positive(value) is None:
            yield "maintain_%s is %s: give a number of seconds, 1 or more." % (name, value)


def _names(limit: str, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Ansible ignores a name that it does not know beside one that it knows."""
    known = {*groups, *(groups.get("all") or []), "all", "localhost"}
    for term in filter(None, re.split("[,]|:(?![0-9-]*[]])", limit)):
        name = _SUBSCRIPT.sub("", term.strip().lstrip("!&"))
        # A file, or an expression that Ansible itself understands.
        if not name or name.startswith(("@", "~")) or any(fnmatch.fnmatchcase(one, name) for one in known):
            continue
        yield "--limit names %s, which is no host and no group of the inventory: correct it." % name


def _hosts(limit: str, members: Sequence[str], group: str, chosen: Sequence[str]) -> Iterator[str]:
    if not members:
        yield "the group %s has no hosts: give an inventory with the agents." % group
        return
    named = {term.strip() for term in re.split("[,:]", limit)}
    strangers = [host for host in chosen if host in named and host not in members]
    for host in strangers:
        yield "%s is no agent: it is not in the group %s. Leave it out of --limit." % (host, group)
    if not strangers and not set(members) & set(chosen):
        yield "--limit leaves no host of the group %s: name agents." % group


def take(at_once: Any, hosts: int) -> int | None:
    """How many hosts go together, as Ansible counts; nothing for what is neither a number nor a percentage."""
    percent = _PERCENT.fullmatch(str(at_once).strip())
    if percent:
        return max(1, int(percent.group(1)) * hosts // 100) if int(percent.group(1)) > 0 else None
    return _positive(at_once)


def _positive(value: Any) -> int | None:
    text = str(value).strip()
    return int(text) if text.isdigit() and int(text) > 0 and not isinstance(value, bool) else None


def batches(hosts: Sequence[str], at_once: Any) -> list[list[str]]:
    size = take(at_once, len(hosts)) or 1
    return [list(hosts[first : first + size]) for first in range(0, len(hosts), size)]


def plan(hosts: Mapping[str, Mapping[str, Any]], cluster: Mapping[str, Any], at_once: Any) -> dict[str, Any]:
    """hosts have, in the order of their turns, what the role has found; cluster is the result of mesos_info."""
    found = {host: _of_host(host, seen, cluster) for host, seen in hosts.items()}
    known = {host: one for host, one in found.items() if not one["problems"]}
    groups = batches(list(hosts), at_once)
    room = [problem for batch in groups for problem in _room([known[host] for host in batch if host in known], cluster)]
    return {
        "problems": [problem for one in found.values() for problem in one["problems"]] + room,
        "hosts": found,
        "lines": [_line(number, batch, found) for number, batch in enumerate(groups, 1)],
    }


def _line(number: int, batch: Sequence[str], found: Mapping[str, Mapping[str, Any]]) -> str:
    return "%d. %s" % (number, ", ".join("%s (%s)" % (host, found[host]["words"]) for host in batch))


def _of_host(host: str, seen: Mapping[str, Any], cluster: Mapping[str, Any]) -> dict[str, Any]:
    was, hostname = seen["was"], seen["hostname"]
    agent = _agent(was.get("id"), hostname, cluster["agents"])
    if agent is None:
        known = ", ".join(one["hostname"] for one in cluster["agents"]) or "none"
        why = (
            "%s: the masters know no agent of this host (registered: %s). Start it, or leave the host out "
            "(--limit 'all:!%s')." % (host, known, host)
        )
        return {"problems": [why], "words": "no agent", "reactivates": False}
    machine = {"hostname": agent["hostname"], "ip": agent["address"].rpartition(":")[0].strip("[]")}
    record = was.get("maintenance") or {}
    tasks = [one for one in cluster["tasks"] if one["agent_id"] == agent["id"] and one["state"] not in agents.TERMINAL]
    words = [] if agent["state"] == "active" else [agent["state"]]
    words += ["%d task%s" % (len(tasks), "" if len(tasks) == 1 else "s")] if tasks or not words else []
    # What a person has drained stays so.
    reactivates = bool(
        record["reactivates"] if "reactivates" in record else agent["state"] == "active" or was.get("drained")
    )
    return {
        "problems": list(_problems(host, agent, machine, record, cluster["maintenance"])),
        "words": ", ".join([*words, *([] if reactivates else ["is not reactivated"])]),
        "reactivates": reactivates,
        "machine": machine,
        "id": agent["id"],
        "host": host,
        "force": seen["force"],
    }


def _agent(agent_id: str | None, hostname: str, known: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return next(
        (
            one
            for one in known
            if (one["id"] == agent_id if agent_id else one["hostname"].lower() == hostname.lower())
        ),
        None,
    )


def _problems(
    host: str,
    agent: Mapping[str, Any],
    machine: Mapping[str, str],
    record: Mapping[str, Any],
    schedule: Mapping[str, Any],
) -> Iterator[str]:
    if agent["state"] in ("disconnected", "recovered"):
        yield (
            "%s: its agent is not connected to the leading master. Start it, or leave the host out (--limit 'all:!%s')."
            % (host, host)
        )
    if any(_fits(machine, one) for one in schedule["down"]):
        yield (
            "%s: the machine is down for maintenance already. Bring it up first (mesos_maintenance, state: up)." % host
        )
    for window in schedule["windows"]:
        if any(_fits(machine, one) for one in window["machines"]) and not _is_ours(window, record):
            yield (
                "%s: it is in a maintenance window already, from %s%s, which this playbook has not declared. Wait "
                "until that work is done, or remove the window (mesos_maintenance, state: absent)."
                % (host, window["start"], " for %g s" % window["duration"] if window["duration"] else "")
            )


def _fits(machine: Mapping[str, str], other: Mapping[str, str]) -> bool:
    same_name = other["hostname"].lower() in ("", machine["hostname"].lower())
    return same_name and other["ip"] in ("", machine["ip"]) and bool(other["hostname"] or other["ip"])


def _is_ours(window: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether an earlier run that was interrupted has written down this window before it declared it."""
    times = (window["start"], float(window["duration"] or 0))
    return len(window["machines"]) == 1 and times == (record.get("start"), float(record.get("duration") or 0))


def _room(batch: Sequence[Mapping[str, Any]], cluster: Mapping[str, Any]) -> list[str]:
    """The drain of each host asks for its own tasks alone, and when its window is declared already."""
    leaving = {one["id"] for one in batch}
    if any(one["force"] for one in batch):
        return []
    drained = {one["id"] for one in cluster["agents"] if one["state"] in ("draining", "drained")}
    others = [
        agents.Agent(
            one["id"], one["hostname"], one["address"], one["state"] == "active", one["state"] != "active", "", 0,
            {name: one["resources"][name] - one["used"][name] for name in agents.AMOUNTS},
        )
        for one in cluster["agents"]
        if one["id"] not in leaving and one["state"] == "active"
    ]  # fmt: skip
    tasks = [
        agents.Task(
            one["id"], one["framework"], one["state"], {name: need for name, need in one["resources"].items() if need}
        )
        for one in cluster["tasks"]
        if one["agent_id"] in leaving - drained and one["state"] not in agents.TERMINAL
    ]
    left = agents.homeless(tasks, others)
    if not left:
        return []
    together = len(batch) > 1
    return [
        "%s%s: no other active agent has room for %d of their %d tasks (%s). %s room, or set "
        "mesos_slave_drain_force: true."
        % (
            ", ".join(one["host"] for one in batch),
            " at once" if together else "",
            len(left),
            len(tasks),
            agents.listed(left),
            "Lower maintain_at_once, add" if together else "Add",
        )
    ]
