# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that apps and pods share, though under other names."""

from __future__ import annotations

import re
from typing import Any, Iterable

from ..definitions import MASKED
from ..notes import APPROXIMATE, BOTH, DROPPED, KUBERNETES, MANUAL, SWARM, WARNING, Notes, pointer
from ..options import Options
from .workload import NODE, Port, Rule, Variable, Workload

_HAPROXY = re.compile(r"HAPROXY_(?:(?P<port>\d+)_)?(?P<what>\w+)")
# Who reads these is the proxy itself, which keeps its own reading of them.
_HARMLESS = ("GROUP", "VHOST", "PATH", "ENABLED", "DEPLOYMENT_GROUP")
# How a package was installed. Its options may be secret, and its definition is larger than any annotation.
_PACKAGE = ("DCOS_PACKAGE_OPTIONS", "DCOS_PACKAGE_DEFINITION", "DCOS_PACKAGE_METADATA", "DCOS_PACKAGE_COMMAND")
_FRAMEWORK = "DCOS_PACKAGE_FRAMEWORK_NAME"
_NO_WORD = ("", "*")
_UNSET = re.compile(
    r"\b(MARATHON_APP_VERSION|MARATHON_APP_ENFORCE_GROUP_ROLE|LIBPROCESS_IP|MESOS_CONTAINER_NAME"
    r"|MESOS_(?:EXECUTOR_ID|FRAMEWORK_ID|SLAVE_ID|SLAVE_PID|AGENT_ENDPOINT|DIRECTORY|CONTAINER_IP))\b"
)


def labels(given: dict[str, str], hidden: Iterable[str], notes: Notes) -> dict[str, str]:
    """Those that go on, without secrets."""
    places = set(hidden)
    found = {}
    for name, value in given.items():
        place = pointer("labels", name)
        if place in places or MASKED in value:
            text = f"the label {name} looks like a secret and is not written"
            notes.add(BOTH, MANUAL, place, text)
        elif name in _PACKAGE:
            notes.add(BOTH, DROPPED, place, "how the package was installed says nothing to another system")
        else:
            found[name] = value
    return found


def refusal(given: dict[str, str], notes: Notes) -> str:
    """Why nothing is written, where that is so."""
    name = given.get(_FRAMEWORK)
    if not name:
        return ""
    text = f"the app is a scheduler of Mesos (framework {name}) and cannot move: nothing is written for it"
    notes.add(BOTH, DROPPED, pointer("labels", _FRAMEWORK), text)
    return text


def note_proxy(given: dict[str, str], notes: Notes) -> None:
    for name, value in given.items():
        found = _HAPROXY.fullmatch(name)
        if not found:
            continue
        if found["what"] == "VHOST" and value.strip():
            notes.add(SWARM, MANUAL, "/labels", "no HTTP routing by name: keep HAProxy (or another proxy) in front")
        elif found["what"] not in _HARMLESS:
            text = f"{name} is a setting of marathon-lb: set it in the controller of the Ingress or Gateway"
            notes.add(KUBERNETES, MANUAL, pointer("labels", name), text)


def role(definition: dict[str, Any], notes: Notes) -> None:
    name = definition.get("role") or "*"
    if name != "*":
        text = f"quota role {name}: use a resource quota on the namespace (Kubernetes)"
        notes.add(BOTH, DROPPED, "/role", text)


def accepted_roles(names: Iterable[str], at: str, options: Options, notes: Notes) -> tuple[str, ...]:
    found = tuple(name for name in names if name not in _NO_WORD)
    for name in found:
        if name in options.role_labels:
            text = f"the role {name} becomes the node label {options.role_labels[name]}: set it on those nodes"
            notes.add(BOTH, MANUAL, at, text)
        else:
            text = f"resource roles do not exist; label (and taint) the nodes that had role {name} and constrain to it"
            notes.add(BOTH, MANUAL, at, text)
    return found


def dependencies(names: Iterable[str], notes: Notes) -> None:
    listed = ", ".join(names)
    if listed:
        notes.add(BOTH, DROPPED, "/dependencies", f"start order is not kept: move {listed} first")


def executor_resources(given: Any, defaults: dict[str, float], notes: Notes) -> None:
    if given and given != defaults:
        text = "there is no executor: add what it took to cpus and mem where the app runs close to them"
        notes.add(BOTH, DROPPED, "/executorResources", text)


def kill_selection(value: str, at: str, notes: Notes) -> None:
    if value == "OLDEST_FIRST":
        text = "the newest tasks are stopped first (Kubernetes) or the choice is the scheduler's (Swarm)"
        notes.add(BOTH, DROPPED, at, text)


