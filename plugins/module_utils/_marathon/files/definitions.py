# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads definitions from a JSON or YAML file and says where a broken one breaks."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import DefinitionError
from . import json_text, yaml_text

_YAML_SUFFIXES = (".yml", ".yaml")
SUFFIXES = (".json", *_YAML_SUFFIXES)
_HALF = re.compile("[\ud800-\udfff]")
_OTHER_ENCODINGS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x1f\x8b", "compressed data"))


def needs_yaml(path: str) -> bool:
    return path.lower().removesuffix(".j2").endswith(_YAML_SUFFIXES)


def read_value(path: str) -> Any:
    try:
        with open(path, "rb") as handle:
            data = handle.read()
    except OSError as error:
        raise DefinitionError(f"src {path} cannot be read: {error.strerror}") from error
    return parse(text_of(data, path), path)


def text_of(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = next((name for mark, name in _OTHER_ENCODINGS if data.startswith(mark)), None)
        before = data[: error.start]
        place = f"line {before.count(10) + 1} has the byte 0x{data[error.start]:02x}"
        raise DefinitionError(
            f"{path} is not UTF-8 text: {f'it is {found}' if found else place}. Save the file as UTF-8"
        ) from None


def parse(text: str, path: str) -> Any:
    """The one value of a text that is, or was made from, the file at path; its name tells the format."""
    found = parse_all(text, path)
    if len(found) > 1:
        raise DefinitionError(
            f"{path} holds {len(found)} YAML documents, and one definition is read here: use the module marathon_apps, "
            "which reads all of them, or a file for each"
        )
    return found[0]


def parse_all(text: str, path: str) -> list[Any]:
    """Every document of the text, of which JSON has one; at least one, or the text is refused."""
    text = text.lstrip("\ufeff")
    try:
        found = yaml_text.parse(text) if needs_yaml(path) else [json_text.parse(text)] if text.strip() else []
    except json_text.Broken as error:
        raise DefinitionError(f"{path} {error}") from None
    except RecursionError:
        raise DefinitionError(f"{path} is nested too deeply for a definition: check its brackets") from None
    except ValueError as error:
        # Since Python 3.11 a number may have 4300 digits.
        raise DefinitionError(f"{path} has a number that is too long for any field: shorten it") from error
    # Only an escape makes one: UTF-8 has none.
    if "\\u" in text.lower() and _HALF.search(json.dumps(found, ensure_ascii=False)):
        raise DefinitionError(
            f"{path} has an escape \\ud800 to \\udfff alone in a text, which is half a character: write the character "
            "itself, or both halves"
        )
    if not found:
        raise DefinitionError(f"{path} is empty: write a definition into it, or remove it")
    return found


def definition_in(value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, list):
        raise DefinitionError(
            f"{path} must hold one definition, a mapping, and holds a list of {len(value)}: use the module "
            "marathon_apps, which reads lists"
        )
    if not isinstance(value, dict):
        raise DefinitionError(f"{path} must hold one definition, a mapping")
    return value
