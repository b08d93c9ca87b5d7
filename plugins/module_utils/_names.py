# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that nobody knows, and the known one that was probably meant."""

from __future__ import annotations

import difflib
import typing as t


def nearest(name: str, known: t.Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name most like this one, where one is alike enough; capitals count for nothing."""
    by_letters = {one.lower(): one for one in known}
    matches = difflib.get_close_matches(name.lower(), by_letters, n=1, cutoff=likeness)
    return by_letters[matches[0]] if matches else None


def unknown_names(names: t.Iterable[str], known: t.Collection[str]) -> list[tuple[str, str | None]]:
    """Every name that is not known, with the nearest one that is."""
    return [(name, nearest(name, known)) for name in sorted(names) if name not in known]
