# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a file with a definition, in which Jinja finds nothing to do when the file is deployed."""

from __future__ import annotations

import json
import re
import typing as t

from .yaml_text import yaml

# What begins a template.
_MARK = re.compile(r"\{(?=[{%#])")
# A line break in YAML, which the writer takes for one only in double quotes.
_NEXT_LINE = "\x85"
# The same sign, as JSON and the strings in double quotes of YAML may write it. Outside of strings there is no mark.
_ESCAPED = r"\\u007b"


def as_json(definition: t.Any) -> str:
    return _MARK.sub(_ESCAPED, json.dumps(definition, indent=2, ensure_ascii=False)) + "\n"


def as_yaml(definition: t.Any) -> str:
    class Dumper(yaml.SafeDumper):
        pass

    def written(dumper: t.Any, value: str) -> t.Any:
        if _MARK.search(value) or _NEXT_LINE in value:
            return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"')
        return yaml.SafeDumper.represent_str(dumper, value)

    Dumper.add_representer(str, written)
    text = yaml.dump(definition, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return _MARK.sub(_ESCAPED, text)
