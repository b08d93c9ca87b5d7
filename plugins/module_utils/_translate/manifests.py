# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of manifests and specifications: the same for the same content, and read alike by every YAML reader."""

from __future__ import annotations

import json
import re
import traceback
from typing import Any

try:
    import yaml
except ImportError:
    yaml = None
    YAML_IMPORT_ERROR = traceback.format_exc()
else:
    YAML_IMPORT_ERROR = None

# Text that no version of YAML takes for anything else. The rest is quoted: 1e3, 0x1F, 08, 12:30, yes and the like.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"))


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def as_yaml(documents: list[Any]) -> str:
    """YAML documents in one text."""

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def written(dumper: Any, value: str) -> Any:
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')

    Dumper.add_representer(str, written)
    return yaml.dump_all(
        documents, Dumper=Dumper, sort_keys=False, explicit_start=True, default_flow_style=False, width=1_000_000
    )
