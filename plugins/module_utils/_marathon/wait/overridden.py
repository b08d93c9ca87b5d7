# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a wait ends with when an app or a pod becomes something else than was deployed."""

from __future__ import annotations

from ..errors import Overridden


def deleted(name: str) -> Overridden:
    return Overridden(f"{name} was deleted concurrently, during the wait")


def changed(name: str) -> Overridden:
    return Overridden(
        f"{name} was modified or rolled back concurrently, during the wait: it no longer has the definition that was "
        "deployed; run again when that change is done"
    )


def created_again(names: str) -> Overridden:
    return Overridden(f"{names} was created again concurrently, during the wait")
