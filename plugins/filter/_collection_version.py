# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _collection_version
short_description: "[INTERNAL] The version of another collection on the control machine"
version_added: 0.9.0
description:
  - For playbooks that need a collection which this one does not depend on, so that its absence is reported with a
    remedy.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: Namespace and name of the collection.
    type: str
    required: true
"""

EXAMPLES = r"""
installed: "{{ 'community.docker' | quorum.mesos._collection_version }}"
"""

RETURN = r"""
_value:
  description: Its version; empty where it is not installed.
  type: str
"""

import importlib
import json
import os
import re
import typing as t


def collection_version(name: str) -> str:
    try:
        found = importlib.import_module("ansible_collections." + name)
    except ImportError:
        return ""
    # A checkout has no manifest.
    for file, pattern in (("MANIFEST.json", ""), ("galaxy.yml", r"^version: *['\"]?([\w.+-]+)")):
        for directory in found.__path__:
            try:
                with open(os.path.join(directory, file), encoding="utf-8") as opened:
                    text = opened.read()
            except OSError:
                continue
            if not pattern:
                return str(json.loads(text)["collection_info"]["version"])
            version = re.search(pattern, text, re.MULTILINE)
            if version:
                return version[1]
    return "0"


class FilterModule:
    """collection_version"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_collection_version": collection_version}
