# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: whether a backup may be restored onto a cluster, and how what runs then compares with it."""

from __future__ import annotations

import re
import typing as t

from . import manifest as manifests
from .sources import Hosts, group, members

Manifest = t.Mapping[str, t.Any]
# As people call what a backup has, and the service that reads it.
_PROGRAMS = (
    ("zookeeper", "zookeeper", "ZooKeeper"),
    ("registry", "master", "Mesos"),
    ("marathon", "marathon", "Marathon"),
)
PARTS = ("zookeeper", "registry", "definitions")


def plan(
    manifest: Manifest,
    name: str,
    hosts: Hosts,
    states: t.Mapping[str, t.Any],
    parts: t.Any = None,
    replace: bool = False,
    again: bool = False,
) -> dict[str, t.Any]:
    """What there is to do, or why it must not be done.

    ``name`` is the checksum that names the backup, and ``states`` what each host has on its disk.
    """
    wanted, problems = _parts(manifest, parts)
    # The name and the parts; without parts it was all.
    restored = [str(state.get("restored") or "").partition(" ") for state in states.values()]
    done = not again and any(
        was == name and set(wanted) <= set(told.split(",") if told else PARTS) for was, _space, told in restored
    )
    begun = {state.get("begun") for state in states.values()} - {"", None}
    # Apps that run again are in use, whatever an interrupted restore has left beside them, and however long ago.
    halfway = bool(begun) and not any(
        said.get("leads") and said.get("workloads") for said in members(hosts, "marathon").values()
    )
    resumed = halfway and name in begun
    if "definitions" not in wanted and not done:
        problems += _hosts(hosts, states, wanted)
        if not resumed:
            problems += _versions(manifest, hosts, wanted, replace)
            problems += [] if replace else _data(hosts, states)
    return {
        "parts": wanted,
        "needed": "definitions" not in wanted and not done,
        "done": done,
        "resumed": resumed,
        "halfway": halfway,
        "problems": problems,
        "gone": gone(manifest, hosts) if "registry" in wanted else [],
        "agents": sorted(str(said["id"]) for said in members(hosts, "agent").values() if said.get("id")),
    }


def _parts(manifest: Manifest, parts: t.Any) -> tuple[list[str], list[str]]:
    has = [part for part in ("zookeeper", "registry") if manifests.has(manifest, part)]
    given = parts.split(",") if isinstance(parts, str) else parts
    wanted = [str(part).strip() for part in given] if given else has
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        return wanted, ["restore_parts has %s: give some of %s" % (", ".join(unknown), ", ".join(PARTS))]
    if "definitions" in wanted and len(wanted) > 1:
        return wanted, ["restore_parts: give definitions alone, because ZooKeeper's data has the apps too"]
    missing = [part for part in wanted if part != "definitions" and part not in has]
    if missing:
        return wanted, ["the backup has no %s; leave it out of restore_parts" % " and no ".join(missing)]
    return wanted, [] if wanted else [
        "the backup has neither data of ZooKeeper nor a registry; give restore_parts=definitions"
    ]


def _hosts(hosts: Hosts, states: t.Mapping[str, t.Any], wanted: t.Sequence[str]) -> list[str]:
    services = {"zookeeper": "zookeeper", "master": "mesos-master", "marathon": "marathon"}
    problems = [
        "%s is not reached, and no data may stay on it: %s" % (host, found["down"])
        for host, found in hosts.items()
        if found.get("down")
    ]
    for service, unit in services.items():
        problems += [
            "%s: %s is not installed; run the playbook site first" % (host, unit)
            for host in group(hosts, service)
            if not hosts[host].get("down") and unit not in (states.get(host) or {}).get("units", [])
        ]
    if "registry" in wanted and not group(hosts, "master"):
        problems.append("the inventory has no master for the part registry; leave it out of restore_parts")
    if not group(hosts, "zookeeper"):
        problems.append(
            "the inventory has no host in the group zookeeper, where the restore keeps how far it is; give "
            "restore_parts=definitions to deploy the apps alone"
        )
    return problems


def numbers(version: t.Any) -> tuple[int, ...]:
    """The numbers with which a version begins, of whatever build it is."""
    found = re.match(r"\d+(?:\.\d+)*", str(version or ""))
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def _versions(manifest: Manifest, hosts: Hosts, wanted: t.Sequence[str], replace: bool) -> list[str]:
    problems = []
    for part, service, program in _PROGRAMS:
        was = numbers((manifest.get("cluster", {}).get(part) or {}).get("version"))
        if not was or not group(hosts, service) or (part == "registry" and part not in wanted):
            continue
        now = {host: numbers(said.get("version")) for host, said in members(hosts, service).items()}
        # A release reads what older ones wrote; the third number is of repairs.
        older = {host: found for host, found in now.items() if found and found[:2] < was[:2]}
        if older:
            host, found = sorted(older.items())[0]
            problems.append(
                "%s: %s is %s, and the backup is of %s, which an older release may not read; install that one or a "
                "newer one" % (host, program, ".".join(map(str, found)), ".".join(map(str, was)))
            )
        elif not any(now.values()) and not replace:
            problems.append(
                "%s answers on no host, so its version is not known; run the playbook site first, or give "
                "restore_replace=true to go on without" % program
            )
    return problems


