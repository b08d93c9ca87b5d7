"""What a FrameworkInfo may hold, and what of it may change. Texts are those of the real master."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from labengine.common.flagtable import Flags
from labengine.common.resources import UNRESERVED

# What a duration of Mesos can hold: nanoseconds in 64 bits.
LONGEST_SECONDS = (2**63 - 1) / 1e9
LONGEST_ID = 255
_BLANK = re.compile(r"[\t\n\v\f\r \x7f]")
_NOT_IN_IDS = re.compile(r"[\x00-\x1f\x7f/\\]")


def roles_of(info: dict[str, Any]) -> list[str]:
    return list(info.get("roles", [])) if is_multi_role(info) else [str(info.get("role", UNRESERVED))]


def is_multi_role(info: dict[str, Any]) -> bool:
    return any(one.get("type") == "MULTI_ROLE" for one in info.get("capabilities", []))


def problem(info: dict[str, Any], flags: Flags) -> str | None:
    """Why such a framework cannot be."""
    framework_id = info.get("id", {}).get("value", "")
    found = _roles_problem(info) or (id_problem(framework_id) if framework_id else None)
    if found:
        return found
    timeout = float(info.get("failover_timeout", 0.0))
    if not -LONGEST_SECONDS <= timeout <= LONGEST_SECONDS:
        return f"The framework failover_timeout ({timeout:g}) is invalid"
    if flags.roles:
        unknown = sorted(set(roles_of(info)) - {UNRESERVED, *flags.roles.split(",")})
        if unknown:
            return f"Roles {_set(unknown)} are not present in the master's --roles"
    if info["user"] == "root" and not flags.root_submissions:
        return "User 'root' is not allowed to run frameworks without --root_submissions set"
    return None


def suppression_problem(info: dict[str, Any], suppressed: Collection[str]) -> str | None:
    foreign = sorted(set(suppressed) - set(roles_of(info)))
    return f"Suppressed roles {_set(foreign)} are not contained in the set of roles" if foreign else None


def update_problem(old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """What no framework may change of itself."""
    if old.get("principal") != new.get("principal"):
        return "Changing framework's principal is not allowed."
    if old["user"] != new["user"]:
        return (
            f"Updating 'FrameworkInfo.user' is unsupported; attempted to update from '{old['user']}' to '{new['user']}'"
        )
    before, after = (bool(info.get("checkpoint", False)) for info in (old, new))
    if before != after:
        return (
            "Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update "
            f"from '{str(before).lower()}' to '{str(after).lower()}'"
        )
    return None


def with_fixed_fields(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """A framework that subscribes again keeps these as they were, whatever it says."""
    return {**new, "user": old["user"], "checkpoint": old.get("checkpoint", False)}


def role_problem(role: str) -> str | None:
    if role == UNRESERVED:
        return None
    if role.startswith("/"):
        return f"Role '{role}' cannot start with a slash"
    if role.endswith("/"):
        return f"Role '{role}' cannot end with a slash"
    if "//" in role:
        return f"Role '{role}' cannot contain two adjacent slashes"
    if not role:
        return "Role names cannot be the empty string"
    for part in role.split("/"):
        if part in (".", "..", UNRESERVED):
            return f"Role '{role}' cannot include '{part}' as a component"
        if part.startswith("-"):
            return f"Role component '{part}' is invalid because it starts with a dash"
        if _BLANK.search(part):
            return f"Role component '{part}' is invalid because it contains backspace or whitespace"
    return None


def id_problem(text: str) -> str | None:
    """Of a framework, task or executor: it becomes the name of a directory."""
    if not text:
        return "ID must not be empty"
    if len(text.encode()) > LONGEST_ID:
        return f"ID must not be greater than {LONGEST_ID} characters"
    if text in (".", ".."):
        return f"'{text}' is disallowed"
    if _NOT_IN_IDS.search(text):
        return f"'{text}' contains invalid characters"
    return None


def _roles_problem(info: dict[str, Any]) -> str | None:
    if not is_multi_role(info):
        if info.get("roles"):
            return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable"
        found = role_problem(str(info.get("role", UNRESERVED)))
        return f"'FrameworkInfo.role' is not a valid role: {found}" if found else None
    if "role" in info:
        return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable"
    roles = roles_of(info)
    twice = sorted({role for role in roles if roles.count(role) > 1})
    if twice:
        return f"'FrameworkInfo.roles' contains duplicate items: {_set(twice)}"
    found = next((found for role in roles if (found := role_problem(role))), None)
    return f"'FrameworkInfo.roles' contains invalid role: {found}" if found else None


def _set(names: Collection[str]) -> str:
    return f"{{ {', '.join(names)} }}"
