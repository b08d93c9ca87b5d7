# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: groups of an inventory that have no host although a playbook needs them."""

from __future__ import annotations

import typing as t

# In shorter names than this, like dns, a difference of one letter makes another word.
_LONG = 6
_NONE = "The inventory has no host in the group %s; put hosts into it or give the inventory with -i."
_NONE_OF = "The inventory has no host in any of the groups %s; put hosts into them or give the inventory with -i."


def problems(groups: t.Mapping[str, t.Sequence[str]], needed: t.Sequence[str]) -> list[str]:
    """A playbook for hosts that the inventory does not have would end with success."""
    used = {name for name, hosts in groups.items() if hosts}
    foreign = sorted(used - set(needed) - {"all", "ungrouped"})
    found = [
        "The group '%s' is none of the collection's, and its hosts would be left out; write %s." % (name, known)
        for known in needed
        if known not in used
        for name in foreign
        if _is_nearly(name, known)
    ]
    if not found and not used.intersection(needed):
        found.append((_NONE_OF if len(needed) > 1 else _NONE) % ", ".join(needed))
    return found


def _is_nearly(name: str, known: str) -> bool:
    """Whether they differ by capitals, a dash, one letter or two that changed places; numbered groups are meant."""
    one, other = (text.lower().replace("-", "_") for text in (name, known))
    if one == other:
        return True
    for step in (1, -1):
        one, other = one[::step], other[::step]
        while one and one[0] == other[:1]:
            one, other = one[1:], other[1:]
    changed = one + other
    return (
        len(known) >= _LONG
        and not any(letter.isdigit() for letter in changed)
        and (max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1]))
    )
