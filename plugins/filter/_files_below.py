# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _files_below
short_description: "[INTERNAL] List the Python files of a program that a role copies"
version_added: 0.7.0
description:
  - A unit records what it was started with, and so needs the name of every file.
  - With a target, what M(quorum.mesos._secret_files) takes to write all of them at once.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: target
options:
  _input:
    description: A directory of the controller.
    type: path
    required: true
  target:
    description: The directory of the managed host that gets the files.
    type: path
"""

EXAMPLES = r"""
files: "{{ role_path ~ '/files/program' | quorum.mesos._files_below }}"
"""

RETURN = r"""
_value:
  description: The files, relative to the directory and sorted; with a target, dictionaries with C(path) and C(src).
  type: list
  elements: raw
"""

import typing as t
from pathlib import Path


def files_below(directory: str, target: str | None = None) -> list[str] | list[dict[str, str]]:
    below = Path(directory)
    names = sorted(str(path.relative_to(below)) for path in below.rglob("*.py"))
    if target is None:
        return names
    return [{"path": "%s/%s" % (target.rstrip("/"), name), "src": str(below / name)} for name in names]


class FilterModule:
    """files_below"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_files_below": files_below}
