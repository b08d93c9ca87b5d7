# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The election of masters in ZooKeeper: whose znode is the leader's, and giving it up."""

from __future__ import annotations

import json
import re
import typing as t

from ..._zookeeper.client import ZooKeeperError

URL = re.compile(r"^zk://(?:(?P<user>[^:@/]+):(?P<password>[^@/]*)@)?(?P<hosts>[^@/]+)(?P<path>/[^?#]*)\Z")
PREFIX = "json.info_"


class Place(t.NamedTuple):
    """Where masters elect: the servers, the path, and who may change it."""

    hosts: str
    path: str
    user: str | None
    password: str | None


class Store(t.Protocol):
    """What is needed of ZooKeeper."""

    def children(self, path: str) -> list[str]: ...

    def get(self, path: str) -> bytes: ...

    def delete(self, path: str) -> None: ...


def parse(url: str) -> Place | None:
    """The parts of ``zk://user:password@host:port,.../path``."""
    match = URL.match(url)
    if not match:
        return None
    return Place(match.group("hosts"), match.group("path").rstrip("/"), match.group("user"), match.group("password"))


def leader_node(names: t.Iterable[str]) -> str | None:
    """Of the candidates' znodes the oldest, which is the leader's."""
    candidates = sorted(name for name in names if name.startswith(PREFIX))
    return candidates[0] if candidates else None


def is_own(data: bytes, names: t.Collection[str], port: int) -> bool:
    """Whether a candidate's znode is the master that has one of these names or addresses."""
    try:
        info = json.loads(data.decode("utf-8"))
        address = info.get("address") or {}
        return int(info.get("port") or address.get("port")) == port and bool(
            {info.get("hostname"), address.get("hostname"), address.get("ip")} & set(names)
        )
    except (ValueError, TypeError, AttributeError):
        return False


class Candidate(t.NamedTuple):
    """A master that stands for election, by what it says of itself."""

    name: str
    addresses: frozenset[str]


def candidate(data: bytes) -> Candidate | None:
    """The master whose znode this is; None where it cannot be read."""
    try:
        info = json.loads(data.decode("utf-8"))
        address = info.get("address") or {}
        found = [str(word) for word in (address.get("ip"), address.get("hostname"), info.get("hostname")) if word]
        port = info.get("port") or address.get("port")
    except (ValueError, AttributeError):
        return None
    return Candidate("%s:%s" % (found[0], port), frozenset(found)) if found else None


def candidates(store: Store, path: str) -> list[Candidate]:
    """All that stand for election at a path, which may not be there yet; one that ends meanwhile stands no more."""
    found = []
    for name in sorted(_unless_gone(store.children, path) or []):
        data = _unless_gone(store.get, "%s/%s" % (path, name)) if name.startswith(PREFIX) else None
        found.append(candidate(data) if data is not None else None)
    return [each for each in found if each is not None]


def _unless_gone(read: t.Callable[[str], t.Any], path: str) -> t.Any:
    try:
        return read(path)
    except ZooKeeperError as error:
        if error.kind == "NoNodeError":
            return None
        raise


def strangers(standing: t.Iterable[Candidate], known: t.Collection[str]) -> list[str]:
    """The names of those that have none of the known names and addresses."""
    return sorted({each.name for each in standing if not each.addresses & set(known)})


def give_up(store: Store, path: str, names: t.Collection[str], port: int) -> str | None:
    """Removes the leader's znode if it is this master's; returns why not."""
    node = leader_node(store.children(path))
    if node is None:
        return "no master stands for election at %s" % path
    if not is_own(store.get("%s/%s" % (path, node)), names, port):
        return "another master leads (%s)" % node
    store.delete("%s/%s" % (path, node))
    return None
