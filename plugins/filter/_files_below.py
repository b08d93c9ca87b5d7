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
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: A directory of the controller.
    type: path
    required: true
"""

EXAMPLES = r"""
files: "{{ role_path ~ '/files/program' | quorum.mesos._files_below }}"
"""

RETURN = r"""
_value:
  description: The files, relative to the directory and sorted.
  type: list
  elements: str
"""

import typing as t
from pathlib import Path


def files_below(directory: str) -> list[str]:
    below = Path(directory)
    return sorted(str(path.relative_to(below)) for path in below.rglob("*.py"))


class FilterModule:
    """files_below"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_files_below": files_below}
