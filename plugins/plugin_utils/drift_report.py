# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what marathon_apps found in check mode for a directory -> what differs, and a short report of it."""

from __future__ import annotations

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._words import one_line
from ansible_collections.quorum.mesos.plugins.plugin_utils.columns import aligned

NO_DRIFT, DRIFT, NOT_COMPARED = "no_drift", "drift", "not_compared"
CHANGED, SCALED, MISSING, UNDECLARED = "changed", "scaled", "missing", "undeclared"
_KINDS = {"updated": CHANGED, "scaled": SCALED, "created": MISSING, "deleted": UNDECLARED}
_WORDS = {
    CHANGED: "differs from its definition",
    SCALED: "has another number of instances",
    MISSING: "declared, does not exist",
    UNDECLARED: "runs, not declared",
}
# Of the text, which is for a mail or a chat; the JSON file has all.
_LINES, _FIELDS, _REASON = 20, 5, 600

Found = t.Dict[str, t.Any]


def compared(result: t.Mapping[str, t.Any], directory: str, empty_too: bool = False) -> Found:
    """result is that of marathon_apps; empty_too takes a directory without definitions for one that is meant."""
    why = _why(directory, result, empty_too)
    if why:
        return {"outcome": NOT_COMPARED, "directory": directory, "why": why, "declared": 0, "differs": []}
    entries = [
        {"kind": kind, **one}
        for kind, name in (("app", "apps"), ("pod", "pods"), ("group", "groups"))
        for one in result[name]
    ]
    # A group is only removed together with the apps in it, which are listed.
    differs = [
        _entry(one)
        for one in entries
        if one["action"] != "none" and (one["kind"], one["action"]) != ("group", "deleted")
    ]
    return {
        "outcome": DRIFT if differs else NO_DRIFT,
        "directory": directory,
        "why": "",
        "declared": sum(one["action"] != "deleted" for one in entries),
        "differs": sorted(differs, key=lambda one: one["id"]),
    }


def report(result: t.Mapping[str, t.Any], directory: str, empty_too: bool = False) -> Found:
    """compared, with the lines of its text: the first says what it is about."""
    found = compared(result, directory, empty_too)
    return {**found, "lines": _lines(found)}


def undeclared(name: str, kind: str) -> Found:
    return {"id": name, "kind": kind, "difference": UNDECLARED, "fields": [], "origin": None}


def as_declared(found: t.Mapping[str, t.Any]) -> str:
    alike = found["declared"] - sum(one["difference"] != UNDECLARED for one in found["differs"])
    return "%d of %d as declared" % (alike, found["declared"])


def words(entry: t.Mapping[str, t.Any]) -> str:
    names = entry["fields"] if entry["difference"] == CHANGED else []
    left = len(names) - _FIELDS
    told = ", ".join(names[:_FIELDS]) + (" and %d more" % left if left > 0 else "")
    return ("group, " if entry["kind"] == "group" else "") + _WORDS[entry["difference"]] + (told and ": " + told)


def _why(directory: str, result: t.Mapping[str, t.Any], empty_too: bool) -> str:
    """Why nothing was compared. The task itself does not fail, and of a comparison the message is the plan."""
    if not directory:
        return "apps_dir is not set: name the directory with the app definitions"
    if "summary" not in result or result["msg"] != result["summary"]:
        return one_line(result.get("msg"))
    declared = [one for name in ("apps", "pods", "groups") for one in result[name] if one["action"] != "deleted"]
    if not declared and not empty_too:
        return "%s declares no app, pod or group; apps_allow_empty says that it is meant to" % directory
    return ""


def _entry(one: t.Mapping[str, t.Any]) -> Found:
    difference = _KINDS[one["action"]]
    # Of a group only what it depends on is declared.
    fields = one.get("fields", ["dependencies"] if difference == CHANGED else [])
    return {
        "id": one["id"],
        "kind": one["kind"],
        "difference": difference,
        "fields": fields,
        "origin": one.get("origin"),
    }


def _lines(found: t.Mapping[str, t.Any]) -> list[str]:
    if found["outcome"] == NOT_COMPARED:
        why = found["why"]
        return ["Not compared: " + (why if len(why) <= _REASON else why[:_REASON] + " ...")]
    if found["outcome"] == NO_DRIFT:
        return ["No drift: %s in %s" % (as_declared(found), found["directory"])]
    kinds = [one["difference"] for one in found["differs"]]
    counts = ["%d %s" % (kinds.count(kind), kind) for kind in _WORDS if kind in kinds]
    first = "Drift: %s; %s in %s" % (", ".join(counts), as_declared(found), found["directory"])
    rows = aligned([("  " + one["id"], words(one)) for one in found["differs"]])
    room = _LINES - 1
    return [first, *rows] if len(rows) <= room else [first, *rows[: room - 1], "  and %d more" % (len(rows) - room + 1)]
