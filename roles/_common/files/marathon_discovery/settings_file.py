"""A program's settings: a JSON file, checked whole before anything is done; secrets are in files of their own."""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Whether a value is right, and what it must be.
Rule = tuple[Callable[[Any], bool], str]


class ConfigError(Exception):
    """The configuration is wrong: one sentence."""


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str


def values(path: str, kind: type, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """The arguments of the dataclass ``kind``, each as its rule says."""
    given = _json(path)
    known = {one.name: one for one in fields(kind)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigError(f"{path}: unknown key {unknown[0]!r}")
    for name, one in known.items():
        if one.default is MISSING and name not in given:
            raise ConfigError(f"{path}: {name} is missing")
    for name, value in given.items():
        check, rule = rules[name]
        if not check(value):
            raise ConfigError(f"{path}: {name} is {json.dumps(value)}, and must be {rule}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def host_and_port(text: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def credentials(path: str | None) -> Credentials | None:
    return None if path is None else Credentials(**secrets(path, ("username", "password")))


def secrets(path: str, names: tuple[str, str]) -> dict[str, str]:
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"{path}: others than its owner may read it; its mode must be 0600")
    found = _json(path)
    if set(found) != set(names) or not all(isinstance(value, str) for value in found.values()):
        raise ConfigError(f"{path}: must have the keys {' and '.join(names)}, both text, and no other")
    return found


def _json(path: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        # The message of the parser could show a line of the file.
        raise ConfigError(f"{path}: is not JSON") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: is not a JSON object")
    return found


def number(least: float, most: float) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and least <= value <= most
    )


def is_port(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535


def is_url(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.query)


def is_path(value: Any) -> bool:
    # It may become a word of HAProxy's file.
    return isinstance(value, str) and value.startswith("/") and not set(value) & set(" \t\r\n\"'\\#$%")


def is_listen(value: Any) -> bool:
    host, _colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    return bool(host) and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535


def listed(check: Callable[[Any], bool], least: int = 0) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) >= least and all(check(one) for one in value)


def optional(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


PATH: Rule = (is_path, "an absolute path without blanks, quotes and #")
OPTIONAL_PATH: Rule = (optional(is_path), "an absolute path, or null")
BOOLEAN: Rule = (lambda value: isinstance(value, bool), "true or false")
FRACTION: Rule = (number(0, 1), "a fraction from 0 to 1")
INTERVAL: Rule = (number(1, 3600), "a number of seconds from 1 to 3600")
DEBOUNCE: Rule = (number(0, 5), "a number of seconds from 0 to 5")
URLS: Rule = (listed(is_url, 1), "a list of http or https URLs without a user name")
LISTEN: Rule = (is_listen, "an address and a port, for example 127.0.0.1:9092")
