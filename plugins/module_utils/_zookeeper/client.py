# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our modules do in ZooKeeper beyond four-letter words, over kazoo; one kind of error whatever fails."""

from __future__ import annotations

import contextlib
import traceback
import typing as t

try:
    from kazoo.client import KazooClient
    from kazoo.exceptions import KazooException
    from kazoo.handlers.threading import KazooTimeoutError
except ImportError:
    KAZOO_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    KAZOO_IMPORT_ERROR = None


class ZooKeeperError(Exception):
    """The text says which servers did not do what; C(kind) is the name of ZooKeeper's own error, if it gave one."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.kind = kind


class ZooKeeperClient:
    """A session; made by ``connect``."""

    def __init__(self, hosts: str, kazoo: t.Any, timeout: float) -> None:
        self._hosts = hosts
        self._kazoo = kazoo
        self._timeout = timeout

    def children(self, path: str) -> list[str]:
        return self._do("list the children of %s" % path, self._kazoo.get_children_async, path)

    def get(self, path: str) -> bytes:
        return self._do("read %s" % path, self._kazoo.get_async, path)[0]

    def delete(self, path: str) -> None:
        self._do("delete %s" % path, self._kazoo.delete_async, path)

    def reconfigure(self, joining: str | None, leaving: str | None) -> bytes:
        """Changes the members of a running ensemble; returns its new configuration."""
        return self._do("change the members", self._kazoo.reconfig_async, joining, leaving, None, -1)[0]

    def _do(self, what: str, call: t.Callable[..., t.Any], *arguments: t.Any) -> t.Any:
        try:
            return call(*arguments).get(timeout=self._timeout)
        except (KazooException, KazooTimeoutError) as error:
            kind = type(error).__name__
            raise ZooKeeperError(
                "ZooKeeper at %s did not %s (%s)" % (self._hosts, what, error if error.args else kind), kind
            ) from error


@contextlib.contextmanager
def connect(
    hosts: str, username: str | None = None, password: str | None = None, timeout: float = 10.0
) -> t.Iterator[ZooKeeperClient]:
    """A session at one of C(host:port,...), authenticated by the digest scheme where there is a user.

    The caller reports a missing kazoo (C(KAZOO_IMPORT_ERROR)) before.
    """
    auth = [("digest", "%s:%s" % (username, password or ""))] if username else None
    kazoo = KazooClient(hosts=hosts, timeout=timeout, auth_data=auth)
    try:
        try:
            kazoo.start(timeout=timeout)
        except (KazooException, KazooTimeoutError) as error:
            kind = type(error).__name__
            raise ZooKeeperError(
                "no session with ZooKeeper at %s after %.0f s (%s)" % (hosts, timeout, kind), kind
            ) from error
        yield ZooKeeperClient(hosts, kazoo, timeout)
    finally:
        kazoo.stop()
        kazoo.close()
