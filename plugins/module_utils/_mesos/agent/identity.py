# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: whether an agent that comes back with other settings would be taken for the one that it was."""

from __future__ import annotations

import typing as t

from . import resources as values

# Mesos measures these where they are not set.
MEASURED = ("cpus", "disk", "mem", "ports")


def changes(seen: t.Mapping[str, t.Any], wanted: t.Mapping[str, t.Any], additive: bool) -> list[str]:
    """Why the agent would refuse to start with its old identity: nothing where it has none or would not."""
    if not seen.get("known"):
        return []
    found = [
        "%s was '%s' and becomes '%s'" % (name, seen[name], wanted[name])
        for name in ("hostname", "port", "work_dir")
        if seen.get(name) and wanted.get(name) and str(seen[name]) != str(wanted[name])
    ]
    found += _attributes(
        values.parse_attributes(seen.get("attributes") or ""), values.parse_attributes(wanted.get("attributes") or "")
    )
    old, new = (values.parse_resources(side.get("resources") or "") for side in (seen, wanted))
    measured = values.parse_resources(seen.get("measured") or "")
    found += _resources(old, new, measured)
    if not found and not additive:
        found += _additions(seen, wanted, old, new)
    return found


def _attributes(old: t.Mapping[str, t.Any], new: t.Mapping[str, t.Any]) -> list[str]:
    found = []
    for name, value in sorted(old.items()):
        if name not in new:
            found.append("the attribute %s goes away" % name)
        elif new[name] != value:
            found.append("the attribute %s was '%s' and becomes '%s'" % (name, _shown(value), _shown(new[name])))
    return found


def _resources(
    old: dict[values.Key, t.Any], new: dict[values.Key, t.Any], measured: dict[values.Key, t.Any]
) -> list[str]:
    found = []
    declared = {name for name, _role, _disk in old}
    for key, amount in sorted(old.items()):
        if key in new:
            if not _holds(new[key], amount):
                found.append("%s shrinks from %s to %s" % (_named(key), _shown(amount), _shown(new[key])))
        elif key[0] in MEASURED and key[1:] == ("*", "") and not any(name == key[0] for name, _role, _disk in new):
            found.append("%s is no longer set, and what Mesos would measure is not known" % _named(key))
        else:
            found.append("%s goes away" % _named(key))
    for key in sorted(new):
        name = key[0]
        if name not in MEASURED or name in declared or key[1:] != ("*", ""):
            continue
        if key not in measured:
            found.append("%s was measured by Mesos, and its agent does not run and tell how much it was" % _named(key))
        elif not _holds(new[key], measured[key]):
            found.append("%s shrinks from %s to %s" % (_named(key), _shown(measured[key]), _shown(new[key])))
    return found


def _additions(
    seen: t.Mapping[str, t.Any],
    wanted: t.Mapping[str, t.Any],
    old: dict[values.Key, t.Any],
    new: dict[values.Key, t.Any],
) -> list[str]:
    """What only the policy additive lets grow."""
    grown = ["%s is new or grows" % _named(key) for key in sorted(new) if key not in old or old[key] != new[key]]
    before = values.parse_attributes(seen.get("attributes") or "")
    added = [name for name in sorted(values.parse_attributes(wanted.get("attributes") or "")) if name not in before]
    return grown + ["the attribute %s is new" % name for name in added]


def _holds(new: t.Any, old: t.Any) -> bool:
    if type(new) is not type(old):
        return False
    if isinstance(old, list):
        return all(any(begin <= first and last <= end for begin, end in new) for first, last in old)
    return bool(new >= old)


def _named(key: values.Key) -> str:
    name, role, disk = key
    return name + ("" if role == "*" else "(%s)" % role) + (" on a disk of its own" if disk else "")


def _shown(value: t.Any) -> str:
    if isinstance(value, list):
        return "[%s]" % ",".join("%d-%d" % pair for pair in value)
    if isinstance(value, frozenset):
        return "{%s}" % ",".join(sorted(value))
    return "%g" % value if isinstance(value, float) else str(value)
