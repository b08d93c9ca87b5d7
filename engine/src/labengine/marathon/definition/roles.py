"""Mesos roles: the one an app gets, those it may name, and the rules for `acceptedResourceRoles`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from labengine.marathon.definition import paths
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure
from labengine.marathon.definition.settings import Settings

FORBIDDEN_CHARACTERS = {
    "\t": "horizontal tab (\\x09)",
    "\n": "line feed (\\x0a)",
    "\v": "vertical tab (\\x0b)",
    "\f": "form feed (\\x0c)",
    "\r": "carriage return (\\x0d)",
    " ": "space (\\x20)",
    "/": "slash (\\x2f)",
    "\x7f": "backspace (\\x7f)",
}


@dataclass(frozen=True)
class Roles:
    default: str
    allowed: tuple[str, ...]


def of_app(app_id: str, current: App | None, settings: Settings, enforced_groups: Collection[str]) -> Roles:
    """Roles of an app by its top-level group; an existing app of a group may keep the role it has."""
    group = paths.top_level_group(app_id)
    if group is None:
        return Roles(settings.mesos_role, (settings.mesos_role,))
    if group in enforced_groups:
        return choice(group, group, current=current)
    return choice(settings.mesos_role, group, current=current)


def choice(*names: str, current: App | None) -> Roles:
    """The first role is the default, all of them and the current one are allowed."""
    kept = [current["role"]] if current is not None else []
    return Roles(names[0], tuple(dict.fromkeys([*names, *kept])))


def failures(app: App, roles: Roles) -> list[Failure]:
    role = app["role"]
    found: list[Failure] = []
    if role not in roles.allowed:
        found.append(("/role", f"got {role}, expected one of: [{', '.join(roles.allowed)}]"))
    accepted = app.get("acceptedResourceRoles")
    if accepted is not None:
        path = "/acceptedResourceRoles"
        if not accepted:
            found.append((path, "must not be empty"))
        for index, name in enumerate(accepted):
            found += [(f"{path}({index})", text) for text in _name_failures(name)]
        if not set(accepted) <= {"*", role}:
            found.append((path, f"acceptedResourceRoles can only contain {' and '.join(sorted({'*', role}))}"))
    return found


def _name_failures(name: str) -> list[str]:
    found = [f'A role name must not be "{name}".'] if name in ("", ".", "..") else []
    if name.startswith("-"):
        found.append("A role name must not start with a '-'.")
    found += [
        f"A role name must not include a {title} character."
        for character, title in FORBIDDEN_CHARACTERS.items()
        if character in name
    ]
    return found
