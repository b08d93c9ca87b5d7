"""Compares an answer with a recorded one, and sorts out the differences that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
from conformance.known import CHANGING, DEPENDS, KNOWN, Known
from conformance.recordings import Recording, changing
from conformance.shape import differences, shape_of

HEADERS = ("Content-Type", "Allow", "Location")
METRICS = "/metrics/snapshot"


@dataclass(frozen=True)
class Verdict:
    situation: str
    name: str
    unexplained: list[str]
    # Reason -> differences.
    explained: dict[str, list[str]]
    # The same for what depends on the cluster that was given.
    depends: dict[str, list[str]] = field(default_factory=dict)


def verdict(
    recording: Recording, response: requests.Response, names: dict[str, str], *, given: bool = False
) -> Verdict:
    """``names`` replaces ``{leader}`` and the like in what was recorded; ``given``: the cluster is not ours."""
    return sorted_out(recording, _differences(recording, response, names), given=given)


def sorted_out(recording: Recording, differences: list[str], *, given: bool) -> Verdict:
    found = Verdict(recording.situation, recording.name, [], {}, {})
    for difference in differences:
        if reason := _reason(KNOWN, recording.name, difference):
            found.explained.setdefault(reason, []).append(difference)
        elif given and (reason := _dependence(recording.name, difference)):
            found.depends.setdefault(reason, []).append(difference)
        else:
            found.unexplained.append(difference)
    return found


def _reason(table: Iterable[Known], question: str, difference: str) -> str | None:
    return next((known.reason for known in table if known.explains(question, difference)), None)


def _dependence(question: str, difference: str) -> str | None:
    path, _colon, what = difference.partition(": ")
    if what in ("missing", "not in the recording") and path in changing().get(question, ()):
        return CHANGING
    return _reason(DEPENDS, question, difference)


def _differences(recording: Recording, response: requests.Response, names: dict[str, str]) -> list[str]:
    if response.status_code != recording.status:
        return [f"status {response.status_code} instead of {recording.status}: {response.text[:200]}"]
    answer = recording.answer
    found = []
    for header in HEADERS:
        wanted = _filled(answer["headers"].get(header), names)
        if response.headers.get(header) != wanted:
            found.append(f"{header} {response.headers.get(header)} instead of {wanted}")
    if "text" in answer:
        wanted = _filled(answer["text"], names)
        if response.text.rstrip() != wanted.rstrip():
            found.append(f"text {response.text!r} instead of {wanted!r}")
    elif "json" in answer or "value" in answer:
        found += _of_json(recording, response, names)
    elif response.content and response.headers.get("Content-Type") != "application/json":
        found.append(f"text {response.text!r} instead of nothing")
    return found


def _of_json(recording: Recording, response: requests.Response, names: dict[str, str]) -> list[str]:
    try:
        value = response.json()
    except ValueError:
        return [f"not JSON: {response.text[:200]}"]
    if "value" in recording.answer:
        wanted = recording.answer["value"]
        return [] if _ordered(value) == _ordered(wanted) else [f"{value} instead of {wanted}"]
    if recording.path.startswith(METRICS):
        value = {_without_ids(name): number for name, number in value.items()}
    return list(differences(recording.answer["json"], shape_of(value)))


def _ordered(value: Any) -> Any:
    """Lists of machines have no order."""
    if isinstance(value, dict):
        return {key: _ordered(member) for key, member in value.items()}
    return sorted((_ordered(member) for member in value), key=repr) if isinstance(value, list) else value


def _without_ids(name: str) -> str:
    name = re.sub(r"/roles/[^/]+/", "/roles/{role}/", name)
    return re.sub(r"/frameworks/[^/]+/[0-9a-f-]{36}-\d+/", "/frameworks/{name}/{id}/", name)


def _filled(text: str | None, names: dict[str, str]) -> Any:
    for name, value in names.items():
        text = text and text.replace(f"{{{name}}}", value)
    return text
