"""The table of the modules' bench, and what a part of a loop says of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from lab import table as text_table

WIDTH = 110


@dataclass(frozen=True)
class Cost:
    """One run of a playbook: its wall time, the requests that Marathon got, and how many apps it reports as changed."""

    seconds: float
    reads: int
    writes: int
    changed: int

    @property
    def requests(self) -> int:
        return self.reads + self.writes


@dataclass(frozen=True)
class Row:
    """measured: of how many definitions, if that was not all."""

    way: str
    differing: str
    cost: Cost
    measured: int | None = None


def whole(part: Cost, unchanged: Cost, idle: float, times: int) -> Cost:
    """A loop over times as many definitions as part had, all others of which are like those of unchanged.

    idle: the seconds in which a run does nothing, which a longer loop spends only once.
    """
    more = times - 1
    return Cost(
        part.seconds + more * (unchanged.seconds - idle),
        part.reads + more * unchanged.reads,
        part.writes + more * unchanged.writes,
        part.changed + more * unchanged.changed,
    )


_COLUMNS = ("", "of which", "seconds", "requests", "reads", "writes", "told changed")


def aligned(cells: list[tuple[str, ...]]) -> list[str]:
    """A line each: the first column to the left, the others to the right."""
    return [f"  {line}" for line in text_table.lines(cells, WIDTH, right=True)]


def costs(rows: list[Row]) -> list[str]:
    return aligned([_COLUMNS, *map(_cells, rows)])


def table(rows: list[Row], definitions: int) -> str:
    lines = [
        f"{definitions:,} definitions of apps without instances, so that no time goes into starting tasks",
        *costs(rows),
    ]
    for measured in sorted({row.measured for row in rows if row.measured is not None}):
        lines.append(
            f"  ~ not run whole: {measured:,} definitions were measured, the rest is reckoned from them; "
            f"BENCH_LOOP={definitions} runs them all"
        )
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    sign = "" if row.measured is None else "~"
    cost = row.cost
    counts = (cost.requests, cost.reads, cost.writes, cost.changed)
    return (row.way, row.differing, f"{sign}{cost.seconds:.1f}", *(f"{sign}{count}" for count in counts))
