# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a package has become on Marathon: its app, found by the labels, and whether that may be changed or removed."""

from __future__ import annotations

from typing import Any, Protocol

from .._marathon.errors import DefinitionError
from . import labels
from .package import Package
from .repository import Found

# What removing such an app takes; the plan is the app's own.
_OWN_REMOVAL = (
    "{0} removes itself: set SDK_UNINSTALL=true in its env with quorum.mesos.marathon_app and merge, wait until its "
    "plan is complete, and remove it with quorum.mesos.marathon_app and state=absent"
)


class AppReader(Protocol):
    def app(self, app_id: str) -> dict[str, Any] | None: ...

    def apps(self, **selectors: Any) -> list[dict[str, Any]]: ...


def find(client: AppReader, name: str, app_id: str | None) -> dict[str, Any] | None:
    """The app of the package: that with the id, else the only one with its label."""
    if app_id is not None:
        return of_package(client.app(app_id), app_id, name)
    # A name with a comma is more than one selector.
    listed = client.apps(label=f"{labels.NAME}=={name}")
    found = [app for app in listed if (app.get("labels") or {}).get(labels.NAME) == name]
    if len(found) > 1:
        ids = ", ".join(sorted(app["id"] for app in found))
        raise DefinitionError(f"the package is installed as {ids}: say by app_id which one is meant")
    return found[0] if found else None


def of_package(app: dict[str, Any] | None, app_id: str, name: str) -> dict[str, Any] | None:
    """The app, where it is one of this package; another one of its id is not changed."""
    if app is None:
        return None
    owner = (app.get("labels") or {}).get(labels.NAME)
    if owner == name:
        return app
    what = "is no app of a package" if owner is None else f"is an app of the package {owner}"
    raise DefinitionError(f"{app_id} {what}: give another app_id, or remove that app first")


def refuse_update(app: dict[str, Any], found: Found) -> str | None:
    """Raises where the versions exclude each other; gives a warning where nothing is said about that."""
    target, installed = found.package, app["labels"].get(labels.VERSION)
    if installed in (None, target.version):
        return None
    upgrades, downgrades = _upgrades(target), _downgrades(app, found)
    if upgrades & {"*", installed} or downgrades & {"*", target.version}:
        return None
    if not target.limits_updates and not downgrades:
        return (
            f"{target.name} goes from version {installed} to {target.version}, and neither says whether it can "
            f"(packaging {target.packaging} has no upgradesFrom)"
        )
    raise DefinitionError(
        f"{app['id']} has version {installed}, and {target.version} is no change from that: upgradesFrom of "
        f"{target.version} has {_listed(upgrades)}, downgradesTo of {installed} has {_listed(downgrades)}. Go by "
        "way of one of them, or remove the app and install it anew"
    )


def refuse_removal(app: dict[str, Any]) -> str | None:
    """Raises where removing the app is not enough; gives a warning of what stays."""
    found = app.get("labels") or {}
    if found.get(labels.OWN_REMOVAL):
        raise DefinitionError(_OWN_REMOVAL.format(app["id"]))
    framework = found.get(labels.FRAMEWORK)
    if framework is None:
        return None
    return (
        f"{app['id']} is the scheduler of the framework {framework}, whose tasks and reservations stay on the masters: "
        "remove it there with quorum.mesos.mesos_framework"
    )


def refuse_manager(package: Package) -> None:
    manager = package.about.get("manager")
    if manager:
        name = manager.get("packageName") if isinstance(manager, dict) else manager
        raise DefinitionError(f"the package is installed by a manager of its own, {name}, not by Marathon alone")


def _upgrades(package: Package) -> set[str]:
    return set(package.about.get("upgradesFrom", [])) if package.limits_updates else set()


def _downgrades(app: dict[str, Any], found: Found) -> set[str]:
    """By the label of the app, else by the repository."""
    version = app["labels"].get(labels.VERSION)
    stored = labels.stored_package(app["labels"])
    if stored is None:
        stored = next((one.about for one in reversed(found.others) if one.version == version), {})
    listed = stored.get("downgradesTo")
    return {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()


def _listed(versions: set[str]) -> str:
    return ", ".join(sorted(versions)) or "none"
