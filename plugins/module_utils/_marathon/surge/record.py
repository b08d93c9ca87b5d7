# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many instances an app is to have again: a file of the host, written before Marathon is asked for more.

Not a label of the app, because another label is another version and restarts every instance.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Entry:
    kind: str
    before: int
    surged: int

    @property
    def more(self) -> int:
        return self.surged - self.before


class SurgeRecord:
    def __init__(self, path: str) -> None:
        self._path = path

    def load(self) -> dict[str, Entry]:
        try:
            with open(self._path, encoding="utf-8") as file:
                return {name: Entry(**entry) for name, entry in json.load(file).items()}
        except FileNotFoundError:
            return {}

    def save(self, entries: dict[str, Entry]) -> None:
        """At once, so that there is an old one or a new one at any time, and none where nothing is to be done."""
        if not entries:
            if os.path.exists(self._path):
                os.unlink(self._path)
            return
        temporary = self._path + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({name: asdict(entry) for name, entry in sorted(entries.items())}, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self._path)
