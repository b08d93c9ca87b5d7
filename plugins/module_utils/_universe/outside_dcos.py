# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app of a package expects of DC/OS, and a plain Marathon does not give it."""

from __future__ import annotations

import re
from typing import Any, Iterator

from . import labels

_MESOS_DNS = "{0} is a name of Mesos-DNS: it resolves where the agents ask one that serves the domain mesos"
_VIRTUAL = "{0} is a virtual address, which DC/OS alone serves: give the clients another address"
_TEXTS = (
    (re.compile(r"\b(?:leader|master)\.mesos\b"), _MESOS_DNS),
    (re.compile(r"/opt/mesosphere\b"), "{0} is a directory of DC/OS: install what is used of it on the agents"),
    (re.compile(r"(?<![\w.-])[\w.-]+\.thisdcos\.directory\b"), _VIRTUAL),
)
_ACCOUNT = "DCOS_SERVICE_ACCOUNT_CREDENTIAL"


def expected(app: dict[str, Any]) -> list[dict[str, Any]]:
    """What is expected, and the fields that say so as JSON pointers; the same expectation once."""
    found: dict[str, list[str]] = {}
    for field, text in _all(app):
        found.setdefault(text, []).append(field)
    return [{"text": text, "fields": fields} for text, fields in found.items()]


def told(expectation: dict[str, Any]) -> str:
    first, *others = expectation["fields"]
    more = f" and {len(others)} more" if others else ""
    return f"{first}{more}: {expectation['text']}"


def _all(app: dict[str, Any]) -> Iterator[tuple[str, str]]:
    framework = app["labels"].get(labels.FRAMEWORK)
    if framework is not None:
        yield (
            f"/labels/{labels.FRAMEWORK}",
            f"the app is a scheduler of Mesos, the framework {framework}: it must find the masters and their "
            "ZooKeeper, and log in where they ask for it",
        )
    if app.get("secrets"):
        yield "/secrets", "Marathon takes secrets only with a plugin that finds them"
    env = app.get("env")
    if isinstance(env, dict) and _ACCOUNT in env:
        yield f"/env/{_ACCOUNT}", f"{_ACCOUNT} is a service account of DC/OS"
    for field, text in _texts(app, ""):
        for pattern, sentence in _TEXTS:
            for word in sorted(set(pattern.findall(text))):
                yield field, sentence.format(word)
    for field, name in _virtual_labels(app):
        yield field, _VIRTUAL.format(name)


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """All texts of an app but the labels of the package itself."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if not (field == "/labels" and name.startswith("DCOS_PACKAGE_")):
                yield from _texts(inner, f"{field}/{_part(name)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{field}/{index}")
    elif isinstance(value, str):
        yield field, value


def _virtual_labels(app: dict[str, Any]) -> Iterator[tuple[str, str]]:
    container = app.get("container")
    container = container if isinstance(container, dict) else {}
    docker = container.get("docker")
    mappings = docker.get("portMappings") if isinstance(docker, dict) else None
    for field, ports in (
        ("/portDefinitions", app.get("portDefinitions")),
        ("/container/portMappings", container.get("portMappings")),
        ("/container/docker/portMappings", mappings),
    ):
        for index, port in enumerate(ports if isinstance(ports, list) else []):
            names = port.get("labels") if isinstance(port, dict) else None
            for name in names if isinstance(names, dict) else ():
                if name.startswith("VIP_"):
                    yield f"{field}/{index}/labels/{_part(name)}", f"{name}={names[name]}"


def _part(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
