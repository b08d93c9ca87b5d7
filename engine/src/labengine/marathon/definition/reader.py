"""From the body of a request for apps to the definitions that Marathon stores."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from labengine.marathon.definition import app_fields, migrate, networks, paths, roles
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, invalid_json, invalid_object, unprocessable
from labengine.marathon.definition.groups import GroupUpdate, read_group_update
from labengine.marathon.definition.pipeline import refuse_resident_change, stored, typed, with_absolute_ids
from labengine.marathon.definition.settings import Settings

__all__ = ["GroupUpdate", "Rollback", "read_app", "read_group_update", "read_update", "read_updates"]


@dataclass(frozen=True)
class Rollback:
    """An update that asks for an earlier version of the app, whole."""

    version: str


def read_app(
    obj: Any,
    *,
    defaults: Settings,
    url_id: str | None = None,
    base: str = "/",
    enforced_groups: Collection[str] = (),
) -> App:
    """A whole definition, as POST takes it, in the form GET returns (service ports still 0, no versions).

    `enforced_groups` names the top-level groups whose apps get the group's role.
    """
    app = with_absolute_ids(typed(_with_url_id(obj, url_id), app_fields.APP), base)
    return stored(app, defaults, roles.of_app(app["id"], None, defaults, enforced_groups))


def read_update(
    obj: Any,
    *,
    current: App | None,
    partial: bool,
    defaults: Settings,
    url_id: str | None = None,
    enforced_groups: Collection[str] = (),
    force: bool = False,
) -> App | Rollback:
    """The app after a PUT or PATCH, from its current definition. Without `url_id` the update is one of a list."""
    if partial and (current is not None or url_id is None):
        update = typed(obj, app_fields.APP_UPDATE)
    else:
        update = typed(_with_url_id(obj, url_id), app_fields.APP)
    app_id = _update_id(update, url_id)
    update = with_absolute_ids({**update, "id": app_id}, "/")
    allowed = roles.of_app(app_id, current, defaults, enforced_groups)
    if not partial or (current is None and url_id is not None):
        result = _replaced(update, defaults, allowed)
    else:
        changes = _changes(update, defaults)
        version = changes.pop("version", None)
        if version is not None and current is not None:
            return Rollback(version)
        result = stored(_merged(current, changes), defaults, allowed)
    refuse_resident_change(current, result, force=force)
    return result


def read_updates(
    objs: Any,
    *,
    current: Callable[[str], App | None],
    partial: bool,
    defaults: Settings,
    enforced_groups: Collection[str] = (),
    force: bool = False,
) -> list[tuple[str, App | Rollback]]:
    """The updates of a list with the id of each; type failures of all elements are reported together."""
    if not isinstance(objs, list):
        raise invalid_json([("", "error.expected.jsarray")])
    record = app_fields.APP_UPDATE if partial else app_fields.APP
    failures: list[Failure] = []
    for index, obj in enumerate(objs):
        record.read(obj, f"({index})", failures)
    if failures:
        raise invalid_json(failures)
    results = []
    for obj in objs:
        app_id = _update_id(obj, None)
        options = {"partial": partial, "defaults": defaults, "enforced_groups": enforced_groups, "force": force}
        results.append((app_id, read_update(obj, current=current(app_id), **options)))
    return results


def _with_url_id(obj: Any, url_id: str | None) -> Any:
    return {**obj, "id": url_id} if url_id is not None and isinstance(obj, dict) else obj


def _update_id(update: App, url_id: str | None) -> str:
    app_id = url_id or update.get("id")
    if app_id is None:
        raise unprocessable("requirement failed: App Update must have app id set")
    return paths.absolute(app_id)


def _replaced(app: App, settings: Settings, allowed: roles.Roles) -> App:
    # Marathon completes a replacement twice; only then do health checks find the default ports.
    first = stored(app, settings, allowed)
    return stored({key: value for key, value in first.items() if key != "executorResources"}, settings, allowed)


def _changes(update: App, settings: Settings) -> App:
    changes = migrate.update(update, settings)
    if "version" in changes and changes.keys() - {"version", "id"}:
        raise invalid_object([("/", "The 'version' field may only be combined with the 'id' field.")])
    if "networks" in changes:
        changes["networks"] = networks.with_names(changes["networks"], settings)
    return changes


def _merged(current: App | None, changes: App) -> App:
    if current is None:
        # Apps made through a list start from a template whose port definitions are empty, not absent.
        return {"portDefinitions": [], **changes}
    kept = {key: current[key] for key in app_fields.names(kept=True) if key in current}
    return {**kept, **changes}
