# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One package: what its files say, checked, whatever form the repository has."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, Callable

from .._marathon.errors import DefinitionError
from . import bounded_json

PACKAGE, CONFIG, RESOURCE, COMMAND = "package.json", "config.json", "resource.json", "command.json"
TEMPLATE = "marathon.json.mustache"
PACKAGINGS = ("2.0", "3.0", "4.0", "5.0")
# Since these, a package says from which versions to which it can be changed.
_WITH_VERSIONS = ("4.0", "5.0")
_REQUIRED = ("packagingVersion", "name", "version", "maintainer", "description", "tags")
_NAME = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
_VERSION = re.compile(r"[-a-zA-Z0-9.]+")
# Where a repository of one file has what is a file of its own elsewhere.
_APART = ("config", "resource", "command", "marathon", "releaseVersion")


@dataclass(frozen=True)
class Package:
    """release orders the versions of a package, whose names are only text."""

    about: dict[str, Any]
    release: int
    config: dict[str, Any] | None = None
    resource: dict[str, Any] | None = None
    template: str | None = None
    command: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return self.about["name"]

    @property
    def version(self) -> str:
        return self.about["version"]

    @property
    def packaging(self) -> str:
        return self.about["packagingVersion"]

    @property
    def limits_updates(self) -> bool:
        return self.packaging in _WITH_VERSIONS

    def document(self) -> dict[str, Any]:
        """As a repository of one file has it."""
        found = {**self.about, "releaseVersion": self.release}
        for name, value in (("config", self.config), ("resource", self.resource), ("command", self.command)):
            if value is not None:
                found[name] = value
        if self.template is not None:
            found["marathon"] = {"v2AppMustacheTemplate": base64.b64encode(self.template.encode()).decode()}
        return found


def from_files(read: Callable[[str], bytes | None], release: int, where: str) -> Package:
    """read gives the content of one file of the package, none where it is missing."""
    about = _part(read, PACKAGE, where)
    if about is None:
        raise DefinitionError(f"{where} has no {PACKAGE}")
    template = read(TEMPLATE)
    return _checked(
        Package(
            about,
            release,
            config=_part(read, CONFIG, where),
            resource=_part(read, RESOURCE, where),
            command=_part(read, COMMAND, where),
            template=None if template is None else _text(template, f"{where}/{TEMPLATE}"),
        ),
        where,
    )


def from_document(document: dict[str, Any], where: str) -> Package:
    bounded_json.check_depth(document, where)
    parts = {}
    for name in ("config", "resource", "command", "marathon"):
        part = document.get(name)
        if part is not None and not isinstance(part, dict):
            raise DefinitionError(f"{where}: {name} is not an object")
        parts[name] = part
    encoded = (parts["marathon"] or {}).get("v2AppMustacheTemplate")
    return _checked(
        Package(
            {name: value for name, value in document.items() if name not in _APART},
            release_of(document, where),
            config=parts["config"],
            resource=parts["resource"],
            command=parts["command"],
            template=None if encoded is None else _decoded(encoded, where),
        ),
        where,
    )


def release_of(document: dict[str, Any], where: str) -> int:
    release = document.get("releaseVersion", 0)
    if isinstance(release, bool) or not isinstance(release, int) or release < 0:
        raise DefinitionError(f"{where}: releaseVersion is not a whole number, 0 or more")
    return release


def _part(read: Callable[[str], bytes | None], name: str, where: str) -> dict[str, Any] | None:
    content = read(name)
    return None if content is None else bounded_json.parse_object(content, f"{where}/{name}")


def _decoded(encoded: Any, where: str) -> str:
    place = f"{where}: marathon.v2AppMustacheTemplate"
    try:
        return _text(base64.b64decode(encoded, validate=True), place)
    except (TypeError, ValueError, binascii.Error):
        raise DefinitionError(f"{place} is not text in base64") from None


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{where} is not UTF-8: {error}") from None


def _checked(package: Package, where: str) -> Package:
    about = package.about
    missing = [name for name in _REQUIRED if name not in about]
    if missing:
        raise DefinitionError(f"{where}: the package has no {', '.join(missing)}")
    wrong = [name for name in _REQUIRED if name != "tags" and not isinstance(about[name], str)]
    if wrong:
        raise DefinitionError(f"{where}: {', '.join(wrong)} of the package must be text")
    if package.packaging not in PACKAGINGS:
        raise DefinitionError(
            f"{where}: packagingVersion is {package.packaging!a}, but must be one of {', '.join(PACKAGINGS)}"
        )
    if not _NAME.fullmatch(package.name):
        raise DefinitionError(
            f"{where}: the name {package.name!a} must be lower-case letters, digits and -, from a letter on"
        )
    if package.packaging != "2.0" and not _VERSION.fullmatch(package.version):
        raise DefinitionError(f"{where}: the version {package.version!a} must be letters, digits, . and -")
    for name in ("tags", "upgradesFrom", "downgradesTo"):
        value = about.get(name, [])
        if not (isinstance(value, list) and all(isinstance(element, str) for element in value)):
            raise DefinitionError(f"{where}: {name} of the package must be a list of texts")
    return package
