# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that Marathon sets for a task, with what they are worth on another system."""

from __future__ import annotations

import re
from typing import Any, Iterable

from .workload import NODE, SANDBOX, TASK, TEXT, Container, Port, Variable

# Marathon leaves longer ones out (TaskLabels, EnvironmentHelper).
_LONGEST_KEY = 493
_LONGEST_VALUE = 512


def of_ports(ports: list[Port], numbers: list[int], prefix: str) -> list[Variable]:
    """numbers are those that the definition declares, which name a variable each."""
    found = {f"PORT{port.index}": str(port.number) for port in ports}
    for index, port in enumerate(ports):
        found[f"PORT_{numbers[index] or port.number}"] = str(port.number)
        if port.name:
            found[f"PORT_{port.name.upper()}"] = str(port.number)
    if ports:
        found["PORT"] = str(ports[0].number)
        found["PORTS"] = ",".join(str(port.number) for port in ports)
    return [Variable(prefix + name, value, is_given=True) for name, value in found.items()]


def of_task(
    app: dict[str, Any], container: Container, labels: dict[str, str], prefix: str, texts: list[str], wanted: str
) -> list[Variable]:
    """Those besides ports: all, none, or only the ones that a text of the definition names."""
    every = [
        Variable(prefix + "HOST", "", NODE, is_given=True),
        Variable("MESOS_TASK_ID", "", TASK, is_given=True),
        Variable("MESOS_SANDBOX", SANDBOX, is_given=True),
        *(Variable(name, value, TEXT, is_given=True) for name, value in _constants(app, container, labels).items()),
    ]
    if wanted == "all":
        return every
    return [one for one in every if wanted == "auto" and names(one.name, texts)]


def names(variable: str, texts: Iterable[str]) -> bool:
    pattern = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(variable)}(?![A-Za-z0-9_])")
    return any(pattern.search(text) for text in texts)


def names_port(texts: Iterable[str], prefix: str) -> bool:
    """Whether a text names one of the variables with ports."""
    pattern = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(prefix)}PORT(S|[0-9]+|_[A-Za-z0-9_-]+)?(?![A-Za-z0-9_])")
    return any(pattern.search(text) for text in texts)


def _constants(app: dict[str, Any], container: Container, labels: dict[str, str]) -> dict[str, str]:
    found = {"MARATHON_APP_ID": app["id"]}
    if container.image:
        found["MARATHON_APP_DOCKER_IMAGE"] = container.image
    found["MARATHON_APP_RESOURCE_CPUS"] = str(float(container.cpus))
    found["MARATHON_APP_RESOURCE_MEM"] = str(float(container.mem))
    found["MARATHON_APP_RESOURCE_DISK"] = str(float(container.disk))
    found["MARATHON_APP_RESOURCE_GPUS"] = str(container.gpus)
    kept = {
        re.sub(r"[^A-Z0-9_]+", "_", name.upper()): value
        for name, value in labels.items()
        if len(name) < _LONGEST_KEY and len(value) < _LONGEST_VALUE
    }
    if kept:
        found["MARATHON_APP_LABELS"] = " ".join(kept)
        found.update({f"MARATHON_APP_LABEL_{name}": value for name, value in kept.items()})
    return found


def of_endpoints(endpoints: Iterable[Port]) -> list[Variable]:
    """Those of a pod, which every container gets."""
    found = {}
    for port in endpoints:
        name = (port.name or "").upper().replace("-", "_")
        found[f"ENDPOINT_{name}"] = found[f"EP_CONTAINER_{name}"] = str(port.number)
    return [Variable(name, value, is_given=True) for name, value in found.items()]


def merged(stronger: list[Variable], weaker: list[Variable]) -> list[Variable]:
    """Each name once."""
    known = {one.name for one in stronger}
    return [*stronger, *(one for one in weaker if one.name not in known)]
