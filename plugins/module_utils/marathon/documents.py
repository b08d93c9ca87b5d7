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
# Of the files that hold definitions.
SUFFIXES = (".json", *_YAML_SUFFIXES)


def needs_yaml(path: str) -> bool:
    return path.removesuffix(".j2").endswith(_YAML_SUFFIXES)


def read_value(path: str) -> Any:
    try:
        with open(path, encoding="utf-8-sig") as handle:
            text = handle.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise DefinitionError(f"src {path} cannot be read: {reason}") from error
    return parse(text, path)


def parse(text: str, path: str) -> Any:
    """The value of a text that is, or was made from, the file at path; its name tells the format."""
    text = text.lstrip("\ufeff")
    return _parse_yaml(path, text) if needs_yaml(path) else _parse_json(path, text)


def definition_in(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DefinitionError(f"{path} must hold one definition, a mapping")
    return value


def _parse_json(path: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        comma = _comma_too_many(text, error.pos)
        at = error.pos if comma is None else comma
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        told = f"{error.msg}{_guess(text, error)}" if comma is None else "this comma is one too many"
        raise DefinitionError(f"{path} is not valid JSON: line {line}, column {column}: {told}") from error


def _comma_too_many(text: str, at: int) -> int | None:
    """Where it is; newer Pythons point at the comma itself, older ones behind it."""
    before, after = text[:at].rstrip(), text[at:].lstrip()
    if before.endswith(",") and after[:1] in ("}", "]", ""):
        return len(before) - 1
    if after[:1] == "," and after[1:].lstrip()[:1] in ("}", "]"):
        return text.index(",", at)
    return None


def _guess(text: str, error: json.JSONDecodeError) -> str:
    """The usual slips, in words that do not quote the text, which may hold secrets."""
    if error.msg.startswith(("Invalid control character", "Unterminated string")):
        return "; the closing quote of a text in this line is missing"
    if "double quotes" in error.msg:
        return "; is an opening quote missing?"
    if "delimiter" in error.msg:
        return "; is a comma or a quote missing before it?"
    return ""


def _parse_yaml(path: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}" if mark else str(error)
        raise DefinitionError(f"{path} is not valid YAML: {place}") from error
