"""Which health check of an app HAProxy makes itself for one of its ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import fields
from .fields import FieldError
from .model import Check

_HTTP = ("HTTP", "HTTPS", "MESOS_HTTP", "MESOS_HTTPS")
_DAY = 86_400


def health_checks(app: Mapping[str, Any]) -> list[dict[str, Any]]:
    checks = app.get("healthChecks")
    if checks is None:
        return []
    if not isinstance(checks, list) or not all(isinstance(check, dict) for check in checks):
        raise FieldError("healthChecks: is not a list of objects")
    return checks


def of_port(app: Mapping[str, Any], index: int) -> dict[str, Any] | None:
    """The first with a port of its own, which concerns every port, else the first of this port."""
    probing = [check for check in health_checks(app) if check.get("protocol") != "COMMAND" and "command" not in check]
    for check in probing:
        if check.get("port") is not None:
            return check
    for check in probing:
        if (check.get("portIndex") or 0) == index:
            return check
    return None


def own_port(check: Mapping[str, Any] | None) -> int | None:
    if check is None or check.get("port") is None:
        return None
    return fields.port("healthChecks.port", check["port"])


def probe(check: Mapping[str, Any] | None, mode: str, sticky: bool) -> Check | None:
    if check is None:
        return Check() if sticky else None
    http = mode == "http" and check.get("protocol") in _HTTP
    return Check(
        path=fields.path("healthChecks.path", check.get("path") or "/") if http else None,
        tls=http and str(check.get("protocol")).endswith("HTTPS"),
        interval=fields.whole("healthChecks.intervalSeconds", check.get("intervalSeconds", 60), 1, _DAY),
        timeout=fields.whole("healthChecks.timeoutSeconds", check.get("timeoutSeconds", 20), 1, _DAY),
        fall=fields.whole("healthChecks.maxConsecutiveFailures", check.get("maxConsecutiveFailures", 3), 0, 1000) + 1,
    )
