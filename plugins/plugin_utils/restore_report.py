# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: a cluster beside the manifest of a backup, as lines of text."""

from __future__ import annotations

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._backup import restoring
from ansible_collections.quorum.mesos.plugins.plugin_utils.columns import aligned


def comparison(manifest: t.Mapping[str, t.Any], *found: t.Any) -> dict[str, t.Any]:
    compared = restoring.comparison(manifest, *found)
    lines = aligned([("", "BACKUP", "NOW", ""), *compared["rows"]])
    return {"lines": lines, "problems": compared["problems"]}
