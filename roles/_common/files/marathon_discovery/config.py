"""The agent's configuration file, checked whole before anything is done."""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class ConfigError(Exception):
    """The configuration is wrong: one sentence."""


@dataclass(frozen=True)
class Config:
    marathon: tuple[str, ...]
    groups: tuple[str, ...]
    credentials_file: str | None = None
    ca_file: str | None = None
    strict: bool = False
    base_file: str = "/etc/haproxy/haproxy.cfg"
    backends_file: str = "/etc/haproxy/marathon/backends.cfg"
    haproxy: str = "/usr/sbin/haproxy"
    socket: str = "/run/haproxy/admin.sock"
    master_socket: str = "/run/haproxy-master.sock"
    certificates: str = "/etc/haproxy/certificates"
    http_port: int | None = 80
    https_port: int | None = 443
    app_id_port: int | None = 9091
    reserved_ports: tuple[int, ...] = (80, 443, 9090, 9091)
    interval: float = 30
    debounce: float = 0.5
    guard: float = 0.5
    allow_guarded: bool = False
    status_listen: str = "127.0.0.1:9092"

    @property
    def status_address(self) -> tuple[str, int]:
        host, _colon, port = self.status_listen.rpartition(":")
        return host.strip("[]"), int(port)


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str


def load(path: str) -> Config:
    values = _json(path)
    known = {one.name: one for one in fields(Config)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ConfigError(f"{path}: unknown key {unknown[0]!r}")
    for name, one in known.items():
        if one.default is MISSING and name not in values:
            raise ConfigError(f"{path}: {name} is missing")
    for name, value in values.items():
        check, rule = _RULES[name]
        if not check(value):
            raise ConfigError(f"{path}: {name} is {json.dumps(value)}, and must be {rule}")
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    config = Config(**{**values, **lists})
    ports = [port for port in (config.http_port, config.https_port, config.app_id_port) if port]
    if len(set(ports)) < len(ports):
        raise ConfigError(f"{path}: http_port, https_port and app_id_port must differ")
    return config


def credentials(path: str | None) -> Credentials | None:
    if path is None:
        return None
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"{path}: others than its owner may read it; its mode must be 0600")
    values = _json(path)
    if set(values) != {"username", "password"} or not all(isinstance(value, str) for value in values.values()):
        raise ConfigError(f"{path}: must have the keys username and password, both text, and no other")
    return Credentials(**values)


def _json(path: str) -> dict[str, Any]:
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        # The message of the parser could show a line of the file.
        raise ConfigError(f"{path}: is not JSON") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: is not a JSON object")
    return values


def _number(least: float, most: float) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and least <= value <= most
    )


def _is_port(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535


def _is_url(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.username or parts.query)


def _is_path(value: Any) -> bool:
    # It may become a word of HAProxy's file.
    return isinstance(value, str) and value.startswith("/") and not set(value) & set(" \t\r\n\"'\\#$%")


def _is_listen(value: Any) -> bool:
    host, _colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    return bool(host) and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535


def _listed(check: Callable[[Any], bool], least: int = 0) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) >= least and all(check(one) for one in value)


def _optional(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


_PATH = (_is_path, "an absolute path without blanks, quotes and #")
_BOOLEAN = (lambda value: isinstance(value, bool), "true or false")
_PORT = (_optional(_is_port), "a port, or null")
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "marathon": (_listed(_is_url, 1), "a list of http or https URLs without a user name"),
    "groups": (_listed(lambda one: isinstance(one, str) and bool(one), 1), "a list of names, or of `*` for all"),
    "credentials_file": (_optional(_is_path), "an absolute path, or null"),
    "ca_file": (_optional(_is_path), "an absolute path, or null"),
    "strict": _BOOLEAN,
    "base_file": _PATH,
    "backends_file": _PATH,
    "haproxy": _PATH,
    "socket": _PATH,
    "master_socket": _PATH,
    "certificates": _PATH,
    "http_port": _PORT,
    "https_port": _PORT,
    "app_id_port": _PORT,
    "reserved_ports": (_listed(_is_port), "a list of ports"),
    "interval": (_number(1, 3600), "a number of seconds from 1 to 3600"),
    "debounce": (_number(0, 5), "a number of seconds from 0 to 5"),
    "guard": (_number(0, 1), "a fraction from 0 to 1"),
    "allow_guarded": _BOOLEAN,
    "status_listen": (_is_listen, "an address and a port, for example 127.0.0.1:9092"),
}
