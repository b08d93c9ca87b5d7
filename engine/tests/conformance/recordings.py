"""What real Mesos 1.11.0 answered: questions with status, headers and the shape or the text of the answer.

The files in ``data/`` were derived from answers recorded on a running cluster of 3 masters, 2 agents and 2 frameworks
with a task each, one in a container. ``running.json`` has every question; the other situations have those that were
answered otherwise there. Of a JSON answer the shape is kept (see ``shape``), of any other answer the text.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.shape import paths

SITUATIONS = ("running", "maintenance-scheduled", "drained", "no-quorum")
DATA = Path(__file__).parent / "data" / "mesos-1.11.0"


@dataclass(frozen=True)
class Recording:
    situation: str
    who: str
    method: str
    path: str
    status: int
    answer: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    @property
    def name(self) -> str:
        if self.body is None:
            return f"{self.who} {self.method} {self.path}"
        try:
            call = json.loads(self.body)
        except ValueError:
            call = None
        what = call["type"] if isinstance(call, dict) and "type" in call else self.body
        aside = "" if "Content-Type" in self.headers else " without Content-Type"
        aside += " without Accept" if "Content-Type" in self.headers and "Accept" not in self.headers else ""
        return f"{self.who} {self.method} {self.path} {what}{aside}"


def answers(situation: str) -> list[Recording]:
    loaded = json.loads((DATA / f"{situation}.json").read_text(encoding="utf-8"))
    return [Recording(situation, **entry) for entry in loaded["answers"]]


@functools.cache
def changing() -> dict[str, frozenset[str]]:
    """By question, the keys that some situations have in its answer and others have not."""
    shapes: dict[str, list[Any]] = {}
    for situation in SITUATIONS:
        for one in answers(situation):
            shapes.setdefault(one.name, []).append(one.answer.get("json"))
    return {name: _changing([dict(paths(shape)) for shape in several]) for name, several in shapes.items()}


def _changing(several: list[dict[str, bool]]) -> frozenset[str]:
    ever = {path for one in several for path in one}
    parents = {path: path.rpartition(".")[0] for path in ever}
    # A key says something where what holds it was there.
    return frozenset(path for path in ever for one in several
                     if not one.get(path, False) and (not parents[path] or parents[path] in one))


def operator_calls() -> dict[str, Recording]:
    loaded = json.loads((DATA / "operator-calls.json").read_text(encoding="utf-8"))
    return {name: Recording("operator calls", **entry) for name, entry in loaded.items()}


def refused_starts() -> list[dict[str, Any]]:
    """Command lines with which a program ends at once, each with its message and exit status."""
    return json.loads((DATA / "startup.json").read_text(encoding="utf-8"))
