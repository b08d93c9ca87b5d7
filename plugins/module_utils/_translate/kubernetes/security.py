# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, seccomp profiles and keys of secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..names import digest
from ..notes import MANUAL

if TYPE_CHECKING:
    from .pod import Pod

_USERS = {"root": 0, "nobody": 65534}
_SECRET_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_USER = re.compile(r"(\d+)(?::(\d+))?")


def run_as(pod: Pod, user: str, at: str) -> dict[str, Any]:
    if not user:
        return {}
    if user in _USERS:
        return {"runAsUser": _USERS[user]}
    found = _USER.fullmatch(user)
    if not found:
        pod.note(MANUAL, at, f"users are numbers: set runAsUser to the number that {user} has in the image")
        return {}
    group = {"runAsGroup": int(found[2])} if found[2] else {}
    return {"runAsUser": int(found[1]), **group}


def seccomp(pod: Pod, given: dict[str, Any], at: str) -> dict[str, Any]:
    if given.get("unconfined") or not given.get("profileName"):
        return {"type": "Unconfined"}
    text = f"the profile {given['profileName']} must lie below the kubelet's seccomp directory on every node"
    pod.note(MANUAL, at, text)
    return {"type": "Localhost", "localhostProfile": given["profileName"].lstrip("/")}


def secret_key(name: str) -> str:
    if _SECRET_KEY.fullmatch(name) and name not in (".", "..") and not name.startswith(".."):
        return name
    return f"{re.sub(r'[^-._a-zA-Z0-9]+', '-', name)[:200].strip('.-')}-{digest(name)}"
