# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values of a definition nobody shall read, and the definition without them.

It may be an app, a pod, a group, a list of them, the arguments of a module or its result: a field is known by its key,
at any depth. Names are those of variables and labels. Always secret are the sources of `secrets`, the credentials of a
registry, and in a URL a password and the parameters that are a token, a key or a signature. What stands where such a
field should be, but has a wrong form, is secret whole.
"""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Iterable

from . import likely_secrets

MASKED = "********"
MASKED_CHANGED = "******** (changed)"

_NAMED = ("env", "environment", "labels")
# In a definition, and as an option of a module.
_DOCKER_OPTIONS = ("parameters", "docker_parameters")
# Options of docker run that set what env and labels set.
_DOCKER_PARAMETERS = ("env", "e", "label", "l")
# Up to the last @ of the authority, as some people leave those of their passwords.
_URL_PASSWORD = re.compile(r"(://[^/@\s:]*:)([^/\s]+)(?=@)")
# What a server that signs its links, or takes a token, reads behind the question mark.
_URL_PARAMETER = re.compile(r"([?&;])([^=&;#\s'\"<>]+)=([^&;#\s'\"<>]+)")
_SIGNATURE = re.compile(r"(^|[_.-])(sig|signature|key)$", re.IGNORECASE)
# Hiding the text of a shorter one wherever it occurs would blot out ports, counts and half of every sentence.
_SHORTEST_TEXT = 4

Hide = Callable[[Any, Any], Any]


def mask(definition: Any, names: Iterable[str], reference: Any = None, likely: bool = True) -> Any:
    """A copy with stars; where reference has another secret at the same place, they say that it changes.

    With likely what has the name of a secret is masked as well, so that one that was forgotten is not shown.
    """
    return _walked(definition, likely_secrets.SecretNames(names, likely), reference, _stars)


def values_to_hide(definition: Any, names: Iterable[str], likely: bool = False) -> list[str]:
    """The secret texts, for the places where a definition is quoted as text, like a message of Marathon.

    With likely, for a text that is not Marathon's, also what has the name of a secret: such a value may be a word that
    occurs anywhere.
    """
    found: set[str] = set()

    def collect(value: Any, _reference: Any) -> Any:
        found.update(_texts(value))
        return value

    _walked(definition, likely_secrets.SecretNames(names, likely), None, collect)
    quoted = {form for text in found for form in _quotations(text)}
    return sorted(text for text in quoted if len(text) >= _SHORTEST_TEXT)


def _quotations(text: str) -> Iterable[str]:
    """How a message shows it: as it is, on one line, inside JSON and in quotes of Python."""
    yield text
    yield " ".join(text.split())
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]


def _stars(value: Any, reference: Any) -> str:
    if value in (MASKED, MASKED_CHANGED):
        return str(value)
    return MASKED if reference is None or reference == value else MASKED_CHANGED


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        return [text for element in value.values() for text in _texts(element)]
    if isinstance(value, (list, tuple)):
        return [text for element in value for text in _texts(element)]
    return [str(value)] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else []


def _walked(value: Any, names: likely_secrets.SecretNames, reference: Any, hide: Hide, key: str = "") -> Any:
    """key is the one that value stands at; elements of a list stand at the key of the list."""
    if _misplaced(value, names, key):
        return hide(value, reference)
    if isinstance(value, dict):
        known = reference if isinstance(reference, dict) else {}
        if key == "secrets":
            return {name: _secret(element, known.get(name), hide) for name, element in value.items()}
        if key in _DOCKER_OPTIONS and value.get("key") in _DOCKER_PARAMETERS:
            return _docker_parameter(value, names, known, hide)
        return {name: _member(key, name, value[name], names, known.get(name), hide) for name in value}
    if isinstance(value, (list, tuple)):
        known = reference if isinstance(reference, (list, tuple)) else ()
        others = dict(enumerate(known))
        return [_walked(element, names, others.get(index), hide, key) for index, element in enumerate(value)]
    if isinstance(value, str) and "://" in value:
        return _without_parameters(_without_password(value, reference, hide), reference, hide)
    return value


def _misplaced(value: Any, names: likely_secrets.SecretNames, key: str) -> bool:
    """Whether secrets may be in what should be a mapping, like env as a list of texts."""
    if isinstance(value, dict) or not value:
        return False
    return key == "secrets" or (key in _NAMED and names.occur_in(str(value)))


def _member(key: str, name: str, value: Any, names: likely_secrets.SecretNames, reference: Any, hide: Hide) -> Any:
    if (key in _NAMED and names.hold(name, value)) or (key, name) == ("credential", "secret"):
        return hide(value, reference)
    if (key, name) == ("pullConfig", "secret"):
        # The name of one of `secrets`: not shown, but not a text to be hidden wherever it occurs either.
        return _stars(value, reference)
    return _walked(value, names, reference, hide, name)


def _secret(secret: Any, reference: Any, hide: Hide) -> Any:
    if not isinstance(secret, dict):
        return None if secret is None else hide(secret, reference)
    if "source" not in secret:
        return secret
    known = reference.get("source") if isinstance(reference, dict) else None
    return {**secret, "source": hide(secret["source"], known)}


def _docker_parameter(
    parameter: dict[str, Any], names: likely_secrets.SecretNames, reference: dict[str, Any], hide: Hide
) -> dict[str, Any]:
    name, separator, value = str(parameter.get("value", "")).partition("=")
    if not separator or not names.hold(name, value):
        return parameter
    other_name, _separator, other = str(reference.get("value", "")).partition("=")
    return {**parameter, "value": f"{name}={hide(value, other if other_name == name else None)}"}


def _without_password(text: str, reference: Any, hide: Hide) -> str:
    others = _URL_PASSWORD.findall(reference) if isinstance(reference, str) else []
    passwords = iter(others)

    def replaced(found: re.Match[str]) -> str:
        _start, other = next(passwords, (None, None))
        return found.group(1) + hide(found.group(2), other)

    return _URL_PASSWORD.sub(replaced, text)


def _without_parameters(text: str, reference: Any, hide: Hide) -> str:
    others = {found[1]: found[2] for found in _URL_PARAMETER.findall(reference)} if isinstance(reference, str) else {}

    def replaced(found: re.Match[str]) -> str:
        sign, name, value = found.groups()
        if not (likely_secrets.is_likely(name, value) or _SIGNATURE.search(name)):
            return found.group()
        return f"{sign}{name}={hide(value, others.get(name))}"

    return _URL_PARAMETER.sub(replaced, text)
