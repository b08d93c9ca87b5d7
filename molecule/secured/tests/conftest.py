"""The secured cluster, and the secrets that were given to it."""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from lab_cluster import LabCluster

from lab import ca
from lab.config import Host, LabConfig

TIMEOUT = 5


@dataclass
class Secured:
    """The lab of this scenario as a client sees it that has the authority's certificate."""

    cluster: LabCluster

    @property
    def config(self) -> LabConfig:
        return self.cluster.config

    @property
    def variables(self) -> dict[str, Any]:
        """What the scenario's variables.yml says for all groups together."""
        return dict(itertools.chain.from_iterable(values.items() for values in self.config.variables.values()))

    def secret(self, name: str) -> str:
        return str(self.variables[f"vault_{name}"])

    def secrets(self) -> dict[str, str]:
        """Name -> value of all that nobody may see: passwords, also as basic authentication sends them, and keys."""
        found = {name: str(value) for name, value in self.variables.items() if name.startswith("vault_")}
        for name, value in list(found.items()):
            for user in ("mesos", "marathon", "agent", "operator", "viewer", "puller"):
                found[f"{name} of {user} in base64"] = base64.b64encode(f"{user}:{value}".encode()).decode()
        for path in ca.directory(self.config).glob("*.key"):
            found[path.name] = key_line(path)
        return found

    def certificate(self) -> tuple[str, str]:
        """A certificate that the authority gave, and its key."""
        path = ca.certificate(self.config, self.config.registry)
        return str(path), str(path.with_suffix(".key"))

    def ask(
        self, method: str, host: Host, port: int, path: str, user: str | None = None, scheme: str = "https", **more: Any
    ) -> requests.Response:
        """Asks with the certificate, and with the password of a user of variables.yml or none."""
        options: dict[str, Any] = {
            "auth": (user, self.secret(f"{user}_password")) if user else None,
            "cert": self.certificate(),
            "timeout": TIMEOUT,
            "verify": str(ca.authority(self.config)),
            # Followers send to the leader by its name, which this machine does not know.
            "allow_redirects": False,
        }
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, f"{scheme}://{host.address}:{port}{path}", **{**options, **more})

    def get(self, host: Host, port: int, path: str, user: str | None = None, **more: Any) -> requests.Response:
        return self.ask("GET", host, port, path, user, **more)


def key_line(path: Path) -> str:
    """A line from the midst of a key, which no other file has."""
    return path.read_text().splitlines()[8]


@pytest.fixture(scope="session")
def secured() -> Secured:
    return Secured(LabCluster.from_environment())
