# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions of constraints that are nothing but a list of values."""

from __future__ import annotations

import re
from typing import Optional

# A dot is taken for itself, as it stands in names of hosts.
_LITERAL = re.compile(r"[A-Za-z0-9_./:@ -]+")


def alternatives(pattern: str) -> Optional[list[str]]:
    """The values that a|b or (a|b) means; none where it means more than that."""
    pattern = re.sub(r"^\^?\(?(?:\?:)?(.*?)\)?\$?$", r"\1", pattern) if pattern.count("(") <= 1 else pattern
    found = [part.replace("\\.", ".").replace("\\-", "-") for part in pattern.split("|")]
    return list(dict.fromkeys(found)) if all(_LITERAL.fullmatch(part) for part in found) else None
