"""How a client reaches what runs in a lab: by HTTP or HTTPS, at which port, as whom; the inventory tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager


@dataclass(frozen=True)
class Access:
    """What a request needs beside the address."""

    scheme: str = "http"
    user: tuple[str, str] | None = None
    authority: str | None = None
    # A certificate and its key, for who asks clients for one.
    certificate: tuple[str, str] | None = None

    def url(self, member: str, path: str = "") -> str:
        return f"{self.scheme}://{member}{path}"

    @property
    def options(self) -> dict[str, Any]:
        """For a request of a `requests.Session`."""
        return {"auth": self.user, "verify": self.authority or True, "cert": self.certificate}


PLAIN = Access()
Variables = Callable[[str], Mapping[str, Any]]


def variables_of(inventory: Path, names: tuple[str, ...]) -> Variables:
    """A function of a host's name: the variables of these names that it has, as a play would see them."""
    loader = DataLoader()
    source = InventoryManager(loader=loader, sources=[str(inventory)])
    manager = VariableManager(loader=loader, inventory=source)

    def of(host: str) -> Mapping[str, Any]:
        every = manager.get_vars(host=source.get_host(host))
        templar = Templar(loader=loader, variables=every)
        return {name: templar.template(every[name]) for name in names if name in every}

    return of


NAMES = (
    "zookeeper_client_port",
    "mesos_master_port",
    "mesos_master_http_credentials",
    "mesos_master_tls_certificate",
    "mesos_master_tls_key",
    "mesos_master_tls_ca",
    "marathon_http_port",
    "marathon_https_port",
    "marathon_http_credentials",
    "marathon_tls_certificate",
    "marathon_tls_key",
    "marathon_tls_ca",
    "marathon_framework_name",
    "haproxy_http_port",
    "mesos_dns_port",
    "mesos_dns_domain",
)


def zookeeper_port(variables: Mapping[str, Any]) -> int:
    return int(variables.get("zookeeper_client_port", 2181))


def master(variables: Mapping[str, Any]) -> tuple[int, Access]:
    users = variables.get("mesos_master_http_credentials") or []
    user = (users[0]["principal"], users[0]["secret"]) if users else None
    return int(variables.get("mesos_master_port", 5050)), _access("mesos_master", variables, user)


def marathon(variables: Mapping[str, Any]) -> tuple[int, Access]:
    one = variables.get("marathon_http_credentials") or {}
    access = _access("marathon", variables, (one["username"], one["password"]) if one else None)
    name, default = ("marathon_https_port", 8443) if access.scheme == "https" else ("marathon_http_port", 8080)
    return int(variables.get(name, default)), access


def _access(role: str, variables: Mapping[str, Any], user: tuple[Any, Any] | None) -> Access:
    plain = (str(user[0]), str(user[1])) if user else None
    if not variables.get(f"{role}_tls_certificate"):
        return Access(user=plain)
    certificate, key, authority = (str(variables[f"{role}_tls_{part}"]) for part in ("certificate", "key", "ca"))
    return Access("https", plain, authority, (certificate, key))
