# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person must know and do about a translated set, as Markdown."""

from __future__ import annotations

import re
from typing import Any, Iterable

from .._words import one_line
from .kubernetes.security import secret_key
from .notes import DROPPED, KUBERNETES, LEVELS, MANUAL, SWARM
from .swarm.container import secret_name
from .translation import Translated

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_LEVEL_WORDS = {
    MANUAL: "a person has to do something",
    DROPPED: "not carried over",
    "approximate": "carried over, but behaves differently",
    "warning": "carried over, but look out",
}
_TARGET_WORDS = {KUBERNETES: "Kubernetes", SWARM: "Docker Swarm"}
_COMMON = (
    "A program that reads variables of Marathon in its image is not seen here: only what a definition names is set.",
    "A shell may stay in front of the program of `cmd` and keep signals from it: write `exec` in front of the program.",
    "Health checks of Kubernetes come from the node: a program that listens on 127.0.0.1 alone fails them.",
    "Kubernetes ends a pod and takes it out of its Services at the same time: set `pre_stop_seconds` for servers.",
    "Docker Swarm needs IPVS in the kernel to publish ports by the mode ingress: without it set `publish_mode` host.",
)


def markdown(translated: list[Translated], targets: Iterable[str]) -> str:
    chosen = [target for target in _TARGET_WORDS if target in set(targets)]
    notes = [note for one in translated for note in one.all_notes(chosen)]
    parts = [
        "# Report of the translation",
        _counts(translated, notes, chosen),
        *(part for target in chosen for part in _to_do(translated, notes, target)),
        _set_up(translated, chosen),
        _names(translated, chosen),
        _every_note(translated, chosen),
        "## For every app\n\n" + "\n".join(f"- {sentence}" for sentence in _COMMON),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def cell(text: Any) -> str:
    """Text in a table: nothing in it is markup."""
    line = one_line(text)
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", line)


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines = [head, ["---"] * len(head), *([cell(one) for one in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _counts(translated: list[Translated], notes: list[dict[str, Any]], targets: list[str]) -> str:
    pods = sum(one.workload.is_pod for one in translated)
    refused = [one.workload.id for one in translated if one.workload.refusal]
    sentence = f"{len(translated) - pods} apps and {pods} pods were translated."
    if refused:
        sentence += f" Nothing is written for {', '.join(cell(one) for one in refused)}: these cannot move."
    rows = []
    for target in targets:
        made = sum(len(one.objects.get(target, [])) for one in translated)
        counts = [sum(note["target"] == target and note["level"] == level for note in notes) for level in LEVELS]
        rows.append([_TARGET_WORDS[target], made, *counts])
    return f"{sentence}\n\n{_table(['Target', 'Objects', *LEVELS], rows)}"


def _to_do(translated: list[Translated], notes: list[dict[str, Any]], target: str) -> list[str]:
    """The notes that a person must work off, one line for what several apps share."""
    shared: dict[str, list[str]] = {}
    for note in notes:
        if note["target"] == target and note["level"] == MANUAL:
            shared.setdefault(note["text"], []).append(note["id"])
    if not shared:
        return []
    rows = [[text, ", ".join(dict.fromkeys(ids))] for text, ids in sorted(shared.items())]
    return [f"## What a person must do for {_TARGET_WORDS[target]}\n\n{_table(['What', 'For'], rows)}"]


def _set_up(translated: list[Translated], targets: list[str]) -> str:
    parts = []
    labels = node_labels(translated)
    if labels:
        parts.append("### Node labels\n\n" + _table(["Label", "Values", "For"], labels))
    secrets = needed_secrets(translated, targets)
    if secrets:
        parts.append("### Secrets\n\n" + _table(["Target", "Secret", "Key", "What it is"], secrets))
    networks = sorted(
        {
            network["Target"]
            for one in translated
            for spec in one.objects.get(SWARM, [])
            for network in spec["TaskTemplate"].get("Networks", [])
        }
    )
    if networks:
        parts.append("### Overlay networks of Docker Swarm\n\n" + "\n".join(f"- {cell(one)}" for one in networks))
    images = sorted(
        {
            container.image
            for one in translated
            for container in one.workload.containers
            if not one.workload.refusal and not _DIGEST.search(container.image)
        }
    )
    if images:
        sentence = "Nodes may run different builds of one tag; pin what must be the same everywhere."
        listed = "\n".join(f"- {cell(one)}" for one in images)
        parts.append(f"### Images without a digest\n\n{sentence}\n\n{listed}")
    return "## What must be there first\n\n" + "\n\n".join(parts) if parts else ""


def node_labels(translated: list[Translated]) -> list[list[Any]]:
    """The labels that constraints ask for, with the values that are named."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for one in translated:
        for rule in one.workload.rules:
            if rule.field in ("hostname", "@hostname"):
                continue
            label = one.options.node_labels.get(rule.field, rule.field.lstrip("@"))
            values, ids = found.setdefault(label, (set(), set()))
            ids.add(one.workload.id)
            if rule.value and rule.operator in ("CLUSTER", "IS", "LIKE", "UNLIKE"):
                values.add(rule.value)
        for role in one.workload.roles:
            label, equals, value = one.options.role_labels.get(role, "").partition("=")
            if equals:
                values, ids = found.setdefault(label, (set(), set()))
                values.add(value)
                ids.add(one.workload.id)
    return [
        [label, ", ".join(sorted(values)) or "any", ", ".join(sorted(ids))]
        for label, (values, ids) in sorted(found.items())
    ]


def needed_secrets(translated: list[Translated], targets: list[str]) -> list[list[Any]]:
    found = []
    for one in translated:
        if one.workload.refusal:
            continue
        for key, what in sorted(one.workload.secrets.items()):
            told = f"{what} ({one.workload.id})"
            if KUBERNETES in targets:
                found.append([_TARGET_WORDS[KUBERNETES], f"{one.names.kubernetes}-secrets", secret_key(key), told])
            if SWARM in targets:
                found.append([_TARGET_WORDS[SWARM], secret_name(one.workload.id, key), "", told])
    return found


def _names(translated: list[Translated], targets: list[str]) -> str:
    rows = []
    for one in translated:
        named = [one.names.kubernetes] if KUBERNETES in targets else []
        named += [", ".join(one.names.services.values())] if SWARM in targets else []
        ports = ", ".join(f"{port.front} to {port.number}" for port in one.workload.ports)
        rows.append([one.workload.id, *named, ports])
    heads = [_TARGET_WORDS[target] for target in (KUBERNETES, SWARM) if target in targets]
    return f"## Names and ports\n\n{_table(['Marathon', *heads, 'Ports'], rows)}" if rows else ""


def _every_note(translated: list[Translated], targets: list[str]) -> str:
    parts = []
    for one in translated:
        notes = one.all_notes(targets)
        rows = [[note["level"], f"{note['target']}:{note['field'] or '/'}", note["text"]] for note in notes]
        if rows:
            parts.append(f"### {cell(one.workload.id)}\n\n{_table(['Level', 'Field', 'Note'], rows)}")
    levels = "\n".join(f"- {level}: {_LEVEL_WORDS[level]}" for level in LEVELS)
    return f"## Notes\n\n{levels}\n\n" + "\n\n".join(parts) if parts else ""
