# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a version of Marathon has: its flags, and the Mesos and Java that it needs."""

from __future__ import annotations

import re
import typing as t

Table = t.Mapping[str, t.Any]


def key(version: t.Any) -> tuple[int, ...]:
    """For comparing 1.9 with 1.11.24 or 1.8.0_392; what follows the leading numbers does not count."""
    match = re.match(r"\d+(\.\d+)*", str(version))
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def java_number(version: t.Any) -> int | None:
    """8 for 1.8.0_392, as Java was numbered until then, and 17 for 17.0.11."""
    numbers = key(version)[1:] if key(version)[:1] == (1,) else key(version)
    return numbers[0] if numbers else None


def flag_problems(flags: Table, version: str, since: Table, until: Table) -> list[str]:
    """One sentence for every flag that this version does not have yet, or no more."""
    found = []
    for name, value in flags.items():
        if value is None:
            continue
        if name in since and key(version) < key(since[name]):
            found.append(
                "marathon_flags.%s came with Marathon %s, and marathon_version is %s; remove it or set the version "
                "that is installed." % (name, since[name], version)
            )
        if name in until and key(version) > key(until[name][0]):
            last, remedy = until[name]
            found.append("marathon_flags.%s is no flag after Marathon %s; %s." % (name, last, remedy))
    return found


def partner_problems(
    version: str, requirements: Table, mesos: t.Mapping[str, t.Any], java: str | None, java_is_used: bool
) -> list[str]:
    """Masters and a Java that are too old for this version. ``mesos`` has the version of each master that is known."""
    needed = requirements[version]
    found = [
        "Marathon %s needs Mesos %s, and the master %s is given %s; raise that or lower marathon_version and what is "
        "installed." % (version, needed["mesos"], host, given)
        for host, given in sorted(mesos.items())
        if key(given) and key(given) < key(needed["mesos"])
    ]
    number = java_number(java)
    if java_is_used and number is not None and number < needed["java"]:
        found.append(
            "Marathon %s needs Java %s, and the host has %s; install a newer one or name it in marathon_packages."
            % (version, needed["java"], java)
        )
    return found