def _data(hosts: Hosts, states: t.Mapping[str, t.Any]) -> list[str]:
    """Why something would be lost."""
    leads = {host: said for host, said in members(hosts, "marathon").items() if said.get("leads")}
    tell = "give restore_replace=true if what is there may go"
    for host, said in leads.items():
        if said.get("workloads"):
            return [
                "Marathon on %s has %d apps and pods, which the restore would replace; %s"
                % (host, len(said["workloads"]), tell)
            ]
    with_data = sorted(host for host, state in states.items() if state.get("data"))
    if with_data and not leads:
        return [
            "ZooKeeper has data on %s, and no Marathon leads that could tell whether it has apps; %s"
            % (", ".join(with_data), tell)
        ]
    return []


def gone(manifest: Manifest, hosts: Hosts) -> list[dict[str, str]]:
    """Agents of the backup whose host has another identity now, so that they cannot come back."""
    now = {host: str(said["id"]) for host, said in members(hosts, "agent").items() if said.get("id")}
    before = (manifest.get("cluster", {}).get("registry") or {}).get("agents") or []
    return [
        {"id": one["id"], "name": one["name"]} for one in before if one["name"] in now and one["id"] not in now.values()
    ]


def short(apps: t.Iterable[t.Mapping[str, t.Any]], pods: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """The apps and pods that do not run with all their instances."""
    return sorted(
        [app["id"] for app in apps if (app.get("tasksRunning") or 0) < (app.get("instances") or 0)]
        + [
            pod["id"]
            for pod in pods
            if pod.get("status") != "STABLE" and (pod.get("spec") or {}).get("scaling", {}).get("instances")
        ]
    )


def comparison(
    manifest: Manifest,
    hosts: Hosts,
    info: t.Mapping[str, t.Any],
    drift: t.Mapping[str, t.Any],
    waiting: t.Sequence[str],
) -> dict[str, t.Any]:
    """What the backup has beside what runs: rows, and what is not as it was.

    ``drift`` is the report on the backup's definitions, which is empty where it has none.
    """
    cluster = manifest.get("cluster", {})
    rows: list[tuple[str, str, str, str]] = []
    problems: list[str] = []

    def row(what: str, was: t.Any, now: t.Any, problem: str = "") -> None:
        rows.append((what, str(was), str(now), "DIFFERS" if problem else ""))
        if problem:
            problems.append(problem)

    was = cluster.get("zookeeper")
    if was:
        now = next(iter(members(hosts, "zookeeper").values()), {})
        row("ZooKeeper, version", was["version"], now.get("version"), "" if now else "ZooKeeper does not answer")
        row("ZooKeeper, znodes", was["znodes"], now.get("node_count"))
    was = cluster.get("registry")
    if was:
        leading = next((said for said in members(hosts, "master").values() if said.get("leads")), {})
        agents = [one for one in leading.get("agents") or [] if one["state"] == "active"]
        before = [one for one in was["agents"] if one["state"] == "active"]
        missing = sorted({one["name"] for one in before} - {one["name"] for one in agents})
        row("Mesos, version", was["version"], leading.get("version"), "" if leading else "no master leads")
        row("Mesos, agents", len(before), len(agents), "agents are missing: %s" % ", ".join(missing) if missing else "")
    was = cluster.get("marathon")
    if was:
        said = next((one for one in members(hosts, "marathon").values() if one.get("leads")), {})
        loads = said.get("workloads") or []
        row("Marathon, version", was["version"], said.get("version"), "" if said else "no Marathon leads")
        row("Marathon, framework", was["framework"], info.get("frameworkId"))
        for kind in ("app", "pod"):
            row("Marathon, %ss" % kind, was[kind + "s"], sum(1 for one in loads if one.get("kind") == kind))
        ids = sorted(str(one["id"]) for one in drift.get("differs") or [])
        why = "not as in the backup: %s" % ", ".join(ids) if ids else ""
        if drift.get("outcome") == "not_compared":
            ids, why = ["all"], "the definitions were not compared: %s" % drift.get("why")
        row("Marathon, definitions that differ", 0, len(ids), why)
        why = "not all instances run: %s" % ", ".join(waiting) if waiting else ""
        row("Marathon, apps without all instances", "", len(waiting), why)
    return {"rows": rows, "problems": problems}
