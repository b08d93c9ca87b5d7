# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a definition from a JSON or YAML file and says where a broken one breaks."""

from __future__ import annotations

import json
import traceback
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import DefinitionError

try:
    import yaml
except ImportError:
    yaml = None
    YAML_IMPORT_ERROR = traceback.format_exc()
else:
    YAML_IMPORT_ERROR = None

_YAML_SUFFIXES = (".yml", ".yaml")


def needs_yaml(path: str) -> bool:
    return path.endswith(_YAML_SUFFIXES)


def read(path: str) -> dict[str, Any]:
    definition = read_value(path)
    if not isinstance(definition, dict):
        raise DefinitionError(f"{path} must hold the definition of one app, a mapping")
    return definition


def read_value(path: str) -> Any:
    try:
        with open(path, encoding="utf-8-sig") as handle:
            text = handle.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DefinitionError(f"src {path} cannot be read: {reason}") from error
    return _parse_yaml(path, text) if needs_yaml(path) else _parse_json(path, text)


def _parse_json(path: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        place = f"line {error.lineno}, column {error.colno}: {error.msg}" if hasattr(error, "lineno") else str(error)
        raise DefinitionError(f"{path} is not valid JSON: {place}") from error


def _parse_yaml(path: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}" if mark else str(error)
        raise DefinitionError(f"{path} is not valid YAML: {place}") from error
