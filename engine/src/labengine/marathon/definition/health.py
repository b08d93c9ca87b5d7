"""Health checks, checks and readiness checks: completion, rules and the form GET returns."""

from __future__ import annotations

from typing import Any

from labengine.marathon.definition import container
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, internal

HealthCheck = dict[str, Any]

RUN_BY_MARATHON = ("HTTP", "HTTPS", "TCP")
HTTP_KINDS = ("HTTP", "HTTPS", "MESOS_HTTP", "MESOS_HTTPS")
DEFAULT_DELAY = 15

INDEX_OUT_OF_RANGE = "Health check port indices must address an element of the ports array or container port mappings."


def with_port_index(checks: list[HealthCheck]) -> list[HealthCheck]:
    """Checks that name no port address the first one."""
    return [
        {**check, "portIndex": 0}
        if check["protocol"] != "COMMAND" and "port" not in check and "portIndex" not in check
        else check
        for check in checks
    ]


def with_ready_codes(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**check, "httpStatusCodesForReady": check.get("httpStatusCodesForReady") or [200]} for check in checks]


def _port_addressed(check: dict[str, Any], ports: int) -> bool:
    if "portIndex" in check:
        return check["portIndex"] < ports
    return "port" in check or ports == 1


def failures(app: App) -> list[Failure]:
    """The rules for `healthChecks` of an app in canonical form."""
    ports = container.port_count(app)
    docker = container.is_docker(app)
    checks = app.get("healthChecks", [])
    found: list[Failure] = []
    for index, check in enumerate(checks):
        run_by_marathon = "command" not in check and check["protocol"] in RUN_BY_MARATHON
        if run_by_marathon and not _port_addressed(check, ports):
            found.append((f"/healthChecks({index})", INDEX_OUT_OF_RANGE))
        mesos_port_check = check["protocol"].startswith("MESOS_")
        if check["ipProtocol"] != "IPv4" and not (mesos_port_check and docker):
            text = "IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks"
            found.append((f"/healthChecks({index})", text))
    if sum("command" not in check and check["protocol"] not in RUN_BY_MARATHON for check in checks) > 1:
        found.append(("/", "AppDefinition can contain at most one Mesos health check"))
    return found


def stored_failures(app: App) -> list[Failure]:
    """The rules that Marathon applies only to the app as it will be stored."""
    ports = container.port_count(app)
    found = [
        (f"/healthChecks({index})", INDEX_OUT_OF_RANGE)
        for index, check in enumerate(app.get("healthChecks", []))
        if check["protocol"] != "COMMAND" and not _port_addressed(check, ports)
    ]
    check = app.get("check", {})
    if check and container.is_docker(app):
        found.append(("/", "AppDefinition must not use 'checks' if using docker"))
    if any(kind in check and not _port_addressed(check[kind], ports) for kind in ("http", "tcp")):
        text = "check port index must address an element of the ports array or container port mappings."
        found.append(("/check", text))
    return found


def readiness_failures(app: App) -> list[Failure]:
    checks = app.get("readinessChecks", [])
    found: list[Failure] = []
    if len(checks) > 1:
        found.append(("/readinessChecks/size", f"got {len(checks)}, expected 1 or less"))
    mappings = container.port_mappings(app)
    ports = mappings if mappings is not None else app.get("portDefinitions") or []
    names = {port["name"] for port in ports if "name" in port}
    for index, check in enumerate(checks):
        path = f"/readinessChecks({index})"
        if check["portName"] not in names:
            found.append((f"{path}/portName", f"No port definition reference for portName {check['portName']}"))
        timeout, interval = check["timeoutSeconds"], check["intervalSeconds"]
        if timeout >= interval:
            found.append((f"{path}/timeoutSeconds", f"got {timeout}, expected less than {interval}"))
    return found


def stored(check: HealthCheck) -> HealthCheck:
    """The health check as Marathon keeps it: fields its kind does not know are lost."""
    protocol = check["protocol"]
    command = check.get("command")
    if command is not None and ("path" in check or "port" in check):
        raise internal(f"Invalid combination of HealthCheck parameters in {check}")
    if command is not None and protocol != "COMMAND":
        raise internal(f"illegal protocol {protocol} specified with command")
    if command is None and protocol == "COMMAND":
        raise internal(f"illegal protocol {protocol} for non-command health check")
    result: HealthCheck = {
        key: check[key] for key in ("gracePeriodSeconds", "intervalSeconds", "maxConsecutiveFailures")
    }
    result.update(protocol=protocol, ipProtocol="IPv4", timeoutSeconds=check["timeoutSeconds"])
    result["delaySeconds"] = DEFAULT_DELAY if protocol in RUN_BY_MARATHON else check["delaySeconds"]
    if protocol == "COMMAND":
        return {**result, "command": command}
    if protocol in ("HTTP", "HTTPS"):
        result["ignoreHttp1xx"] = False
    if protocol.startswith("MESOS_"):
        result["ipProtocol"] = check["ipProtocol"]
    kept = ("path", "port", "portIndex") if protocol in HTTP_KINDS else ("port", "portIndex")
    result.update({key: check[key] for key in kept if key in check})
    return result


def stored_check(check: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in ("http", "tcp", "exec") if kind in check]
    if len(kinds) != 1:
        raise internal("illegal RAML Check: expected one of http, tcp or exec checks")
    if check.get("http", {}).get("scheme") == "HTTPS":
        # The real conversion knows no HTTPS and dies of it with this text.
        raise internal("HTTPS (of class mesosphere.marathon.raml.HttpScheme$Https$)")
    return check
