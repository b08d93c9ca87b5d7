# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories of packages, in the three forms that DC/OS has: a directory, a zip archive of it, and a file of JSON."""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import dataclass
from typing import Any, Callable

from .._marathon.errors import DefinitionError
from .._names import nearest
from . import bounded_json, package, tree
from .package import Package

# That of all packages of the public Universe has about 40 MB.
MAX_BYTES = 256 * 1024 * 1024
# The directory of a release, in a tree or in a part of it.
_RELEASE = re.compile(r"(?P<above>(?:.*/)?packages/|)[A-Z0-9]/(?P<name>[^/]+)/(?P<release>[0-9]{1,18})/package\.json")


@dataclass(frozen=True)
class Repository:
    """releases are those of each package by their numbers; each is read when it is asked for."""

    place: str
    releases: dict[str, dict[int, Callable[[], Package]]]


@dataclass(frozen=True)
class Found:
    """versions are all of the package in its repository, the oldest release first."""

    package: Package
    place: str
    versions: tuple[str, ...]
    others: tuple[Package, ...]


def open_repository(path: str) -> Repository:
    if "://" in path:
        raise DefinitionError(f"src {path} is an address: download the repository first, and give the path of the file")
    if os.path.isdir(path):
        return _of_tree(tree.of_directory(path))
    if not os.path.exists(path):
        raise DefinitionError(f"src {path} does not exist on the host that executes the module")
    try:
        if zipfile.is_zipfile(path):
            return _of_tree(tree.of_zip(path))
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(f"src {path} cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise DefinitionError(f"src {path} has more than {MAX_BYTES} bytes")
    return _of_document(bounded_json.parse_object(content, f"src {path}"), path)


def find(repositories: list[Repository], name: str, version: str | None) -> Found:
    """The newest release, of the version if one is given, in the first repository that has the package."""
    for repository in repositories:
        if name in repository.releases:
            return _found(repository, name, version)
    places = ", ".join(repository.place for repository in repositories)
    near = nearest(name, {one for repository in repositories for one in repository.releases})
    raise DefinitionError(f"there is no package {name} in {places}{f'; did you mean {near}?' if near else ''}")


def _found(repository: Repository, name: str, version: str | None) -> Found:
    releases = repository.releases[name]
    packages = [releases[release]() for release in sorted(releases)]
    versions = tuple(one.version for one in packages)
    fitting = [one for one in packages if version in (None, one.version)]
    if not fitting:
        raise DefinitionError(
            f"{repository.place} has no version {version} of {name}: its versions are {', '.join(versions)}"
        )
    return Found(fitting[-1], repository.place, versions, tuple(packages))


def _of_tree(files: tree.FileTree) -> Repository:
    if package.PACKAGE in files.names:
        only = package.from_files(files.read, 0, files.place)
        return Repository(files.place, {only.name: {0: lambda: only}})
    releases: dict[str, dict[int, Callable[[], Package]]] = {}
    roots = set()
    for path in files.names:
        found = _RELEASE.fullmatch(path)
        if found is None:
            continue
        roots.add(found["above"])
        name, release = found["name"], int(found["release"])
        directory = path[: -len(package.PACKAGE)]
        releases.setdefault(name, {})[release] = _reader(files, directory, name, release)
    if not roots:
        raise DefinitionError(
            f"{files.place} is no repository: it has neither {package.PACKAGE} nor packages/<letter>/<name>/<release>/"
        )
    if len(roots) > 1:
        raise DefinitionError(f"{files.place} has several repositories, below {', '.join(sorted(roots))}: give one")
    return Repository(files.place, releases)


def _reader(files: tree.FileTree, directory: str, name: str, release: int) -> Callable[[], Package]:
    def read() -> Package:
        where = f"{files.place}/{directory.rstrip('/')}"
        found = package.from_files(lambda part: files.read(directory + part), release, where)
        if found.name != name:
            raise DefinitionError(f"{where}: the name of the package is {found.name}, but that of its directory {name}")
        return found

    return read


def _of_document(document: dict[str, Any], path: str) -> Repository:
    packages = document.get("packages")
    if not isinstance(packages, list):
        raise DefinitionError(f"src {path} is no repository: it has no list packages")
    releases: dict[str, dict[int, Callable[[], Package]]] = {}
    for index, entry in enumerate(packages):
        where = f"{path}: packages[{index}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise DefinitionError(f"{where} is no package with a name")
        number = package.release_of(entry, where)
        found = releases.setdefault(entry["name"], {})
        if number in found:
            raise DefinitionError(f"{where}: release {number} of {entry['name']} is there twice")
        found[number] = _parser(entry, where)
    return Repository(path, releases)


def _parser(entry: dict[str, Any], where: str) -> Callable[[], Package]:
    return lambda: package.from_document(entry, where)
