"""Rules for apps that keep their place or their number: resident apps and single instances."""

from __future__ import annotations

from typing import Any

from labengine.marathon.definition import container
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure

RESOURCES_CHANGED = (
    "Services with persistent volumes configured may not change resource requirements. "
    "If you need to make this change, please create a new service."
)
HOST_PORTS_CHANGED = (
    "Services with persistent volumes configured may not change host ports. "
    "If you need to make this change, please create a new service."
)


def is_single_instance(app: App) -> bool:
    return app["labels"].get("MARATHON_SINGLE_INSTANCE_APP") == "true"


def failures(app: App) -> list[Failure]:
    """The rules before defaults are filled in; the deprecated field `residency` claims residency too."""
    resident = container.is_resident(app) or "residency" in app
    found = _strategy_failures(app, resident)
    if resident and app.get("unreachableStrategy", "disabled") != "disabled":
        found.append(("/", "unreachableStrategy must be disabled for resident tasks"))
    accepted = app.get("acceptedResourceRoles")
    if resident and accepted and accepted != ["*"]:
        found.append(("/acceptedResourceRoles", 'A resident app must have `acceptedResourceRoles = ["*"]`.'))
    return found


def stored_failures(app: App) -> list[Failure]:
    found = _strategy_failures(app, container.is_resident(app))
    if container.is_resident(app) and app["role"] == "*":
        found.append(("/role", "Resident apps cannot have the role *"))
    unreachable = app["unreachableStrategy"]
    if unreachable != "disabled":
        inactive, expunge = unreachable["inactiveAfterSeconds"], unreachable["expungeAfterSeconds"]
        if inactive > expunge:
            text = f"inactiveAfterSeconds ({inactive}) must be less or equal to expungeAfterSeconds, which is {expunge}"
            found.append(("/unreachableStrategy/inactiveAfterSeconds", text))
    return found


def _strategy_failures(app: App, resident: bool) -> list[Failure]:
    strategy = app.get("upgradeStrategy")
    if strategy is None:
        return []
    fields = []
    if is_single_instance(app):
        fields = ["minimumHealthCapacity", "maximumOverCapacity"]
    elif resident:
        fields = ["maximumOverCapacity"]
    return [
        (f"/upgradeStrategy/{field}", f"got {strategy[field]}, expected 0.0") for field in fields if strategy[field]
    ]


def _volumes(app: App) -> dict[str, Any]:
    return {volume["containerPath"]: volume for volume in container.volumes(app, "persistent")}


def _host_ports(app: App) -> set[int | None]:
    mappings = container.port_mappings(app)
    if mappings is not None:
        return {mapping.get("hostPort") for mapping in mappings} - {None}
    ports = [definition["port"] for definition in app.get("portDefinitions", [])]
    return set(ports) if app["requirePorts"] else {0 for _ in ports}


def update_failures(old: App, new: App, *, force: bool = False) -> list[Failure]:
    """What an app with persistent volumes may not change."""
    if not (container.is_resident(old) or container.is_resident(new)):
        return []
    found: list[Failure] = []
    if container.is_resident(new) and old["role"] != new["role"] and not force:
        text = (
            "It is not possible to change the role for existing reservations. If you proceed with this change, all "
            f"existing instances will continue to run under the previous role, {old['role']}. Only new instances will "
            f"be allocated with the new role, {new['role']}. In order to continue, retry your request with ?force=true"
        )
        return [("/role", text)]
    if _volumes(old) != _volumes(new):
        found.append(("/app(0)/", "Persistent volumes can not be changed!"))
    found += [
        (f"/app(0)/{field}", RESOURCES_CHANGED)
        for field in ("cpus", "mem", "disk", "gpus", "requirePorts")
        if old[field] != new[field]
    ]
    if _host_ports(old) != _host_ports(new):
        found.append(("/app(0)/", HOST_PORTS_CHANGED))
    if new["upgradeStrategy"]["maximumOverCapacity"]:
        capacity = new["upgradeStrategy"]["maximumOverCapacity"]
        found.append(("/app(0)/upgradeStrategy/maximumOverCapacity", f"got {capacity}, expected 0.0"))
    return found
