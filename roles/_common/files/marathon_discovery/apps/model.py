"""What HAProxy serves, as values that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Who keeps an address and port on which this host lets nobody listen.
THE_HOST = "this host"
# Algorithms that HAProxy can give another server at run time (the two hashes with `hash-type consistent`).
DYNAMIC = ("roundrobin", "leastconn", "first", "random", "source", "uri")


@dataclass(frozen=True)
class Settings:
    """Settings of the balancer. ``certificates`` are the files of the directory of certificates."""

    groups: tuple[str, ...]
    strict: bool = False
    http_port: int | None = 80
    https_port: int | None = 443
    app_id_port: int | None = 9091
    reserved_ports: frozenset[int] = frozenset((80, 443, 9090, 9091))
    certificates_directory: str = "/etc/haproxy/certificates"
    certificates: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Now:
    """What is known besides the apps.

    ``servers`` are served now, ``claims`` are what an app holds now. ``taken``: who has an address and port on which
    HAProxy cannot listen. ``kept`` are those of the claims that nobody else gets, whatever the apps say.
    """

    servers: frozenset[tuple[str, str]] = frozenset()
    claims: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[tuple[str, int], str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    # Of the servers.
    numbers: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """HAProxy's own check of a server. Without a path it is a plain connect."""

    path: str | None = None
    tls: bool = False
    interval: int | None = None
    timeout: int | None = None
    fall: int | None = None


@dataclass(frozen=True)
class Server:
    name: str
    address: str
    port: int
    weight: int = 1
    check_port: int | None = None
    task: str = ""
    app: str = ""
    outside: bool = False
    number: int | None = None


@dataclass(frozen=True)
class Auth:
    realm: str
    user: str
    password_hash: str


@dataclass(frozen=True)
class Listener:
    address: str
    port: int
    certificate: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """A virtual host, or a path of it, that leads to a backend."""

    host: str
    path: str | None
    ignore_case: bool
    weight: int
    backend: str

    @property
    def what(self) -> str:
        return self.host + (self.path or "")


@dataclass(frozen=True)
class Backend:
    name: str
    app: str
    members: tuple[str, ...]
    index: int
    port: int
    mode: str
    balance: str = "roundrobin"
    sticky: bool = False
    auth: Auth | None = None
    allowed: tuple[str, ...] = ()
    redirect_to_https: bool = False
    hsts: bool = False
    strip_prefix: str | None = None
    location_prefix: str | None = None
    root_redirect: str | None = None
    check: Check | None = None
    listener: Listener | None = None
    servers: tuple[Server, ...] = ()

    @property
    def takes_servers(self) -> bool:
        """Whether HAProxy can be given another server without a reload: not with the cookie of a sticky backend."""
        return self.balance in DYNAMIC and not self.sticky


@dataclass(frozen=True)
class Excluded:
    app: str
    reason: str


@dataclass(frozen=True)
class Conflict:
    claim: str
    kept: str
    refused: str

    def __str__(self) -> str:
        verb = "refuses" if self.kept.startswith(THE_HOST) else "holds"
        return f"{self.refused} does not get {self.claim}: {self.kept} {verb} it"


@dataclass(frozen=True)
class Waiting:
    app: str
    task: str
    reason: str


@dataclass(frozen=True)
class Held:
    """Backends that stay as the text of a file has them, which was made with ``settings``."""

    names: frozenset[str]
    text: str
    settings: str


@dataclass(frozen=True)
class Model:
    backends: tuple[Backend, ...] = ()
    routes: tuple[Route, ...] = ()
    app_ids: tuple[tuple[str, str], ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    excluded: tuple[Excluded, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    waiting: tuple[Waiting, ...] = ()
    held: Held | None = None

    @property
    def servers(self) -> frozenset[tuple[str, str]]:
        return frozenset((backend.name, server.name) for backend in self.backends for server in backend.servers)
