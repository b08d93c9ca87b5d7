"""The model as the text of HAProxy's second configuration file. Equal models are equal bytes.

Every value in it has been checked by its field (``apps.fields``), so nothing is escaped here. HAProxy must reload where
the structure differs: every line but those of the servers. Its digest is an environment variable of the worker, which
can be asked for it at run time.
"""

from __future__ import annotations

import hashlib
import json

from ..apps.model import Backend, Listener, Model, Server, Settings
from .held import put_back

STRUCTURE = "MARATHON_DISCOVERY_STRUCTURE"
SERVER = "  server "
HOLDS = "# holds "
CHOICE = "# settings "
_HSTS_SECONDS = 15_768_000
_PER_LINE = 20
# A task that ends there is known by this alone, and another one may take its place on another node.
_OUTSIDE_CHECK = "check inter 1s fall 2 rise 2"


def render(model: Model, settings: Settings) -> str:
    lines = _frontends(model, settings)
    for backend in model.backends:
        lines += _backend(backend, settings)
    if model.held:
        lines = put_back(lines, model.held)
    head = [
        "# Written by marathon-haproxy from the apps of Marathon. A change by hand is overwritten.",
        *(f"{HOLDS}{claim} {owner}" for claim, owner in model.claims),
    ]
    digest = structure([*head, *lines])
    made_with = (model.held.settings if model.held else "") or choice(settings)
    return "\n".join([*head, f"{CHOICE}{made_with}", "global", f"  setenv {STRUCTURE} {digest}", *lines]) + "\n"


def choice(settings: Settings) -> str:
    """Of the settings that say which apps are served."""
    text = json.dumps([sorted(settings.groups), settings.strict])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def structure(lines: list[str]) -> str:
    kept = "\n".join(line for line in lines if not line.startswith(SERVER))
    return hashlib.sha256(kept.encode()).hexdigest()[:16]


def server_options(server: Server, backend: Backend, number: int) -> str:
    """Whole, because a server that is added at run time inherits nothing."""
    words = [f"{_join(server.address, server.port)} id {number} weight {server.weight}"]
    if backend.sticky:
        words.append(f"cookie {hashlib.sha1(server.name.encode()).hexdigest()[:10]}")
    if server.outside:
        words.append(f"{_OUTSIDE_CHECK}{_over_tls(backend)}")
    elif backend.check:
        words.append(_check(backend))
        if server.check_port:
            words.append(f"port {server.check_port}")
    return " ".join(words)


def is_checked(server: Server, backend: Backend) -> bool:
    """Of a server from outside HAProxy alone can tell whether it answers."""
    return server.outside or backend.check is not None


def ids(backend: Backend) -> dict[str, int]:
    """A number for each server, by its name, so that it stays through reloads. Those that run keep theirs."""
    found: dict[str, int] = {}
    used = {0}
    for server in backend.servers:
        if server.number and server.number not in used:
            used.add(server.number)
            found[server.name] = server.number
    for server in backend.servers:
        if server.name in found:
            continue
        text = server.name
        number = 0
        while number in used:
            digest = hashlib.sha256(text.encode()).hexdigest()
            number, text = int(digest, 16) % 32767, digest
        used.add(number)
        found[server.name] = number
    return found


def _frontends(model: Model, settings: Settings) -> list[str]:
    lines: list[str] = []
    if settings.http_port:
        lines += ["frontend marathon_http_in", "  mode http", f"  bind *:{settings.http_port}", *_routes(model)]
    if settings.https_port and settings.certificates:
        bind = f"  bind *:{settings.https_port} ssl crt {settings.certificates_directory} alpn h2,http/1.1"
        lines += ["frontend marathon_https_in", "  mode http", bind, *_routes(model)]
    if settings.app_id_port:
        lines += ["frontend marathon_http_appid_in", "  mode http", f"  bind *:{settings.app_id_port}"]
        lines += [
            f"  use_backend {name} if {{ req.hdr(x-marathon-app-id) -m str {app} }}" for app, name in model.app_ids
        ]
    for backend in model.backends:
        if backend.listener:
            lines += [
                f"frontend {backend.name}",
                f"  mode {backend.mode}",
                f"  bind {_bind(backend.listener)}",
                *(["  option tcplog"] if backend.mode == "tcp" else []),
                f"  default_backend {backend.name}",
            ]
    return lines


