"""Compares an answer with a recorded one, and sorts out the differences that are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import requests
from conformance.known import KNOWN
from conformance.recordings import Recording
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


def verdict(recording: Recording, response: requests.Response, names: dict[str, str]) -> Verdict:
    """``names`` replaces ``{leader}`` and the like in what was recorded."""
    unexplained: list[str] = []
    explained: dict[str, list[str]] = {}
    for difference in _differences(recording, response, names):
        reason = next((known.reason for known in KNOWN if known.explains(recording.name, difference)), None)
        if reason is None:
            unexplained.append(difference)
        else:
            explained.setdefault(reason, []).append(difference)
    return Verdict(recording.situation, recording.name, unexplained, explained)


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
