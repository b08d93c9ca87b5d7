# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: rows of a table -> lines of text."""

from __future__ import annotations

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._words import printable


def aligned(rows: t.Iterable[t.Sequence[str]]) -> list[str]:
    """Columns as wide as they have to be; the last is as it is."""
    cells = [[printable(cell) for cell in row] for row in rows]
    columns = max((len(row) for row in cells), default=0)
    widths = [max(len(row[n]) if n < len(row) else 0 for row in cells) for n in range(max(columns - 1, 0))]
    return ["  ".join([*map(str.ljust, row[:-1], widths), row[-1]]).rstrip() for row in cells]
