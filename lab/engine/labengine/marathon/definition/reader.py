"""From the body of a request to the definition that Marathon stores."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from labengine.marathon.definition import complete, migrate, networks, paths, roles, schema, validate
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import (
    ApiError,
    Failure,
    bad_request,
    invalid_json,
    invalid_object,
    unprocessable,
)
from labengine.marathon.definition.settings import Settings
from labengine.marathon.definition.types import Record


@dataclass(frozen=True)
class Rollback:
    """An update that asks for an earlier version of the app, whole."""

    version: str


def _no_constant(name: str) -> Any:
    raise ValueError(f"Unrecognized token '{name}'")


def parse_json(raw: bytes) -> Any:
    if not raw.strip():
        details = "No content to map due to end-of-input\n at [Source: (byte[]); line: 1, column: 0]"
        raise bad_request("Please specify data in JSON format", details)
    try:
        return json.loads(raw.decode(), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        details = f"{error.msg}\n at [Source: (byte[]); line: {error.lineno}, column: {error.colno}]"
    except (ValueError, RecursionError) as error:
        details = str(error)
    raise bad_request("Invalid JSON", details)


def read_app(
    obj: Any,
    *,
    defaults: Settings,
    url_id: str | None = None,
    base: str = "/",
    current: App | None = None,
    enforced_groups: Collection[str] = (),
) -> App:
    """A whole definition, as POST takes it, in the form GET returns (service ports still 0, no versions)."""
    if url_id is not None and isinstance(obj, dict):
        obj = {**obj, "id": url_id}
    definition = _typed(obj, schema.APP)
    definition.pop("version", None)
    return _stored(_with_absolute_ids(definition, base), defaults, current, enforced_groups)


def read_update(
    obj: Any,
    *,
    current: App | None,
    partial: bool,
    defaults: Settings,
    url_id: str | None = None,
    enforced_groups: Collection[str] = (),
) -> App | Rollback:
    """The app after a PUT or PATCH, from its current definition. Without `url_id` the update is one of a list."""
    listed = url_id is None
    if not partial or (current is None and not listed):
        return _replacement(obj, current, defaults, url_id, enforced_groups)
    update = _typed(obj, schema.APP_UPDATE)
    if listed and "id" not in update:
        raise unprocessable("requirement failed: App Update must have app id set")
    app_id = paths.absolute(url_id or update["id"])
    changes = _with_absolute_ids({**update, "id": app_id}, "/")
    changes = migrate.update(changes, defaults)
    if "version" in changes and changes.keys() - {"version", "id"}:
        raise invalid_object([("/", "The 'version' field may only be combined with the 'id' field.")])
    version = changes.pop("version", None)
    if "networks" in changes:
        changes["networks"] = networks.with_names(changes["networks"], defaults)
    if current is None:
        # A list creates apps from a template whose port definitions are empty, not absent.
        return _stored({"portDefinitions": [], **changes}, defaults, None, enforced_groups)
    if version is not None:
        return Rollback(version)
    kept = {key: value for key, value in current.items() if key not in ("executorResources", "resourceLimits")}
    merged = _typed({**kept, **changes}, schema.APP)
    merged.pop("version", None)
    return _stored(merged, defaults, current, enforced_groups)


def _replacement(
    obj: Any, current: App | None, defaults: Settings, url_id: str | None, enforced_groups: Collection[str]
) -> App:
    app = read_app(obj, defaults=defaults, url_id=url_id, current=current, enforced_groups=enforced_groups)
    app.pop("executorResources", None)
    # Marathon completes a replacement twice; only then do the default ports exist for health checks.
    return _stored(_typed(app, schema.APP), defaults, current, enforced_groups)


def read_updates(
    objs: Any,
    *,
    current: Callable[[str], App | None],
    partial: bool,
    defaults: Settings,
    enforced_groups: Collection[str] = (),
) -> list[tuple[str, App | Rollback]]:
    """The updates of a list with the id of each; type failures of all elements are reported together."""
    if not isinstance(objs, list):
        raise invalid_json([("/", "error.expected.jsarray")])
    record = schema.APP_UPDATE if partial else schema.APP
    failures: list[Failure] = []
    for index, obj in enumerate(objs):
        record.read(obj, f"({index})", failures)
    if failures:
        raise invalid_json(failures)
    results = []
    for obj in objs:
        if obj.get("id") is None:
            raise unprocessable("requirement failed: App Update must have app id set")
        app_id = paths.absolute(obj["id"])
        update = read_update(
            obj, current=current(app_id), partial=partial, defaults=defaults, enforced_groups=enforced_groups
        )
        results.append((app_id, update))
    return results


def _typed(obj: Any, record: Record) -> Any:
    failures: list[Failure] = []
    value = record.read(obj, "", failures)
    if failures:
        raise invalid_json(failures)
    return value


def _with_absolute_ids(app: App, base: str) -> App:
    result = {**app, "id": paths.absolute(app["id"], base)}
    if "dependencies" in app:
        absolute = [paths.absolute(dependency, base) for dependency in app["dependencies"]]
        result["dependencies"] = list(dict.fromkeys(absolute))
    return result


def _stored(app: App, settings: Settings, current: App | None, enforced_groups: Collection[str]) -> App:
    """Layers 5 to 7: deprecated fields, canonical rules, conversion."""
    app = {**schema.APP_DEFAULTS, **app}
    _refuse(migrate.failures(app))
    allowed_roles = roles.of_app(app["id"], current, settings, enforced_groups)
    migrated = {"role": allowed_roles.default, **migrate.app(app, settings)}
    _refuse(validate.failures(migrated, settings, allowed_roles))
    result = complete.rendered(complete.app(migrated, settings))
    _refuse(validate.stored_failures(result, current))
    return result


def _refuse(failures: list[Failure]) -> None:
    if failures:
        raise invalid_object(failures)


__all__ = ["ApiError", "Rollback", "parse_json", "read_app", "read_update", "read_updates"]
