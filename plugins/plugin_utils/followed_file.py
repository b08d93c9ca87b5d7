# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private file whose lines are shown as soon as another process has added them."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import typing as t

from ansible import constants as C
from ansible_collections.quorum.mesos.plugins.module_utils._words import one_line

_INTERVAL = 0.2


class FollowedFile:
    """Gives its path; at the end all lines have been shown and the file is gone.

    It lies where Ansible itself cleans up after an interrupt.
    """

    def __init__(self, show: t.Callable[[str], None]) -> None:
        self._show = show
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="progress", daemon=True)

    def __enter__(self) -> str:
        descriptor, self._path = tempfile.mkstemp(prefix="progress-", dir=C.DEFAULT_LOCAL_TMP)
        self._lines = os.fdopen(descriptor, "r", encoding="utf-8", errors="replace")
        self._thread.start()
        return self._path

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        self._lines.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)

    def _follow(self) -> None:
        begun = ""
        over = False
        while not over:
            over = self._over.wait(_INTERVAL)
            *lines, begun = (begun + self._lines.read()).split("\n")
            for line in lines:
                self._show(one_line(line))
