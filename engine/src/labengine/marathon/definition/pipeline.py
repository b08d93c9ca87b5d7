"""The layers between the body of a request and the stored definition, in the order in which Marathon refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labengine.marathon.definition import complete, migrate, paths, resident, validate
from labengine.marathon.definition.app_fields import APP_DEFAULTS
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, invalid_json, invalid_object
from labengine.marathon.definition.roles import Roles
from labengine.marathon.definition.settings import Settings
from labengine.marathon.definition.types import Type


def typed(obj: Any, record: Type) -> Any:
    """Layer 4: the value in its type, or every failure of it."""
    failures: list[Failure] = []
    value = record.read(obj, "", failures)
    if failures:
        raise invalid_json(failures)
    return value


def refuse(failures: Iterable[Failure]) -> None:
    found = list(failures)
    if found:
        raise invalid_object(found)


def with_absolute_ids(app: App, base: str) -> App:
    result = {**app, "id": paths.absolute(app["id"], base)}
    if "dependencies" in app:
        absolute = [paths.absolute(dependency, base) for dependency in app["dependencies"]]
        result["dependencies"] = list(dict.fromkeys(absolute))
    return result


def stored(app: App, settings: Settings, roles: Roles) -> App:
    """Layers 5 to 7: deprecated fields, canonical rules, conversion to what is stored."""
    result = normalised(app, settings, roles)
    refuse(validate.stored_failures(result))
    return result


def normalised(app: App, settings: Settings, roles: Roles) -> App:
    app = {**APP_DEFAULTS, **app}
    app.pop("version", None)
    refuse(migrate.failures(app))
    migrated = {"role": roles.default, **migrate.app(app, settings)}
    refuse(validate.failures(migrated, settings, roles))
    return complete.rendered(complete.app(migrated, settings))


def refuse_resident_change(old: App | None, new: App, *, force: bool) -> None:
    if old is not None:
        refuse(resident.update_failures(old, new, force=force))
