# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of all roles of the collection, from their argument specs."""

from __future__ import annotations

import re
from pathlib import Path

ROLES = Path(__file__).parents[2] / "roles"
# The options of the entry point main, and of the one that has the variables of a host as a whole, at their indentation:
# to read them as YAML would take long for each task.
OPTION = re.compile(r"^      (\w+):$", re.MULTILINE)
MAIN = re.compile(r"^  (?:main|network):\n(.*?)(?=^  \w|\Z)", re.MULTILINE | re.DOTALL)


def all_options() -> set[str]:
    found: set[str] = set()
    for path in ROLES.glob("*/meta/argument_specs.yml"):
        main = MAIN.search(path.read_text(encoding="utf-8"))
        if main:
            found.update(OPTION.findall(main.group(1)))
    return found
