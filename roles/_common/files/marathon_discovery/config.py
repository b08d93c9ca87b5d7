"""The agent's configuration file, checked whole before anything is done."""

from __future__ import annotations

from dataclasses import dataclass

from . import settings_file
from .settings_file import (
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
    is_port,
    listed,
    optional,
)


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
    outside_file: str = "/etc/marathon-haproxy/outside.json"

    @property
    def status_address(self) -> tuple[str, int]:
        return settings_file.host_and_port(self.status_listen)


def load(path: str) -> Config:
    config = Config(**settings_file.values(path, Config, _RULES))
    ports = [port for port in (config.http_port, config.https_port, config.app_id_port) if port]
    if len(set(ports)) < len(ports):
        raise ConfigError(f"{path}: http_port, https_port and app_id_port must differ")
    return config


_PORT = (optional(is_port), "a port, or null")
_RULES: dict[str, Rule] = {
    "marathon": URLS,
    "groups": (listed(lambda one: isinstance(one, str) and bool(one), 1), "a list of names, or of `*` for all"),
    "credentials_file": OPTIONAL_PATH,
    "ca_file": OPTIONAL_PATH,
    "strict": BOOLEAN,
    "base_file": PATH,
    "backends_file": PATH,
    "haproxy": PATH,
    "socket": PATH,
    "master_socket": PATH,
    "certificates": PATH,
    "http_port": _PORT,
    "https_port": _PORT,
    "app_id_port": _PORT,
    "reserved_ports": (listed(is_port), "a list of ports"),
    "interval": INTERVAL,
    "debounce": DEBOUNCE,
    "guard": FRACTION,
    "allow_guarded": BOOLEAN,
    "status_listen": LISTEN,
    "outside_file": PATH,
}
