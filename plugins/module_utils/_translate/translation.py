# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of definitions, translated for one target or for both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from . import definitions, names, options
from .definitions import Definition
from .kubernetes import objects
from .kubernetes.pod import namespace
from .model import app, pod, ports
from .model.workload import Workload
from .notes import BOTH, DROPPED, KUBERNETES, MANUAL, SWARM, TARGETS, Notes
from .swarm import service


@dataclass
class Translated:
    """One app or pod, with what each target gets and the notes about it."""

    workload: Workload
    names: names.Names
    options: options.Options
    notes: Notes
    origin: str
    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def all_notes(self, targets: Iterable[str]) -> list[dict[str, Any]]:
        return [note for target in targets for note in self.notes.of(target, self.workload.id)]


def translate(
    sources: Iterable[tuple[Any, str]],
    given: Mapping[str, Any],
    targets: Iterable[str] = TARGETS,
    own: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Translated]:
    """given are the options of all, own those of single apps and pods by id, which win."""
    common = options.read(given)
    single = {name: options.read({**given, **more}) for name, more in _checked(own or {}).items()}
    read = definitions.read(sources, common)
    unknown = sorted(set(single) - {one.id for one in read})
    if unknown:
        raise options.WrongOption(f"there are options for {', '.join(unknown)}, but no such app or pod is translated")
    found = []
    for one in read:
        chosen = single.get(one.id, common)
        notes = Notes()
        found.append((one, _workload(one, chosen, notes), chosen, notes))
    named, _clashing = names.assign(_named(workload, chosen) for _one, workload, chosen, _notes in found)
    result = [Translated(workload, named[one.id], chosen, notes, one.origin) for one, workload, chosen, notes in found]
    for one in result:
        _render(one, targets)
    _note_clashes(result)
    return result


def _checked(own: Any) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(own, Mapping):
        raise options.WrongOption("app_options is no mapping: give options by the id of an app or pod")
    wrong = sorted(str(name) for name, more in own.items() if not isinstance(more, Mapping))
    if wrong:
        raise options.WrongOption(f"app_options has no mapping for {', '.join(wrong)}: give options and their values")
    return own


def _workload(one: Definition, chosen: options.Options, notes: Notes) -> Workload:
    for place in one.unknown:
        notes.add(BOTH, DROPPED, place, "Marathon knows no such field and ignores it")
    return (pod if one.is_pod else app).read(one, chosen, notes)


def _named(workload: Workload, chosen: options.Options) -> names.Named:
    containers = tuple(one.name for one in workload.containers) if workload.is_pod else ()
    is_owner = workload.is_stateful or chosen.kind == options.CRON_JOB
    return names.Named(workload.id, containers, workload.is_stateful, is_owner)


def _render(one: Translated, targets: Iterable[str]) -> None:
    _note_addresses(one)
    for target in targets:
        render = service.services if target == SWARM else objects.objects
        one.objects[target] = render(one.workload, one.names, one.options, one.notes)


def _note_addresses(one: Translated) -> None:
    kubernetes = f"{one.names.kubernetes}.{namespace(one.workload.id, one.options)}.svc"
    ports.note_addresses(one.workload.ports, one.names.swarm, kubernetes, one.notes)


def _note_clashes(translated: list[Translated]) -> None:
    """What only one of a set may have."""
    published: dict[tuple[int, str], str] = {}
    known: dict[tuple[str, Any, str], str] = {}
    for one in translated:
        for spec in one.objects.get(SWARM, []):
            for port in spec.get("EndpointSpec", {}).get("Ports", []):
                number, protocol = port.get("PublishedPort"), port["Protocol"]
                if not number or port["PublishMode"] != "ingress":
                    continue
                other = published.setdefault((number, protocol), one.workload.id)
                if other != one.workload.id:
                    text = f"{other} publishes the port {number}/{protocol} already: only one service can"
                    one.notes.add(SWARM, MANUAL, "/ports", text)
        for made in one.objects.get(KUBERNETES, []):
            metadata = made["metadata"]
            key = (made["kind"], metadata.get("namespace"), metadata["name"])
            other = known.setdefault(key, one.workload.id)
            if other != one.workload.id:
                text = f"{other} has the {made['kind']} {metadata['name']} too: only one can"
                one.notes.add(KUBERNETES, MANUAL, "/", text)


def sources(value: Any) -> list[tuple[Any, str]]:
    """What a filter gets, each with the words by which people find it."""
    listed = list(value) if isinstance(value, (list, tuple)) else [value]
    if len(listed) == 1:
        return [(listed[0], "the definition")]
    return [(one, f"definition {number}") for number, one in enumerate(listed, 1)]


def chosen_targets(given: Any) -> list[str]:
    """In one order, whatever order they are given in."""
    listed = [given] if isinstance(given, str) else list(given or [])
    unknown = [str(one) for one in listed if one not in TARGETS]
    if unknown or not listed:
        raise options.WrongOption(f"targets has {', '.join(unknown) or 'no element'}: give {' or '.join(TARGETS)}")
    return [target for target in TARGETS if target in listed]


def for_target(value: Any, given: Mapping[str, Any], target: str) -> dict[str, Any]:
    """What the filter of a target returns."""
    translated = translate(sources(value), given, [target])
    return {
        "objects": [made for one in translated for made in one.objects[target]],
        "notes": [note for one in translated for note in one.all_notes([target])],
        "names": {
            one.workload.id: one.names.kubernetes if target == KUBERNETES else one.names.swarm for one in translated
        },
    }
