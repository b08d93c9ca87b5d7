# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the kernel of this host has IPVS, without which Docker's routing mesh and virtual addresses time out."""

from __future__ import annotations

import os
import platform

_TABLE = "/proc/net/ip_vs"
_MODULES = "/lib/modules"
_LISTS = ("modules.dep", "modules.builtin")


def is_there(table: str = _TABLE, modules: str = _MODULES) -> bool:
    """The table is there while it is loaded; otherwise a module that Docker can load."""
    if os.path.exists(table):
        return True
    for name in _LISTS:
        try:
            with open(os.path.join(modules, platform.release(), name), encoding="utf-8") as file:
                if any(line.partition(":")[0].split(".")[0].endswith("/ip_vs") for line in file):
                    return True
        except OSError:
            continue
    return False
