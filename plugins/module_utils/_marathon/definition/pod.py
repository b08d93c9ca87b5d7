# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A definition of a pod, and any answer of Marathon, in the one form that GET returns.

declared() keeps what is declared and only its form changes; complete() adds what Marathon will fill in. Two pods are
the same pod if their canonical() forms are equal. Unlike those of an app, the networks of a pod are not filled in:
none and host are different values.
"""

from __future__ import annotations

import json
from typing import Any

from ..errors import DefinitionError
from . import app_fields, values
from .pod_fields import COMMAND_PLACES, POD

_LONGER_DELAY_BEFORE = (1, 8)
# Marathon takes a change of these for none: it restarts nothing, and a new leader does not know it.
UNNOTICED = (
    ("executorResources",),
    ("legacySharedCgroups",),
    ("scheduling", "killSelection"),
    ("scheduling", "unreachableStrategy"),
)


def canonical(pod: dict[str, Any], release: tuple[int, ...] = app_fields.NEWEST) -> dict[str, Any]:
    return complete(declared(pod), release)


def unknown_fields(pod: dict[str, Any]) -> list[str]:
    # version is what GET returns and no definition needs.
    return sorted(POD.unknown({name: value for name, value in pod.items() if name != "version"}, ""))


def declared(pod: dict[str, Any]) -> dict[str, Any]:
    given = values.without_nulls(pod)
    found = POD.read(given, "")
    _refuse_blank_commands(given)
    _refuse_two_commands(found)
    for container in found.get("containers") or []:
        if container.get("image") and container.get("exec") == {"command": {}}:
            # That of the image.
            del container["exec"]
    if not found.get("legacySharedCgroups"):
        found.pop("legacySharedCgroups", None)
    return found


def _refuse_blank_commands(pod: dict[str, Any]) -> None:
    """With an image a blank command is none, as the image has one; without one nothing would be left to run."""
    for index, container in enumerate(pod.get("containers") or []):
        shell = ((container.get("exec") or {}).get("command") or {}).get("shell")
        if isinstance(shell, str) and not shell.strip() and not container.get("image"):
            raise DefinitionError(
                f"/containers({index})/exec/command/shell is {json.dumps(shell)}, but must not be empty in a "
                f"container without an image: correct that in the definition of {pod.get('id')} and run again"
            )


def _refuse_two_commands(pod: dict[str, Any]) -> None:
    """Marathon keeps one of them and says nothing of the other."""
    for index, container in enumerate(pod.get("containers") or []):
        for place in COMMAND_PLACES:
            value: Any = container
            for name in (*place.split("/"), "command"):
                value = value.get(name) if isinstance(value, dict) else None
            if isinstance(value, dict) and value.get("shell") and value.get("argv"):
                raise DefinitionError(
                    f"/containers({index})/{place}/command has shell and argv, which contradict each other: keep "
                    f"shell, or argv, which none runs; correct that in the definition of {pod.get('id')} and run again"
                )


def complete(pod: dict[str, Any], release: tuple[int, ...] = app_fields.NEWEST) -> dict[str, Any]:
    pod = {**pod, "scheduling": _scheduling(pod, release)}
    whole = POD.complete(pod)
    modes = [network["mode"] for network in whole.get("networks", [])]
    if "container" not in modes:
        # Only on a network of its own a container can do without a port of the host.
        for container in whole.get("containers", []):
            for endpoint in container.get("endpoints", []):
                endpoint.setdefault("hostPort", 0)
    return whole


def _scheduling(pod: dict[str, Any], release: tuple[int, ...]) -> dict[str, Any]:
    scheduling = dict(pod.get("scheduling", {}))
    if any("persistent" in volume for volume in pod.get("volumes", [])):
        scheduling.setdefault("upgrade", {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0})
        scheduling.setdefault("unreachableStrategy", "disabled")
    if release < _LONGER_DELAY_BEFORE:
        scheduling["backoff"] = {"maxLaunchDelay": 3600.0, **scheduling.get("backoff", {})}
    return scheduling


def instances(pod: dict[str, Any]) -> int:
    return pod["scaling"]["instances"]


def scaled(pod: dict[str, Any], count: int) -> dict[str, Any]:
    """The declared pod with that many instances."""
    return {**pod, "scaling": {"kind": "fixed", **pod.get("scaling", {}), "instances": count}}


def restarts(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the step from one canonical pod to the other replaces running instances."""
    return bool(instances(before) and instances(after) and differs(before, after))


def differs(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether anything differs that makes new instances, as Marathon sees it."""
    return _noticed(scaled(before, 0)) != _noticed(scaled(after, 0))


def unnoticed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The fields of which Marathon does not notice the change."""
    return [".".join(path) for path in UNNOTICED if _at(before, path) != _at(after, path)]


def _at(pod: dict[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = pod
    for name in path:
        found = found.get(name, {}) if isinstance(found, dict) else {}
    return found


def _noticed(pod: dict[str, Any]) -> dict[str, Any]:
    left = {**pod, "scheduling": dict(pod["scheduling"])}
    for path in UNNOTICED:
        owner = left if len(path) == 1 else left[path[0]]
        owner.pop(path[-1], None)
    return left


def check_harmless(pod: dict[str, Any]) -> None:
    """Refuses what Marathon accepts and cannot bear: no release is known that can."""
    modes = [network.get("mode", "container") for network in pod.get("networks") or []]
    for index, container in enumerate(pod.get("containers") or []):
        for number, endpoint in enumerate(container.get("endpoints") or []):
            at = f"/containers({index})/endpoints({number})"
            if not modes:
                raise _harmful(
                    pod,
                    f"has the endpoint {at} and no /networks",
                    'Declare networks, for example [{"mode": "host"}]',
                )
            # In the mode container Marathon refuses it itself.
            if "container/bridge" in modes and "containerPort" not in endpoint:
                raise _harmful(
                    pod,
                    f"has a network of the mode container/bridge and no {at}/containerPort",
                    "Declare there the port on which the container listens, for example 80",
                )


def _harmful(pod: dict[str, Any], what: str, remedy: str) -> DefinitionError:
    return DefinitionError(
        f"the pod {pod['id']} {what}. {remedy}. Marathon accepts such a pod, and at the next offer its launch queue "
        "ends: no app and no pod starts any more until the pod is removed and another leader is elected"
    )


def check_complete(pod: dict[str, Any]) -> None:
    """What Marathon cannot do without, said before it is asked."""
    if not pod.get("containers"):
        raise DefinitionError(f"the pod {pod['id']} has no containers: declare at least one in the definition")
    for index, container in enumerate(pod["containers"]):
        if "name" not in container:
            raise DefinitionError(f"/containers({index})/name is missing: every container of a pod needs a name")
