# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions in files and directories of the controller, each with the words by which people find it."""

from __future__ import annotations

import os
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import documents
from ansible_collections.quorum.mesos.plugins.plugin_utils import definition_file

_PATTERNS = ", ".join(f"*{suffix}" for suffix in documents.SUFFIXES)


def files(path: str, empty_allowed: bool) -> list[str]:
    """The file itself, or those directly in the directory, in the order of their names."""
    if not os.path.isdir(path):
        return [path]
    names = [os.path.join(path, name) for name in sorted(os.listdir(path))]
    found = [name for name in names if name.removesuffix(".j2").endswith(documents.SUFFIXES) and os.path.isfile(name)]
    if not found and not empty_allowed:
        raise AnsibleActionFail(f"src {path} holds no file {_PATTERNS}: check the path, or set allow_empty")
    return found


def read(
    action: ActionBase, sources: list[str], task_vars: dict[str, t.Any], empty_allowed: bool
) -> tuple[list[dict[str, t.Any]], list[str]]:
    """The definitions and, for each, its origin. A file that is named twice is read once."""
    definitions, origins = [], []
    paths = [path for src in sources for path in files(definition_file.find(action, src), empty_allowed)]
    for path in dict.fromkeys(paths):
        for definition, origin in _elements(definition_file.read(action, path, task_vars), path):
            if not isinstance(definition, dict):
                raise AnsibleActionFail(f"{origin}: a definition of an app or a group is a mapping")
            definitions.append(definition)
            origins.append(origin)
    return definitions, origins


def _elements(value: t.Any, path: str) -> t.Iterator[tuple[t.Any, str]]:
    if isinstance(value, list):
        yield from ((element, f"{path}, element {number}") for number, element in enumerate(value, 1))
    else:
        yield value, path
