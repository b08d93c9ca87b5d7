"""The labels of one port of an app, as marathon-lb names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as names_of

from . import fields
from .model import Auth, Settings

APP_LABELS = frozenset(
    f"HAPROXY_{name}"
    for name in (
        "GROUP",
        "DEPLOYMENT_GROUP",
        "DEPLOYMENT_ALT_PORT",
        "DEPLOYMENT_COLOUR",
        "DEPLOYMENT_STARTED_AT",
        "DEPLOYMENT_TARGET_INSTANCES",
        "DEPLOYMENT_NEW_INSTANCES",
        "APP_ID",
    )
)
_PORT_LABEL = re.compile(r"HAPROXY_([0-9]{1,3})_([A-Z0-9_]+)")
_READ = {
    "ENABLED": lambda name, text: fields.boolean(text),
    "VHOST": fields.hosts,
    "PATH": fields.paths,
    "BACKEND_WEIGHT": lambda name, text: fields.whole(name, text, 0, 1_000_000),
    "SERVER_WEIGHT": lambda name, text: fields.whole(name, text, 0, 256),
    "MODE": fields.mode,
    "PORT": fields.port,
    "BIND_ADDR": fields.listening_address,
    "BIND_OPTIONS": fields.bind_options,
    "BALANCE": fields.balance,
    "STICKY": lambda name, text: fields.boolean(text),
    "REDIRECT_TO_HTTPS": lambda name, text: fields.boolean(text),
    "USE_HSTS": lambda name, text: fields.boolean(text),
    "AUTH": fields.auth,
    "BACKEND_NETWORK_ALLOWED_ACL": fields.networks,
    "BACKEND_HEALTHCHECK_PORT_INDEX": lambda name, text: fields.whole(name, text, 0, 999),
    "HTTP_BACKEND_PROXYPASS_PATH": fields.plain_path,
    "HTTP_BACKEND_REVPROXY_PATH": fields.plain_path,
    "HTTP_BACKEND_REDIR": fields.location,
}
# Read elsewhere (GROUP), or with the directory of certificates.
_OTHERS = ("GROUP", "SSL_CERT")
# These need a mode in which HAProxy reads HTTP.
_HTTP_ONLY = (
    "auth",
    "sticky",
    "redirect_to_https",
    "use_hsts",
    "http_backend_proxypass_path",
    "http_backend_revproxy_path",
    "http_backend_redir",
)


@dataclass(frozen=True)
class PortLabels:
    enabled: bool | None = None
    vhost: tuple[str, ...] = ()
    path: tuple[tuple[str, bool], ...] = ()
    backend_weight: int = 0
    server_weight: int = 1
    mode: str | None = None
    port: int | None = None
    bind_addr: str = "*"
    bind_options: tuple[str, ...] = ()
    balance: str = "roundrobin"
    sticky: bool = False
    redirect_to_https: bool = False
    use_hsts: bool = False
    auth: Auth | None = None
    backend_network_allowed_acl: tuple[str, ...] = ()
    backend_healthcheck_port_index: int | None = None
    http_backend_proxypass_path: str | None = None
    http_backend_revproxy_path: str | None = None
    http_backend_redir: str | None = None
    ssl_cert: str | None = None


@dataclass
class Labels:
    """All labels of an app for the balancer: those of a port by its index, and those that have no effect."""

    of_port: dict[int, dict[str, str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def sort(labels: Mapping[str, str], ports: int) -> Labels:
    found = Labels()
    for name in sorted(labels):
        if not name.startswith("HAPROXY_") or name in APP_LABELS:
            continue
        match = _PORT_LABEL.fullmatch(name)
        if match and int(match[1]) < ports and (match[2] in _READ or match[2] in _OTHERS):
            found.of_port.setdefault(int(match[1]), {})[match[2]] = labels[name]
        else:
            found.ignored.append(name)
    return found


def read(index: int, labels: Mapping[str, str], settings: Settings) -> PortLabels:
    values = {}
    for name, text in labels.items():
        label = f"HAPROXY_{index}_{name}"
        if name in _READ:
            values[name.lower()] = _READ[name](label, text)
        elif name == "SSL_CERT":
            directory, present = settings.certificates_directory, settings.certificates
            values["ssl_cert"] = fields.certificate(label, text, directory, present)
    return PortLabels(**values)


def need_http(labels: PortLabels) -> list[str]:
    """The labels that are set and need the mode http."""
    defaults = {one.name: one.default for one in names_of(PortLabels)}
    return [name.upper() for name in _HTTP_ONLY if getattr(labels, name) != defaults[name]]
