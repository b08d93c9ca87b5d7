# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mapping is that somebody gives as a definition: one of an app, a pod or a group, a saved answer, or none."""

from __future__ import annotations

from typing import Any

from .errors import DefinitionError

APP, POD, GROUP = "an app", "a pod", "a group"

_MODULES = {
    APP: "marathon_app or marathon_apps",
    POD: "marathon_pod or marathon_apps",
    GROUP: "marathon_group or marathon_apps",
}
_OF_APPS = frozenset(("cmd", "args", "container", "instances", "cpus", "mem"))
_OF_GROUPS = ("apps", "groups", "pods", "enforceRole", "scaleBy")


def kind_of(definition: dict[str, Any]) -> str:
    """What is none of the others is taken for an app."""
    if "containers" in definition:
        return POD
    if any(name in definition for name in _OF_GROUPS) or set(definition) == {"id", "dependencies"}:
        return GROUP
    return APP


def unwrapped(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition in a saved answer of Marathon that is about one app or one pod."""
    if set(definition) == {"app"} and isinstance(definition["app"], dict):
        return definition["app"]
    spec = definition.get("spec")
    if isinstance(spec, dict) and spec.get("id") == definition.get("id") and "status" in definition:
        return spec
    return definition


def apps_of_answer(definition: dict[str, Any]) -> list[Any] | None:
    """The apps in a saved answer of /v2/apps, which is like a group without an id."""
    return definition["apps"] if set(definition) == {"apps"} and isinstance(definition["apps"], list) else None


def only(definition: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The definition that a module takes, or words on what this is instead."""
    definition = unwrapped(definition)
    refuse_foreign(definition)
    apps = apps_of_answer(definition)
    # A group may have its id from the option.
    if apps is not None and wanted != GROUP:
        raise DefinitionError(
            f"the definition is a list of {len(apps)} apps, as /v2/apps answers: use the module marathon_apps, which "
            "reads it, or give one of its elements"
        )
    kind = kind_of(definition)
    # What is merged holds but a part, which can be one of each.
    if kind == APP and wanted != APP and not _OF_APPS.intersection(definition):
        return definition
    if kind == GROUP and wanted == APP and set(definition) == {"id", "dependencies"}:
        return definition
    if kind != wanted:
        raise DefinitionError(f"the definition is that of {kind}, not of {wanted}: use {_MODULES[kind]} for it")
    return definition


def refuse_foreign(definition: dict[str, Any]) -> None:
    told = _foreign(definition)
    if told:
        raise DefinitionError(f"the definition is {told}, not one of Marathon: give that of an app, a pod or a group")


def _foreign(definition: dict[str, Any]) -> str | None:
    names = set(definition)
    if names >= {"apiVersion", "kind"}:
        return f"a Kubernetes object (kind {definition['kind']})"
    if "services" in names and "id" not in names:
        return "a Compose file"
    if isinstance(definition.get("run"), dict) or ("schedule" in names and "command" in names):
        return "a job of Metronome or Chronos"
    if "deploymentId" in names or names == {"message"} or names == {"message", "details"}:
        return "an answer of Marathon to a write or its error"
    return None
