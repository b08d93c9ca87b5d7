"""Ports of new listeners that this host cannot give.

`haproxy -c` does not see that. A reload would fail, and HAProxy refuses connections for a moment while it tries.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from ..apps.model import Listener


def taken(listeners: Iterable[Listener]) -> frozenset[int]:
    return frozenset(listener.port for listener in listeners if not _free(listener))


def _free(listener: Listener) -> bool:
    family = socket.AF_INET6 if ":" in listener.address else socket.AF_INET
    address = "0.0.0.0" if listener.address == "*" else listener.address
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections of the past that linger on a port do not hold it.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, listener.port))
        except OSError as error:
            # Without the right to a low port nothing is known.
            return error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL)
    return True
