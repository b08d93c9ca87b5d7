"""``zk://`` URLs."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ZkUrl:
    """``zk://[user:password@]host[:port][,host[:port]…]/path``"""

    hosts: tuple[str, ...]
    path: str
    user: str | None = None
    password: str | None = None

    @classmethod
    def parse(cls, text: str) -> ZkUrl:
        """Raises ValueError with Mesos' own wording of what is wrong."""
        if not text.startswith("zk://"):
            raise ValueError("Expecting 'zk://' at the beginning of the URL")
        rest = text[len("zk://") :].strip()
        authority, slash, path = rest.partition("/")
        credentials, at, servers = authority.rpartition("@")
        user = password = None
        if at:
            user, colon, password = credentials.partition(":")
            if not colon:
                raise ValueError("Expecting 'user:password' before the '@' of the URL")
        if not servers:
            raise ValueError("Expecting at least one server in the URL")
        hosts = []
        for server in servers.split(","):
            match = re.fullmatch(r"([A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\])(?::(\d+))?", server)
            if not match:
                raise ValueError(f"Invalid server '{server}' in the URL")
            hosts.append(f"{match[1]}:{match[2] or 2181}")
        return cls(tuple(hosts), "/" + path.strip("/") if slash else "/", user, password)

    @property
    def servers(self) -> str:
        """The connection string, without path and credentials."""
        return ",".join(self.hosts)

    def __str__(self) -> str:
        """For logs: the credentials are masked."""
        masked = "xxxxxxxx:xxxxxxxx@" if self.user is not None else ""
        return f"zk://{masked}{self.servers}{self.path}"

    __repr__ = __str__

    def join(self, *names: str) -> str:
        """A path below the URL's own path."""
        return "/".join([self.path.rstrip("/"), *names])
