# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the playbook status found -> one report, and the report as lines of text."""

from __future__ import annotations

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._health import table
from ansible_collections.quorum.mesos.plugins.module_utils._words import printable
from ansible_collections.quorum.mesos.plugins.plugin_utils import drift_report
from ansible_collections.quorum.mesos.plugins.plugin_utils.columns import aligned

Report = t.Dict[str, t.Any]
# Of addresses in a line of text; the JSON file and the page have all.
_ADDRESSES = 3


def report(
    hosts: t.Mapping[str, t.Any],
    when: str,
    directory: str = "",
    compared: t.Mapping[str, t.Any] | None = None,
    owned: bool = False,
) -> Report:
    """compared is the result of marathon_apps in check mode for the directory; without one nothing is compared.

    owned says that it has what belongs to the directory and is not declared there.
    """
    workloads = table.facts_of(hosts, "marathon", "workloads")
    disks = _disks(hosts)
    return {
        "when": when,
        "services": table.rows(hosts),
        "agents": [_agent(one, disks.get(one["id"])) for one in table.facts_of(hosts, "master", "agents") or []],
        "apps": [{**one, "good": _is_good(one)} for one in workloads or []],
        "deployments": table.facts_of(hosts, "marathon", "running_deployments") or [],
        "drift": _drift(directory, compared or {}, workloads or [], owned) if directory else None,
        "notes": table.notes(hosts),
    }


def faults(found: Report) -> list[str]:
    """What does not run or does not answer, by name."""
    silent = ["%s on %s" % (one["service"], one["host"]) for one in found["services"] if not one["answers"]]
    agents = ["agent %s (%s)" % (one["name"], one["state"]) for one in found["agents"] if one["state"] != "active"]
    return silent + agents + [one["id"] for one in found["apps"] if not one["good"]]


def lines(found: Report) -> list[str]:
    services = [(one["service"], one["host"], one["words"]) for one in found["services"]]
    text = aligned(services)
    text += _section("AGENTS", [("  " + one["name"], one["state"], resources(one)) for one in found["agents"]])
    text += _section("APPS", [("  " + one["id"], state(one), where(one)) for one in found["apps"]])
    running = [("  " + " ".join(one["affects"]), step(one), waits(one)) for one in found["deployments"]]
    text += _section("DEPLOYMENTS", running)
    drift = found["drift"]
    if drift is not None:
        text += ["DRIFT against %s: %s" % (drift["directory"], drift["plan"])]
        text += aligned([("  " + one["id"], drift_report.words(one)) for one in drift["differs"]])
    return [printable(line) for line in [*text, *found["notes"]]]


def resources(agent: t.Mapping[str, t.Any]) -> str:
    """Used of all, and what is left."""
    told = [
        f"{name} {_number(agent['used'][name])} of {_number(agent['total'][name])}{unit} used, "
        f"{_number(agent['free'][name])} free"
        for name, unit in (("cpus", ""), ("mem", " MiB"), ("disk", " MiB"), ("gpus", ""))
        if agent["total"].get(name)
    ]
    return "; ".join(told)


def state(app: t.Mapping[str, t.Any]) -> str:
    if app["healthy"] is not None:
        return "%d of %d healthy" % (app["healthy"], app["instances"])
    return "%d of %d %s" % (app["running"], app["instances"], "stable" if app["kind"] == "pod" else "running")


def where(app: t.Mapping[str, t.Any], most: int = _ADDRESSES) -> str:
    left = len(app["at"]) - most
    return ", ".join(app["at"][:most]) + (" and %d more" % left if left > 0 else "")


def step(deployment: t.Mapping[str, t.Any]) -> str:
    return "step %d of %d" % (deployment["step"], deployment["steps"])


def waits(deployment: t.Mapping[str, t.Any]) -> str:
    return "; ".join(deployment["waits_for"])


def _disks(hosts: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """By the ids of agents, of which the hosts themselves know the work directories."""
    found = [((one.get("services") or {}).get("agent") or {}).get("facts") or {} for one in hosts.values()]
    return {facts["id"]: facts.get("work_dir") for facts in found if facts.get("id")}


def _agent(agent: t.Mapping[str, t.Any], disk: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    total, free = agent.get("total") or {}, agent.get("free") or {}
    used = {name: total[name] - free.get(name, 0) for name in total}
    told = {name: agent[name] for name in ("name", "id", "state")}
    return {**told, "total": total, "used": used, "free": free, "work_dir": disk}


def _is_good(app: t.Mapping[str, t.Any]) -> bool:
    ready = app["running"] if app["healthy"] is None else app["healthy"]
    return bool(ready >= app["instances"] and not app["unhealthy"])


def _drift(
    directory: str, result: t.Mapping[str, t.Any], workloads: t.Iterable[dict[str, t.Any]], owned: bool
) -> dict[str, t.Any]:
    found = drift_report.compared(result, directory)
    known = {one["id"] for one in [*result.get("apps", []), *result.get("pods", [])]}
    # Where nothing says what belongs to the directory, all that runs is expected to.
    if found["outcome"] != drift_report.NOT_COMPARED and not owned:
        found["differs"] += [
            drift_report.undeclared(one["id"], one["kind"]) for one in workloads if one["id"] not in known
        ]
    told = found["why"] or drift_report.as_declared(found)
    in_step = found["outcome"] == drift_report.NO_DRIFT and not found["differs"]
    return {"directory": directory, "plan": told, "differs": found["differs"], "in_step": in_step}


def _section(title: str, rows: t.Iterable[t.Sequence[str]]) -> list[str]:
    text = aligned(rows)
    return [title, *text] if text else []


def _number(value: float) -> str:
    return ("%.2f" % value).rstrip("0").rstrip(".")
