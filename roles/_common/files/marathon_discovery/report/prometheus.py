"""The text format of Prometheus."""

from __future__ import annotations

from typing import Any


def add(lines: list[str], prefix: str, name: str, kind: str, description: str, samples: list[Any]) -> None:
    full = f"{prefix}_{name}"
    lines += [f"# HELP {full} {description}", f"# TYPE {full} {kind}"]
    lines += [f"{full}{labels} {value}" for labels, value in samples]
