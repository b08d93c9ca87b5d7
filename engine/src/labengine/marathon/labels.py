"""The selector language of ``GET /v2/apps?label=``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from labengine.marathon.definition.errors import unprocessable

Selector = Callable[[Mapping[str, str]], bool]

_WORD = r"(?:[-A-Za-z0-9_.]|\\.)+"
_TERM = re.compile(rf"\s*({_WORD})\s*(?:(==|!=)\s*({_WORD})|(in|notin)\s*\(([^()]*)\))?\s*(,|$)")


def parse(text: str) -> Selector:
    """All terms must hold; 422 when the text is not a selector."""
    terms = []
    position = 0
    while True:
        found = _TERM.match(text, position)
        if not found:
            raise unprocessable(f"Can not parse label selector {text}. Reason: end of input expected")
        terms.append(_term(found))
        position = found.end()
        if found[6] != ",":
            return lambda labels: all(term(labels) for term in terms)


def _plain(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word.strip())


def _term(found: re.Match[str]) -> Selector:
    key = _plain(found[1])
    if found[2]:
        value, equal = _plain(found[3]), found[2] == "=="
        return lambda labels: key in labels and (labels[key] == value) is equal
    if found[4]:
        values, inside = {_plain(word) for word in found[5].split(",")}, found[4] == "in"
        return lambda labels: key in labels and (labels[key] in values) is inside
    return lambda labels: key in labels
