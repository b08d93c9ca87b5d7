# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports and volumes as Docker and Compose write them ('80:80', '/a:/b'), answered with what Marathon wants instead."""

from __future__ import annotations

import json
import re
from typing import Any, Mapping

from ..errors import DefinitionError

# The names of the API and, for the options of a module, those with underscores.
_API = {"host_port": "hostPort", "container_port": "containerPort", "container_path": "containerPath"}
_API["host_path"] = "hostPath"
_PORT = re.compile(r"(?:(?:[\d.]+:)?(?P<host>\d+):)?(?P<container>\d+)(?:/(?P<protocol>tcp|udp))?")
_VOLUME = re.compile(r"(?P<host>[^:]+):(?P<container>/[^:]*)(?::(?P<mode>ro|rw))?")


def refuse(app: Mapping[str, Any]) -> None:
    """app is a definition of the API, in the old or the new form."""
    container = app.get("container")
    container = container if isinstance(container, dict) else {}
    docker = container.get("docker")
    docker = docker if isinstance(docker, dict) else {}
    for path, given in (
        ("/ports", app.get("ports")),
        ("/container/portMappings", container.get("portMappings")),
        ("/container/docker/portMappings", docker.get("portMappings")),
    ):
        _refuse_port(given, path, "/container/portMappings", _API)
    for path, given in (("/volumes", app.get("volumes")), ("/container/volumes", container.get("volumes"))):
        _refuse_volume(given, path, "/container/volumes", _API)


def refuse_options(options: Mapping[str, Any]) -> None:
    """The options ports and volumes of a module, before Ansible says that they are not mappings."""
    _refuse_port(options.get("ports"), "ports", "ports", {})
    _refuse_volume(options.get("volumes"), "volumes", "volumes", {})


def _refuse_port(given: Any, path: str, where: str, names: Mapping[str, str]) -> None:
    for text in _texts(given):
        found = _PORT.fullmatch(text)
        if found and ":" in text:
            mapping: dict[str, Any] = {"container_port": int(found["container"]), "host_port": int(found["host"])}
            mapping.update({"protocol": found["protocol"]} if found["protocol"] else {})
            raise _other(text, path, where, mapping, names)


def _refuse_volume(given: Any, path: str, where: str, names: Mapping[str, str]) -> None:
    for text in _texts(given):
        found = _VOLUME.fullmatch(text)
        if found:
            mapping = {
                "container_path": found["container"],
                "host_path": found["host"],
                "mode": (found["mode"] or "rw").upper(),
            }
            raise _other(text, path, where, mapping, names)


def _texts(given: Any) -> list[str]:
    elements = given if isinstance(given, list) else [given]
    return [element.strip() for element in elements if isinstance(element, str)]


def _other(text: str, path: str, where: str, mapping: dict[str, Any], names: Mapping[str, str]) -> DefinitionError:
    shown = json.dumps([{names.get(name, name): value for name, value in mapping.items()}])
    return DefinitionError(f"{path} has {text!r}, which is Docker's form: write it as {where}: {shown}")
