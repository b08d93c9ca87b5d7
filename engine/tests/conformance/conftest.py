"""`pytest engine/tests/conformance --table` prints a line for every question, with what is known to differ and why.

Of a cluster at MESOS_URL it prints what differs: what depends on its flags, state and hosts, and what is wrong.
"""

from __future__ import annotations

import collections
from typing import Any

import pytest

VERDICT = "conformance"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--table", action="store_true", help="print every question with its verdict")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.getoption("--table", False):
        return
    rows = [value for reports in terminalreporter.stats.values() for report in reports
            for name, value in getattr(report, "user_properties", []) if name == VERDICT and report.when == "call"]
    reasons: collections.Counter[str] = collections.Counter()
    terminalreporter.section("conformance with Mesos 1.11.0 and Marathon 1.11")
    width = max((len(f"{row['situation']}: {row['name']}") for row in rows), default=0)
    for row in rows:
        told = [f"{len(row['unexplained'])} UNEXPLAINED"] if row["unexplained"] else []
        known = sum(len(differences) for differences in row["explained"].values())
        told += [f"{known} known"] if known else []
        depends = row.get("depends", {})
        told += [f"{sum(map(len, depends.values()))} depend on this cluster"] if depends else []
        question = f"{row['situation']}: {row['name']}"
        terminalreporter.write_line(f"{question:{width}}  {', '.join(told) or 'same'}")
        for reason, differences in depends.items():
            for difference in differences:
                terminalreporter.write_line(f"    depends  {difference}  ({reason})")
        for difference in row["unexplained"]:
            terminalreporter.write_line(f"    WRONG    {difference}")
        reasons.update({reason: len(differences) for reason, differences in row["explained"].items()})
    terminalreporter.write_line("")
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count:4} known: {reason}")
    unexplained = sum(len(row["unexplained"]) for row in rows)
    terminalreporter.write_line(f"{unexplained:4} unexplained")
