# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads YAML as definitions need it: text stays as it is written, and nothing is lost without a word.

PyYAML itself takes the last of equal keys, and 'NO' for false, 1.10 for 1.1 and 0644 for 420 where Marathon has text.
"""

from __future__ import annotations

import re
import traceback
from typing import Any

from ..._words import one_line
from .json_text import Broken

try:
    import yaml
except ImportError:
    yaml = None
    YAML_IMPORT_ERROR = traceback.format_exc()
else:
    YAML_IMPORT_ERROR = None

# Below these names everything is text to Marathon, for apps and pods.
_TEXTS = frozenset((
    "env", "environment", "labels", "parameters", "options", "volumeContext", "args", "argv", "constraints",
    "acceptedResourceRoles", "dependencies", "secrets", "credential", "networkNames", "mountFlags", "nodeStageSecret",
    "nodePublishSecret",
))  # fmt: skip
# A single value of these names is text.
_TEXT_FIELDS = frozenset((
    "id", "name", "cmd", "shell", "value", "user", "role", "image", "source", "secret", "path", "mountPath", "destPath",
    "hostPath", "containerPath", "host", "uri", "endpoint", "portName", "pluginName", "profileName", "fsType",
))  # fmt: skip
_CORE = "tag:yaml.org,2002:"
_STRING, _MAPPING, _SEQUENCE, _NULL = _CORE + "str", _CORE + "map", _CORE + "seq", _CORE + "null"
_MERGE = _CORE + "merge"
# JSON has no dates, so they are text.
_TEXT = frozenset((_STRING, _CORE + "timestamp", _CORE + "value"))
_SCALARS = frozenset((_CORE + "int", _CORE + "float", _CORE + "bool", _NULL))
# An alias in an alias in an alias can stand for more than any memory holds.
_MOST_VALUES = 2_000_000
_DEEP_FLOW = 500
_DEEP_BLOCK = re.compile(r"^[ ?:-]{1000,}", re.MULTILINE)


def parse(text: str) -> list[Any]:
    """The value of every document that has one."""
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if not _is_deep(text):
        try:
            return _values(text, fast)
        except yaml.YAMLError:
            # The other one has better words for what is wrong, and the right line.
            pass
    try:
        return _values(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise (Broken(f"is not valid YAML: {error.problem}") if mark is None else _at(mark, error.problem)) from error
    except yaml.YAMLError as error:
        raise Broken(f"is not valid YAML: {one_line(error)}") from error


def _values(text: str, reader: Any) -> list[Any]:
    loader = reader(text)
    try:
        found = []
        while loader.check_node():
            node = loader.get_node()
            if not _is_blank(node):
                found.append(_Builder(loader).value(node, False))
        return found
    finally:
        loader.dispose()


def _is_deep(text: str) -> bool:
    """The fast reader, which is written in C, ends the whole process where brackets are nested without end."""
    depth = 0
    for bracket in re.findall(r"[][{}]", text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > _DEEP_FLOW:
            return True
    return _DEEP_BLOCK.search(text) is not None


def _is_blank(node: Any) -> bool:
    return node.tag == _NULL and node.value == ""


def _at(mark: Any, told: str) -> Broken:
    return Broken.at("YAML", mark.line + 1, mark.column + 1, told)


class _Builder:
    """The value of one document; as_text says whether its words are text."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._above: set[int] = set()
        self._left = _MOST_VALUES

    def value(self, node: Any, as_text: bool) -> Any:
        kind = type(node)
        if kind is yaml.ScalarNode:
            return self._scalar(node, as_text)
        self._enter(node)
        if kind is yaml.SequenceNode and node.tag == _SEQUENCE:
            found: Any = [self.value(one, as_text) for one in node.value]
        elif kind is yaml.MappingNode and node.tag == _MAPPING:
            found = self._mapping(node, as_text)
        else:
            raise self._foreign(node)
        self._above.discard(id(node))
        return found

    def _enter(self, node: Any) -> None:
        self._left -= 1 + len(node.value)
        if self._left < 0:
            raise _at(node.start_mark, "its aliases (*name) stand for too many values: write them out")
        if id(node) in self._above:
            raise _at(node.start_mark, "an alias (*name) stands here for what holds it itself: write that out")
        self._above.add(id(node))

    def _scalar(self, node: Any, as_text: bool) -> Any:
        tag = node.tag
        if tag in _TEXT:
            return node.value
        if tag not in _SCALARS:
            raise self._foreign(node)
        if as_text and tag != _NULL and not node.style:
            return node.value
        try:
            return self._loader.construct_object(node)
        except (ValueError, KeyError, IndexError):
            raise _at(node.start_mark, f"this is no {tag[len(_CORE) :]}: put it in quotes if it is text") from None

    def _mapping(self, node: Any, as_text: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: list[Any] = []
        merges = 0
        for key, value in node.value:
            if key.tag == _MERGE:
                merges += 1
                if merges > 1:
                    raise _at(key.start_mark, "the key '<<' is here again: give it one list, [*one, *other]")
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
                continue
            name = self._key(key)
            if name in found:
                raise _at(key.start_mark, f"the key {name!r} is here again: keep one of them")
            is_text = name in _TEXTS or (name in _TEXT_FIELDS and isinstance(value, yaml.ScalarNode))
            found[name] = self.value(value, as_text or is_text)
        for base in merged:
            if not isinstance(base, yaml.MappingNode):
                raise _at(base.start_mark, "<< takes a mapping, or a list of mappings")
            found = {**self.value(base, as_text), **found}
        return found

    def _key(self, key: Any) -> str:
        if not isinstance(key, yaml.ScalarNode):
            raise _at(key.start_mark, "a key is a text, not a list or a mapping")
        if key.tag in _TEXT:
            return key.value
        kind = key.tag[len(_CORE) :] if key.tag in _SCALARS else key.tag
        raise _at(key.start_mark, f"the key {key.value} is no text but a {kind} in YAML: put it in quotes")

    @staticmethod
    def _foreign(node: Any) -> Broken:
        tag = node.tag.replace(_CORE, "!!")
        told = f"the tag {tag} is none of a definition's: write the value itself"
        if tag == "!vault":
            told = "a single value that is encrypted (!vault) cannot be read here: encrypt the whole file"
        return _at(node.start_mark, told)