def _routes(model: Model) -> list[str]:
    if not model.routes:
        return []
    lines = ["  http-request set-var(txn.marathon_host) req.hdr(host),host_only,lower"]
    for route in model.routes:
        condition = f"{{ var(txn.marathon_host) -m str {route.host} }}"
        if route.path:
            flag = "-i " if route.ignore_case else ""
            condition += f" {{ path_beg {flag}'{route.path}' }}"
        lines.append(f"  use_backend {route.backend} if {condition}")
    return lines


def _bind(listener: Listener) -> str:
    words = [_join(listener.address, listener.port)]
    if listener.certificate:
        words.append(f"ssl crt {listener.certificate}")
    return " ".join([*words, *listener.options])


def _backend(backend: Backend, settings: Settings) -> list[str]:
    lines = []
    users = f"marathon_{backend.name}"
    if backend.auth:
        lines += [f"userlist {users}", f"  user {backend.auth.user} password '{backend.auth.password_hash}'"]
    lines += [f"backend {backend.name}", f"  mode {backend.mode}", f"  balance {backend.balance}"]
    if backend.balance in ("source", "uri"):
        lines.append("  hash-type consistent")
    # A task that ended before HAProxy knows refuses the connection: another server gets the request.
    lines += ["  option redispatch 1", "  retries 3"]
    if backend.check and backend.check.timeout:
        lines.append(f"  timeout check {backend.check.timeout}s")
    if backend.check and backend.check.path:
        lines.append(f"  option httpchk GET '{backend.check.path}'")
    if backend.allowed:
        for start in range(0, len(backend.allowed), _PER_LINE):
            lines.append(f"  acl marathon_allowed src {' '.join(backend.allowed[start : start + _PER_LINE])}")
        deny = "http-request deny" if backend.mode == "http" else "tcp-request content reject"
        lines.append(f"  {deny} unless marathon_allowed")
    if backend.mode == "http":
        lines += _http(backend, users)
    if backend.check:
        # The options of the servers are part of the structure: HAProxy takes other ones by a reload alone.
        lines.append(f"  # each server: {_check(backend)}")
    numbers = ids(backend)
    for server in backend.servers:
        lines.append(f"{SERVER}{server.name} {server_options(server, backend, numbers[server.name])}")
    return lines


def _http(backend: Backend, users: str) -> list[str]:
    # An idle connection could be one that the server closes just now, and it would keep the server from being deleted.
    lines = ["  option http-server-close", "  option forwardfor"]
    if any(server.outside for server in backend.servers):
        # What ends there ends unannounced: another server gets what may be asked twice.
        lines += ["  retry-on conn-failure empty-response", "  http-request disable-l7-retry unless METH_GET"]
    if backend.redirect_to_https:
        lines.append("  http-request redirect scheme https code 301 if { fe_name marathon_http_in }")
    if backend.auth:
        lines.append(f"  http-request auth realm '{backend.auth.realm}' unless {{ http_auth({users}) }}")
    if backend.root_redirect:
        vhost = "{ fe_name marathon_http_in marathon_https_in }"
        lines.append(f"  http-request redirect location {backend.root_redirect} code 301 if {{ path / }} {vhost}")
    lines += [
        "  http-request set-header X-Forwarded-Port %[dst_port]",
        "  http-request set-header X-Forwarded-Proto https if { ssl_fc }",
    ]
    if backend.strip_prefix:
        pattern = backend.strip_prefix.rstrip("/").replace(".", "[.]")
        lines.append(f"  http-request replace-path ^{pattern}(?:/(.*))?$ /\\1")
    if backend.location_prefix:
        prefix = backend.location_prefix.rstrip("/")
        lines.append(f"  http-response replace-header Location ^(?:https?://[^/]+)?(/.*)$ {prefix}\\1")
    if backend.hsts:
        header = f"Strict-Transport-Security max-age={_HSTS_SECONDS}"
        lines.append(f"  http-response set-header {header} if {{ ssl_fc }}")
    if backend.sticky:
        lines.append("  cookie mesosphere_server_id insert indirect nocache")
    return lines


def _check(backend: Backend) -> str:
    check = backend.check
    words = ["check"]
    if check and check.interval:
        words.append(f"inter {check.interval}s")
    if check and check.fall:
        words.append(f"fall {check.fall}")
    return " ".join(words) + _over_tls(backend)


def _over_tls(backend: Backend) -> str:
    return " check-ssl verify none" if backend.check and backend.check.tls else ""


def _join(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
