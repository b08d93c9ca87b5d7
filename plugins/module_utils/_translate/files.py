# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a translated set: which there are, and their text."""

from __future__ import annotations

from typing import Iterable

from . import manifests, report
from .notes import KUBERNETES, SWARM
from .swarm import stack
from .translation import Translated

REPORT = "REPORT.md"
# Only files with these endings in these directories are ours.
ENDINGS = {KUBERNETES: (".yml",), SWARM: (".json", ".yml")}


def of_set(translated: list[Translated], targets: Iterable[str]) -> dict[str, str]:
    """The text of each file by its path below the directory."""
    chosen = list(targets)
    found = {REPORT: report.markdown(translated, chosen)}
    for one in translated:
        objects = one.objects.get(KUBERNETES, [])
        if objects:
            found[f"{KUBERNETES}/{one.names.kubernetes}.yml"] = manifests.as_yaml(objects)
        for spec in one.objects.get(SWARM, []):
            found[f"{SWARM}/{spec['Name']}.json"] = manifests.as_json(spec)
    for name, content in stack.files(translated).items():
        found[f"{SWARM}/{name}.stack.yml"] = manifests.as_yaml([content])
    return found
