"""One app, read: what each of its ports would have, before other apps are looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import checks, fields, labels
from .fields import FieldError
from .labels import PortLabels
from .model import Check, Settings
from .ports import ServicePort, service_ports
from .tasks import Task, tasks


@dataclass(frozen=True)
class Candidate:
    """A port of an app that is to be served, with the health check that HAProxy makes of it."""

    port: ServicePort
    labels: PortLabels
    mode: str
    check: Check | None
    check_port: int | None


@dataclass(frozen=True)
class App:
    """``age`` is when its configuration last changed; ``group`` its deployment group, as the id of an app."""

    id: str
    age: str
    group: str | None
    started_at: str
    target_instances: int | None
    instances: int
    checked: bool
    candidates: tuple[Candidate, ...]
    tasks: tuple[Task, ...]
    ignored: tuple[str, ...]


def read(app: Mapping[str, Any], settings: Settings, addresses: Mapping[str, str]) -> App | None:
    """An app, None where it is not for this balancer, or a FieldError that says what of it is wrong."""
    given = _labels(app)
    # Others may run what they like: only what this balancer is asked for is judged.
    asked = any(_belongs({"GROUP": groups}, settings) for groups in _groups(given))
    if not (asked or "*" in settings.groups):
        return None
    app_id = fields.app_id(app.get("id"))
    ports = service_ports(app)
    sorted_labels = labels.sort(given, 1 + max((port.index for port in ports), default=-1))
    candidates = []
    for port in ports:
        texts = sorted_labels.of_port.get(port.index, {})
        if not _belongs({"GROUP": given.get("HAPROXY_GROUP"), **texts}, settings):
            continue
        found = labels.read(port.index, texts, settings)
        enabled = not settings.strict if found.enabled is None else found.enabled
        if enabled:
            candidates.append(_candidate(app, port, found))
    fields.rules(sum(len(one.labels.vhost) * max(1, len(one.labels.path)) for one in candidates))
    version = app.get("versionInfo")
    age = (version.get("lastConfigChangeAt") if isinstance(version, dict) else None) or app.get("version") or ""
    target = given.get("HAPROXY_DEPLOYMENT_TARGET_INSTANCES")
    group = given.get("HAPROXY_DEPLOYMENT_GROUP")
    return App(
        id=app_id,
        age=str(age),
        group=fields.app_id("/" + group.lstrip("/")) if group else None,
        started_at=given.get("HAPROXY_DEPLOYMENT_STARTED_AT", ""),
        target_instances=None
        if target is None
        else fields.whole("HAPROXY_DEPLOYMENT_TARGET_INSTANCES", target, 0, 1_000_000),
        instances=fields.whole("instances", app.get("instances", 1), 0, 10_000_000),
        checked=bool(checks.health_checks(app)),
        candidates=tuple(candidates),
        tasks=tuple(tasks(app, ports, addresses)) if candidates else (),
        ignored=tuple(sorted_labels.ignored) if candidates else (),
    )


def _labels(app: Mapping[str, Any]) -> dict[str, str]:
    given = app.get("labels") or {}
    if not isinstance(given, dict):
        raise FieldError("labels: is not an object")
    found = {name: value for name, value in given.items() if name.startswith("HAPROXY_") and value is not None}
    for name, value in found.items():
        if not isinstance(value, str):
            raise FieldError(f"{fields.shown(name)}: {fields.shown(value)} is not text")
    return found


def _groups(given: Mapping[str, str]) -> list[str]:
    return [value for name, value in given.items() if re.fullmatch(r"HAPROXY_([0-9]+_)?GROUP", name)]


def _belongs(texts: Mapping[str, str | None], settings: Settings) -> bool:
    if "*" in settings.groups:
        return True
    names = texts.get("GROUP")
    return names is not None and any(name in settings.groups for name in names.split(","))


def _candidate(app: Mapping[str, Any], port: ServicePort, found: PortLabels) -> Candidate:
    probed = port.index if found.backend_healthcheck_port_index is None else found.backend_healthcheck_port_index
    check = checks.of_port(app, probed)
    http = bool(found.vhost) or (check is not None and check.get("protocol") == "HTTP")
    mode = found.mode or ("http" if http else "tcp")
    wrong = (["VHOST"] if found.vhost else []) + labels.need_http(found)
    if mode == "tcp" and wrong:
        raise FieldError(f"HAPROXY_{port.index}_{wrong[0]}: needs the mode http, and the port is in the mode tcp")
    if mode == "tcp" and found.balance == "uri":
        raise FieldError(f"HAPROXY_{port.index}_BALANCE: uri needs the mode http")
    return Candidate(port, found, mode, checks.probe(check, mode, found.sticky), checks.own_port(check))
