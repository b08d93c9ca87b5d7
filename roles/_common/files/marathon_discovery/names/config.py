"""The configuration file of the program that keeps names in DNS."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace

from .. import settings_file
from ..apps import fields
from ..settings_file import (
    BOOLEAN,
    DEBOUNCE,
    FRACTION,
    INTERVAL,
    LISTEN,
    OPTIONAL_PATH,
    PATH,
    URLS,
    ConfigError,
    Rule,
    listed,
    number,
)

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_KEY_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
_SOURCES = ("netinfo", "host")


@dataclass(frozen=True)
class Config:
    masters: tuple[str, ...]
    marathon: tuple[str, ...]
    key_file: str
    nameservers: tuple[str, ...]
    mesos_credentials_file: str | None = None
    mesos_ca_file: str | None = None
    marathon_credentials_file: str | None = None
    marathon_ca_file: str | None = None
    server: str = "127.0.0.1:53"
    domain: str = "mesos"
    ttl: int = 5
    ip_sources: tuple[str, ...] = _SOURCES
    enforce_rfc952: bool = False
    interval: float = 30
    debounce: float = 0.5
    guard: float = 0.5
    allow_guarded: bool = False
    status_listen: str = "127.0.0.1:9093"

    @property
    def status_address(self) -> tuple[str, int]:
        return settings_file.host_and_port(self.status_listen)

    @property
    def server_address(self) -> tuple[str, int]:
        return settings_file.host_and_port(self.server)


def load(path: str) -> Config:
    config = Config(**settings_file.values(path, Config, _RULES))
    if fields.as_address(config.server_address[0]) is None:
        raise ConfigError(f"{path}: server is {config.server!r}, and must be an IP address and a port")
    # In their usual form, as the zone is compared with them.
    return replace(config, nameservers=tuple(fields.as_address(one) or one for one in config.nameservers))


def key(path: str) -> tuple[str, bytes]:
    """The name and the secret of the key that signs updates and transfers."""
    found = settings_file.secrets(path, ("name", "secret"))
    if not _KEY_NAME.fullmatch(found["name"]):
        raise ConfigError(f"{path}: name is {found['name']!r}, and must be of a-z, 0-9, dots and dashes")
    try:
        secret = base64.b64decode(found["secret"], validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) < 16:
        raise ConfigError(f"{path}: secret must be 16 bytes or more in base64")
    return found["name"], secret


_ADDRESSES: Rule = (
    listed(lambda one: isinstance(one, str) and fields.as_address(one) is not None, 1),
    "a list of IP addresses",
)
_RULES: dict[str, Rule] = {
    "masters": URLS,
    "marathon": URLS,
    "key_file": PATH,
    "nameservers": _ADDRESSES,
    "mesos_credentials_file": OPTIONAL_PATH,
    "mesos_ca_file": OPTIONAL_PATH,
    "marathon_credentials_file": OPTIONAL_PATH,
    "marathon_ca_file": OPTIONAL_PATH,
    "server": LISTEN,
    "domain": (
        lambda value: isinstance(value, str) and len(value) <= 200 and bool(_DOMAIN.fullmatch(value)),
        "a domain in lower case, without a dot at its end",
    ),
    "ttl": (lambda value: isinstance(value, int) and number(0, 86_400)(value), "a whole number of seconds to 86400"),
    "ip_sources": (listed(lambda one: one in _SOURCES, 1), "a list of netinfo and host"),
    "enforce_rfc952": BOOLEAN,
    "interval": INTERVAL,
    "debounce": DEBOUNCE,
    "guard": FRACTION,
    "allow_guarded": BOOLEAN,
    "status_listen": LISTEN,
}
