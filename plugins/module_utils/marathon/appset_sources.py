# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and directories with definitions, as the list of the files that they stand for."""

from __future__ import annotations

import os

from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import DefinitionError

SUFFIXES = (".json", ".yml", ".yaml")


def files(paths: list[str], empty_allowed: bool = False) -> list[str]:
    """Each file once, a directory's own sorted by name; what is no file and no directory is left to its reader."""
    found: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            names = [os.path.join(path, name) for name in sorted(os.listdir(path))]
            inside = [name for name in names if name.endswith(SUFFIXES) and os.path.isfile(name)]
            if not inside and not empty_allowed:
                raise DefinitionError(f"src {path} holds no *.json, *.yml or *.yaml file: check the path")
            found += inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))
