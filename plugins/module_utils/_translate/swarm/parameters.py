# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of docker run in a ContainerSpec."""

from __future__ import annotations

import re
from typing import Any, Callable, Optional

from .. import escape
from ..definitions import MASKED
from ..model.docker_options import flag, host, long_key, words
from ..model.workload import Container
from ..notes import DROPPED, MANUAL, SWARM, Notes

_SWAP = ("memory-swap", "memory-swappiness")
# In the task, or read elsewhere.
_ELSEWHERE = ("log-driver", "log-opt")
_ULIMIT = re.compile(r"(?P<name>[a-z]+)=(?P<soft>-?\d+)(?::(?P<hard>-?\d+))?")
_SECONDS = 1_000_000_000

Spec = dict


def apply(container: Container, spec: Spec, notes: Notes) -> list[dict[str, Any]]:
    """Writes them into the spec; the mounts among them are returned."""
    mounts: list[dict[str, Any]] = []
    for one in container.parameters:
        key = long_key(one.key)
        if key in _ELSEWHERE:
            continue
        if MASKED in one.value:
            # Has its note already.
            continue
        if key in _SWAP:
            notes.add(SWARM, DROPPED, one.at, "swap is a matter of the node")
        elif key in ("volume", "mount") and _mount(key, one.value):
            made = _mount(key, one.value)
            if made and made["Target"] not in [mount["Target"] for mount in mounts]:
                mounts.append(made)
                if made["Type"] == "bind":
                    text = f"the path {made['Source']} must exist on every node that may run the app"
                    notes.add(SWARM, MANUAL, one.at, text)
        elif key not in _APPLIED:
            notes.add(SWARM, MANUAL, one.at, f"docker run option --{one.key} has no translation")
        elif not _APPLIED[key](spec, one.value):
            notes.add(SWARM, MANUAL, one.at, f"the value of docker run option --{one.key} is not understood")
    return mounts


def _list(name: str, read: Callable[[str], Optional[str]]) -> Callable[[Spec, str], bool]:
    def applied(spec: Spec, value: str) -> bool:
        found = read(value)
        if found and found not in spec.setdefault(name, []):
            spec[name].append(found)
        return bool(found)

    return applied


def _set(path: str, read: Callable[[str], Any]) -> Callable[[Spec, str], bool]:
    def applied(spec: Spec, value: str) -> bool:
        found = read(value)
        if found is None:
            return False
        part, _dot, name = path.rpartition(".")
        (spec.setdefault(part, {}) if part else spec)[name] = found
        return True

    return applied


def _dns(name: str) -> Callable[[Spec, str], bool]:
    def applied(spec: Spec, value: str) -> bool:
        config = spec.setdefault("DNSConfig", {})
        config.setdefault(name, []).append(value)
        return bool(value)

    return applied


def capability(value: str) -> str:
    name = value.strip().upper()
    return name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}"


def _host(value: str) -> Optional[str]:
    found = host(value)
    return f"{found[1]} {found[0]}" if found else None


def _ulimit(spec: Spec, value: str) -> bool:
    found = _ULIMIT.fullmatch(value.strip())
    if not found:
        return False
    soft = int(found["soft"])
    limit = {"Name": found["name"], "Soft": soft, "Hard": int(found["hard"] or soft)}
    spec.setdefault("Ulimits", []).append(limit)
    return True


def _pair(name: str) -> Callable[[Spec, str], bool]:
    def applied(spec: Spec, value: str) -> bool:
        key, separator, text = value.partition("=")
        if key and (separator or name == "Labels"):
            spec.setdefault(name, {})[key] = text
        return bool(key and (separator or name == "Labels"))

    return applied


def _seconds(value: str) -> Optional[int]:
    return int(value) * _SECONDS if value.strip().isdigit() else None


def _mount(key: str, value: str) -> Optional[dict[str, Any]]:
    if key != "volume":
        return None
    parts = value.split(":")
    if len(parts) == 1 and value.startswith("/"):
        return {"Type": "volume", "Target": escape.swarm(value)}
    if len(parts) not in (2, 3) or not parts[0] or not parts[1].startswith("/"):
        return None
    kind = "bind" if parts[0].startswith("/") else "volume"
    read_only = {"ReadOnly": True} if len(parts) == 3 and "ro" in parts[2].split(",") else {}
    return {"Type": kind, "Source": escape.swarm(parts[0]), "Target": escape.swarm(parts[1]), **read_only}


def _text(value: str) -> Optional[str]:
    return value or None


_APPLIED: dict[str, Callable[[Spec, str], bool]] = {
    "cap-add": _list("CapabilityAdd", capability),
    "cap-drop": _list("CapabilityDrop", capability),
    "add-host": _list("Hosts", _host),
    "group-add": _list("Groups", _text),
    "dns": _dns("Nameservers"),
    "dns-search": _dns("Search"),
    "dns-opt": _dns("Options"),
    "dns-option": _dns("Options"),
    "hostname": _set("Hostname", lambda value: escape.swarm(value) or None),
    "ulimit": _ulimit,
    "sysctl": _pair("Sysctls"),
    "label": _pair("Labels"),
    "init": _set("Init", flag),
    "read-only": _set("ReadOnly", flag),
    "tty": _set("TTY", flag),
    "stop-signal": _set("StopSignal", _text),
    "stop-timeout": _set("StopGracePeriod", _seconds),
    "user": _set("User", _text),
    "workdir": _set("Dir", _text),
    "entrypoint": _set("Command", words),
}
