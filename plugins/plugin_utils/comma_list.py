# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of playbooks that are lists in a file and texts with commas on the command line."""

from __future__ import annotations

from typing import Any


def names(given: Any) -> list[str]:
    """Without spaces around them and without empty ones."""
    listed = given.split(",") if isinstance(given, str) else list(given or [])
    return [text for text in (str(one).strip() for one in listed) if text]
