"""Tables as plain text, by rich: the same in a terminal, a log and a test."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def lines(rows: Sequence[Sequence[str]], width: int, right: bool = False, most: Sequence[int] = ()) -> list[str]:
    """One line a row, of at most so many columns; what is longer ends in an ellipsis.

    With right, all but the first column are aligned to the right; without, the last takes what the others leave. most
    are the largest widths of the first columns.
    """
    last = len(rows[0]) - 1
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0), expand=not right)
    for number in range(last + 1):
        table.add_column(
            justify="right" if right and number else "left",
            no_wrap=True,
            overflow="ellipsis",
            max_width=most[number] if number < len(most) else None,
            ratio=1 if number == last and not right else None,
        )
    for row in rows:
        # Brackets of an address are no markup.
        table.add_row(*map(Text, row))
    output = io.StringIO()
    Console(file=output, width=width, color_system=None, highlight=False).print(table)
    return [line.rstrip() for line in output.getvalue().splitlines()]
