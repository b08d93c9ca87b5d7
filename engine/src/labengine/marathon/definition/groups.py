"""Bodies of requests for groups: a tree of groups with whole app definitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labengine.marathon.definition import paths, roles, schema, validate
from labengine.marathon.definition.app_fields import APP
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, internal
from labengine.marathon.definition.pipeline import normalised, refuse, typed, with_absolute_ids
from labengine.marathon.definition.settings import Settings
from labengine.marathon.definition.types import Boolean, Field, Many, Number, Record, Timestamp, Type

ENFORCE_ROLE_CHANGED = (
    "enforceRole cannot be modified in a request that adds, removes or modifies services; "
    "please make these changes in separate requests."
)
NOT_ALONE = "not allowed in conjunction with other properties."


class _Nested:
    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        return GROUP_UPDATE.read(value, path, failures)


def _field(type_: Type) -> Field:
    return Field(type_)


GROUP_UPDATE = Record(
    {
        "id": _field(schema.ID),
        "apps": _field(Many(APP)),
        "groups": _field(Many(_Nested())),
        "dependencies": _field(Many(schema.ID, unique=True)),
        "scaleBy": _field(Number(low=0)),
        "version": _field(Timestamp()),
        "enforceRole": _field(Boolean()),
    }
)


_PARTIAL_UPDATE = Record({"enforceRole": _field(Boolean())})


@dataclass(frozen=True)
class GroupUpdate:
    """What a request wants of a group; None where it leaves something alone. Ids are absolute."""

    id: str
    apps: list[App] | None = None
    groups: list[GroupUpdate] | None = None
    dependencies: list[str] | None = None
    enforce_role: bool | None = None
    version: str | None = None
    scale_by: float | None = None


@dataclass(frozen=True)
class Existing:
    """What the reader asks about the present tree."""

    app: Callable[[str], App | None] = lambda app_id: None
    has_group: Callable[[str], bool] = lambda group_id: False
    enforce_role: Callable[[str], bool | None] = lambda group_id: None


def read_group_update(
    obj: Any,
    *,
    defaults: Settings,
    base: str = "/",
    existing: Existing | None = None,
    creating: bool = False,
    dry: bool = False,
) -> GroupUpdate:
    """The body of POST (`creating`) or PUT for a group; `base` is the group of the URL.

    A dry run does not look at what would be stored.
    """
    tree = existing or Existing()
    raw = typed(obj, GROUP_UPDATE)
    group_id = paths.absolute(raw["id"], base) if "id" in raw else base
    if "id" in raw:
        refuse(("/", text) for text in paths.name_failures(raw["id"]))
    changes_services = _changes_services(raw)
    if "version" not in raw and "scaleBy" not in raw:
        raw = _Normaliser(defaults, tree).group(raw, group_id)
    # PUT resolves the id of the body against the group it already names; POST against the URL.
    refuse(_failures(raw, base if creating else group_id, tree, changes_services))
    update = _update(raw, group_id)
    if not dry:
        refuse(_stored_failures(update))
    return update


def read_enforce_role(obj: Any, defaults: Settings) -> bool:
    """The body of PATCH; without a value it is the configured one."""
    return typed(obj, _PARTIAL_UPDATE).get("enforceRole", defaults.new_group_enforce_role == "top")


def _changes_services(raw: dict[str, Any]) -> bool:
    if any(key in raw for key in ("version", "scaleBy", "apps")):
        return True
    return any(_changes_services(group) for group in raw.get("groups", []))


@dataclass(frozen=True)
class _Normaliser:
    """Completes the apps of a group and its subgroups with the roles their place in the tree gives them."""

    settings: Settings
    existing: Existing

    def group(self, raw: dict[str, Any], group_id: str) -> dict[str, Any]:
        if paths.is_root(group_id):
            children = [self._top_level(child, _child_id(child, group_id)) for child in raw.get("groups", [])]
            return self._with(raw, group_id, children, False, self.settings.mesos_role)
        if paths.is_top_level(group_id):
            return self._top_level(raw, group_id)
        return self._nested(raw, group_id, self._inherited_role(group_id))

    def _top_level(self, raw: dict[str, Any], group_id: str) -> dict[str, Any]:
        enforce = raw.get("enforceRole", self.settings.new_group_enforce_role == "top")
        role = paths.segments(group_id)[0] if enforce else self.settings.mesos_role
        children = [self._nested(child, _child_id(child, group_id), role) for child in raw.get("groups", [])]
        return self._with(raw, group_id, children, enforce, role)

    def _nested(self, raw: dict[str, Any], group_id: str, role: str) -> dict[str, Any]:
        children = [self._nested(child, _child_id(child, group_id), role) for child in raw.get("groups", [])]
        return self._with(raw, group_id, children, raw.get("enforceRole", False), role)

    def _inherited_role(self, group_id: str) -> str:
        top = paths.segments(group_id)[0]
        return top if self.existing.enforce_role(f"/{top}") else self.settings.mesos_role

    def _with(
        self, raw: dict[str, Any], group_id: str, children: list[dict[str, Any]], enforce: bool, role: str
    ) -> dict[str, Any]:
        result = {**raw, "enforceRole": enforce}
        if "groups" in raw:
            result["groups"] = children
        if "apps" in raw:
            result["apps"] = [self._app(app, group_id, enforce, role) for app in raw["apps"]]
        return result

    def _app(self, app: App, group_id: str, enforce: bool, role: str) -> App:
        app = with_absolute_ids(app, group_id)
        names = (role,) if enforce else (role, self.settings.mesos_role)
        return normalised(app, self.settings, roles.choice(*names, current=self.existing.app(app["id"])))


def _child_id(raw: dict[str, Any], parent_id: str) -> str:
    if "id" not in raw:
        raise internal("None.get")
    return paths.absolute(raw["id"], parent_id)


def _failures(
    raw: dict[str, Any], base: str, existing: Existing, changes_services: bool, path: str = ""
) -> list[Failure]:
    group_id = paths.absolute(raw["id"], base) if "id" in raw else base
    found: list[Failure] = []
    enforce = raw.get("enforceRole")
    if enforce and not paths.is_top_level(group_id):
        text = f"enforceRole can only be set for top-level groups, and {group_id} is not top-level"
        found.append((f"{path}/enforceRole", text))
    found += [(f"{path}/{key}", NOT_ALONE) for key in ("version", "scaleBy") if key in raw and len(raw) > 1]
    if "id" in raw:
        found += [(f"{path}/id", text) for text in paths.name_failures(raw["id"])]
        if changes_services and existing.has_group(group_id) and _enforced(existing, group_id) != enforce:
            found.append((f"{path}/enforceRole", ENFORCE_ROLE_CHANGED))
    for index, app in enumerate(raw.get("apps", [])):
        if paths.parent(app["id"]) != group_id:
            found.append((f"{path}/apps({index})/id", f"Identifier is not child of '{group_id}'"))
    for index, child in enumerate(raw.get("groups", [])):
        found += _failures(child, group_id, existing, changes_services, f"{path}/groups({index})")
    return found


def _enforced(existing: Existing, group_id: str) -> bool | None:
    # Only top-level groups hold a value; 1.11 compares the missing one of the others with the `false` it filled in.
    return bool(existing.enforce_role(group_id)) if paths.is_top_level(group_id) else None


def _update(raw: dict[str, Any], group_id: str) -> GroupUpdate:
    dependencies = raw.get("dependencies")
    return GroupUpdate(
        id=group_id,
        apps=raw.get("apps"),
        groups=[_update(child, _child_id(child, group_id)) for child in raw["groups"]] if "groups" in raw else None,
        dependencies=None
        if dependencies is None
        else list(dict.fromkeys(paths.absolute(dependency, group_id) for dependency in dependencies)),
        enforce_role=raw.get("enforceRole"),
        version=raw.get("version"),
        scale_by=raw.get("scaleBy"),
    )


def _stored_failures(update: GroupUpdate) -> list[Failure]:
    found = [
        (f"/apps/{app['id']}{'' if path == '/' else path}", text)
        for app in update.apps or []
        for path, text in validate.stored_failures(app)
    ]
    for child in update.groups or []:
        found += _stored_failures(child)
    return found
