# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of objects: unique in the whole set, and of the form and length that the target takes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Iterable, Mapping

# The limit of both targets; pods of a StatefulSet or CronJob have longer names than that itself.
LONGEST = 63
LONGEST_OWNER = 52
# Of a service on Docker Swarm: the app that it was made of.
SWARM_ID_LABEL = "marathon.id"
_LONGEST_PORT = 15
_DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True)
class Named:
    """What gets names: a pod gives one service of Swarm for each container.

    is_stateful says that the pods of Kubernetes have a Service of their own, is_owner that their names are longer.
    """

    id: str
    containers: tuple[str, ...] = ()
    is_stateful: bool = False
    is_owner: bool = False


@dataclass(frozen=True)
class Names:
    kubernetes: str
    # The service of an app is that of the container "".
    services: Mapping[str, str]

    @property
    def swarm(self) -> str:
        return next(iter(self.services.values()))


def assign(workloads: Iterable[Named]) -> tuple[dict[str, Names], list[str]]:
    """The names of all, by id, and the ids that got a hash because an earlier one has the name."""
    found: dict[str, Names] = {}
    services: set[str] = set()
    objects: set[str] = set()
    clashing = []
    for one in sorted(workloads, key=lambda one: one.id):
        longest = LONGEST_OWNER if one.is_owner else LONGEST
        wanted = kubernetes_name(one.id, one.is_owner)
        name = _free(wanted, one.id, longest, objects)
        objects |= {name, pods_service(name)} if one.is_stateful else {name}
        own, is_moved = {}, name != wanted
        for container in one.containers or ("",):
            wanted = service_name(one.id, container)
            own[container] = _free(wanted, f"{one.id} {container}", LONGEST, services)
            services.add(own[container])
            is_moved = is_moved or own[container] != wanted
        found[one.id] = Names(name, own)
        clashing += [one.id] if is_moved else []
    return found, clashing


def pods_service(name: str) -> str:
    """The Service that gives each pod of a StatefulSet an address."""
    return f"{name}-pods"


def service_name(workload_id: str, container: str = "") -> str:
    name = swarm_name(workload_id)
    return shortened(f"{name}-{container}", f"{workload_id} {container}", LONGEST) if container else name


def _free(wanted: str, text: str, longest: int, taken: set[str]) -> str:
    return _with_hash(wanted, text, longest) if wanted in taken else wanted


def swarm_name(workload_id: str) -> str:
    """/prod/web is prod_web, as the service web of the stack prod is named."""
    groups, _slash, last = workload_id.strip("/").replace(".", "-").rpartition("/")
    name = f"{groups.replace('/', '-')}_{last}" if groups else last
    return shortened(name, workload_id, LONGEST)


def kubernetes_name(workload_id: str, is_owner: bool = False) -> str:
    name = workload_id.strip("/").replace("/", "-").replace(".", "-")
    # A Service must begin with a letter.
    name = name if name[:1].isalpha() else f"app-{name}"
    return shortened(name, workload_id, LONGEST_OWNER if is_owner else LONGEST)


def shortened(name: str, workload_id: str, longest: int) -> str:
    if len(name) <= longest:
        return name
    # Group and app are joined by an underscore only where the whole name is there.
    return _with_hash(name.replace("_", "-"), workload_id, longest)


def _with_hash(name: str, workload_id: str, longest: int) -> str:
    return f"{name[: longest - 9].rstrip('-_')}-{digest(workload_id)}"


def digest(text: str) -> str:
    # Only tells ids apart.
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]


def dns_label(text: str, longest: int = LONGEST) -> str:
    """The text as a name of Kubernetes; what is changed gets a hash, so that two texts stay two names."""
    name = re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")
    name = name if name[:1].isalpha() else f"x-{name}".rstrip("-")
    if name == text and len(name) <= longest:
        return name
    return _with_hash(name, text, longest)


def is_dns_label(text: str, longest: int = LONGEST) -> bool:
    return len(text) <= longest and _DNS_LABEL.fullmatch(text) is not None


def port_name(wanted: str | None, index: int, protocol: str, alone: bool, taken: Iterable[str]) -> str:
    """At most 15 characters, a letter among them; with the protocol where a port has both."""
    room = _LONGEST_PORT if alone else _LONGEST_PORT - 1 - len(protocol)
    name = re.sub(r"-+", "-", re.sub(r"[^a-z0-9]+", "-", (wanted or "").lower()))[:room].strip("-")
    if not re.search("[a-z]", name):
        name = f"port{index}"
    name = name if alone else f"{name}-{protocol}"
    return name if name not in taken else f"port{index}" if alone else f"port{index}-{protocol}"
