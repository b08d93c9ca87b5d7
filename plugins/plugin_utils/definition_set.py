# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions in files and directories of the controller, each with the words by which people find it."""

from __future__ import annotations

import os
import re
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import (
    definitions as definition_files,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.ownership import listed
from ansible_collections.quorum.mesos.plugins.plugin_utils import definition_file

_PATTERNS = ", ".join(f"*{suffix}" for suffix in definition_files.SUFFIXES)
# Names that somebody may have meant as a definition, whatever follows its suffix.
_LIKELY = re.compile(r"(?P<definition>.+\.(json[5c]?|ya?ml)(\.j2)?)(?![a-z0-9]).*", re.IGNORECASE)


class Rules(t.NamedTuple):
    """Options that decide which files of a directory are read, and what it means that one is not."""

    recurse: bool = False
    prune: bool = False
    allow_empty: bool = False
    template: bool = True


class Listing(t.NamedTuple):
    """Files of a directory in the order in which they are read, and what looks like a definition but is not read."""

    files: list[str]
    skipped: list[str]


def listing(path: str, recurse: bool) -> Listing:
    """The file itself, or those in the directory. Hidden files and directories are no part of it."""
    return _directory(path, recurse, ()) if os.path.isdir(path) else Listing([path], [])


def read(
    action: ActionBase, sources: list[str], task_vars: dict[str, t.Any], rules: Rules
) -> tuple[list[dict[str, t.Any]], list[str], list[str]]:
    """The definitions, the origin of each, and the places of empty lists. A file that is named twice is read once."""
    definitions, origins, blank, broken = [], [], [], []
    for path in dict.fromkeys(_paths(action, sources, rules)):
        try:
            values = _placed(definition_file.read_all(action, path, task_vars, rules.template), path)
        except AnsibleActionFail as error:
            broken.append(str(error))
            continue
        blank += [place for value, place in values if value == []]
        for definition, origin in _elements(values):
            if not isinstance(definition, dict):
                broken.append(f"{origin}: a definition of an app, a pod or a group must be a mapping")
            definitions.append(definition)
            origins.append(origin)
    if broken:
        # All at once: one run is enough to find them.
        raise AnsibleActionFail("; ".join(broken))
    return definitions, origins, blank


def _paths(action: ActionBase, sources: list[str], rules: Rules) -> list[str]:
    paths, skipped = [], []
    for src in sources:
        if not isinstance(src, str) or not src.strip():
            raise AnsibleActionFail(f"src has the element {src!r}, which names no file: correct or remove it")
        place = definition_file.find(action, src)
        found = listing(place, rules.recurse)
        paths += found.files
        skipped += found.skipped
        if not found.files and not rules.allow_empty:
            told = f", but {listed(found.skipped)}" if found.skipped else ""
            raise AnsibleActionFail(
                f"src {place} holds no file {_PATTERNS}{told}: check the path, or set recurse or allow_empty"
            )
    if skipped and rules.prune:
        raise AnsibleActionFail(
            f"prune would remove the apps of definitions that are not read: {listed(skipped)}. Rename or repair them, "
            "set recurse to read sub-directories, or move what is no definition out of the directory"
        )
    if skipped:
        action._display.warning(f"not read, although it looks like a definition: {listed(skipped)}")
    return paths


def _directory(path: str, recurse: bool, above: tuple[str, ...]) -> Listing:
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        return Listing([], [f"{path} (cannot be listed: {error.strerror})"])
    above = (*above, os.path.realpath(path))
    files, skipped = [], []
    for name in names:
        entry = os.path.join(path, name)
        if name.startswith(".") or os.path.realpath(entry) in above:
            continue
        if os.path.isdir(entry):
            below = _directory(entry, True, above)
            if recurse:
                files += below.files
                skipped += below.skipped
            elif below.files or below.skipped:
                skipped.append(f"{entry} (a sub-directory with definitions)")
        else:
            reason = _unread(entry, name, names)
            if reason:
                skipped.append(f"{entry} ({reason})")
            elif _reads_as_definition(name):
                files.append(entry)
    return Listing(files, skipped)


def _reads_as_definition(name: str) -> bool:
    return name.removesuffix(".j2").endswith(definition_files.SUFFIXES)


def _unread(path: str, name: str, beside: list[str]) -> str | None:
    """Why a file that may be a definition is not read."""
    if not os.path.exists(path):
        # Whatever its name is, it may be the link to a directory with definitions.
        return "a link to a file that is missing"
    likely = _LIKELY.fullmatch(name)
    if _reads_as_definition(name):
        return None if os.path.isfile(path) else "not a regular file"
    if _reads_as_definition(name.lower()):
        return "its ending is not in lower case"
    # A copy beside the file that is read declares nothing of its own.
    if likely is None or (_reads_as_definition(likely["definition"]) and likely["definition"] in beside):
        return None
    return f"its name does not end in {_PATTERNS}"


def _placed(documents: list[t.Any], path: str) -> list[tuple[t.Any, str]]:
    if len(documents) == 1:
        return [(documents[0], path)]
    return [(value, f"{path}, document {count}") for count, value in enumerate(documents, 1)]


def _elements(values: list[tuple[t.Any, str]]) -> t.Iterator[tuple[t.Any, str]]:
    for value, place in values:
        if isinstance(value, list):
            yield from ((element, f"{place}, element {number}") for number, element in enumerate(value, 1))
        else:
            yield value, place