def backoff(seconds: float, factor: float, longest: float, places: tuple[str, str, str], notes: Notes) -> None:
    text = "no growing delay can be set (Swarm: constant; Kubernetes: 10 s doubling to 5 min)"
    if factor != 1.15:
        notes.add(BOTH, DROPPED, places[1], text)
    elif longest != 300:
        notes.add(BOTH, DROPPED, places[2], text)
    elif seconds != 1:
        notes.add(KUBERNETES, APPROXIMATE, places[0], "the delay is 10 s doubling to 5 min, and cannot be set")


def unreachable(workload: Workload, strategy: Any, at: str, notes: Notes) -> None:
    workload.unreachable_at = at
    if isinstance(strategy, str):
        workload.inactive_after, workload.expunge_after = None, 0
    else:
        workload.inactive_after = max(strategy.get("inactiveAfterSeconds", 0), 0)
        workload.expunge_after = max(strategy.get("expungeAfterSeconds", 0), 0)
    if workload.inactive_after != 0 or workload.expunge_after:
        notes.add(SWARM, DROPPED, at, "tasks of a lost node are always started elsewhere")
    if workload.expunge_after:
        notes.add(KUBERNETES, DROPPED, f"{at}/expungeAfterSeconds", "no counterpart")


def placement(rules: list[Rule], options: Options, notes: Notes) -> None:
    """What the nodes must have, whatever the target is."""
    for rule in rules:
        if rule.field in ("hostname", "@hostname", "@zone", "@region"):
            continue
        label = options.node_labels.get(rule.field, rule.field)
        text = f'agent attribute "{rule.field}": put the same label on the new nodes'
        if label != rule.field:
            text = f'agent attribute "{rule.field}": put it as the label {label} on the new nodes'
        notes.add(BOTH, MANUAL, rule.at, text)


def upgrade(workload: Workload, strategy: dict[str, Any], at: str, notes: Notes) -> None:
    workload.upgrade_at = at
    workload.min_healthy = min(max(strategy.get("minimumHealthCapacity", 1.0), 0.0), 1.0)
    workload.max_over = min(max(strategy.get("maximumOverCapacity", 1.0), 0.0), 1.0)
    if workload.is_stateful:
        text = "a StatefulSet updates one pod at a time, highest number first"
        notes.add(KUBERNETES, APPROXIMATE, at, text)
    elif _surges(workload) and _is_limited(workload):
        text = (
            "extra instances during an update need free places under the placement limit or with the port free; "
            "without them the update waits, as on Marathon"
        )
        notes.add(BOTH, WARNING, at, text)


def _surges(workload: Workload) -> bool:
    return not workload.is_single and (workload.max_over > 0 or workload.min_healthy == 1)


def _is_limited(workload: Workload) -> bool:
    """Whether a node takes only so many instances."""
    return any(rule.operator in ("UNIQUE", "MAX_PER") for rule in workload.rules) or any(
        port.host_port for port in workload.ports
    )


def networks(
    given: list[dict[str, Any]], ports: list[Port], options: Options, notes: Notes
) -> tuple[tuple[str, ...], bool]:
    """The networks of the user, and whether it was the host's."""
    names = tuple(network["name"] for network in given if network["mode"] == "container" and network.get("name"))
    is_host = any(network["mode"] == "host" for network in given)
    if names:
        notes.add(SWARM, MANUAL, "/networks", "the overlay network must exist on the swarm")
        notes.add(KUBERNETES, DROPPED, "/networks", "pods have one network; use a network policy for isolation")
    if is_host and ports and not options.host_network:
        text = (
            "host network becomes a network of its own: the app must not bind to the node's address or use other apps "
            "through localhost"
        )
        notes.add(BOTH, APPROXIMATE, "/networks", text)
    for index, network in enumerate(given):
        if network.get("labels"):
            notes.add(BOTH, DROPPED, f"/networks/{index}/labels", "networks have no labels for a task")
    return names, is_host


def unset_variables(texts: Iterable[str], at: str, notes: Notes) -> None:
    found = sorted({name for text in texts for name in _UNSET.findall(text)})
    if found:
        notes.add(BOTH, DROPPED, at, f"nothing sets {', '.join(found)} there, which the definition names")


def note_host(variables: Iterable[Variable], at: str, notes: Notes) -> None:
    if any(one.kind == NODE for one in variables):
        text = (
            "HOST is the node's name (Swarm) or address (Kubernetes); the task's ports are not open on it unless "
            "published there"
        )
        notes.add(BOTH, APPROXIMATE, at, text)
