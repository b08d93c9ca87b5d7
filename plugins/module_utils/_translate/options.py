# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choices that a person makes for a translation; a wrong one is refused by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any, Mapping

SERVICE, JOB, CRON_JOB = "service", "Job", "CronJob"
KINDS = (SERVICE, JOB, CRON_JOB)
COMPAT_ENV = ("auto", "all", "none")
PUBLISH_MODES = ("ingress", "host")
_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_QUANTITY = re.compile(r"[1-9][0-9]*([KMGTPE]i?|k)?")
_SCHEDULE = re.compile(r"@(yearly|annually|monthly|weekly|daily|midnight|hourly)|(\S+\s+){4}\S+")
_NODE_LABEL = re.compile(r"([A-Za-z0-9._-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


class WrongOption(ValueError):
    """One sentence that names the option, the value and the remedy."""


@dataclass(frozen=True)
class Options:
    namespace: str = "default"
    namespace_by_group: bool = False
    cfs: bool = False
    compat_env: str = "auto"
    env_vars_prefix: str = ""
    default_image: str = ""
    publish_mode: str = "ingress"
    swarm_network: str = "apps"
    ingress_class: str = ""
    gateway: str = ""
    config_map: bool = False
    host_network: bool = False
    node_labels: Mapping[str, str] = field(default_factory=dict)
    role_labels: Mapping[str, str] = field(default_factory=dict)
    fetch_image: str = "busybox:1.36"
    gpu_kind: str = "gpu"
    gpu_resource: str = "nvidia.com/gpu"
    storage_class: str = ""
    csi_size: str = ""
    kind: str = SERVICE
    schedule: str = ""
    mem_headroom: int = 0
    pre_stop_seconds: int = 0
    secret_env: tuple[str, ...] = ()
    plain_env: tuple[str, ...] = ()
    secret_labels: tuple[str, ...] = ()


NAMES = tuple(one.name for one in fields(Options))
_DEFAULTS = Options()


def read(given: Mapping[str, Any]) -> Options:
    values = {name: _typed(name, value) for name, value in given.items() if value is not None}
    found = Options(**values)
    _check(found)
    return found


def _typed(name: str, value: Any) -> Any:
    if name not in NAMES:
        raise WrongOption(f"there is no option {name!r}: the options are {', '.join(NAMES)}")
    default = getattr(_DEFAULTS, name)
    if isinstance(default, bool):
        if isinstance(value, str) and value.lower() in ("true", "false", "yes", "no"):
            return value.lower() in ("true", "yes")
        if not isinstance(value, bool):
            raise WrongOption(f"{name} is {value!r}: give true or false")
        return value
    if isinstance(default, int):
        try:
            return int(str(value))
        except ValueError:
            raise WrongOption(f"{name} is {value!r}: give a whole number") from None
    if isinstance(default, tuple):
        if isinstance(value, str) or not isinstance(value, (list, tuple)):
            raise WrongOption(f"{name} is {value!r}: give a list of names")
        return tuple(str(one) for one in value)
    if isinstance(default, str):
        if isinstance(value, (Mapping, list, tuple, bool)):
            raise WrongOption(f"{name} is {value!r}: give a text")
        return str(value)
    if not isinstance(value, Mapping):
        raise WrongOption(f"{name} is {value!r}: give a mapping")
    return {str(key): str(inner) for key, inner in value.items()}


def _check(given: Options) -> None:
    for name, allowed in (("kind", KINDS), ("compat_env", COMPAT_ENV), ("publish_mode", PUBLISH_MODES)):
        if getattr(given, name) not in allowed:
            raise WrongOption(f"{name} is {getattr(given, name)!r}: give one of {', '.join(allowed)}")
    if not _DNS_LABEL.fullmatch(given.namespace):
        raise WrongOption(f"namespace is {given.namespace!r}: give at most 63 lower-case letters, digits and '-'")
    for name in ("ingress_class", "gateway", "storage_class"):
        value = getattr(given, name)
        parts = value.split("/", 1) if name == "gateway" else [value]
        if value and not all(_SUBDOMAIN.fullmatch(part) for part in parts):
            raise WrongOption(
                f"{name} is {value!r}: give the name of an object, of lower-case letters, digits, '-', '.'"
            )
    if given.csi_size and not _QUANTITY.fullmatch(given.csi_size):
        raise WrongOption(f"csi_size is {given.csi_size!r}: give a size, for example 20Gi")
    if given.kind == CRON_JOB and not _SCHEDULE.fullmatch(given.schedule.strip()):
        raise WrongOption(f"schedule is {given.schedule!r}: kind CronJob needs five fields, for example '15 2 * * *'")
    for name in ("mem_headroom", "pre_stop_seconds"):
        if not 0 <= getattr(given, name) <= 1000:
            raise WrongOption(f"{name} is {getattr(given, name)}: give a number from 0 to 1000")
    for name in ("swarm_network", "fetch_image", "gpu_kind", "gpu_resource"):
        if not getattr(given, name).strip():
            raise WrongOption(f"{name} is empty: leave it out for its default, {getattr(_DEFAULTS, name)}")
    for attribute, label in given.node_labels.items():
        if not _NODE_LABEL.fullmatch(label):
            raise WrongOption(f"node_labels has {label!r} for {attribute!r}: give the name of a node label")
    for role, label in given.role_labels.items():
        key, equals, value = label.partition("=")
        if not (equals and _NODE_LABEL.fullmatch(key) and _LABEL_VALUE.fullmatch(value)):
            raise WrongOption(f"role_labels has {label!r} for {role!r}: give a node label, for example public=true")
