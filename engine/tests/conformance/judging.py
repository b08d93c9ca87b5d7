"""What the suites share: verdicts by name, judged one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from conformance.verdict import Verdict

Verdicts = dict[str, Verdict]
Record = Callable[[str, object], None]


def judge(found: Verdicts, name: str, record_property: Record) -> None:
    """The verdict goes into the table; what is not explained fails the test."""
    if name not in found:
        pytest.skip("the cluster has no such host")
    record_property("conformance", dataclasses.asdict(found[name]))
    assert not found[name].unexplained, found[name].unexplained
