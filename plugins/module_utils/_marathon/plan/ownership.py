# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which apps and pods belong to a set: those below a group, or those with a label. Nothing else is ever removed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..definition.apps import AppSet, DeclaredApp, group_path, inside
from ..errors import DefinitionError

_NAMED = 5


@dataclass(frozen=True)
class Nobody:
    """The set owns nothing, so that it can only create and change."""

    def check(self, appset: AppSet) -> None:
        pass

    def marked(self, app: DeclaredApp) -> DeclaredApp:
        return app

    def refusal(self, strangers: list[str]) -> str:
        raise AssertionError("nobody has no strangers")

    def owns(self, app: dict[str, Any]) -> bool:
        return True

    def disowned(self, app: dict[str, Any]) -> str | None:
        return None

    def marked_by_another(self, app: dict[str, Any], appset: AppSet) -> str | None:
        return None


@dataclass(frozen=True)
class ByGroup(Nobody):
    """other_keys: of the labels by which other sets own apps that may be in the same group."""

    group_id: str
    other_keys: tuple[str, ...] = ()

    def check(self, appset: AppSet) -> None:
        for path, declared in sorted([*appset.apps.items(), *appset.pods.items(), *appset.groups.items()]):
            if not inside(path, self.group_id):
                raise DefinitionError(
                    f"{path} of {declared.origin} is not below owner_group {self.group_id}, so this set could never "
                    "remove it again: move it there, or own by owner_label"
                )

    def owns(self, app: dict[str, Any]) -> bool:
        return inside(app["id"], self.group_id)

    def marked_by_another(self, app: dict[str, Any], appset: AppSet) -> str | None:
        """The label of another set on an app; one that this set declares for apps of its own is not another's."""
        labels = app.get("labels") or {}
        for key in self.other_keys:
            if key in labels and not any(
                (one.app.get("labels") or {}).get(key) == labels[key]
                for one in [*appset.apps.values(), *appset.pods.values()]
            ):
                return f"{key}={labels[key]}"
        return None


@dataclass(frozen=True)
class ByLabel(Nobody):
    key: str
    value: str

    def check(self, appset: AppSet) -> None:
        for app_id, declared in sorted([*appset.apps.items(), *appset.pods.items()]):
            found = declared.app.get("labels", {}).get(self.key, self.value)
            if found != self.value:
                raise DefinitionError(
                    f"{app_id} of {declared.origin} declares the label {self.key}={found}, but owner_label is "
                    f"{self.key}={self.value}: remove the label from the definition"
                )

    def marked(self, app: DeclaredApp) -> DeclaredApp:
        labels = {**app.app.get("labels", {}), self.key: self.value}
        return replace(app, app={**app.app, "labels": labels})

    def owns(self, app: dict[str, Any]) -> bool:
        return (app.get("labels") or {}).get(self.key) == self.value

    def disowned(self, app: dict[str, Any]) -> str | None:
        """The other owner that an app has; its label is never taken away from it."""
        found = (app.get("labels") or {}).get(self.key)
        return None if found in (None, self.value) else found

    def refusal(self, strangers: list[str]) -> str:
        return (
            f"{listed(strangers)} {'does' if len(strangers) == 1 else 'do'} not have the label {self.key}={self.value} "
            "of owner_label. To adopt them means to add it, and a changed label replaces every running instance; from "
            "then on this set may remove them. Set adopt to do that, or own by owner_group, which changes nothing"
        )


def read(owner_group: str | None, owner_label: str | None, other_keys: tuple[str, ...] = ()) -> Nobody:
    if owner_group is not None:
        return ByGroup(group_path(owner_group, "owner_group"), other_keys)
    if owner_label is not None:
        key, equals, value = owner_label.partition("=")
        if not (key.strip() and equals and value.strip()):
            raise DefinitionError(f"owner_label {owner_label!r} is not of the form key=value, like quorum_owner=shop")
        return ByLabel(key.strip(), value.strip())
    return Nobody()


def listed(names: list[str], most: int = _NAMED) -> str:
    """The first names of a list that may be long."""
    text = ", ".join(names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"
