# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on Marathon as the definitions that people keep: one for each app and pod, without what it fills in."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Callable, Iterator

from ..definition import app as app_definition
from ..definition import app_fields
from ..definition import pod as pod_definition
from ..definition.pod_fields import POD
from ..errors import DefinitionError
from ..plan import app as app_plan
from ..plan import pod as pod_plan

# Said even where they are the default: what kind of thing it is, and what Marathon takes only as a whole.
_SAID = ("kind", "mode", "type", "minimumHealthCapacity", "maximumOverCapacity")
# Marathon gives an app that declares no port one of its own, whose number belongs to nobody.
_GIVEN_PORTS = ("portDefinitions", "portMappings")


@dataclass(frozen=True)
class Document:
    """name is the file's, without what says its format."""

    kind: str
    id: str
    name: str
    definition: dict[str, Any]


def minimal(app: dict[str, Any], release: tuple[int, ...] = app_fields.NEWEST) -> dict[str, Any]:
    """The shortest definition that plans to nothing where this app runs. Assigned service ports stay what they are."""
    definition = app_definition.declared(app)
    complete = app_definition.canonical_app(app, release)

    _shrink(definition, lambda: _complete(definition, release) == complete)
    for part in (definition, definition.get("container") or {}):
        for name in _GIVEN_PORTS:
            ports = part.pop(name, None)
            if ports is not None and app_plan.plan_present(app_plan.Wanted(definition), app, release).changed:
                part[name] = ports
    if definition.get("role") == "*":
        # Kept where it is not declared, and what a Marathon without roles of its own gives.
        del definition["role"]
    return {name: definition[name] for name in app_fields.FIELDS if name in definition}


def minimal_pod(pod: dict[str, Any], release: tuple[int, ...] = app_fields.NEWEST) -> dict[str, Any]:
    """The shortest definition that plans to nothing where this pod runs."""
    # What is completed shares its mappings with what was declared, which is taken apart here.
    complete = pod_definition.canonical(copy.deepcopy(pod), release)
    definition = pod_definition.declared(copy.deepcopy(pod))
    _shrink(definition, lambda: _complete_pod(definition, release) == complete)
    if definition.get("role") == "*":
        del definition["role"]
    return {name: definition[name] for name in POD.fields if name in definition}


def without(definition: dict[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    """The definition without these fields; env.PASSWORD names one key, which may hold dots itself.

    Of an element that is missing nothing is taken out, so paths of apps do no harm to pods.
    """
    for path in paths:
        definition = _without(definition, path)
    return definition


def documents(group: dict[str, Any], release: tuple[int, ...], leave_out: tuple[str, ...] = ()) -> Iterator[Document]:
    """Of all that is in a group as GET returns it: each app, each pod, and each group that depends on something."""
    dependencies = sorted(group.get("dependencies") or [])
    if dependencies:
        definition = {"id": group["id"], "dependencies": dependencies}
        yield Document("group", group["id"], file_name(group["id"]) + "@group", definition)
    for app in sorted(group.get("apps") or [], key=lambda app: app["id"]):
        yield Document("app", app["id"], file_name(app["id"]), without(minimal(app, release), leave_out))
    pods = [pod.get("spec") or pod for pod in group.get("pods") or []]
    for pod in sorted(pods, key=lambda pod: pod["id"]):
        definition = without(minimal_pod(pod, release), pod_plan.full_paths(leave_out))
        yield Document("pod", pod["id"], file_name(pod["id"]), definition)
    for inner in sorted(group.get("groups") or [], key=lambda inner: inner["id"]):
        yield from documents(inner, release, leave_out)


def file_name(path: str) -> str:
    """No id holds an underscore, so two ids never have one name."""
    return path.strip("/").replace("/", "_")


def _shrink(part: dict[str, Any], still_same: Callable[[], bool]) -> None:
    """Takes out every member whose absence means the same."""
    for name in list(part):
        value = part[name]
        if name not in _SAID:
            del part[name]
            if still_same():
                continue
            part[name] = value
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                _shrink(inner, still_same)


def _complete(definition: dict[str, Any], release: tuple[int, ...]) -> dict[str, Any] | None:
    """None for a definition that lacks what it needs."""
    try:
        return app_definition.canonical_app(definition, release)
    except (DefinitionError, KeyError):
        return None


def _complete_pod(definition: dict[str, Any], release: tuple[int, ...]) -> dict[str, Any] | None:
    try:
        return pod_definition.complete(pod_definition.declared(definition), release)
    except (DefinitionError, KeyError):
        return None


def _without(part: dict[str, Any], path: str) -> dict[str, Any]:
    if path in part:
        return {name: value for name, value in part.items() if name != path}
    for name in part:
        if path.startswith(name + ".") and isinstance(part[name], dict):
            inner = _without(part[name], path[len(name) + 1 :])
            if inner is not part[name]:
                rest = {other: value for other, value in part.items() if other != name}
                return {**rest, name: inner} if inner else rest
    return part
