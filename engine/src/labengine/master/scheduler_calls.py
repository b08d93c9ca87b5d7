"""A scheduler's call as JSON: what Mesos' protocol buffers make of it, and what the call must hold by itself.

``convert`` refuses what is not such a message, ``problem`` what does not make sense without looking at any framework.
Both refuse with 400 and the words of the real master.
"""

from __future__ import annotations

import base64
import re
from typing import Any

TYPES = (
    "UNKNOWN",
    "SUBSCRIBE",
    "TEARDOWN",
    "ACCEPT",
    "DECLINE",
    "ACCEPT_INVERSE_OFFERS",
    "DECLINE_INVERSE_OFFERS",
    "REVIVE",
    "SUPPRESS",
    "KILL",
    "SHUTDOWN",
    "ACKNOWLEDGE",
    "ACKNOWLEDGE_OPERATION_STATUS",
    "RECONCILE",
    "RECONCILE_OPERATIONS",
    "MESSAGE",
    "REQUEST",
    "UPDATE_FRAMEWORK",
)
# These may come with their type alone.
BARE = ("TEARDOWN", "REVIVE", "SUPPRESS", "UNKNOWN")

# Of a message, the fields that are checked: ``!`` is required, ``*`` repeated. What is not here is taken as it comes.
_ID = {"value!": str}
_INFO = {"user!": str, "name!": str, "id": _ID}
_OFFERS = {"offer_ids*": _ID}
_INVERSE_OFFERS = {"inverse_offer_ids*": _ID}
_CALL = {
    "framework_id": _ID,
    "type": str,
    "subscribe": {"framework_info!": _INFO, "suppressed_roles*": str},
    "accept": {**_OFFERS, "operations*": {}, "filters": {}},
    "decline": {**_OFFERS, "filters": {}},
    "kill": {"task_id!": _ID, "agent_id": _ID},
    "shutdown": {"executor_id!": _ID, "agent_id!": _ID},
    "acknowledge": {"agent_id!": _ID, "task_id!": _ID, "uuid!": bytes},
    "reconcile": {"tasks*": {"task_id!": _ID, "agent_id": _ID}},
    "message": {"agent_id!": _ID, "executor_id!": _ID, "data!": bytes},
    "request": {"requests*": {"agent_id": _ID}},
    "accept_inverse_offers": _INVERSE_OFFERS,
    "decline_inverse_offers": _INVERSE_OFFERS,
    "revive": {"roles*": str},
    "suppress": {"roles*": str},
    "acknowledge_operation_status": {
        "agent_id": _ID,
        "resource_provider_id": _ID,
        "uuid!": bytes,
        "operation_id!": _ID,
    },
    "reconcile_operations": {"operations*": {"operation_id!": _ID, "agent_id": _ID, "resource_provider_id": _ID}},
    "update_framework": {"framework_info!": _INFO, "suppressed_roles*": str},
}
_KINDS = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_UUID_BYTES = 16
_UUID_VERSIONS = range(1, 6)


class CallError(Exception):
    """A scheduler's call that is refused with this HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NotACall(ValueError):
    """The text that follows ``Failed to convert JSON into Call protobuf: ``."""


def convert(value: Any) -> dict[str, Any]:
    """The call without its nulls; a type that there is not is no type, as an unknown value of an enumeration."""
    if not isinstance(value, dict):
        raise NotACall("Expecting a JSON object")
    missing: list[str] = []
    call = _message(value, _CALL, "", missing)
    if missing:
        raise NotACall(f"Missing required fields: {', '.join(missing)}")
    if call.get("type") not in TYPES:
        call.pop("type", None)
    return call


def _message(given: dict[str, Any], fields: dict[str, Any], path: str, missing: list[str]) -> dict[str, Any]:
    message = {name: value for name, value in given.items() if value is not None}
    missing += [path + key[:-1] for key in fields if key.endswith("!") and key[:-1] not in message]
    for key, kind in fields.items():
        name = key.rstrip("!*")
        if name not in message:
            continue
        value = message[name]
        if not key.endswith("*"):
            message[name] = _field(name, value, kind, f"{path}{name}.", missing)
            continue
        # One alone stands for a list of one.
        items = value if isinstance(value, list) else [value]
        message[name] = [
            _field(name, item, kind, f"{path}{name}[{number}].", missing) for number, item in enumerate(items)
        ]
    return message


def _field(name: str, value: Any, kind: Any, path: str, missing: list[str]) -> Any:
    wanted = dict if isinstance(kind, dict) else str
    if not isinstance(value, wanted):
        raise NotACall(f"Not expecting a JSON {_KINDS[type(value)]} for field '{name}'")
    if isinstance(kind, dict):
        return _message(value, kind, path, missing)
    if kind is bytes and (wrong := _NOT_BASE64.search(value)):
        raise NotACall(f"Failed to base64 decode bytes field '{name}': Invalid character '{wrong[0]}'")
    return value


def problem(call: dict[str, Any], principal: str | None) -> str | None:
    """What follows ``Failed to validate scheduler::Call: ``."""
    kind = call.get("type")
    if kind is None:
        return "Expecting 'type' to be present"
    field = kind.lower()
    if kind == "SUBSCRIBE":
        return _subscribe_problem(call, principal) if field in call else f"Expecting '{field}' to be present"
    if "framework_id" not in call:
        return "Expecting 'framework_id' to be present"
    if kind not in BARE and field not in call:
        return f"Expecting '{field}' to be present"
    if kind in ("ACKNOWLEDGE", "ACKNOWLEDGE_OPERATION_STATUS") and not _is_uuid(call[field]["uuid"]):
        return "Not a valid UUID"
    if kind == "ACKNOWLEDGE_OPERATION_STATUS" and "agent_id" not in call[field]:
        return "Expecting 'agent_id' to be present"
    if kind == "UPDATE_FRAMEWORK" and _id(call, "framework_id") != _id(call[field]["framework_info"], "id"):
        return "'framework_id' differs from 'update_framework.framework_info.id'"
    return None


def _subscribe_problem(call: dict[str, Any], principal: str | None) -> str | None:
    info = call["subscribe"]["framework_info"]
    if _id(info, "id") != _id(call, "framework_id"):
        return "'framework_id' differs from 'subscribe.framework_info.id'"
    if principal is not None and info.get("principal", principal) != principal:
        return (
            f"Authenticated principal '{principal}' does not match principal '{info['principal']}' set in "
            "`FrameworkInfo`"
        )
    return None


def _id(message: dict[str, Any], name: str) -> str:
    return str(message.get(name, {}).get("value", ""))


def _is_uuid(text: str) -> bool:
    try:
        raw = base64.b64decode(text)
    except ValueError:
        return False
    return len(raw) == _UUID_BYTES and raw[6] >> 4 in _UUID_VERSIONS
