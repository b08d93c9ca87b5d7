# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that Mesos fetches into the sandbox."""

from __future__ import annotations

import posixpath
from typing import Any, Optional
from urllib.parse import unquote, urlsplit

from .workload import Artifact


def read_all(fetched: list[dict[str, Any]], logins: tuple[str, ...] = ()) -> tuple[list[Artifact], Optional[int]]:
    """The files, and the number of the one that is the login of a registry and no file of the app."""
    found = []
    login = None
    for index, one in enumerate(fetched):
        name = posixpath.basename(unquote(urlsplit(one["uri"]).path)) or f"file-{index}"
        if name in logins:
            login = index
            continue
        # Below the sandbox, wherever the definition says.
        name = posixpath.normpath("/" + (one.get("destPath") or name)).lstrip("/")
        found.append(
            Artifact(one["uri"], name or f"file-{index}", one.get("extract", True), one.get("executable", False))
        )
    return found, login
