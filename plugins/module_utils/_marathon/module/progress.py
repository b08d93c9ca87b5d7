# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells the controller what moves during a wait, by lines in a file that the action plugin of the module reads."""

from __future__ import annotations

import os
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import remove_values

from ..._words import one_line

# Names the file in the environment of the module. Without it nobody reads.
VARIABLE = "QUORUM_MESOS_PROGRESS"
# Begins a line that is only shown if the module is interrupted.
ON_INTERRUPT = "on interrupt: "

# Of deployments in one line.
_NAMED = 20


def progress_spec() -> dict[str, dict[str, Any]]:
    return {"progress": {"type": "bool", "default": True}}


def reporter(module: AnsibleModule) -> Callable[[str], None] | None:
    """Takes a line whenever something may have moved, and passes on what differs from the line before.

    None if nobody reads, so that what only a line needs is not asked for.
    """
    if not module.params["progress"]:
        return None
    write = _writer(module)
    if write is None:
        return None
    last: list[str] = []

    def report(line: str) -> None:
        if [line] != last:
            last[:] = [line]
            write(line)

    return report


def note_of_deployments(module: AnsibleModule) -> Callable[[str], None]:
    """Takes the id of every deployment that a write starts, for whoever interrupts the wait for it."""
    write = _writer(module)
    ids: list[str] = []

    def note(deployment_id: str) -> None:
        ids.append(deployment_id)
        if write is not None:
            write(f"{ON_INTERRUPT}{', '.join(ids[-_NAMED:])}")

    return note


def _writer(module: AnsibleModule) -> Callable[[str], None] | None:
    path = os.environ.get(VARIABLE)
    if not path:
        return None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    except OSError:
        # With become the module may be a user who must not write there.
        return None

    def write(line: str) -> None:
        line = one_line(remove_values(line, module.no_log_values))
        os.write(descriptor, f"{line}\n".encode())

    return write
